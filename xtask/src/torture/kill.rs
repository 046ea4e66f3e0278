//! kill -9 at random moments, and resumes by name until the run is done.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::Rng;

use super::{
    Group, Outcome, Wrong,
    arena::{Arena, Reference},
    child::Running,
};

/// A moment of a run: a time, or a little after metrics.csv has a number of bytes.
pub(super) enum Moment {
    At(Duration),
    AfterBytes { metrics: PathBuf, bytes: u64, then: Duration },
}

impl Moment {
    /// Half of the moments lie anywhere in the run, half in its training, which is the shorter part.
    pub(super) fn draw(draws: &mut impl Rng, reference: &Reference, run: &Path) -> Result<Self, Wrong> {
        if draws.random_bool(0.5) {
            return Ok(Self::At(reference.took.mul_f64(draws.random())));
        }
        Self::in_training(draws, reference, run, Duration::from_millis(8))
    }

    /// A moment up to `then` after some row of metrics.csv.
    pub(super) fn in_training(
        draws: &mut impl Rng,
        reference: &Reference,
        run: &Path,
        then: Duration,
    ) -> Result<Self, Wrong> {
        let length = fs::metadata(reference.run.join("metrics.csv"))?.len();
        let bytes = draws.random_range(0..length);
        let then = Duration::from_micros(draws.random_range(0..then.as_micros() as u64));
        Ok(Self::AfterBytes { metrics: run.join("metrics.csv"), bytes, then })
    }

    /// Waits for it; false when the process ended before.
    pub(super) fn wait(&self, running: &mut Running) -> Result<bool, Wrong> {
        match self {
            Self::At(moment) => Ok(running.until(|since| since >= *moment)?),
            Self::AfterBytes { metrics, bytes, then } => {
                let mut seen = None;
                Ok(running.until(|since| {
                    if seen.is_none() && fs::metadata(metrics).is_ok_and(|meta| meta.len() >= *bytes) {
                        seen = Some(since);
                    }
                    seen.is_some_and(|seen| since >= seen + *then)
                })?)
            }
        }
    }
}

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mut draws = arena.draws(Group::Kill, trial);
    let reference = arena.reference()?;
    let place = arena.place(Group::Kill, trial)?;
    for _ in 0..draws.random_range(1..=3) {
        let moment = Moment::draw(&mut draws, &reference, &Arena::run_in(&place))?;
        let mut running = Running::start(&mut arena.train(&place), &place)?;
        moment.wait(&mut running)?;
        running.kill()?.decent()?;
    }
    arena.finish(&place)
}
