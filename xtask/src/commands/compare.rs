//! `compare NAME NAME...`: several runs side by side.

use std::{path::PathBuf, process::ExitCode};

use crate::{exit::ExitKind, failure::Failure, say::say, workspace::Workspace};

/// Arguments of `compare`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Runs in results/, at least two.
    #[arg(required = true, num_args = 2..)]
    names: Vec<String>,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let results = Workspace::find()?.results(args.out.as_deref());
    for name in &args.names {
        plumage_record::check_name(name)?;
    }
    let runs: Vec<PathBuf> = args.names.iter().map(|name| results.join(name)).collect();
    let place = results.join(format!("compare-{}", args.names.join("-")));
    let comparison = plumage_reporting::compare(&runs, &place)?;
    say!("{}", comparison.table);
    for path in comparison.files {
        say!("{}", path.display());
    }
    Ok(ExitKind::Ok.into())
}
