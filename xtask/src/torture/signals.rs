//! SIGTERM and SIGINT at random moments: a checkpoint is committed, the way on is said, and the end is the same.

use rand::Rng;
use rustix::process::Signal;

use super::{Group, Outcome, arena::Arena, child::Running, kill::Moment, sameness};

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mut draws = arena.draws(Group::Signals, trial);
    let reference = arena.reference()?;
    let place = arena.place(Group::Signals, trial)?;
    let run = Arena::run_in(&place);
    let (signal, code) = if draws.random() { (Signal::TERM, 143) } else { (Signal::INT, 130) };
    let moment = Moment::draw(&mut draws, &reference, &run)?;
    let mut running = Running::start(&mut arena.train(&place), &place)?;
    moment.wait(&mut running)?;
    running.signal(signal);
    let ended = running.wait()?;
    if ended.killed_by() == Some(signal.as_raw()) {
        // Before the program began to listen there was nothing to keep.
        if run.exists() {
            return Err(format!("the run was begun: {ended}").into());
        }
    } else {
        ended.expect(&[0, code])?;
    }
    if ended.code() == Some(code) && run.join("metrics.csv").exists() {
        ended.says("--resume")?;
        sameness::newest_checkpoint(&run)?;
    }
    arena.finish(&place)
}
