//! `experiment NAME`: train, evaluate, chart.

use std::{path::PathBuf, process::ExitCode};

use plumage_record::newest_checkpoint;

use super::use_threads;
use crate::{
    experiment::Experiment, failure::Failure, interrupt::Interrupt, limits::MemoryLimit, run, training,
    workspace::Workspace,
};

/// Arguments of `experiment`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The experiment: a file of experiments/, without `.toml`.
    name: String,
    /// Change one key for this run, as in `trainer.steps=100`; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Go on from the newest checkpoint; the changes of `--set` that the run began with are remembered.
    #[arg(long)]
    resume: bool,
    /// Threads that compute; the results do not depend on it. Without it: one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The most memory to take, in MiB; without it: what is free. It is estimated before anything is begun.
    #[arg(long, value_name = "MIB")]
    max_memory: Option<u64>,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The folder that holds named image sets; without it the variable PLUMAGE_DATA names it.
    #[arg(long, value_name = "DIR")]
    data_root: Option<PathBuf>,
}

impl Args {
    /// The command that goes on with the run. One that is begun remembers the changes of `--set` by itself.
    fn again(&self, is_begun: bool) -> String {
        let folder = |flag: &str, folder: &Option<PathBuf>| {
            folder.as_ref().map_or_else(String::new, |folder| format!(" {flag} '{}'", folder.display()))
        };
        let (out, data_root) = (folder("--out", &self.out), folder("--data-root", &self.data_root));
        let threads = self.threads.map_or_else(String::new, |threads| format!(" --threads {threads}"));
        let memory = self.max_memory.map_or_else(String::new, |mib| format!(" --max-memory {mib}"));
        let set = if is_begun { &[] } else { self.set.as_slice() };
        let set: String = set.iter().map(|change| format!(" --set '{change}'")).collect();
        format!("cargo xtask experiment {} --resume{set}{threads}{memory}{out}{data_root}", self.name)
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let interrupt = Interrupt::listen(args.again(false))?;
    // Before anything else computes: a network that is built to be checked would begin with a thread for each core.
    use_threads(args.threads)?;
    let workspace = Workspace::find()?;
    let results = workspace.results(args.out.as_deref());
    let roots = workspace.data_roots(args.data_root.as_deref());
    Experiment::check_name(&args.name)?;
    let set = if args.resume {
        training::remembered_set(&results, &args.name, &args.set).map_err(|failure| {
            let left = newest_checkpoint(&results.join(&args.name));
            failure.with_checkpoint(left, &args.again(true))
        })?
    } else {
        args.set.clone()
    };
    let experiment = Experiment::load(&workspace, &args.name, &set)?;
    let request = training::Request {
        name: &args.name,
        run: &args.name,
        resolved: &experiment.resolved,
        set: &set,
        again: &args.again(true),
        resume: args.resume,
        max_memory: MemoryLimit(args.max_memory),
        results: &results,
        roots: &roots,
    };
    let opened = run::open(&request, &experiment.value)?;
    run::run(&workspace, &request, &experiment.value, &opened, &interrupt)
}
