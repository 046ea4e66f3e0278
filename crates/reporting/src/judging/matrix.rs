//! The matrix of a study at one size of crop.

use plumage_record::{JudgeRecords, JudgeRow};

use crate::{Estimate, Heading, JudgeMatrix, JudgeMeasure, number::grouped};

/// The judges of the study.
pub(crate) const CNN: &str = "cnn";

/// What stands beside them.
pub(crate) const GRADIENT_ENERGY: &str = "gradient_energy";

/// All methods but bicubic, in equal parts.
pub(crate) const MIX: &str = "mix";

/// The control that is trained and tested on the mix with shuffled labels.
const SHUFFLED: &str = "shuffled_labels";

/// Rows: the methods, their mix, the controls. Columns: the methods, their mix, and HR against HR.
pub(crate) fn of(
    records: &JudgeRecords,
    patch_px: usize,
    judge: &str,
    measure: JudgeMeasure,
    run: &str,
) -> JudgeMatrix {
    let study = &records.study;
    let mix = [MIX.to_owned()];
    let trained_on = [study.methods.as_slice(), &mix, &study.controls].concat();
    let others: Vec<String> = study.controls.iter().filter(|name| *name != SHUFFLED).cloned().collect();
    let tested_on = [study.methods.as_slice(), &mix, &others].concat();
    let cell = |trained_on: &str, tested_on: &str| {
        // Shuffled labels are those of the mix.
        let tested_on = if trained_on == SHUFFLED && tested_on == MIX { SHUFFLED } else { tested_on };
        let row = cell(records, patch_px, judge, measure, trained_on, tested_on)?;
        Some(Estimate { value: row.value, low: row.low, high: row.high })
    };
    let cells = trained_on
        .iter()
        .map(|trained_on| tested_on.iter().map(|tested_on| cell(trained_on, tested_on)).collect())
        .collect();
    let by = if judge == CNN { "judges" } else { "a threshold on gradient energy" };
    let prefix = if run.is_empty() { String::new() } else { format!("{run}: ") };
    JudgeMatrix {
        heading: Heading {
            title: format!("{prefix}{} of {by}, {patch_px}×{patch_px} crops", measure.name()),
            subtitle: of_study(records),
        },
        measure,
        trained_on,
        tested_on,
        cells,
    }
}

/// A row of judge.csv.
pub(crate) fn cell<'a>(
    records: &'a JudgeRecords,
    patch_px: usize,
    judge: &str,
    measure: JudgeMeasure,
    trained_on: &str,
    tested_on: &str,
) -> Option<&'a JudgeRow> {
    records.cells.iter().find(|row| {
        (row.patch_px, row.judge.as_str(), row.trained_on.as_str(), row.tested_on.as_str())
            == (patch_px, judge, trained_on, tested_on)
            && row.measure == name(measure)
    })
}

/// What records call a measure.
pub(crate) fn name(measure: JudgeMeasure) -> &'static str {
    match measure {
        JudgeMeasure::Accuracy => "accuracy",
        JudgeMeasure::Auc => "auc",
    }
}

/// What a reader of any chart has to know of the study.
pub(crate) fn of_study(records: &JudgeRecords) -> String {
    let study = &records.study;
    format!(
        "{} test images, {} of each, {}, {} intervals over images",
        grouped(study.images[2]),
        counted(study.crops_per_image as u64, "crop"),
        counted(study.seeds, "seed"),
        percent(study.confidence)
    )
}

/// So many things: `1 seed`, `3 seeds`.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A confidence: `95%`.
pub(crate) fn percent(confidence: f64) -> String {
    format!("{}%", (1000. * confidence).round() / 10.)
}
