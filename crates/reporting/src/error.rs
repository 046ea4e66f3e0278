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
    /// A picture that says nothing of where it comes from.
    #[error("{} does not say where it comes from: Plumage did not draw it, or a program that saved it again left that out", path.display())]
    NoOrigin {
        /// The picture.
        path: PathBuf,
    },
    /// A run that a picture shows is not found.
    #[error("the run {run}, which {} shows, is not found", path.display())]
    NoSuchRun {
        /// The picture.
        path: PathBuf,
        /// The run.
        run: String,
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
