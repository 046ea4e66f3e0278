//! `bench [WORKLOAD...]`: our speed and memory against other engines'.

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode, time::Duration};

use crate::{
    bench::{Measurement, Peers, engines::Engine, measure, serve, table, workloads::Workload},
    exit::ExitKind,
    failure::Failure,
    machine::cores,
    say::{note, say},
    workspace::Workspace,
};

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure; without it: everything, which takes some minutes.
    workloads: Vec<String>,
    /// Print a line of JSON for each workload and engine, and no table.
    #[arg(long)]
    json: bool,
    /// A Python that has torch, and perhaps onnxruntime, to measure beside ours.
    #[arg(long, value_name = "PYTHON")]
    peers: Option<PathBuf>,
    /// Threads of every engine. Without it: one for each core.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Seconds that each engine is given on each workload; five steps are made even if they take up to five times as long.
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    budget: Duration,
}

/// Seconds of a clock, more than none and at most a day.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0. && seconds <= 86_400. => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("give seconds, more than 0 and at most 86400".to_owned()),
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workloads = Workload::chosen(&args.workloads)?;
    let workspace = Workspace::find()?;
    let peers = args.peers.as_deref().map(|python| Peers::find(python, &workspace)).transpose()?;
    let threads = args.threads.map_or_else(cores, NonZeroUsize::get);
    let against = peers.as_ref().map_or(String::new(), |peers| format!("; {}", peers.versions));
    note!("{threads} threads, {} s for each engine{against}", args.budget.as_secs_f64());
    let how = Measurement { threads, budget: args.budget, peers };
    let mut all = Vec::new();
    for workload in &workloads {
        note!("{}", workload.name);
        let measured = measure(workload, &how)?;
        if args.json {
            for measured in &measured {
                say!("{}", serde_json::to_string(measured).map_err(Failure::internal)?);
            }
        }
        all.extend(measured);
    }
    if !args.json {
        say!("{}", table(&all));
    }
    Ok(ExitKind::Ok.into())
}

/// Arguments of `bench-worker`, which `bench` starts.
#[derive(clap::Args)]
pub(crate) struct WorkerArgs {
    engine: Engine,
    workload: String,
}

/// Serves one workload with one engine.
pub(crate) fn work(args: &WorkerArgs) -> Result<ExitCode, Failure> {
    serve(args.engine, &Workload::named(&args.workload)?)?;
    Ok(ExitKind::Ok.into())
}
