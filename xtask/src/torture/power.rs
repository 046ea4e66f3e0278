//! Power cuts: a run on an ext4 in an image file is killed at a random moment, and the file copied at once. The copy is what a
//! disk would hold: what the system had not written yet is not in it. It is mounted, so that its journal is played back, and
//! must hold all that the run had committed; then the run goes on.
//!
//! What this cannot show is a disk that loses what it has said to hold.

use std::{fs, path::Path, time::Duration};

use rand::Rng;

use super::{
    Group, Outcome, Wrong,
    arena::Arena,
    child::Running,
    kill::Moment,
    mounted::{Mounted, make_image},
    sameness,
};

/// How the file system is mounted: what its journal holds.
const MODES: [&str; 3] = ["data=ordered", "data=writeback", "data=journal"];

/// A file that is renamed is not flushed of itself, and the journal is written every second.
const OPTIONS: &str = "noauto_da_alloc,commit=1";

/// What is said of a disk that lost what should have been on it.
/// A rename that was lost leaves the name that came before it.
const LOSSES: [&str; 5] =
    ["is missing", "differs from", "does not verify", "No such file", "was left behind"];

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let place = arena.place(Group::Power, trial)?;
    // Those that must be found come first: without them all others show nothing.
    if let Some(mode) = MODES.get(trial as usize) {
        let cut = cut_power(arena, &place, mode, None, Some("no-fsync"))?;
        let _mounted = cut.mount()?;
        return match cut.judge(arena) {
            Ok(()) => Err(format!("no-fsync was not found with {mode}").into()),
            Err(wrong) if LOSSES.iter().any(|loss| wrong.to_string().contains(loss)) => Ok(()),
            Err(wrong) => Err(wrong),
        };
    }
    let mut draws = arena.draws(Group::Power, trial);
    let mode = MODES[trial as usize % MODES.len()];
    let reference = arena.reference()?;
    // One in five comes when the run has ended: then all that it promises must be there.
    let moment = if draws.random_bool(0.2) {
        None
    } else {
        // Some lie in the work after the training.
        let then = Duration::from_millis(if draws.random_bool(0.7) { 8 } else { 500 });
        Some(Moment::in_training(&mut draws, &reference, &Arena::run_in(&place.join("live")), then)?)
    };
    let cut = cut_power(arena, &place, mode, moment, None)?;
    let _mounted = cut.mount()?;
    cut.judge(arena).map_err(|wrong| format!("{mode}, {}: {wrong}", cut.promised).into())
}

/// What a power cut left.
struct Cut<'a> {
    place: &'a Path,
    mode: &'static str,
    promised: Promised,
}

/// What a run had committed when the power was cut.
#[derive(Debug)]
enum Promised {
    /// All of it: the run had ended.
    Everything,
    /// Lines of metrics.csv, and the checkpoint of a step; 0 is none.
    Lines { metrics: Vec<u8>, step: u64 },
}

/// Runs the torture's experiment until the moment, or to its end, and copies the disk.
fn cut_power<'a>(
    arena: &Arena,
    place: &'a Path,
    mode: &'static str,
    moment: Option<Moment>,
    mutant: Option<&str>,
) -> Result<Cut<'a>, Wrong> {
    let (disk, live) = (place.join("live.ext4"), place.join("live"));
    make_image(&disk)?;
    let mounted = Mounted::image(&disk, &live, &format!("{mode},{OPTIONS}"))?;
    let mut command = arena.train(&live);
    if let Some(mutant) = mutant {
        command.env("PLUMAGE_MUTANT", mutant);
    }
    let mut running = Running::start(&mut command, place)?;
    let ended = match moment {
        Some(moment) => {
            moment.wait(&mut running)?;
            running.kill()?
        }
        None => running.wait()?,
    };
    ended.decent()?;
    let promised = match ended.code() {
        Some(0) => Promised::Everything,
        Some(_) => return Err(ended.to_string().into()),
        None => Promised::by(&Arena::run_in(&live))?,
    };
    copy_disk(&disk, &place.join("cut.ext4"))?;
    drop(mounted);
    Ok(Cut { place, mode, promised })
}

/// Copies a disk that the system may still write to: two copies that are the same are the disk at the moment between them.
fn copy_disk(from: &Path, to: &Path) -> Outcome {
    let mut before = fs::read(from)?;
    for _ in 0..100 {
        let now = fs::read(from)?;
        if now == before {
            return Ok(fs::write(to, now)?);
        }
        before = now;
    }
    Err("the disk did not come to rest".into())
}

impl Cut<'_> {
    /// Mounts what is left, as after the next start.
    fn mount(&self) -> Result<Mounted, Wrong> {
        let options = format!("{},{OPTIONS}", self.mode);
        Mounted::image(&self.place.join("cut.ext4"), &self.place.join("cut"), &options)
    }

    /// That what was committed is there, and that the run goes on to the same end.
    fn judge(&self, arena: &Arena) -> Outcome {
        let disk = self.place.join("cut");
        let run = Arena::run_in(&disk);
        match &self.promised {
            Promised::Everything => return sameness::check(&arena.reference()?.run, &run),
            Promised::Lines { metrics, step } => {
                let newest =
                    if run.exists() { sameness::verified(&run)?.map_or(0, |one| one.step) } else { 0 };
                if newest < *step {
                    return Err(format!("the newest checkpoint is that of step {newest}").into());
                }
                let found = if metrics.is_empty() { Vec::new() } else { fs::read(run.join("metrics.csv"))? };
                if !found.starts_with(metrics) {
                    return Err("metrics.csv lost rows that were flushed".into());
                }
            }
        }
        arena.finish(&disk)
    }
}

impl Promised {
    /// What is committed is what came before something else: all rows but the last, and a checkpoint that a row follows.
    fn by(run: &Path) -> Result<Self, Wrong> {
        let mut metrics = fs::read(run.join("metrics.csv")).unwrap_or_default();
        let end_of_line = |text: &[u8]| text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        metrics.truncate(end_of_line(&metrics));
        let rows = String::from_utf8(metrics.clone())?;
        let last = rows.lines().next_back().and_then(|row| row.split(',').next()?.parse::<u64>().ok());
        metrics.truncate(end_of_line(&metrics[..metrics.len().saturating_sub(1)]));
        let names = fs::read_dir(run.join("checkpoints")).into_iter().flatten();
        let steps = names
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_prefix("step-")?.parse::<u64>().ok());
        let step = steps.filter(|&step| last.is_some_and(|last| step < last)).max().unwrap_or(0);
        Ok(Self::Lines { metrics, step })
    }
}

impl std::fmt::Display for Promised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everything => write!(f, "after its end"),
            Self::Lines { metrics, step } => {
                write!(f, "with the checkpoint of step {step} and {} bytes of metrics.csv", metrics.len())
            }
        }
    }
}
