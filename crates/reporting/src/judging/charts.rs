//! The charts of a study.

use plumage_record::{JudgeDifferenceRow, JudgeRecords, MethodRow};

use super::{claim, matrix};
use crate::{
    Estimate, Heading, JudgeCurves, JudgeMeasure, JudgeStep, MethodSharpness, MethodSpectrum, Picture,
    ReportError, Roc, RocCurve, Sharpness, Spectra,
    plot::{self, HeatCell, HeatMap},
    records::Records,
};

/// What records call the HR pictures.
pub(super) const HR: &str = "hr";

/// Every chart, in the order in which a reader wants them.
pub(super) fn all(judged: &JudgeRecords, records: &Records) -> Result<Vec<(String, Picture)>, ReportError> {
    let mut charts = Vec::new();
    if let Some(map) = claim_map(judged, &records.name) {
        charts.push(("claim".to_owned(), plot::picture("claim", &map)?));
    }
    for &patch_px in &judged.study.patches_px {
        for (name, judge, measure) in [
            ("judge_matrix", matrix::CNN, JudgeMeasure::Accuracy),
            ("judge_matrix_auc", matrix::CNN, JudgeMeasure::Auc),
            ("judge_matrix_gradient_energy", matrix::GRADIENT_ENERGY, JudgeMeasure::Accuracy),
        ] {
            let matrix = matrix::of(judged, patch_px, judge, measure, &records.name);
            charts.push((format!("{name}_{patch_px}px"), matrix.picture()?));
        }
        charts.push((format!("judge_roc_{patch_px}px"), roc(judged, patch_px, &records.name).picture()?));
        charts.push((
            format!("judge_accuracy_{patch_px}px"),
            curves(judged, patch_px, &records.name).picture()?,
        ));
    }
    charts.push(("sharpness".to_owned(), sharpness(judged, &records.name).picture()?));
    let scale = records.manifest.as_ref().map_or(1, |manifest| manifest.scale);
    if let Some(spectra) = spectra(judged, &records.name, scale) {
        charts.push(("spectra".to_owned(), spectra.picture()?));
        charts.push(("spectra_against_hr".to_owned(), spectra.against_hr()?));
    }
    Ok(charts)
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
