//! What a report needs of the workspace: its runs, found, gone on with, or made.

mod runs;

pub(crate) use runs::{Found, Runs, Wanted};
