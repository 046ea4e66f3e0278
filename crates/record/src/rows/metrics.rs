//! Rows of metrics.csv: what every training has, and what adversarial training has beside it.

use std::{io, path::Path};

use csv::StringRecord;
use serde::{Deserialize, Serialize};

use super::{METRICS, append_lines, read_records, row_error};
use crate::{RecordError, disk::Purpose};

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
    /// What goes on between the networks; in all rows of adversarial training, and in no others.
    pub adversary: Option<AdversaryRow>,
}

/// Means over the validation images; a PSNR does not go without its protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// How PSNR and SSIM were measured.
    pub protocol: String,
    /// The training loss on whole images; of adversarial training the pixel loss alone.
    pub loss: f64,
    /// PSNR on Y, where the protocol has it.
    pub psnr_y_db: Option<f64>,
    /// PSNR on RGB, where the protocol has it.
    pub psnr_rgb_db: Option<f64>,
    /// SSIM.
    pub ssim: f64,
}

/// A row's part of adversarial training. Means are over the steps since the row before in which the discriminator played.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdversaryRow {
    /// Mean loss of the discriminator; none while the generator is trained alone.
    pub d_loss: Option<f64>,
    /// How well the discriminator tells: 1 never errs, 0 guesses, below 0 is worse than guessing.
    pub d_advantage: Option<f64>,
    /// The terms of the generator's loss, the same in all rows of a run.
    pub terms: Vec<TermRow>,
    /// What the SR of the validation images has that HR has not, where there was a validation.
    pub artefacts: Option<Artefacts>,
    /// What is wrong, each by its name; nothing in a healthy row.
    pub signs: Vec<String>,
}

/// A term of the generator's loss.
#[derive(Clone, Debug, PartialEq)]
pub struct TermRow {
    /// Its name: letters and `_`.
    pub name: String,
    /// Its mean with its weight.
    pub value: Option<f64>,
    /// The norm of its gradient at the generator's output over the sum of all terms' norms, in the mean.
    pub share: Option<f64>,
}

/// What adversarial training does to images beside what it is to do; means over the validation images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Artefacts {
    /// How far the pattern of the pixel shuffle stands out of the spectrum, SR above HR, in dB; none where all images are
    /// too small to tell.
    pub val_checkerboard_db: Option<f64>,
    /// How far the mean colour has moved from that of HR, in 8-bit levels.
    pub val_drift_levels: f64,
    /// How much a pixel changes with the noise: its standard deviation over draws, in 8-bit levels; none without noise.
    pub val_noise_levels: Option<f64>,
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
        Ok(MetricsRow { step, epoch, learning_rate, train_loss, grad_norm, validation, adversary: None })
    }
}

/// The columns of [`MetricsLine`], in its order.
const COLUMNS: [&str; 10] = [
    "step",
    "epoch",
    "learning_rate",
    "train_loss",
    "grad_norm",
    "val_loss",
    "val_psnr_y_db",
    "val_psnr_rgb_db",
    "val_ssim",
    "protocol",
];

/// The columns of [`AdversaryLine`], in its order; those of the terms follow.
const ADVERSARY_COLUMNS: [&str; 6] =
    ["d_loss", "d_advantage", "val_checkerboard_db", "val_drift_levels", "val_noise_levels", "health"];

/// The fixed columns of adversarial training as they are written.
#[derive(Serialize, Deserialize)]
struct AdversaryLine {
    d_loss: Option<f64>,
    d_advantage: Option<f64>,
    val_checkerboard_db: Option<f64>,
    val_drift_levels: Option<f64>,
    val_noise_levels: Option<f64>,
    /// The names of the signs, with spaces between them.
    health: String,
}

impl From<&AdversaryRow> for AdversaryLine {
    fn from(row: &AdversaryRow) -> Self {
        Self {
            d_loss: row.d_loss,
            d_advantage: row.d_advantage,
            val_checkerboard_db: row.artefacts.and_then(|artefacts| artefacts.val_checkerboard_db),
            val_drift_levels: row.artefacts.map(|artefacts| artefacts.val_drift_levels),
            val_noise_levels: row.artefacts.and_then(|artefacts| artefacts.val_noise_levels),
            health: row.signs.join(" "),
        }
    }
}

