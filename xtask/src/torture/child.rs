//! This program as a child process: started, waited for with patience, killed, and judged by how it ended.

use std::{
    fs::{self, File},
    io,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::Outcome;

/// Whoever takes longer hangs. Generous: a run of the torture's experiment takes a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at a process.
const GLANCE: Duration = Duration::from_micros(500);

/// A child process that runs; it is killed when this is dropped.
pub(super) struct Running {
    child: Child,
    started: Instant,
    stderr: PathBuf,
}

/// How a child process ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit status; none when it had to be killed because it hung.
    status: Option<ExitStatus>,
    /// What it said on stderr.
    pub(super) stderr: String,
    /// How long it ran.
    pub(super) took: Duration,
}

impl Running {
    /// Starts `command`; what it says goes to files in `place`.
    pub(super) fn start(command: &mut Command, place: &Path) -> io::Result<Self> {
        let number = (0..).find(|n| !place.join(format!("stderr-{n}.txt")).exists()).unwrap_or(0);
        let (stdout, stderr) =
            (place.join(format!("stdout-{number}.txt")), place.join(format!("stderr-{number}.txt")));
        command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
        let started = Instant::now();
        Ok(Self { child: command.spawn()?, started, stderr })
    }

    /// Waits until `moment` has come; false when the process ended before.
    pub(super) fn until(&mut self, mut moment: impl FnMut(Duration) -> bool) -> io::Result<bool> {
        loop {
            if self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            let since = self.started.elapsed();
            if moment(since) || since > PATIENCE {
                return Ok(true);
            }
            thread::sleep(GLANCE);
        }
    }

    /// Sends it a signal; one that is gone does not mind.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Makes it stand still; false when it has ended.
    pub(super) fn hold(&mut self) -> io::Result<bool> {
        self.signal(Signal::STOP);
        Ok(self.child.try_wait()?.is_none())
    }

    /// Lets it go on where it was held.
    pub(super) fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    /// Ends it as a power cut would, without a word.
    pub(super) fn kill(mut self) -> io::Result<Ended> {
        self.child.kill()?;
        let status = self.child.wait()?;
        self.ended(Some(status))
    }

    /// Waits for its end.
    pub(super) fn wait(mut self) -> io::Result<Ended> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return self.ended(Some(status));
            }
            if self.started.elapsed() > PATIENCE {
                self.child.kill()?;
                self.child.wait()?;
                return self.ended(None);
            }
            thread::sleep(GLANCE);
        }
    }

    fn ended(&self, status: Option<ExitStatus>) -> io::Result<Ended> {
        let stderr = String::from_utf8_lossy(&fs::read(&self.stderr)?).into_owned();
        Ok(Ended { status, stderr, took: self.started.elapsed() })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Its exit code, where it had one.
    pub(super) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// The signal that ended it, where one did.
    pub(super) fn killed_by(&self) -> Option<i32> {
        self.status.and_then(|status| status.signal())
    }

    /// That it neither hung nor panicked nor crashed, whatever else it did.
    pub(super) fn decent(&self) -> Outcome {
        let crashed = matches!(self.code(), Some(101 | 134 | 137 | 139))
            || self.killed_by().is_some_and(|signal| signal != Signal::KILL.as_raw());
        if self.status.is_none() || crashed || self.stderr.contains("panicked at") {
            return Err(self.to_string().into());
        }
        Ok(())
    }

    /// That it ended with one of these exit codes.
    pub(super) fn expect(&self, codes: &[i32]) -> Outcome {
        self.decent()?;
        if self.code().is_some_and(|code| codes.contains(&code)) {
            return Ok(());
        }
        Err(format!("expected exit {codes:?}: {self}").into())
    }

    /// That it said `words` on stderr.
    pub(super) fn says(&self, words: &str) -> Outcome {
        if self.stderr.contains(words) {
            return Ok(());
        }
        Err(format!("did not say {words:?}: {self}").into())
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.code(), self.killed_by()) {
            (Some(code), _) => write!(f, "it ended with exit {code}")?,
            (None, Some(signal)) => write!(f, "it was ended by signal {signal}")?,
            (None, None) => write!(f, "it hung for {} s", PATIENCE.as_secs())?,
        }
        let last = self.stderr.lines().rev().take(4).collect::<Vec<_>>();
        write!(f, ", saying: {}", last.into_iter().rev().collect::<Vec<_>>().join(" / "))
    }
}
