//! `pack`: a run's network in one file that says what it is.

use std::{path::PathBuf, process::ExitCode};

use plumage_record::{Purpose, commit};

use crate::{exit::ExitKind, failure::Failure, packed, say::say, workspace::Workspace};

/// Arguments of `pack`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A finished run in results/.
    name: String,
    /// The file: safetensors with the network, what it was trained on, and its scores.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Round the weights to 16 bits, which halves the file; the scores are those of the weights as they were.
    #[arg(long)]
    half: bool,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    plumage_record::check_name(&args.name)?;
    let run = Workspace::find()?.results(args.out.as_deref()).join(&args.name);
    let mut packed = packed::of_run(&run, &args.name)?;
    if args.half {
        packed = packed.halved().map_err(Failure::internal)?;
    }
    commit::file(Purpose::Weights, &args.to, &packed.to_bytes().map_err(Failure::internal)?)?;
    say!("{}: {}", args.to.display(), packed.about["scores"]);
    Ok(ExitKind::Ok.into())
}
