//! What can go wrong with data, and whose fault it is.

use std::{io, path::PathBuf};

/// Who has to change something: the person who wrote the config, or the one who keeps the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Data are missing, unreadable or corrupt.
    Input,
    /// The config asks for something that does not exist or does not fit.
    Config,
}

/// Everything that can go wrong between a config and a batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or folder could not be read.
    #[error("failed to read {path}: {source}", path = path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl DataError {
    /// Whose fault it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            DataError::Read { .. } => ErrorKind::Input,
        }
    }
}
