//! Faults on purpose: the operation that fails, or before which the process dies, is chosen from outside.
//!
//! A [`Trial`] belongs to the process, put there by [`arm`] from the environment, or to a thread for the time of a
//! closure, put there by [`during`]. The second is what tests use: nothing of a run is written by any thread but the one
//! that trains, so that a thread is as good as a process, and tests beside one another keep their faults to themselves.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{
    point::{Operation, Point, Purpose},
    unflushed::Unflushed,
};

/// The variable that chooses the fault.
const FAULT: &str = "PLUMAGE_FAULT";

/// The variable that names the file for the counts.
const LOG: &str = "PLUMAGE_FAULT_LOG";

/// The variable that chooses the mutant.
const MUTANT: &str = "PLUMAGE_MUTANT";

/// The bugs that can be switched on, so that a test is seen to find them.
pub const MUTANTS: [&str; 4] = ["no-fsync", "rerun-batch", "rng-not-restored", "ema-not-restored"];

/// An operation that is interrupted again and again fails after so many attempts.
const ATTEMPTS: u32 = 100;

/// What is done to a run on purpose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    fault: Option<Fault>,
    mutant: Option<&'static str>,
    log: Option<PathBuf>,
}

/// The operation that goes wrong, and how.
#[derive(Clone, Debug, PartialEq)]
struct Fault {
    what: What,
    place: Place,
    persistent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Io,
    NoSpace,
    Quota,
    ReadOnly,
    Interrupted,
    Kill,
}

#[derive(Clone, Debug, PartialEq)]
enum Place {
    Number(u64),
    Point(Point),
}

/// A variable of the environment that says what cannot be done.
#[derive(Debug, thiserror::Error)]
#[error("{variable}={value}: {reason}")]
pub struct TrialError {
    variable: &'static str,
    value: String,
    reason: String,
}

impl TrialError {
    /// What the variable can be.
    pub fn help(&self) -> String {
        match self.variable {
            MUTANT => format!("one of {}, or leave the variable out", MUTANTS.join(", ")),
            _ => format!(
                "`count`, or WHAT@WHERE with an optional `+` that makes every later operation fail too: WHAT is EIO, ENOSPC, \
                 EDQUOT, EROFS, EINTR or kill; WHERE is the number of a file operation, from 1, or PURPOSE.OPERATION \
                 as checkpoint.rename, of {} and {}",
                names(Purpose::ALL.iter().map(|one| one.as_str())),
                names(Operation::ALL.iter().map(|one| one.as_str()))
            ),
        }
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

impl Trial {
    /// The trial that the environment asks for; none where it says nothing.
    ///
    /// # Errors
    /// A variable that cannot be understood.
    pub fn from_environment() -> Result<Option<Self>, TrialError> {
        let text = |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let (fault, mutant) = (text(FAULT), text(MUTANT));
        let log = env::var_os(LOG).map(PathBuf::from);
        if fault.is_none() && mutant.is_none() && log.is_none() {
            return Ok(None);
        }
        Ok(Some(Self { log, ..Self::parse(fault.as_deref(), mutant.as_deref())? }))
    }

    /// The trial of a fault as in `PLUMAGE_FAULT` and a mutant as in `PLUMAGE_MUTANT`; without a fault it counts.
    ///
    /// # Errors
    /// A text that cannot be understood.
    pub fn parse(fault: Option<&str>, mutant: Option<&str>) -> Result<Self, TrialError> {
        let error =
            |variable, value: &str, reason: String| TrialError { variable, value: value.to_owned(), reason };
        let fault = match fault {
            None | Some("count") => None,
            Some(text) => Some(Fault::parse(text).map_err(|reason| error(FAULT, text, reason))?),
        };
        let find = |name| MUTANTS.into_iter().find(|known| *known == name);
        let unknown = |name| error(MUTANT, name, "there is no such mutant".to_owned());
        let mutant = mutant.map(|name| find(name).ok_or_else(|| unknown(name))).transpose()?;
        Ok(Self { fault, mutant, log: None })
    }
}

impl Fault {
    fn parse(text: &str) -> Result<Self, String> {
        let (what, place) = text.split_once('@').ok_or("it has no `@`")?;
        let what = What::named(what).ok_or_else(|| format!("`{what}` is no fault"))?;
        let (place, persistent) = place.strip_suffix('+').map_or((place, false), |place| (place, true));
        let number = || place.parse().ok().filter(|number| *number > 0).map(Place::Number);
        let place = Point::named(place)
            .map(Place::Point)
            .or_else(number)
            .ok_or_else(|| format!("`{place}` is no operation"))?;
        Ok(Self { what, place, persistent })
    }
}

impl What {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "EIO" => Self::Io,
            "ENOSPC" => Self::NoSpace,
            "EDQUOT" => Self::Quota,
            "EROFS" => Self::ReadOnly,
            "EINTR" => Self::Interrupted,
            "kill" => Self::Kill,
            _ => return None,
        })
    }

    /// Makes it happen: the process dies, or the error is that of the system.
    #[cfg(unix)]
    fn strike(self) -> io::Error {
        use rustix::{io::Errno, process};

        io::Error::from(match self {
            Self::Io => Errno::IO,
            Self::NoSpace => Errno::NOSPC,
            Self::Quota => Errno::DQUOT,
            Self::ReadOnly => Errno::ROFS,
            Self::Interrupted => Errno::INTR,
            Self::Kill => {
                // Nothing survives the signal; what follows is for a system that would not send it.
                process::kill_process(process::getpid(), process::Signal::KILL).err().unwrap_or(Errno::IO)
            }
        })
    }

    #[cfg(not(unix))]
    fn strike(self) -> io::Error {
        io::Error::from(match self {
            Self::Io => io::ErrorKind::Other,
            Self::NoSpace => io::ErrorKind::StorageFull,
            Self::Quota => io::ErrorKind::QuotaExceeded,
            Self::ReadOnly => io::ErrorKind::ReadOnlyFilesystem,
            Self::Interrupted => io::ErrorKind::Interrupted,
            Self::Kill => std::process::abort(),
        })
    }
}

