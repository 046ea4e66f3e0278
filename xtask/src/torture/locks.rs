//! Two runs on one folder: one wins and ends as if it had been alone, the other is told that the folder is taken.

use std::time::Duration;

use rand::Rng;

use super::{Group, Outcome, arena::Arena, child::Running, sameness};

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mut draws = arena.draws(Group::Locks, trial);
    let reference = arena.reference()?;
    let place = arena.place(Group::Locks, trial)?;
    // A third of the pairs begin together; no second one comes so late that the first may have ended.
    let delay = if draws.random_bool(0.3) { 0. } else { draws.random_range(0. ..0.5) };
    let delay = reference.took.mul_f64(delay);
    let mut first = Running::start(&mut arena.train(&place), &place)?;
    if delay > Duration::ZERO {
        first.until(|since| since >= delay)?;
    }
    let second = Running::start(&mut arena.train(&place), &place)?.wait()?;
    let first = first.wait()?;
    first.expect(&[0, 6])?;
    second.expect(&[0, 6])?;
    match (first.code(), second.code()) {
        (Some(0), Some(6)) => second.says("in use")?,
        (Some(6), Some(0)) => first.says("in use")?,
        codes => return Err(format!("they ended with {codes:?}").into()),
    }
    sameness::check(&reference.run, &Arena::run_in(&place))?;
    arena.untouched(&place)
}
