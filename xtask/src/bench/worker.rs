//! A process that does one workload with one engine, a step at a time.
//!
//! It says `ready` when all is prepared. To each line `run` it answers with the milliseconds of one step; when its input
//! ends it answers with its peak memory in MiB, or `unknown`, and ends.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};

use super::{engines::Engine, workloads::Workload};
use crate::{exit::ExitKind, failure::Failure, say::say};

/// The process, seen from the one that started it.
pub(crate) struct Worker {
    engine: String,
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts the process; it prepares itself while others do.
    pub(crate) fn start(engine: &str, command: &mut Command) -> Result<Self, Failure> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| {
            let program = command.get_program().display();
            Failure::usage(format!("failed to start {program} for {engine}: {error}"), "is the path right?")
        })?;
        let (Some(requests), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Failure::internal(format!("{engine} has no input or output")));
        };
        let (engine, answers) = (engine.to_owned(), BufReader::new(answers));
        Ok(Self { engine, process, requests: Some(requests), answers })
    }

    /// What the engine is called in tables and records.
    pub(crate) fn engine(&self) -> &str {
        &self.engine
    }

    /// Waits until the process has prepared its workload.
    pub(crate) fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let answer = self.answer()?;
        if answer == "ready" { Ok(()) } else { Err(self.unexpected(&answer)) }
    }

    /// The milliseconds of one more step.
    pub(crate) fn run(&mut self) -> Result<f64, Failure> {
        // A process that is gone cannot take the request; its missing answer tells.
        let _ = self.requests.as_mut().map(|requests| requests.write_all(b"run\n"));
        let answer = self.answer()?;
        answer.parse().map_err(|_| self.unexpected(&answer))
    }

    /// Ends the process; its peak memory in MiB, where the system tells.
    pub(crate) fn finish(mut self) -> Result<Option<f64>, Failure> {
        self.requests = None;
        let answer = self.answer()?;
        if answer == "unknown" {
            return Ok(None);
        }
        answer.parse().map(Some).map_err(|_| self.unexpected(&answer))
    }

    fn answer(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(read) if read > 0 => Ok(line.trim().to_owned()),
            _ => Err(self.unexpected("nothing")),
        }
    }

    fn unexpected(&self, answer: &str) -> Failure {
        Failure::Said {
            exit: ExitKind::Internal,
            message: format!("{} ended early: it answered {answer}", self.engine),
            help: Some("its own words are above; a process that ran out of memory has none".to_owned()),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A process that has finished, or that is out of step, is not asked any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The process itself, for the engines of this program.
pub(crate) fn serve(engine: Engine, workload: &Workload) -> Result<(), Failure> {
    let mut step = engine.prepare(workload).map_err(Failure::internal)?;
    say!("ready");
    for request in std::io::stdin().lock().lines() {
        match request.as_deref() {
            Ok("run") => {}
            Ok(request) => return Err(Failure::usage(format!("{request} is no request"), "send `run`")),
            Err(error) => return Err(Failure::internal(error)),
        }
        let start = Instant::now();
        step().map_err(Failure::internal)?;
        say!("{:.4}", start.elapsed().as_secs_f64() * 1e3);
    }
    say!("{}", peak_rss_mib().map_or("unknown".to_owned(), |peak| format!("{peak:.1}")));
    Ok(())
}

/// The most memory that this process has held, in MiB, as Linux tells it.
fn peak_rss_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.)
}
