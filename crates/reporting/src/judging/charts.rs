//! The charts of a study.

use plumage_record::{JudgeDifferenceRow, JudgeRecords, MethodRow, files};

use super::{claim, matrix};
use crate::{
    Estimate, Heading, JudgeCurves, JudgeMeasure, JudgeStep, MethodSharpness, MethodSpectrum, Picture,
    ReportError, Roc, RocCurve, Sharpness, Spectra,
    plot::{self, HeatCell, HeatMap},
    records::Records,
};

/// What records call the HR pictures.
pub(super) const HR: &str = "hr";

/// The names of all charts of a study, in the order in which a reader wants them.
pub(crate) fn names(judged: &JudgeRecords) -> Vec<String> {
    let mut names: Vec<String> = judged.study.claim.iter().map(|_| "claim".to_owned()).collect();
    for patch_px in &judged.study.patches_px {
        names.extend(BY_SIZE.map(|name| format!("{name}_{patch_px}px")));
    }
    names.push("sharpness".to_owned());
    if judged.spectra.iter().any(|row| row.method == HR) {
        names.extend(["spectra", "spectra_against_hr"].map(str::to_owned));
    }
    names
}

/// The charts of every size of crop.
const BY_SIZE: [&str; 5] =
    ["judge_matrix", "judge_matrix_auc", "judge_matrix_gradient_energy", "judge_roc", "judge_accuracy"];

/// Draws the chart of that name, without its origin; none where the study has none of that name.
pub(crate) fn one(
    name: &str,
    judged: &JudgeRecords,
    records: &Records,
) -> Result<Option<Picture>, ReportError> {
    let run = &records.name;
    let spectra = || spectra(judged, run, records.manifest.as_ref().map_or(1, |manifest| manifest.scale));
    match name {
        "claim" => claim_map(judged, run).map(|map| plot::picture(name, &map)).transpose(),
        "sharpness" => sharpness(judged, run).picture().map(Some),
        "spectra" => spectra().map(|spectra| spectra.picture()).transpose(),
        "spectra_against_hr" => spectra().map(|spectra| spectra.against_hr()).transpose(),
        _ => {
            let sizes = judged.study.patches_px.iter();
            let named = sizes.filter_map(|px| Some((name.strip_suffix(&format!("_{px}px"))?, *px))).next();
            let Some((kind, patch_px)) = named else { return Ok(None) };
            of_size(kind, patch_px, judged, run).transpose()
        }
    }
}

/// One of [`BY_SIZE`].
fn of_size(
    kind: &str,
    patch_px: usize,
    judged: &JudgeRecords,
    run: &str,
) -> Option<Result<Picture, ReportError>> {
    let matrix = |judge, measure| Some(matrix::of(judged, patch_px, judge, measure, run).picture());
    match kind {
        "judge_matrix" => matrix(matrix::CNN, JudgeMeasure::Accuracy),
        "judge_matrix_auc" => matrix(matrix::CNN, JudgeMeasure::Auc),
        "judge_matrix_gradient_energy" => matrix(matrix::GRADIENT_ENERGY, JudgeMeasure::Accuracy),
        "judge_roc" => Some(roc(judged, patch_px, run).picture()),
        "judge_accuracy" => Some(curves(judged, patch_px, run).picture()),
        _ => None,
    }
}

/// The records that the chart of that name is drawn from.
pub(crate) fn files(name: &str) -> &'static [&'static str] {
    match name {
        "claim" => &[files::JUDGE_STUDY, files::JUDGE_DIFFERENCES],
        "sharpness" => &[files::JUDGE_STUDY, files::METHODS],
        "spectra" | "spectra_against_hr" => &[files::JUDGE_STUDY, files::SPECTRA],
        _ if name.starts_with("judge_accuracy") => &[files::JUDGE_STUDY, files::JUDGE_CURVES],
        _ if name.starts_with("judge_roc") => &[files::JUDGE_STUDY, files::JUDGE_ROC, files::JUDGE_CELLS],
        _ => &[files::JUDGE_STUDY, files::JUDGE_CELLS],
    }
}

