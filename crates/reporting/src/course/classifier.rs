//! The classifier that tells HR from generated pictures, and what its verdict is worth.

use plumage_record::Claim as Claimed;

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
    let all = controls(judged, matrix::CNN);
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
    let patch_px = largest_px(course);
    parts.extend(beside_one_number(course, patch_px));
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
    let (fair, others): (Vec<&judging::Case>, Vec<_>) = cases.iter().partition(|case| case.knows_both());
    let says: Vec<judging::Says> = fair.iter().map(|case| case.says()).collect();
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
         judges that know both sides, trained on what they are tested on or on a mix, speak of the pictures"
            .to_owned()
            + &format!(
                ": the verdict is that of these {} comparisons, and not of the {} others.",
                fair.len(),
                others.len()
            ),
    ));
    parts.extend(larger_network(course).map(Part::Prose));
    let patch_px = largest_px(course);
    let of_mix =
        cases.iter().find(|case| case.row.trained_on == matrix::MIX && case.row.patch_px == patch_px);
    let number = of_mix.map_or("not measured".to_owned(), |case| {
        let points = percent(Estimate { value: case.difference, low: case.low, high: case.high });
        format!(
            "right verdicts on SRCNN minus those on SRGAN: {} points, by judges of the mix, {patch_px} px",
            written(points, 1, "")
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

/// The largest crops, of which most can be told.
fn largest_px(course: &Course) -> usize {
    course.judged.study.patches_px.iter().copied().max().unwrap_or_default()
}

/// What a threshold on one number tells, beside the classifiers; nothing where the study has no such threshold.
fn beside_one_number(course: &Course, patch_px: usize) -> Vec<Part> {
    let judged = &course.judged;
    let of = |judge: &str, method: &str| {
        let row = matrix::cell(judged, patch_px, judge, JudgeMeasure::Accuracy, matrix::MIX, method)?;
        Some(percent(of_cell(row)))
    };
    let methods = &judged.study.methods;
    let mut table =
        Table::new(format!("Right verdicts on crops of {patch_px}×{patch_px}, trained on the mix"));
    table.push(Column::text(
        "method",
        methods.iter().map(|method| Cell::text(course.named(method))).collect(),
    ));
    for (judge, name) in
        [(matrix::CNN, "classifiers"), (matrix::GRADIENT_ENERGY, "threshold on gradient energy")]
    {
        let cell = |method: &String| {
            of(judge, method).map_or(Cell::Missing, |Estimate { value, low, high }| Cell::Interval {
                value,
                low,
                high,
                decimals: 1,
            })
        };
        table.push(Column::numbers(name, Some("%"), methods.iter().map(cell).collect()));
    }
    if methods.iter().all(|method| of(matrix::GRADIENT_ENERGY, method).is_none()) {
        return Vec::new();
    }
    let words = "Beside the classifiers, a threshold on one number, how sharp a crop is, learnt from the same crops: what it tells, no classifier \
                 has to be built for.";
    vec![Part::Prose(words.to_owned()), Part::Table(table)]
}

/// Whether a larger network alone makes a difference like that of SRGAN: SRCNN beside SRResNet, under the same judges.
fn larger_network(course: &Course) -> Option<String> {
    let claim = Claimed { fools_more: course.srcnn.name.clone(), than: course.srresnet.name.clone() };
    let patch_px = largest_px(course);
    let cases = cases(&course.judged, &claim);
    let case =
        cases.iter().find(|case| case.row.trained_on == matrix::MIX && case.row.patch_px == patch_px)?;
    let points = percent(Estimate { value: case.difference, low: case.low, high: case.high });
    Some(format!(
        "SRResNet is larger than SRCNN, too, and has no discriminator: right verdicts on SRCNN minus those on SRResNet are {} points, by \
         judges of the mix, {patch_px} px.",
        written(points, 1, "")
    ))
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
