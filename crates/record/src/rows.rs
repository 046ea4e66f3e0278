//! The tables of a run: metrics.csv, timing.csv and evaluation.csv.
//!
//! Rows are appended and flushed one by one. What metrics.csv holds is a function of config, data and seed, so that it
//! is byte-identical in equal runs; seconds, which never are, stand in timing.csv.

use std::{io, path::Path};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    RecordError, commit,
    disk::{self, Purpose, write_error},
};

pub(crate) const METRICS: &str = "metrics.csv";
pub(crate) const TIMING: &str = "timing.csv";
pub(crate) const EVALUATION: &str = "evaluation.csv";

/// A row of metrics.csv.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsRow {
    /// Steps made.
    pub step: u64,
    /// The epoch of the last of them, counted from 0.
    pub epoch: u64,
    /// Learning rate of the last of them.
    pub learning_rate: f64,
    /// Mean training loss since the row before.
    pub train_loss: f64,
    /// Mean norm of the gradient since the row before, before clipping.
    pub grad_norm: Option<f64>,
    /// What the validation images say, where there was a validation.
    pub validation: Option<Validation>,
}

/// Means over the validation images; a PSNR does not go without its protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// How PSNR and SSIM were measured.
    pub protocol: String,
    /// The training loss on whole images.
    pub loss: f64,
    /// PSNR on Y, where the protocol has it.
    pub psnr_y_db: Option<f64>,
    /// PSNR on RGB, where the protocol has it.
    pub psnr_rgb_db: Option<f64>,
    /// SSIM.
    pub ssim: f64,
}

/// A row of timing.csv.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimingRow {
    /// Steps made.
    pub step: u64,
    /// Seconds of training since the beginning, those before a resume included.
    pub elapsed_s: f64,
    /// Training patches in a second since the row before.
    pub images_per_s: f64,
}

/// A row of evaluation.csv: one image, one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvaluationRow {
    /// The set of images.
    pub set: String,
    /// The image's name in it.
    pub image: String,
    /// `bicubic`, or the run's name.
    pub method: String,
    /// How it was measured.
    pub protocol: String,
    /// HR size over LR size.
    pub scale: usize,
    /// PSNR on Y, where the protocol has it; infinite for equal images.
    pub psnr_y_db: Option<f64>,
    /// PSNR on RGB, where the protocol has it.
    pub psnr_rgb_db: Option<f64>,
    /// SSIM.
    pub ssim: f64,
}

/// A line of metrics.csv as it is written.
#[derive(Serialize, Deserialize)]
struct MetricsLine {
    step: u64,
    epoch: u64,
    learning_rate: f64,
    train_loss: f64,
    grad_norm: Option<f64>,
    val_loss: Option<f64>,
    val_psnr_y_db: Option<f64>,
    val_psnr_rgb_db: Option<f64>,
    val_ssim: Option<f64>,
    protocol: Option<String>,
}

impl From<&MetricsRow> for MetricsLine {
    fn from(row: &MetricsRow) -> Self {
        let validation = row.validation.as_ref();
        Self {
            step: row.step,
            epoch: row.epoch,
            learning_rate: row.learning_rate,
            train_loss: row.train_loss,
            grad_norm: row.grad_norm,
            val_loss: validation.map(|v| v.loss),
            val_psnr_y_db: validation.and_then(|v| v.psnr_y_db),
            val_psnr_rgb_db: validation.and_then(|v| v.psnr_rgb_db),
            val_ssim: validation.map(|v| v.ssim),
            protocol: validation.map(|v| v.protocol.clone()),
        }
    }
}

impl MetricsLine {
    /// The row, or the column that is empty though the others of a validation are not.
    fn into_row(self) -> Result<MetricsRow, &'static str> {
        let Self { step, epoch, learning_rate, train_loss, grad_norm, .. } = self;
        let (psnr_y_db, psnr_rgb_db) = (self.val_psnr_y_db, self.val_psnr_rgb_db);
        let validation = match (self.protocol, self.val_loss, self.val_ssim) {
            (Some(protocol), Some(loss), Some(ssim)) => {
                Some(Validation { protocol, loss, psnr_y_db, psnr_rgb_db, ssim })
            }
            (None, None, None) if psnr_y_db.or(psnr_rgb_db).is_none() => None,
            (None, ..) => return Err("protocol"),
            (_, None, _) => return Err("val_loss"),
            (_, _, None) => return Err("val_ssim"),
        };
        Ok(MetricsRow { step, epoch, learning_rate, train_loss, grad_norm, validation })
    }
}

