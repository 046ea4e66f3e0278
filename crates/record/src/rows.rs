//! The tables of a run: metrics.csv, timing.csv, evaluation.csv and curve.csv.
//!
//! Rows are appended and flushed one by one. What metrics.csv holds is a function of config, data and seed, so that it
//! is byte-identical in equal runs; seconds, which never are, stand in timing.csv.

use std::{io, path::Path};

mod metrics;

use csv::StringRecord;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    RecordError, commit,
    disk::{self, Purpose, write_error},
};

pub(crate) use metrics::append_metrics;
pub use metrics::{AdversaryRow, Artefacts, MetricsRow, TermRow, Validation, read_metrics};

pub(crate) use crate::files::{CURVE, EVALUATION, METRICS, TIMING};

/// A row of timing.csv.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimingRow {
    /// Steps made.
    pub step: u64,
    /// Seconds of training since the beginning, those before a resume included.
    pub elapsed_s: f64,
    /// Seconds of processor time since the beginning, all threads together, where they are known.
    pub cpu_s: Option<f64>,
    /// Training patches in a second since the row before; none where no step was made since, as after a resume.
    pub images_per_s: Option<f64>,
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

/// A row of curve.csv: the weights after so many steps, measured when the training was over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurveRow {
    /// Steps made.
    pub step: u64,
    /// The set of images.
    pub set: String,
    /// How they were measured.
    pub protocol: String,
    /// Mean PSNR on Y over the images, where the protocol has it.
    pub psnr_y_db: Option<f64>,
    /// Mean PSNR on RGB over the images, where the protocol has it.
    pub psnr_rgb_db: Option<f64>,
    /// Mean SSIM over the images.
    pub ssim: f64,
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

/// The rows of curve.csv in the run folder `run`; none where there is no such file.
///
/// # Errors
/// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
pub fn read_curve(run: &Path) -> Result<Vec<CurveRow>, RecordError> {
    read(Purpose::Curve, &run.join(CURVE))
}

pub(crate) fn append_timing(run: &Path, row: &TimingRow) -> Result<(), RecordError> {
    append(Purpose::Timing, &run.join(TIMING), row)
}

pub(crate) fn write_evaluation(run: &Path, rows: &[EvaluationRow]) -> Result<(), RecordError> {
    write(Purpose::Evaluation, &run.join(EVALUATION), rows)
}

pub(crate) fn write_curve(run: &Path, rows: &[CurveRow]) -> Result<(), RecordError> {
    write(Purpose::Curve, &run.join(CURVE), rows)
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
    append_lines(purpose, path, |is_new| lines(std::slice::from_ref(row), is_new))
}

/// Appends what `lines` makes; it is told whether the table is new and needs its header.
fn append_lines(
    purpose: Purpose,
    path: &Path,
    lines: impl FnOnce(bool) -> io::Result<Vec<u8>>,
) -> Result<(), RecordError> {
    let is_new = path.metadata().map_or(true, |file| file.len() == 0);
    disk::append(purpose, path, &lines(is_new).map_err(|source| write_error(path, source))?)
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

/// Reads a table; see [`read_records`].
pub(crate) fn read<R: DeserializeOwned>(purpose: Purpose, path: &Path) -> Result<Vec<R>, RecordError> {
    let (header, records) = read_records(purpose, path)?;
    let row = |record: &StringRecord| record.deserialize(Some(&header));
    records.iter().map(|record| row(record).map_err(|error| row_error(path, &header, &error))).collect()
}

/// The header and the rows of a table up to the end of its last line: what a process that died left of a row is none.
/// Both are empty where there is no such file.
fn read_records(purpose: Purpose, path: &Path) -> Result<(StringRecord, Vec<StringRecord>), RecordError> {
    let Some(bytes) = disk::read(purpose, path)? else { return Ok(Default::default()) };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let mut reader = csv::Reader::from_reader(&bytes[..whole]);
    let header = reader.headers().cloned();
    let header = header.map_err(|error| row_error(path, &StringRecord::new(), &error))?;
    let records = reader.into_records();
    let records = records.map(|record| record.map_err(|error| row_error(path, &header, &error)));
    let records = records.collect::<Result<_, _>>()?;
    Ok((header, records))
}

/// Says which column of which line is wrong.
fn row_error(path: &Path, header: &StringRecord, error: &csv::Error) -> RecordError {
    let line = error.position().map_or(1, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            match err.field().and_then(|index| header.get(index as usize)) {
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

    /// A folder in memory where there is one: a flush of every row to a disk takes long.
    fn place() -> tempfile::TempDir {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
    }

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
            adversary: None,
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
            let (straight, broken) = (place(), place());
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
            let folder = place();
            let validation = Some(Validation {
                protocol: "rgb_basicsr".into(), loss, psnr_y_db: Some(psnr), psnr_rgb_db: Some(psnr / 3.), ssim: 0.5,
            });
            let row = MetricsRow { step, epoch: 3, learning_rate: rate, train_loss: loss, grad_norm: Some(rate), validation, adversary: None };
            append_metrics(folder.path(), &row).unwrap();
            prop_assert_eq!(read_metrics(folder.path()).unwrap(), vec![row]);
        }
    }
}
