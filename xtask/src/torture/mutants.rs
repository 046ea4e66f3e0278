//! Bugs on purpose: what compares runs must find each of them, or its silence means nothing.

use super::{
    Group, Outcome,
    arena::{Arena, copy},
    child::Running,
    faults, sameness,
};

/// The bugs.
pub(super) const ALL: [&str; 4] = ["no-fsync", "rerun-batch", "rng-not-restored", "ema-not-restored"];

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mutant = ALL[trial as usize % ALL.len()];
    let place = arena.place(Group::Mutants, trial)?;
    if mutant == "no-fsync" {
        let sound = arena.fresh()?;
        if sound.unflushed > 0 {
            return Err(
                format!("{} renames of what was not flushed, without any mutant", sound.unflushed).into()
            );
        }
        let found = faults::count(arena, &place, Some(mutant))?.unflushed;
        return if found > 0 { Ok(()) } else { Err("no-fsync was not found".into()) };
    }
    copy(&arena.half()?, &Arena::run_in(&place))?;
    let mut command = arena.train(&place);
    Running::start(command.env("PLUMAGE_MUTANT", mutant), &place)?.wait()?.expect(&[0])?;
    match sameness::check(&arena.reference()?.run, &Arena::run_in(&place)) {
        Ok(()) => Err(format!("{mutant} was not found").into()),
        Err(wrong) if wrong.to_string().contains("differs") => Ok(()),
        Err(wrong) => Err(wrong),
    }
}
