//! `new NAME --from OTHER`: a new experiment is a new TOML file.

use std::process::ExitCode;

use crate::{exit::ExitKind, experiment::Experiment, failure::Failure, say::say, workspace::Workspace};

/// Arguments of `new`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The new experiment's name: letters, digits, `_` and `-`.
    name: String,
    /// The experiment it begins as; the new file `extends` it, so that only what differs is written down.
    #[arg(long)]
    from: String,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    Experiment::check_name(&args.name)?;
    // `extends` takes names alone.
    Experiment::check_name(&args.from)?;
    let base = Experiment::load(&workspace, &args.from, &[])?;
    let path = workspace.experiments().join(format!("{}.toml", args.name));
    if path.exists() {
        return Err(Failure::usage(format!("{} exists already", path.display()), "choose another name"));
    }
    let Args { name, from } = args;
    let text = format!(
        "# What it shows: say it here, and in `about`.\n\
         # Paper: name it, or say none.\n\
         # Command: cargo xtask experiment {name}\n\
         # Expected: time and score, and on which machine.\n\
         \n\
         extends = \"{from}\"\n\
         about = {about}\n\
         \n\
         # Write below only what differs from {from}, for example:\n\
         # seed = 2\n",
        about = toml::Value::String(format!("Like {from}: {}", base.value.about())),
    );
    plumage_record::commit::file(plumage_record::Purpose::Experiment, &path, text.as_bytes())?;
    say!("wrote {}\nrun it: cargo xtask experiment {name}", path.display());
    Ok(ExitKind::Ok.into())
}
