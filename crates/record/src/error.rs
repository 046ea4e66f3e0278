use std::{io, path::PathBuf};

/// Whose concern an error is; the command line maps it to an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// What was asked for does not exist, or cannot.
    Usage,
    /// A record is not what it should be.
    Input,
    /// The disk failed: something could not be written or read.
    Output,
    /// Another process works in the folder.
    Locked,
    /// No checkpoint can be used.
    Checkpoint,
}

/// Why a record could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A run's name that is no folder name.
    #[error(
        "`{name}` is not a name for a run: letters, digits, `_`, `-` and `.` make one, and the first is no `-` or `.`"
    )]
    Name {
        /// What was given.
        name: String,
    },
    /// There is no such run.
    #[error("there is no run in {path}")]
    NoRun {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Another process has the run folder.
    #[error("{path} is in use by another process")]
    Locked {
        /// The run folder.
        path: PathBuf,
    },
    /// A file could not be read.
    #[error("failed to read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("failed to write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A record's content is not what it should be.
    #[error("{path}, line {line}: {reason}")]
    Row {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong, naming the column.
        reason: String,
    },
    /// A manifest that cannot be understood.
    #[error("{path} is not a manifest of this version of Plumage: {reason}")]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// All checkpoints are damaged.
    #[error("no checkpoint in {path} can be used: {reasons}")]
    NoCheckpoint {
        /// The folder of the checkpoints.
        path: PathBuf,
        /// Each candidate and why not.
        reasons: String,
    },
}

impl RecordError {
    /// Whose concern it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Name { .. } | Self::NoRun { .. } => ErrorKind::Usage,
            Self::Row { .. } | Self::Manifest { .. } => ErrorKind::Input,
            Self::Read { .. } | Self::Write { .. } => ErrorKind::Output,
            Self::Locked { .. } => ErrorKind::Locked,
            Self::NoCheckpoint { .. } => ErrorKind::Checkpoint,
        }
    }
}
