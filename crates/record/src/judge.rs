//! What a study of judges leaves: who was judged by whom and how well, with every number that its charts are drawn from.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    RecordError, RunFolder,
    disk::{self, Purpose},
    files::{
        JUDGE_CELLS as CELLS, JUDGE_CURVES as CURVES, JUDGE_DIFFERENCES as DIFFERENCES, JUDGE_ROC as ROC,
        JUDGE_STUDY as STUDY, METHODS, SPECTRA,
    },
    rows,
};

/// judge.json: what was judged, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeStudy {
    /// The methods that were judged, the control `bicubic` first.
    pub methods: Vec<String>,
    /// The controls: what is trained on to show that nothing is learnt where nothing can be.
    pub controls: Vec<String>,
    /// What was looked into in particular.
    pub claim: Option<Claim>,
    /// Sides of the crops in HR pixels.
    pub patches_px: Vec<usize>,
    /// Judges of every kind.
    pub seeds: u64,
    /// Source images that judges learnt from, that chose their best step, and that they were tested on.
    pub images: [u64; 3],
    /// Images that were left out, since a judged network was trained on them or chosen by them.
    pub left_out: u64,
    /// Crops of every image, where they do not change from step to step.
    pub crops_per_image: usize,
    /// Pixels cut off every side of an image before crops are taken.
    pub border_px: usize,
    /// How PSNR and SSIM were measured.
    pub protocol: String,
    /// The share of intervals that are to contain the truth.
    pub confidence: f64,
}

/// That one method fools judges more than another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The method that is said to fool judges more.
    pub fools_more: String,
    /// The one that is said to fool them less.
    pub than: String,
}

/// A row of judge.csv: how well judges of one kind tell real crops from those of one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgeRow {
    /// Side of the crops in HR pixels.
    pub patch_px: usize,
    /// `cnn`, or the one number that stands in for it: `gradient_energy`.
    pub judge: String,
    /// What it learnt to tell from real crops.
    pub trained_on: String,
    /// What it was to tell from real crops.
    pub tested_on: String,
    /// `accuracy` or `auc`.
    pub measure: String,
    /// Mean over seeds, in [0, 1]; 0.5 is chance.
    pub value: f64,
    /// Lower end of the interval over source images.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Standard deviation over seeds, where there are several.
    pub seeds_std: Option<f64>,
    /// Source images.
    pub images: u64,
    /// Crops, real and generated.
    pub crops: u64,
}

/// A row of judge_differences.csv: how much better judges tell one method's crops than another's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgeDifferenceRow {
    /// Side of the crops in HR pixels.
    pub patch_px: usize,
    /// What the judge learnt to tell from real crops; [`JudgeDifferenceRow::ITSELF`]: the method that it was tested on.
    pub trained_on: String,
    /// The one method.
    pub a: String,
    /// The other.
    pub b: String,
    /// `accuracy` or `auc`.
    pub measure: String,
    /// That on `a` minus that on `b`: above 0, `b` fools the judge more.
    pub difference: f64,
    /// Lower end of the interval over source images.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How often chance alone makes as large a difference.
    pub p: f64,
    /// Whether `p` was counted over every exchange, and not drawn.
    pub is_exact: bool,
}

impl JudgeDifferenceRow {
    /// Every method by judges that were trained on that method.
    pub const ITSELF: &str = "itself";
}

/// A row of judge_roc.csv: a point of a ROC curve, the mean over seeds at equal false positive rates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgeRocRow {
    /// Side of the crops in HR pixels.
    pub patch_px: usize,
    /// What the judge learnt to tell from real crops.
    pub trained_on: String,
    /// What it was to tell from real crops.
    pub tested_on: String,
    /// Real crops that are called generated, in [0, 1].
    pub false_positive_rate: f64,
    /// Generated crops that are called generated, in [0, 1].
    pub true_positive_rate: f64,
}

/// A row of judge_curves.csv: how far one judge has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JudgeCurveRow {
    /// Side of the crops in HR pixels.
    pub patch_px: usize,
    /// What it learns to tell from real crops.
    pub trained_on: String,
    /// Which of several judges of its kind, from 0.
    pub seed: u64,
    /// Steps made.
    pub step: u64,
    /// Mean loss of the batches since the row before.
    pub train_loss: f64,
    /// Share of right verdicts in those batches.
    pub train_accuracy: f64,
    /// Loss on the validation crops.
    pub validation_loss: f64,
    /// Share of right verdicts on the validation crops.
    pub validation_accuracy: f64,
}

/// A row of methods.csv: a number of one method, its mean over the images that judges are tested on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodRow {
    /// `hr`, `bicubic` or the name of a run.
    pub method: String,
    /// What is measured, with its unit, as `psnr_y_db`.
    pub measure: String,
    /// Mean over images.
    pub value: f64,
    /// Lower end of the interval over images.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Images.
    pub images: u64,
}

/// A row of spectra.csv: a ring of a method's mean radial power spectrum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpectrumRow {
    /// `hr`, `bicubic` or the name of a run.
    pub method: String,
    /// Where the ring lies.
    pub cycles_per_px: f64,
    /// In squared 8-bit levels per squared cycle per pixel.
    pub density: f64,
}

