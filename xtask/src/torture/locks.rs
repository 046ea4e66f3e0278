//! Two runs on one folder: one wins and ends as if it had been alone, the other is told that the folder is taken.

use std::time::Duration;

use rand::Rng;

use super::{Group, Outcome, arena::Arena, child::Running, kill::Moment, sameness};

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mut draws = arena.draws(Group::Locks, trial);
    let reference = arena.reference()?;
    let place = arena.place(Group::Locks, trial)?;
    let run = Arena::run_in(&place);
    // A third of the pairs begin together; the others meet for certain, since the first one is held meanwhile.
    let together = draws.random_bool(0.3);
    let moment = Moment::in_training(&mut draws, &reference, &run, Duration::from_millis(8))?;
    let mut first = Running::start(&mut arena.train(&place), &place)?;
    let is_held = !together && moment.wait(&mut first)? && first.hold()?;
    let second = Running::start(&mut arena.train(&place), &place)?.wait()?;
    first.go_on();
    let first = first.wait()?;
    first.expect(&[0, 6])?;
    second.expect(&[0, 6])?;
    match (first.code(), second.code()) {
        (Some(0), Some(6)) => second.says("in use")?,
        (Some(6), Some(0)) if together => first.says("in use")?,
        // On a busy machine one can be over before the other begins.
        (Some(0), Some(0)) if !is_held => {}
        codes => return Err(format!("they ended with {codes:?}").into()),
    }
    sameness::check(&reference.run, &run)?;
    arena.untouched(&place)
}
