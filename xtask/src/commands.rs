//! The subcommands, one small file each.

mod bench;
mod chart;
mod compare;
mod doctor;
mod evaluate;
mod experiment;
mod export;
mod list;
mod models;
mod new;
mod pack;
mod report;
#[cfg(unix)]
mod torture;
mod upscale;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

/// What can be asked for.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Train, evaluate and chart an experiment.
    Experiment(experiment::Args),
    /// List the experiments, what each shows and how far it has run.
    List(list::Args),
    /// Begin a new experiment from one that exists.
    New(new::Args),
    /// Draw the charts, figures and tables of finished runs again, without training.
    Chart(chart::Args),
    /// Set several runs side by side: one table, one chart.
    Compare(compare::Args),
    /// Enlarge pictures: files or whole folders, any format, colour profile and metadata kept.
    Upscale(upscale::Args),
    /// List the networks that come along, and what they are worth.
    Models(models::Args),
    /// Put the network of a run into one file that says what it is and what it is worth.
    Pack(pack::Args),
    /// Write a network as an ONNX file, for other programs to run.
    Export(export::Args),
    /// Measure a trained network on a set of images under a protocol.
    Evaluate(evaluate::Args),
    /// Make what is shown to others: one page with all tables and charts.
    Report(report::Args),
    /// Check whether figures still say what their runs say: charts, comparisons, reports.
    Verify(verify::Args),
    /// Look whether machine, data and results are as they should be, and say what to do.
    Doctor(doctor::Args),
    /// Measure our speed and memory against other engines'.
    Bench(bench::Args),
    /// One engine at one workload, as a process of `bench`.
    #[command(hide = true)]
    BenchWorker(bench::WorkerArgs),
    /// Kill, starve and mislead the program, and see whether it keeps its promises.
    #[cfg(unix)]
    Torture(torture::Args),
    /// Trials that may end their process, as a process of `torture`.
    #[cfg(unix)]
    #[command(hide = true)]
    TortureWorker(torture::WorkerArgs),
}

impl Command {
    /// Runs the command to its exit code.
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Experiment(args) => experiment::run(&args),
            Self::List(args) => list::run(&args),
            Self::New(args) => new::run(&args),
            Self::Chart(args) => chart::run(&args),
            Self::Compare(args) => compare::run(&args),
            Self::Upscale(args) => upscale::run(&args),
            Self::Models(args) => models::run(&args),
            Self::Pack(args) => pack::run(&args),
            Self::Export(args) => export::run(&args),
            Self::Evaluate(args) => evaluate::run(&args),
            Self::Report(args) => report::run(&args),
            Self::Verify(args) => verify::run(&args),
            Self::Doctor(args) => doctor::run(&args),
            Self::Bench(args) => bench::run(&args),
            Self::BenchWorker(args) => bench::work(&args),
            #[cfg(unix)]
            Self::Torture(args) => torture::run(&args),
            #[cfg(unix)]
            Self::TortureWorker(args) => torture::work(&args),
        }
    }
}

/// Computes with so many threads from here on; without a number with one for each core.
fn use_threads(threads: Option<u16>) -> Result<(), Failure> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into());
    pool.build_global().map_err(Failure::internal)
}
