//! The beginning and the end of the page: all claims at a glance, and how the page was made.

use super::{
    Course,
    claim::{Claim, again},
};
use crate::{
    number::duration,
    page::{Part, Verdict},
    records::Records,
    tables::{Cell, Column, Table},
    words::joined,
};

/// All claims in a table.
pub(super) fn table(claims: &[Claim]) -> Table {
    let mut table = Table::new("Every claim of the report");
    let mut text = |head: &str, of: &dyn Fn(&Claim) -> String| {
        table.push(Column::text(head, claims.iter().map(|claim| Cell::text(of(claim))).collect()));
    };
    text("claim", &|claim| claim.id.to_owned());
    text("verdict", &|claim| claim.ruling.verdict.words().to_owned());
    text("about", &|claim| claim.title.to_owned());
    text("our number", &|claim| claim.number.clone());
    text("where", &|claim| claim.place.to_owned());
    table
}

/// What the page is about, and what came out.
pub(super) fn lead(course: &Course, claims: &[Claim]) -> String {
    let verdicts: Vec<Verdict> = claims.iter().map(|claim| claim.ruling.verdict).collect();
    format!(
        "A course report trained SRCNN and SRGAN to enlarge pictures of birds and judged them by a classifier. Here everything it says is \
         built and measured again, on {}: **{}.**",
        course.about.images,
        counted(&verdicts),
    )
}

/// How many claims came to what, in words; what none came to is not told.
fn counted(verdicts: &[Verdict]) -> String {
    let holding = verdicts.iter().filter(|&&verdict| verdict == Verdict::Holds).count();
    let mut words = vec![format!("{holding} of its {} claims hold", verdicts.len())];
    for (verdict, one, more) in [
        (Verdict::Fails, "does not", "do not"),
        (Verdict::Depends, "depends", "depend"),
        (Verdict::Untested, "cannot be tested here", "cannot be tested here"),
    ] {
        match verdicts.iter().filter(|&&of| of == verdict).count() {
            0 => {}
            1 => words.push(format!("1 {one}")),
            count => words.push(format!("{count} {more}")),
        }
    }
    joined(&words)
}

pub(super) fn parts(course: &Course, claims: &[Claim]) -> Vec<Part> {
    let mut parts = Vec::new();
    if !course.about.cut.is_empty() {
        let cut: String = course.about.cut.iter().map(|cut| format!("\n- {cut}")).collect();
        parts.push(Part::Prose(format!(
            "**This is the quick version.** Its numbers show that everything works, and are not the result. What was cut:\n{cut}"
        )));
    }
    parts.push(Part::Table(table(claims)));
    parts.push(Part::Prose(
        "Verdicts follow from the numbers by rules that were written down before: *holds*, where the whole interval is on the report's \
         side; *does not hold*, where it is on the other; *depends*, where it holds in part, or under some conditions; *cannot be tested*, \
         where the intervals tell nothing or something is missing. S3 is decided by a count, S4 by the share of its controls. Intervals \
         are 95%, by bootstrap over images, in S5 and S7 over seeds as well. Judges of several seeds are averaged: how far their seeds \
         matter is not in their intervals."
            .to_owned(),
    ));
    parts
}

/// Which runs the page is made of, and what they took.
pub(super) fn made(course: &Course) -> Vec<Part> {
    let mut runs: Vec<&Records> = vec![&course.srcnn, &course.srresnet, &course.srgan, &course.judge];
    runs.extend(&course.sample_runs);
    let mut table = Table::new("The runs");
    let names = runs.iter().map(|run| Cell::text(run.name.clone()));
    table.push(Column::text("run", names.collect()));
    type Of = fn(&plumage_record::Manifest) -> Cell;
    let columns: [(&str, Of); 5] = [
        ("network", |manifest| Cell::text(manifest.model.name.clone())),
        ("images", |manifest| Cell::number(Some(manifest.training_images as f64), 0)),
        ("steps", |manifest| Cell::number(Some(manifest.steps_done as f64), 0)),
        ("seed", |manifest| Cell::number(Some(manifest.seed as f64), 0)),
        ("training", |manifest| Cell::text(duration(manifest.training_s))),
    ];
    for (head, of) in columns {
        let cells = runs.iter().map(|run| run.manifest.as_ref().map_or(Cell::Missing, of));
        table.push(Column::numbers(head, None, cells.collect()));
    }
    vec![
        Part::Table(table),
        Part::Details {
            summary: "The command of every run".to_owned(),
            parts: vec![Part::Commands(again(&runs))],
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_counted_and_those_that_no_claim_has_are_left_out() {
        use Verdict::{Depends, Fails, Holds, Untested};
        assert_eq!(
            counted(&[Holds, Fails, Holds, Depends, Fails]),
            "2 of its 5 claims hold, 2 do not and 1 depends"
        );
        assert_eq!(
            counted(&[Untested, Fails]),
            "0 of its 2 claims hold, 1 does not and 1 cannot be tested here"
        );
        assert_eq!(counted(&[Holds]), "1 of its 1 claims hold");
    }
}