/// The rows of metrics.csv in the run folder `run`; none where there is no such file.
///
/// # Errors
/// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
pub fn read_metrics(run: &Path) -> Result<Vec<MetricsRow>, RecordError> {
    let path = run.join(METRICS);
    let refused = |index: usize, column: &str| RecordError::Row {
        path: path.clone(),
        line: index as u64 + 2,
        reason: format!("column {column}: empty, though the row has a validation"),
    };
    let lines = read::<MetricsLine>(Purpose::Metrics, &path)?.into_iter().enumerate();
    lines.map(|(index, line)| line.into_row().map_err(|column| refused(index, column))).collect()
}

/// The rows of timing.csv in the run folder `run`; none where there is no such file.
///
/// # Errors
/// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
pub fn read_timing(run: &Path) -> Result<Vec<TimingRow>, RecordError> {
    read(Purpose::Timing, &run.join(TIMING))
}

/// The rows of evaluation.csv in the run folder `run`; none where there is no such file.
///
/// # Errors
/// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
pub fn read_evaluation(run: &Path) -> Result<Vec<EvaluationRow>, RecordError> {
    read(Purpose::Evaluation, &run.join(EVALUATION))
}

pub(crate) fn append_metrics(run: &Path, row: &MetricsRow) -> Result<(), RecordError> {
    append(Purpose::Metrics, &run.join(METRICS), &MetricsLine::from(row))
}

pub(crate) fn append_timing(run: &Path, row: &TimingRow) -> Result<(), RecordError> {
    append(Purpose::Timing, &run.join(TIMING), row)
}

pub(crate) fn write_evaluation(run: &Path, rows: &[EvaluationRow]) -> Result<(), RecordError> {
    write(Purpose::Evaluation, &run.join(EVALUATION), rows)
}

/// Keeps the header and the whole rows of at most `step`, which stands first in every row; the bytes of those stay.
pub(crate) fn cut(purpose: Purpose, path: &Path, step: u64) -> Result<(), RecordError> {
    let Some(bytes) = disk::read(purpose, path)? else { return Ok(()) };
    let is_kept = |(number, line): &(usize, &[u8])| {
        let first = line.split(|byte| *byte == b',').next().unwrap_or_default();
        let step_of_row = str::from_utf8(first).ok().and_then(|first| first.parse::<u64>().ok());
        line.ends_with(b"\n") && (*number == 0 || step_of_row.is_some_and(|of_row| of_row <= step))
    };
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    let kept = lines.filter(is_kept).flat_map(|(_, line)| line).copied().collect::<Vec<_>>();
    if kept == bytes { Ok(()) } else { commit::file(purpose, path, &kept) }
}

fn append<R: Serialize>(purpose: Purpose, path: &Path, row: &R) -> Result<(), RecordError> {
    let is_new = path.metadata().map_or(true, |file| file.len() == 0);
    let line = lines(std::slice::from_ref(row), is_new).map_err(|source| write_error(path, source))?;
    disk::append(purpose, path, &line)
}

/// Writes a table anew.
pub(crate) fn write<R: Serialize>(purpose: Purpose, path: &Path, rows: &[R]) -> Result<(), RecordError> {
    commit::file(purpose, path, &lines(rows, true).map_err(|source| write_error(path, source))?)
}

fn lines<R: Serialize>(rows: &[R], header: bool) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(header).from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(io::Error::other)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// Reads a table up to the end of its last line: what a process that died left of a row is none.
pub(crate) fn read<R: DeserializeOwned>(purpose: Purpose, path: &Path) -> Result<Vec<R>, RecordError> {
    let Some(bytes) = disk::read(purpose, path)? else { return Ok(Vec::new()) };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let rows = csv::Reader::from_reader(&bytes[..whole]).into_deserialize();
    rows.map(|row| row.map_err(|error| row_error(path, &bytes, &error))).collect()
}

