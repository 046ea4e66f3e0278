//! `chart NAME...`: everything that can be seen of a run, drawn again from its records.

use std::{path::PathBuf, process::ExitCode};

use plumage_record::RunFolder;

use crate::{exit::ExitKind, failure::Failure, say::say, workspace::Workspace};

/// Arguments of `chart`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Runs in results/.
    #[arg(required = true)]
    names: Vec<String>,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let results = Workspace::find()?.results(args.out.as_deref());
    for name in &args.names {
        let folder = RunFolder::reopen(&results, name)?;
        for path in plumage_reporting::write_run(folder.path())? {
            say!("{}", path.display());
        }
    }
    Ok(ExitKind::Ok.into())
}
