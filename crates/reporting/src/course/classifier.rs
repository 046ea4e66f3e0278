//! The classifier that tells HR from generated pictures, and what its verdict is worth.

use super::{
    Course,
    claim::{Claim, again},
    estimates::{of_cell, written},
    rules,
    sharpness::of_judge,
};
use crate::{
    Estimate, JudgeMeasure, ReportError,
    judging::{self, cases, controls, matrix},
    page::Part,
    tables::{Cell, Column, Table},
};

/// S4: the classifier, and its two test sets.
pub(super) fn sound(course: &Course) -> Result<Claim, ReportError> {
    let judged = &course.judged;
    let all = controls(judged);
    let at_chance = all.iter().filter(|row| (row.low..=row.high).contains(&0.5)).count();
    let [train, validation, test] = judged.study.images;
    let mut parts = vec![Part::Prose(format!(
        "The judges learn from {train} images, their best step is chosen by {validation} others, and they are tested on {test} more; no \
         network has seen any of them. A real crop and its generated ones lie at the same place of the same image, both are Y of 8 bits, \
         and borders are cut off, so that nothing but the pictures themselves can tell them apart. There are {} judges of every kind.",
        judged.study.seeds
    ))];
    for patch_px in &judged.study.patches_px {
        let name = format!("judge_matrix_{patch_px}px");
        let caption = format!(
            "What judges of {patch_px}×{patch_px} crops were trained on, by row, and what they were tested on, by column: right verdicts, \
             with 95% intervals over images."
        );
        parts.extend(of_judge(course, &name, "right verdicts by training and test", &caption)?);
    }
    if let Some(patch_px) = judged.study.patches_px.last() {
        let name = format!("judge_roc_{patch_px}px");
        parts.extend(of_judge(
            course,
            &name,
            "ROC curves",
            "Judges that were trained on a mix of all networks.",
        )?);
    }
    parts.extend(super::networks::drawing(&course.judge, "The judge, as it was run.")?);
    let patch_px = judged.study.patches_px.iter().copied().max().unwrap_or_default();
    let told = |run: &str| {
        let row = matrix::cell(judged, patch_px, matrix::CNN, JudgeMeasure::Accuracy, matrix::MIX, run)?;
        Some(written(percent(of_cell(row)), 1, "%"))
    };
    let number = match (told(&course.srcnn.name), told(&course.srgan.name)) {
        (Some(srcnn), Some(srgan)) => {
            format!("right verdicts, {patch_px} px: SRCNN {srcnn}, SRGAN {srgan}")
        }
        _ => "not measured".to_owned(),
    };
    Ok(Claim {
        id: "S4",
        title: "A classifier as the judge",
        quote: "We created an additional classifier model, whose task was to differentiate between original HR and model generated \
                images. ... The classifier was then tested on two datasets, one with SRCNN generated images and one with GAN generated \
                images.",
        place: "text",
        number,
        ruling: rules::controls(at_chance, all.len()),
        parts,
        commands: again(&[&course.judge]),
    })
}

/// S9: who fools it more.
pub(super) fn fools(course: &Course) -> Result<Claim, ReportError> {
    let judged = &course.judged;
    let cases = judged.study.claim.as_ref().map(|claim| cases(judged, claim)).unwrap_or_default();
    let says: Vec<judging::Says> = cases.iter().map(judging::Case::says).collect();
    let mut parts = Vec::new();
    parts.extend(of_judge(
        course,
        "claim",
        "the difference by training and size of crop",
        "Right verdicts on SRCNN's crops minus those on SRGAN's, in points: below 0, SRCNN fools the judge more.",
    )?);
    if !cases.is_empty() {
        parts.push(Part::Table(differences(&cases)));
    }
    parts.push(Part::Prose(
        "What a judge says of pictures that it was not trained on says as much of its training as of them: the detector of S.-Y. Wang and \
         others (2020), good at many generators that it had not seen, was at chance, 50.0%, on the super-resolved images among them. Only \
         judges that know both sides, trained on what they are tested on or on a mix, speak of the pictures."
            .to_owned(),
    ));
    let own = cases.iter().find(|case| case.row.trained_on == matrix::MIX).or(cases.first());
    let number = own.map_or("not measured".to_owned(), |case| {
        let points = percent(Estimate { value: case.difference, low: case.low, high: case.high });
        format!(
            "{} points, judges of {}, {} px",
            written(points, 1, ""),
            case.row.trained_on,
            case.row.patch_px
        )
    });
    Ok(Claim {
        id: "S9",
        title: "Who fools the classifier more",
        quote: "Due to the poorer test score from the SRCNN image data, it seems that the classifier has a harder time distinguishing \
                between real HR images and SRCNN generated ones, than it does with GAN generated ones.",
        place: "conclusion",
        number,
        ruling: rules::fools(&says),
        parts,
        commands: again(&[&course.judge]),
    })
}

fn differences(cases: &[judging::Case]) -> Table {
    let mut table = Table::new("Right verdicts on SRCNN's crops minus those on SRGAN's");
    let trained =
        cases.iter().map(|case| Cell::text(judging::training(&case.row.trained_on).replace('`', "")));
    table.push(Column::text("judges trained on", trained.collect()));
    let sizes = cases.iter().map(|case| Cell::number(Some(case.row.patch_px as f64), 0));
    table.push(Column::numbers("crops", Some("px"), sizes.collect()));
    let interval = |case: &judging::Case| {
        let Estimate { value, low, high } =
            percent(Estimate { value: case.difference, low: case.low, high: case.high });
        Cell::Interval { value, low, high, decimals: 1 }
    };
    table.push(Column::numbers("difference", Some("points"), cases.iter().map(interval).collect()));
    let says = cases.iter().map(|case| {
        Cell::text(match case.says() {
            judging::Says::Holds => "SRCNN fools it more",
            judging::Says::Reversed => "SRGAN fools it more",
            judging::Says::Nothing => "nothing",
        })
    });
    table.push(Column::text("says", says.collect()));
    table
}

fn percent(share: Estimate) -> Estimate {
    Estimate { value: 100. * share.value, low: 100. * share.low, high: 100. * share.high }
}
