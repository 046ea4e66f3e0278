//! The command line of Plumage: runs, evaluates and charts the experiments in `experiments/`.
//!
//! It parses, composes and runs; it does no arithmetic of its own.

mod commands;

mod evaluation;
mod experiment;
mod judging;
mod report;
mod run;
mod training;
mod upscale;

mod bench;
#[cfg(unix)]
mod torture;

mod doctor;

mod device;
mod difference;
mod exit;
mod failure;
mod interrupt;
mod limits;
mod machine;
mod names;
mod packed;
mod progress;
mod say;
mod workspace;

use std::process::ExitCode;

use clap::Parser;
use commands::Command;
use failure::Failure;
use plumage_record::disk::faults::{self, Trial};

/// Super-resolution experiments: train from a TOML file, measure, and keep what came out.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 110, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say an error as one JSON object: `error`, `exit`, `message`, `help`.
    // The commands whose result is JSON have a flag of the same name, which is then this one, too.
    #[arg(long, global = true)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  cargo xtask experiment srcnn_baseline                  train on drawn birds
  cargo xtask experiment srcnn_baseline --resume         go on after Ctrl-C, a crash or a power cut
  cargo xtask experiment tiny --set trainer.steps=50     change one key for this run
  cargo xtask new my_birds --from srcnn_birds            a new experiment is a new TOML file
  cargo xtask compare srcnn_baseline my_birds            two runs in one table and one chart
  cargo xtask evaluate srcnn_baseline --on set5 --scale 3 --protocol y_matlab
  cargo xtask upscale my_photographs --out larger        twice as wide and high
  cargo xtask export srcnn_baseline --to srcnn.onnx      for other programs to run
  cargo xtask doctor my_photographs                      is everything here as it should be?
  cargo xtask bench --peers python3                      our speed and memory against PyTorch's
  cargo xtask torture --minutes 60 --seed 1              kill it and lie to it: does it keep its promises?

Exit codes: 0 done, 2 usage or config, 3 some inputs bad, 4 unreadable input, 5 output not writable,
6 folder in use, 7 checkpoint unusable, 8 diverged, 9 more memory than the limit, 10 config or data changed,
130/143 stopped and resumable, 1 a bug.";

fn main() -> ExitCode {
    plumage_conv::prepare_process();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") => {
            failure::say_as_json();
            return Failure::from(error).report();
        }
        Err(error) => error.exit(),
    };
    if cli.json {
        failure::say_as_json();
    }
    match Trial::from_environment() {
        Ok(trial) => trial.into_iter().for_each(faults::arm),
        Err(error) => return Failure::usage(&error, error.help()).report(),
    }
    // A panic is a bug; it has said where on stderr, and the exit code is that of a bug.
    let code = match std::panic::catch_unwind(|| cli.command.run()) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => failure.report(),
        Err(_) => Failure::internal("the program stopped at a place that it should never reach").report(),
    };
    match faults::write_log() {
        Ok(()) => code,
        Err(error) => Failure::unwritable_log(&error).report(),
    }
}