/// What came of a trial so far.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Operations on files.
    pub operations: u64,
    /// How often each fail point was reached.
    pub points: BTreeMap<Point, u64>,
    /// Where the fault struck first, if it did.
    pub struck: Option<Point>,
    unflushed: Unflushed,
}

impl Report {
    /// Renames of files or folders whose content had not been flushed.
    pub fn unflushed(&self) -> u64 {
        self.unflushed.renames()
    }

    /// Files whose bytes, and files and folders whose names, were not flushed in the end.
    pub fn left_unflushed(&self) -> impl Iterator<Item = &Path> {
        self.unflushed.paths()
    }

    fn text(&self) -> String {
        let head = format!("operations {}\nunflushed {}\n", self.operations, self.unflushed());
        self.points.iter().fold(head, |text, (point, count)| format!("{text}{point} {count}\n"))
    }
}

/// A trial that goes on.
struct Running {
    trial: Trial,
    report: Report,
}

static PROCESS: Mutex<Option<Running>> = Mutex::new(None);

thread_local! {
    static THREAD: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// Puts the whole process on trial.
pub fn arm(trial: Trial) {
    *PROCESS.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(Running { trial, report: Report::default() });
}

/// Writes what came of the trial of the process to the file that `PLUMAGE_FAULT_LOG` names, if it names one.
///
/// # Errors
/// A file that cannot be written.
pub fn write_log() -> io::Result<()> {
    let log = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    match log.as_ref().and_then(|running| Some((running.trial.log.as_ref()?, &running.report))) {
        Some((path, report)) => fs::write(path, report.text()),
        None => Ok(()),
    }
}

/// Runs `work` with this thread on trial; returns what came of both.
pub fn during<T>(trial: Trial, work: impl FnOnce() -> T) -> (T, Report) {
    let before = THREAD.replace(Some(Running { trial, report: Report::default() }));
    let result = work();
    let report = THREAD.replace(before).map(|running| running.report);
    (result, report.unwrap_or_default())
}

/// Whether the bug `name` of [`MUTANTS`] is switched on.
pub fn mutant(name: &str) -> bool {
    on_trial(|running| running.trial.mutant == Some(name)).unwrap_or(false)
}

/// Runs `operation` at a fail point: the fault of the trial comes before it. What is interrupted is done again.
pub(super) fn at<T>(point: Point, mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    on_trial(|running| running.report.count(point));
    let mut left = ATTEMPTS;
    loop {
        let result = match on_trial(|running| running.fault_at(point)).flatten() {
            Some(what) => Err(what.strike()),
            None => operation(),
        };
        left -= 1;
        match result {
            Err(error) if error.kind() == io::ErrorKind::Interrupted && left > 0 => {}
            done => return done,
        }
    }
}

/// Notes what is flushed and what is not, where somebody counts.
pub(super) fn note(note: impl FnOnce(&mut Unflushed)) {
    on_trial(|running| note(&mut running.report.unflushed));
}

/// The trial of this thread, or else that of the process.
fn on_trial<T>(work: impl FnOnce(&mut Running) -> T) -> Option<T> {
    THREAD.with_borrow_mut(|running| match running {
        Some(running) => Some(work(running)),
        None => PROCESS.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(work),
    })
}

impl Report {
    fn count(&mut self, point: Point) {
        self.operations += 1;
        *self.points.entry(point).or_default() += 1;
    }
}

impl Running {
    /// What goes wrong at the present operation, if anything does.
    fn fault_at(&mut self, point: Point) -> Option<What> {
        let fault = self.trial.fault.as_ref()?;
        let is_here = match fault.place {
            Place::Number(number) => number == self.report.operations,
            Place::Point(place) => place == point,
        };
        let strikes = if self.report.struck.is_some() { fault.persistent } else { is_here };
        if strikes {
            self.report.struck.get_or_insert(point);
        }
        strikes.then_some(fault.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Point = Point { purpose: Purpose::Metrics, operation: Operation::Append };
    const THERE: Point = Point { purpose: Purpose::Metrics, operation: Operation::Sync };

    fn trial(fault: &str) -> Trial {
        Trial::parse(Some(fault), None).unwrap()
    }

    /// Which of the four operations here, there, here, there succeed.
    fn outcome(fault: &str) -> [bool; 4] {
        during(trial(fault), || [HERE, THERE, HERE, THERE].map(|point| at(point, || Ok(())).is_ok())).0
    }

    #[test]
    fn a_fault_strikes_once_or_from_there_on_by_number_or_by_name() {
        assert_eq!(outcome("count"), [true; 4]);
        assert_eq!(outcome("EIO@2"), [true, false, true, true]);
        assert_eq!(outcome("ENOSPC@3+"), [true, true, false, false]);
        assert_eq!(outcome("EDQUOT@metrics.sync"), [true, false, true, true]);
        assert_eq!(outcome("EROFS@metrics.sync+"), [true, false, false, false]);
        assert_eq!(outcome("EIO@5"), [true; 4]);
    }

    #[test]
    fn what_is_interrupted_is_done_again_but_not_for_ever() {
        assert_eq!(outcome("EINTR@2"), [true; 4]);
        assert_eq!(outcome("EINTR@2+"), [true, false, false, false]);
        let mut left = 3;
        let real = at(HERE, || {
            left -= 1;
            if left > 0 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(left) }
        });
        assert_eq!(real.unwrap(), 0);
    }

    #[test]
    fn the_error_is_that_of_the_system() {
        let code = |fault| during(trial(fault), || at(HERE, || Ok(()))).0.unwrap_err().kind();
        assert_eq!(code("ENOSPC@1"), io::ErrorKind::StorageFull);
        assert_eq!(code("EDQUOT@1"), io::ErrorKind::QuotaExceeded);
        assert_eq!(code("EROFS@1"), io::ErrorKind::ReadOnlyFilesystem);
    }

    #[test]
    fn what_cannot_be_understood_is_said_with_what_can() {
        for wrong in
            ["", "EIO", "EIO@", "EIO@0", "EIO@-1", "EIO@+", "eio@1", "EIO@metrics", "EIO@1++", "counts"]
        {
            let error = Trial::parse(Some(wrong), None).unwrap_err();
            assert!(error.to_string().starts_with(&format!("PLUMAGE_FAULT={wrong}: ")), "{error}");
            assert!(error.help().contains("checkpoint"), "{}", error.help());
        }
        let error = Trial::parse(None, Some("fsync")).unwrap_err();
        assert!(error.help().contains("no-fsync"), "{}", error.help());
    }

    #[test]
    fn the_counts_are_written_one_a_line() {
        let (_, report) = during(trial("count"), || {
            at(HERE, || Ok(())).and_then(|()| at(THERE, || Ok(()))).and_then(|()| at(HERE, || Ok(())))
        });
        assert_eq!(report.text(), "operations 3\nunflushed 0\nmetrics.append 2\nmetrics.sync 1\n");
    }

    #[test]
    fn a_mutant_is_on_only_where_it_was_switched_on() {
        let no_fsync = Trial::parse(None, Some("no-fsync")).unwrap();
        assert!(during(no_fsync, || mutant("no-fsync") && !mutant("rerun-batch")).0);
        assert!(!mutant("no-fsync"));
    }
}
