//! The reports: which runs they need of the workspace, found, gone on with, or made.

pub(crate) mod course;
pub(crate) mod papers;
mod runs;

pub(crate) use runs::{Found, Runs, Wanted};