impl AdversaryLine {
    fn into_row(self, terms: Vec<TermRow>) -> AdversaryRow {
        AdversaryRow {
            d_loss: self.d_loss,
            d_advantage: self.d_advantage,
            terms,
            artefacts: self.val_drift_levels.map(|val_drift_levels| Artefacts {
                val_checkerboard_db: self.val_checkerboard_db,
                val_drift_levels,
                val_noise_levels: self.val_noise_levels,
            }),
            signs: self.health.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

/// The columns of a term: its value, and its share of the gradient.
fn term_columns(name: &str) -> [String; 2] {
    [format!("g_{name}"), format!("g_{name}_share")]
}

/// The terms in a row, whose names the header gives.
fn terms_of(header: &StringRecord, record: &StringRecord) -> Result<Vec<TermRow>, (String, String)> {
    let number = |column: &str| -> Result<Option<f64>, (String, String)> {
        let place = header.iter().position(|name| name == column);
        match place.and_then(|place| record.get(place)).filter(|cell| !cell.is_empty()) {
            Some(cell) => cell.parse().map(Some).map_err(|error| (column.to_owned(), format!("{error}"))),
            None => Ok(None),
        }
    };
    let names = header.iter().filter_map(|column| column.strip_prefix("g_")?.strip_suffix("_share"));
    let term = |name: &str| {
        let [value, share] = term_columns(name);
        Ok(TermRow { name: name.to_owned(), value: number(&value)?, share: number(&share)? })
    };
    names.map(term).collect()
}

/// The rows of metrics.csv in the run folder `run`; none where there is no such file.
///
/// # Errors
/// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
pub fn read_metrics(run: &Path) -> Result<Vec<MetricsRow>, RecordError> {
    let path = run.join(METRICS);
    let (header, records) = read_records(Purpose::Metrics, &path)?;
    let is_adversarial = header.iter().any(|column| column == ADVERSARY_COLUMNS[0]);
    let row = |record: &StringRecord| {
        let refused = |(column, reason): (String, String)| RecordError::Row {
            path: path.clone(),
            line: record.position().map_or(1, csv::Position::line),
            reason: format!("column {column}: {reason}"),
        };
        let unread = |error| row_error(&path, &header, &error);
        let line: MetricsLine = record.deserialize(Some(&header)).map_err(unread)?;
        let empty = |column: &str| (column.to_owned(), "empty, though the row has a validation".to_owned());
        let mut row = line.into_row().map_err(|column| refused(empty(column)))?;
        if is_adversarial {
            let line: AdversaryLine = record.deserialize(Some(&header)).map_err(unread)?;
            row.adversary = Some(line.into_row(terms_of(&header, record).map_err(refused)?));
        }
        Ok(row)
    };
    records.iter().map(row).collect()
}

pub(crate) fn append_metrics(run: &Path, row: &MetricsRow) -> Result<(), RecordError> {
    append_lines(Purpose::Metrics, &run.join(METRICS), |is_new| to_csv(row, is_new))
}

fn to_csv(row: &MetricsRow, with_header: bool) -> io::Result<Vec<u8>> {
    let terms = row.adversary.iter().flat_map(|adversary| &adversary.terms);
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    if with_header {
        let adversary = row.adversary.iter().flat_map(|_| ADVERSARY_COLUMNS);
        let fixed = COLUMNS.into_iter().chain(adversary).map(str::to_owned);
        writer.write_record(fixed.chain(terms.clone().flat_map(|term| term_columns(&term.name))))?;
    }
    let terms: Vec<_> = terms.map(|term| (term.value, term.share)).collect();
    let adversary = row.adversary.as_ref().map(AdversaryLine::from);
    match adversary {
        Some(adversary) => writer.serialize((MetricsLine::from(row), adversary, terms)),
        None => writer.serialize(MetricsLine::from(row)),
    }
    .map_err(io::Error::other)?;
    writer.into_inner().map_err(|error| error.into_error())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn row(step: u64, adversary: Option<AdversaryRow>) -> MetricsRow {
        MetricsRow {
            step,
            epoch: 0,
            learning_rate: 1e-4,
            train_loss: 0.1,
            grad_norm: None,
            validation: None,
            adversary,
        }
    }

    fn term(name: &str, value: Option<f64>, share: Option<f64>) -> TermRow {
        TermRow { name: name.into(), value, share }
    }

    /// Rows of a generator that is trained alone at first.
    fn rows() -> Vec<MetricsRow> {
        let alone = AdversaryRow {
            terms: vec![term("pixel", Some(0.1), Some(1.)), term("adversarial", None, None)],
            ..AdversaryRow::default()
        };
        let duel = AdversaryRow {
            d_loss: Some(1.2),
            d_advantage: Some(-0.25),
            terms: vec![term("pixel", Some(0.1), Some(0.9)), term("adversarial", Some(3e-4), Some(0.1))],
            artefacts: Some(Artefacts {
                val_checkerboard_db: Some(1.5),
                val_drift_levels: 0.25,
                val_noise_levels: None,
            }),
            signs: vec!["checkerboard".into(), "noise_ignored".into()],
        };
        vec![row(1, Some(alone)), row(2, Some(duel))]
    }

    #[test]
    fn adversarial_rows_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        for row in rows() {
            append_metrics(folder.path(), &row).unwrap();
        }
        assert_eq!(read_metrics(folder.path()).unwrap(), rows());
        let text = fs::read_to_string(folder.path().join(METRICS)).unwrap();
        let columns = text.lines().next().unwrap();
        assert!(
            columns.ends_with("health,g_pixel,g_pixel_share,g_adversarial,g_adversarial_share"),
            "{columns}"
        );
        assert!(text.lines().nth(2).unwrap().contains("checkerboard noise_ignored"), "{text}");
    }

    #[test]
    fn a_wrong_cell_of_a_term_is_named_by_line_and_column() {
        let folder = tempfile::tempdir().unwrap();
        append_metrics(folder.path(), &rows()[1]).unwrap();
        let path = folder.path().join(METRICS);
        let text = fs::read_to_string(&path).unwrap().replace("0.0003,", "much,");
        fs::write(&path, text).unwrap();
        let error = read_metrics(folder.path()).unwrap_err().to_string();
        assert!(error.contains("metrics.csv, line 2: column g_adversarial: "), "{error}");
    }
}
