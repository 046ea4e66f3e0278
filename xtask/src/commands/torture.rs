//! `torture`: kill, starve and mislead the program on purpose.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use crate::{
    exit::ExitKind,
    failure::Failure,
    say::{note, say},
    torture::{self, Arena, Group, Plan, Sum, carry_out},
    workspace::Workspace,
};

/// Arguments of `torture`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Minutes that all trials may take together. The same command goes on where a killed one was.
    #[arg(long, value_name = "N", required_unless_present = "trials", value_parser = minutes)]
    minutes: Option<Duration>,
    /// Another seed makes other trials.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Trials of this kind only.
    #[arg(long, value_name = "GROUP")]
    only: Option<Group>,
    /// Trials of each group.
    #[arg(long, value_name = "N")]
    trials: Option<u64>,
    /// The number of the first trial.
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u64,
    /// The folder to work in; without it target/torture/seed-S.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Minutes of a clock, more than none and at most a month.
fn minutes(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(minutes) if minutes > 0. && minutes <= 44_640. => Ok(Duration::from_secs_f64(60. * minutes)),
        _ => Err("give minutes, more than 0 and at most 44640".to_owned()),
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let work = args.dir.clone().unwrap_or_else(|| {
        workspace.root().join("target").join("torture").join(format!("seed-{}", args.seed))
    });
    note!("working in {}", work.display());
    let plan = Plan {
        groups: args.only.map_or_else(|| Group::ALL.to_vec(), |only| vec![only]),
        time: args.minutes,
        trials: args.trials,
        first: args.first,
    };
    let _lock = lock(&work)?;
    let arena = Arena::prepare(&work, args.seed, &workspace).map_err(Failure::internal)?;
    let Sum { passed, failed, skipped } = carry_out(&plan, &arena).map_err(Failure::internal)?;
    let of_groups = if skipped > 0 { format!(", {skipped} groups skipped") } else { String::new() };
    say!("{passed} passed, {failed} failed{of_groups}");
    if passed + failed == 0 && skipped > 0 {
        let message = "nothing could be tried on this machine";
        return Err(Failure::usage(message, "run it as root, where file systems can be mounted"));
    }
    Ok(if failed == 0 { ExitKind::Ok } else { ExitKind::Internal }.into())
}

/// Holds the folder for this process alone, as a run does with its own.
fn lock(work: &Path) -> Result<File, Failure> {
    let said =
        |exit, message: String| Failure::Said { exit, message, help: Some("--dir DIR takes another".into()) };
    let file = fs::create_dir_all(work).and_then(|()| File::create(work.join(".lock")));
    let file =
        file.map_err(|error| said(ExitKind::Output, format!("failed to write {}: {error}", work.display())))?;
    file.try_lock()
        .map_err(|error| said(ExitKind::Locked, format!("{} is in use: {error}", work.display())))?;
    Ok(file)
}

/// Arguments of `torture-worker`, which `torture` starts.
#[derive(clap::Args)]
pub(crate) struct WorkerArgs {
    group: Group,
    seed: u64,
    first: u64,
    count: u64,
    dir: PathBuf,
}

/// Makes some trials of one group.
pub(crate) fn work(args: &WorkerArgs) -> Result<ExitCode, Failure> {
    torture::work(args.group, &args.dir, args.seed, args.first, args.count).map_err(Failure::internal)?;
    Ok(ExitKind::Ok.into())
}
