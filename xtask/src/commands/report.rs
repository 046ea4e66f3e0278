//! `report`: what is shown to others, made from runs that are found, gone on with, or made.

use std::{path::PathBuf, process::ExitCode};

use super::use_threads;
use crate::{
    failure::Failure,
    interrupt::Interrupt,
    limits::MemoryLimit,
    report::{Runs, course, papers},
    workspace::Workspace,
};

/// Arguments of `report`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    report: Report,
}

/// The reports there are.
#[derive(clap::Subcommand)]
enum Report {
    /// The course report measured again, every figure and claim: results/course/index.html.
    Course(CourseArgs),
    /// Our networks beside the papers': results/papers/index.html, and its tables.
    Papers(PapersArgs),
}

/// Arguments of every report.
#[derive(clap::Args)]
struct Shared {
    /// A short version, which says what it cut.
    #[arg(long)]
    quick: bool,
    /// Make no run: show what is there, and say what is missing.
    #[arg(long)]
    no_training: bool,
    /// Threads that compute; the results do not depend on it. Without it: one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The most memory that a run may take, in MiB; without it: what is free.
    #[arg(long, value_name = "MIB")]
    max_memory: Option<u64>,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The folder that holds named image sets; without it the variable PLUMAGE_DATA names it.
    #[arg(long, value_name = "DIR")]
    data_root: Option<PathBuf>,
}

/// Arguments of `report course`.
#[derive(clap::Args)]
struct CourseArgs {
    /// The birds: drawn by the program, or a folder of photographs.
    #[arg(long, value_enum, default_value_t = course::Images::Aviary)]
    data: course::Images,
    /// Networks and judges of seconds, for tests: every number is meaningless.
    #[arg(long, hide = true, conflicts_with = "quick")]
    tiny: bool,
    #[command(flatten)]
    shared: Shared,
}

/// Arguments of `report papers`.
#[derive(clap::Args)]
struct PapersArgs {
    /// Measure on this, too: a set of data/, or a folder of images; may be given several times.
    #[arg(long, value_name = "SET_OR_DIR")]
    on: Vec<String>,
    /// Train every network by so many seeds.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "quick")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// Only experiments whose name holds this.
    #[arg(long, value_name = "PART")]
    only: Option<String>,
    /// What PyTorch said while it trained a network on T91, in lines such as `0.50 min step 980 loss 0.000812 set5x3 31.620`, as
    /// in `9-1-5=torch.txt`; may be given several times.
    #[arg(long, value_name = "NETWORK=FILE")]
    peer: Vec<String>,
    #[command(flatten)]
    shared: Shared,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.report {
        Report::Course(of_course) => course(of_course),
        Report::Papers(of_papers) => papers(of_papers),
    }
}

fn course(of_course: &CourseArgs) -> Result<ExitCode, Failure> {
    let again = of_course.command();
    with_runs(&of_course.shared, &again, |runs| {
        let extent = match (of_course.tiny, of_course.shared.quick) {
            (true, _) => course::Extent::Tiny,
            (_, true) => course::Extent::Quick,
            _ => course::Extent::Full,
        };
        course::report(runs, of_course.data, extent)
    })
}

fn papers(of_papers: &PapersArgs) -> Result<ExitCode, Failure> {
    let again = of_papers.command();
    with_runs(&of_papers.shared, &again, |runs| {
        papers::report(
            runs,
            &papers::Asked {
                on: &of_papers.on,
                seeds: of_papers.seeds,
                only: of_papers.only.as_deref(),
                peers: &of_papers.peer,
                quick: of_papers.shared.quick,
            },
        )
    })
}

/// Does what a report does with the runs of the workspace; `again` is the command that goes on with it.
fn with_runs(
    shared: &Shared,
    again: &str,
    report: impl FnOnce(&Runs) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let interrupt = Interrupt::listen(again.to_owned())?;
    use_threads(shared.threads)?;
    let workspace = Workspace::find()?;
    report(&Runs {
        workspace: &workspace,
        results: workspace.results(shared.out.as_deref()),
        roots: workspace.data_roots(shared.data_root.as_deref()),
        max_memory: MemoryLimit(shared.max_memory),
        again,
        trains: !shared.no_training,
        interrupt: &interrupt,
    })
}

impl Shared {
    /// As it was written.
    fn written(&self) -> String {
        let flag = |flag: &str, is_set: bool| if is_set { format!(" {flag}") } else { String::new() };
        let folder = |flag: &str, folder: &Option<PathBuf>| {
            folder.as_ref().map_or_else(String::new, |folder| format!(" {flag} '{}'", folder.display()))
        };
        let memory = self.max_memory.map_or_else(String::new, |mib| format!(" --max-memory {mib}"));
        let threads = self.threads.map_or_else(String::new, |threads| format!(" --threads {threads}"));
        flag("--quick", self.quick)
            + &flag("--no-training", self.no_training)
            + &threads
            + &memory
            + &folder("--out", &self.out)
            + &folder("--data-root", &self.data_root)
    }
}

impl CourseArgs {
    /// The command that makes the report again, or goes on with it.
    fn command(&self) -> String {
        let tiny = if self.tiny { " --tiny" } else { "" };
        format!("cargo xtask report course --data {}{tiny}{}", self.data.name(), self.shared.written())
    }
}

impl PapersArgs {
    /// The command that makes the report again, or goes on with it.
    fn command(&self) -> String {
        let each = |flag: &str, values: &[String]| -> String {
            values.iter().map(|value| format!(" {flag} '{value}'")).collect()
        };
        let seeds = if self.seeds == 1 { String::new() } else { format!(" --seeds {}", self.seeds) };
        format!(
            "cargo xtask report papers{seeds}{}{}{}{}",
            each("--only", self.only.as_slice()),
            each("--on", &self.on),
            each("--peer", &self.peer),
            self.shared.written()
        )
    }
}
