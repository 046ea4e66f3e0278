use std::path::PathBuf;

use plumage_record::RecordError;

/// Why a run could not be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// Its records cannot be read, or what was drawn from them cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A picture could not be drawn or encoded.
    #[error("failed to draw {picture}: {reason}")]
    Draw {
        /// Which picture.
        picture: String,
        /// What the drawing library says.
        reason: String,
    },
    /// What is shown beside runs cannot be understood.
    #[error("{path}: {reason}")]
    Beside {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
}