/// Says which column of which line is wrong.
fn row_error(path: &Path, bytes: &[u8], error: &csv::Error) -> RecordError {
    let line = error.position().map_or(1, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            let text = String::from_utf8_lossy(bytes);
            let columns = text.lines().next().unwrap_or_default();
            let column = err.field().and_then(|index| columns.split(',').nth(index as usize));
            match column {
                Some(column) => format!("column {column}: {}", err.kind()),
                None => err.to_string(),
            }
        }
        _ => error.to_string(),
    };
    RecordError::Row { path: path.to_owned(), line, reason }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn row(step: u64) -> MetricsRow {
        let validation = step.is_multiple_of(2).then(|| Validation {
            protocol: "y_matlab".into(),
            loss: 0.25,
            psnr_y_db: Some(30. + step as f64 / 7.),
            psnr_rgb_db: None,
            ssim: 0.9,
        });
        MetricsRow {
            step,
            epoch: 0,
            learning_rate: 1e-3,
            train_loss: 0.1 / step as f64,
            grad_norm: None,
            validation,
        }
    }

    #[test]
    fn a_file_cut_back_and_continued_has_the_bytes_of_an_uninterrupted_one() {
        let (straight, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for step in 1..=6 {
            append_metrics(straight.path(), &row(step)).unwrap();
        }
        for step in 1..=5 {
            append_metrics(broken.path(), &row(step)).unwrap();
        }
        let path = broken.path().join(METRICS);
        let torn = [fs::read(&path).unwrap(), b"6,0,0.0".to_vec()].concat();
        fs::write(&path, torn).unwrap();
        cut(Purpose::Metrics, &path, 3).unwrap();
        for step in 4..=6 {
            append_metrics(broken.path(), &row(step)).unwrap();
        }
        assert_eq!(fs::read(&path).unwrap(), fs::read(straight.path().join(METRICS)).unwrap());
    }

    #[test]
    fn a_wrong_cell_is_named_by_file_line_and_column() {
        let folder = tempfile::tempdir().unwrap();
        append_metrics(folder.path(), &row(1)).unwrap();
        let path = folder.path().join(METRICS);
        let text = fs::read_to_string(&path).unwrap() + "2,0,fast,0.1,,,,,,\n";
        fs::write(&path, text).unwrap();
        let error = read_metrics(folder.path()).unwrap_err().to_string();
        assert!(error.contains("metrics.csv, line 3: column learning_rate"), "{error}");
    }

    #[test]
    fn a_psnr_without_its_protocol_is_no_row() {
        let folder = tempfile::tempdir().unwrap();
        append_metrics(folder.path(), &row(2)).unwrap();
        let path = folder.path().join(METRICS);
        let text = fs::read_to_string(&path).unwrap().replace("y_matlab", "");
        fs::write(&path, text).unwrap();
        let error = read_metrics(folder.path()).unwrap_err().to_string();
        assert!(error.contains("metrics.csv, line 2: column protocol"), "{error}");
    }

    #[test]
    fn infinite_scores_come_back_infinite() {
        let folder = tempfile::tempdir().unwrap();
        let row = EvaluationRow {
            set: "set5".into(),
            image: "a, \"b\"\n.png".into(),
            method: "bicubic".into(),
            protocol: "y_matlab".into(),
            scale: 3,
            psnr_y_db: Some(f64::INFINITY),
            psnr_rgb_db: None,
            ssim: 1.,
        };
        write_evaluation(folder.path(), std::slice::from_ref(&row)).unwrap();
        assert_eq!(read_evaluation(folder.path()).unwrap(), [row]);
    }

    proptest! {
        #[test]
        fn a_file_torn_anywhere_reads_and_goes_on_as_if_nothing_had_been(steps in 1u64..9, torn in 0usize..2000, kept in 0u64..9) {
            let (straight, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            for step in 1..=steps {
                append_metrics(straight.path(), &row(step)).unwrap();
            }
            let whole = fs::read(straight.path().join(METRICS)).unwrap();
            let path = broken.path().join(METRICS);
            fs::write(&path, &whole[..torn % (whole.len() + 1)]).unwrap();
            let left = read_metrics(broken.path()).unwrap().len() as u64;
            cut(Purpose::Metrics, &path, kept).unwrap();
            for step in 1 + left.min(kept)..=steps {
                append_metrics(broken.path(), &row(step)).unwrap();
            }
            prop_assert_eq!(fs::read(&path).unwrap(), whole);
        }

        #[test]
        fn metrics_rows_come_back_as_they_were(step in 1u64.., rate in 0f64..1., loss in any::<f64>(), psnr in 0f64..99.) {
            prop_assume!(!loss.is_nan());
            let folder = tempfile::tempdir().unwrap();
            let validation = Some(Validation {
                protocol: "rgb_basicsr".into(), loss, psnr_y_db: Some(psnr), psnr_rgb_db: Some(psnr / 3.), ssim: 0.5,
            });
            let row = MetricsRow { step, epoch: 3, learning_rate: rate, train_loss: loss, grad_norm: Some(rate), validation };
            append_metrics(folder.path(), &row).unwrap();
            prop_assert_eq!(read_metrics(folder.path()).unwrap(), vec![row]);
        }
    }
}
