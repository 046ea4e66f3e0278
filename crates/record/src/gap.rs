//! gap.csv: what a network loses on images that it learnt from and on others, measured alike when its training is over.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{RecordError, RunFolder, disk::Purpose, files::GAP, rows};

/// A row of gap.csv: one image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GapRow {
    /// [`GapRow::TRAIN`] or [`GapRow::VALIDATION`].
    pub part: String,
    /// The image's name.
    pub image: String,
    /// The training loss of the whole SR image, values in [0, 1].
    pub loss: f64,
    /// The same of bicubic interpolation: how hard the image is.
    pub bicubic_loss: f64,
}

impl GapRow {
    /// Images that the network learnt from.
    pub const TRAIN: &str = "train";
    /// Images that it did not learn from.
    pub const VALIDATION: &str = "validation";
}

impl RunFolder {
    /// Writes gap.csv anew.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn write_gap(&self, rows: &[GapRow]) -> Result<(), RecordError> {
        rows::write(Purpose::Gap, &self.path().join(GAP), rows)
    }
}

/// The rows of gap.csv in the run folder `run`; none where there is no such file.
///
/// # Errors
/// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
pub fn read_gap(run: &Path) -> Result<Vec<GapRow>, RecordError> {
    rows::read(Purpose::Gap, &run.join(GAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let results = tempfile::tempdir().unwrap();
        let (folder, _) = RunFolder::begin(results.path(), "a").unwrap();
        assert_eq!(read_gap(folder.path()).unwrap(), []);
        let row = |part: &str| GapRow {
            part: part.into(),
            image: "a, \"b\".png".into(),
            loss: 1. / 3.,
            bicubic_loss: 1e-300,
        };
        let rows = [row(GapRow::TRAIN), row(GapRow::VALIDATION)];
        folder.write_gap(&rows).unwrap();
        assert_eq!(read_gap(folder.path()).unwrap(), rows);
    }
}