/// The claim by training and size of crop: how much better judges tell the one method than the other.
fn claim_map(judged: &JudgeRecords, run: &str) -> Option<HeatMap> {
    let claim = judged.study.claim.as_ref()?;
    let cases = claim::cases(judged, claim);
    let mut trainings: Vec<&str> = Vec::new();
    for case in &cases {
        if !trainings.contains(&case.row.trained_on.as_str()) {
            trainings.push(&case.row.trained_on);
        }
    }
    let cell = |training: &str, patch_px: usize| {
        let case = cases
            .iter()
            .find(|case| (case.row.trained_on.as_str(), case.row.patch_px) == (training, patch_px))?;
        Some(HeatCell {
            value: case.difference,
            label: claim::points(case.difference),
            detail: format!("{} to {}", claim::points(case.low), claim::points(case.high)),
            is_framed: case.says() == claim::Says::Nothing,
        })
    };
    let sizes = &judged.study.patches_px;
    let row = |training: &&str| sizes.iter().map(|size| cell(training, *size)).collect();
    let named = |training: &&str| match *training {
        JudgeDifferenceRow::ITSELF => "what it is tested on".to_owned(),
        name => name.to_owned(),
    };
    Some(HeatMap {
        heading: Heading {
            title: format!("{run}: accuracy on {} minus that on {}, in points", claim.fools_more, claim.than),
            subtitle: format!(
                "below 0: {} fools the judge more; {}",
                claim.fools_more,
                matrix::of_study(judged)
            ),
        },
        row_label: "trained on".to_owned(),
        rows: trainings.iter().map(named).collect(),
        column_label: "crops".to_owned(),
        columns: sizes.iter().map(|size| format!("{size} px")).collect(),
        cells: trainings.iter().map(row).collect(),
        middle: 0.,
        key: [-0.5, -0.25, 0., 0.25, 0.5].map(|value| (value, claim::points(value))).into(),
        frame_says: "no more than chance".to_owned(),
    })
}

/// The ROC curves of judges that were trained on the mix, for each method.
fn roc(judged: &JudgeRecords, patch_px: usize, run: &str) -> Roc {
    let of_mix = |tested_on: &String| {
        let auc = matrix::cell(judged, patch_px, matrix::CNN, JudgeMeasure::Auc, matrix::MIX, tested_on)?;
        let rows = judged.roc.iter().filter(|row| {
            (row.patch_px, row.trained_on.as_str(), &row.tested_on) == (patch_px, matrix::MIX, tested_on)
        });
        Some(RocCurve {
            name: tested_on.clone(),
            auc: Estimate { value: auc.value, low: auc.low, high: auc.high },
            points: rows.map(|row| (row.false_positive_rate, row.true_positive_rate)).collect(),
        })
    };
    Roc {
        heading: Heading {
            title: format!("{run}: ROC curves of the judges of the mix, {patch_px}×{patch_px} crops"),
            subtitle: format!("mean over seeds; {}", matrix::of_study(judged)),
        },
        curves: judged.study.methods.iter().filter_map(of_mix).collect(),
    }
}

/// How the judges of the mix came to their verdicts.
fn curves(judged: &JudgeRecords, patch_px: usize, run: &str) -> JudgeCurves {
    let of_seed = |seed: u64| {
        let rows = judged
            .curves
            .iter()
            .filter(|row| (row.patch_px, row.trained_on.as_str(), row.seed) == (patch_px, matrix::MIX, seed));
        let step = |row: &plumage_record::JudgeCurveRow| JudgeStep {
            step: row.step,
            train_accuracy: row.train_accuracy,
            test_accuracy: Some(row.validation_accuracy),
        };
        rows.map(step).collect()
    };
    let [train, validation, _] = judged.study.images;
    JudgeCurves {
        heading: Heading {
            title: format!("{run}: accuracy of the judges of the mix, {patch_px}×{patch_px} crops"),
            subtitle: format!(
                "{train} training and {validation} validation images; the best step is the judge"
            ),
        },
        seeds: (0..judged.study.seeds).map(of_seed).collect(),
    }
}

fn sharpness(judged: &JudgeRecords, run: &str) -> Sharpness {
    let rows = judged.methods.iter().filter(|row| row.measure == "gradient_energy");
    let method = |row: &MethodRow| MethodSharpness {
        name: if row.method == HR { "HR".to_owned() } else { row.method.clone() },
        energy: Estimate { value: row.value, low: row.low, high: row.high },
        is_hr: row.method == HR,
    };
    Sharpness {
        heading: Heading {
            title: format!("{run}: sharpness"),
            subtitle: format!(
                "{}, {} intervals",
                of_images(judged),
                matrix::percent(judged.study.confidence)
            ),
        },
        methods: rows.map(method).collect(),
    }
}

fn spectra(judged: &JudgeRecords, run: &str, scale: usize) -> Option<Spectra> {
    let of = |method: &str, name: &str| {
        let rows = judged.spectra.iter().filter(|row| row.method == method);
        let points: Vec<_> = rows.map(|row| (row.cycles_per_px, row.density)).collect();
        (!points.is_empty()).then(|| MethodSpectrum { name: name.to_owned(), points })
    };
    Some(Spectra {
        heading: Heading { title: run.to_owned(), subtitle: of_images(judged) },
        scale,
        hr: of(HR, "HR")?,
        methods: judged.study.methods.iter().filter_map(|method| of(method, method)).collect(),
    })
}

fn of_images(judged: &JudgeRecords) -> String {
    format!("mean over the {} images that judges are tested on", judged.study.images[2])
}