/// All that a study of judges found.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeRecords {
    /// What was judged, and how.
    pub study: JudgeStudy,
    /// How well, by what was trained on and tested on.
    pub cells: Vec<JudgeRow>,
    /// How much better on one method than on another.
    pub differences: Vec<JudgeDifferenceRow>,
    /// ROC curves.
    pub roc: Vec<JudgeRocRow>,
    /// How the judges came to it.
    pub curves: Vec<JudgeCurveRow>,
    /// Numbers of the methods themselves.
    pub methods: Vec<MethodRow>,
    /// Their spectra.
    pub spectra: Vec<SpectrumRow>,
}

impl JudgeStudy {
    /// Reads judge.json of the run folder `run`; none where there is none.
    ///
    /// # Errors
    /// A file that cannot be read; [`RecordError::Row`] for one that is no study.
    pub fn read(run: &Path) -> Result<Option<Self>, RecordError> {
        let path = run.join(STUDY);
        let Some(text) = disk::read(Purpose::Judge, &path)? else { return Ok(None) };
        serde_json::from_slice(&text).map(Some).map_err(|error| not_a_study(&path, &error))
    }
}

impl JudgeRecords {
    /// Writes all of it into a run folder; judge.json comes last, so that where it is the others are.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn save(&self, folder: &RunFolder) -> Result<(), RecordError> {
        let run = folder.path();
        rows::write(Purpose::Judge, &run.join(CELLS), &self.cells)?;
        rows::write(Purpose::Judge, &run.join(DIFFERENCES), &self.differences)?;
        rows::write(Purpose::Judge, &run.join(ROC), &self.roc)?;
        rows::write(Purpose::Judge, &run.join(CURVES), &self.curves)?;
        rows::write(Purpose::Judge, &run.join(METHODS), &self.methods)?;
        rows::write(Purpose::Judge, &run.join(SPECTRA), &self.spectra)?;
        let mut text =
            serde_json::to_vec_pretty(&self.study).map_err(|error| not_a_study(&run.join(STUDY), &error))?;
        text.push(b'\n');
        folder.save(Purpose::Judge, STUDY, &text)
    }

    /// Reads them from the run folder `run`; none where there are none.
    ///
    /// # Errors
    /// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
    pub fn read(run: &Path) -> Result<Option<Self>, RecordError> {
        let Some(study) = JudgeStudy::read(run)? else { return Ok(None) };
        Ok(Some(Self {
            study,
            cells: rows::read(Purpose::Judge, &run.join(CELLS))?,
            differences: rows::read(Purpose::Judge, &run.join(DIFFERENCES))?,
            roc: rows::read(Purpose::Judge, &run.join(ROC))?,
            curves: rows::read(Purpose::Judge, &run.join(CURVES))?,
            methods: rows::read(Purpose::Judge, &run.join(METHODS))?,
            spectra: rows::read(Purpose::Judge, &run.join(SPECTRA))?,
        }))
    }
}

fn not_a_study(path: &Path, error: &serde_json::Error) -> RecordError {
    RecordError::Row { path: path.to_owned(), line: error.line() as u64, reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> JudgeRecords {
        let text = |text: &str| text.to_owned();
        JudgeRecords {
            study: JudgeStudy {
                methods: vec![text("bicubic"), text("srcnn, \"9-5-5\"")],
                controls: vec![text("real")],
                claim: Some(Claim { fools_more: text("srcnn"), than: text("bicubic") }),
                patches_px: vec![16],
                seeds: 1,
                images: [3, 2, 4],
                left_out: 5,
                crops_per_image: 2,
                border_px: 3,
                protocol: text("y_matlab"),
                confidence: 0.95,
            },
            cells: vec![JudgeRow {
                patch_px: 16,
                judge: text("cnn"),
                trained_on: text("srcnn, \"9-5-5\""),
                tested_on: text("bicubic"),
                measure: text("auc"),
                value: 1. / 3.,
                low: f64::NAN,
                high: f64::INFINITY,
                seeds_std: None,
                images: 4,
                crops: 16,
            }],
            differences: Vec::new(),
            roc: Vec::new(),
            curves: Vec::new(),
            methods: Vec::new(),
            spectra: Vec::new(),
        }
    }

    #[test]
    fn what_is_written_comes_back_to_the_last_digit() {
        let results = tempfile::tempdir().unwrap();
        let (folder, _) = RunFolder::begin(results.path(), "a").unwrap();
        assert_eq!(JudgeRecords::read(folder.path()).unwrap(), None);
        records().save(&folder).unwrap();
        let read = JudgeRecords::read(folder.path()).unwrap().unwrap();
        // NaN is not equal to itself.
        assert_eq!(format!("{read:?}"), format!("{:?}", records()));
    }

    #[test]
    fn a_damaged_study_is_named_with_its_line() {
        let results = tempfile::tempdir().unwrap();
        let (folder, _) = RunFolder::begin(results.path(), "a").unwrap();
        folder.save(Purpose::Judge, STUDY, b"{\n \"methods\": 3 }").unwrap();
        let error = JudgeRecords::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("judge.json, line 2"), "{error}");
    }
}
