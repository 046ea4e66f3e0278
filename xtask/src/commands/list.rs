//! `list`: what there is to run, and what has run.

use std::{path::PathBuf, process::ExitCode};

use crate::{exit::ExitKind, experiment::Experiment, failure::Failure, say::say, workspace::Workspace};

/// Arguments of `list`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let results = workspace.results(args.out.as_deref());
    let names = Experiment::names(&workspace)?;
    let width = names.iter().map(String::len).max().unwrap_or(0);
    for name in names {
        let about = match Experiment::load(&workspace, &name, &[]) {
            Ok(loaded) => loaded.value.about().to_owned(),
            Err(_) => format!("does not load: cargo xtask experiment {name} says why"),
        };
        let state = match plumage_record::read_manifest(&results.join(&name)) {
            Ok(Some(manifest)) => format!("{}, {} steps", manifest.status, manifest.steps_done),
            Ok(None) => "not run".to_owned(),
            Err(_) => "record unreadable".to_owned(),
        };
        say!("{name:width$}  {about} [{state}]");
    }
    Ok(ExitKind::Ok.into())
}
