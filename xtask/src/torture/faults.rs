//! A death or an error of the system at one operation on a file, or from there on: every fail point by its name, and
//! every operation by its number.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    Group, Outcome, Wrong,
    arena::{Arena, copy},
    child::{Ended, Running},
    sameness,
};

/// What can go wrong at an operation.
const WHATS: [&str; 6] = ["kill", "EIO", "ENOSPC", "EDQUOT", "EROFS", "EINTR"];

/// What a run does to files, as it counts it itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// Operations on files.
    pub(super) operations: u64,
    /// Renames of what had not been flushed.
    pub(super) unflushed: u64,
    /// How often each fail point was reached.
    pub(super) points: BTreeMap<String, u64>,
}

/// The two runs that are disturbed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Beginning {
    /// One that begins.
    Fresh,
    /// One that goes on from half the way.
    Half,
}

/// A trial of one fault.
#[derive(Debug)]
struct Fault {
    beginning: Beginning,
    what: &'static str,
    place: String,
    persistent: bool,
}

/// The operations of a run that goes on with what is in `place`, or begins there.
pub(super) fn count(arena: &Arena, place: &Path, mutant: Option<&str>) -> Result<Counts, Wrong> {
    let log = place.join("count.txt");
    let mut command = arena.train(place);
    command.env("PLUMAGE_FAULT", "count").env("PLUMAGE_FAULT_LOG", &log);
    if let Some(mutant) = mutant {
        command.env("PLUMAGE_MUTANT", mutant);
    }
    Running::start(&mut command, place)?.wait()?.expect(&[0])?;
    let mut counts = Counts::default();
    for line in fs::read_to_string(&log)?.lines() {
        let (name, count) = line.split_once(' ').ok_or_else(|| format!("{line:?} is no count"))?;
        let count = count.parse()?;
        match name {
            "operations" => counts.operations = count,
            "unflushed" => counts.unflushed = count,
            point => drop(counts.points.insert(point.to_owned(), count)),
        }
    }
    Ok(counts)
}

/// How many trials there are.
pub(super) fn trials(arena: &Arena, group: Group) -> Result<u64, Wrong> {
    let places = |counts: &Counts| match group {
        Group::Points => counts.points.len() as u64,
        _ => counts.operations,
    };
    let (fresh, half) = (arena.fresh()?, arena.resumed()?);
    Ok((places(&fresh) + places(&half)) * WHATS.len() as u64 * 2)
}

/// The trial of that number: first the one-shot faults at every place, kind by kind, then the persistent ones.
fn fault(arena: &Arena, group: Group, trial: u64) -> Result<Fault, Wrong> {
    let (fresh, half) = (arena.fresh()?, arena.resumed()?);
    let names = |counts: &Counts| match group {
        Group::Points => counts.points.keys().cloned().collect::<Vec<_>>(),
        _ => (1..=counts.operations).map(|number| number.to_string()).collect(),
    };
    let fresh = names(&fresh).into_iter().map(|place| (Beginning::Fresh, place));
    let half = names(&half).into_iter().map(|place| (Beginning::Half, place));
    let places: Vec<_> = fresh.chain(half).collect();
    let (round, index) = (trial as usize / places.len(), trial as usize % places.len());
    // Each round gives the kinds to the places in another turn, so that few trials already show every kind.
    let what = WHATS[(round + index) % WHATS.len()];
    let persistent = round >= WHATS.len();
    let (beginning, place) = places[index].clone();
    Ok(Fault { beginning, what, place, persistent })
}

pub(super) fn trial(arena: &Arena, group: Group, trial: u64) -> Outcome {
    let Fault { beginning, what, place: at, persistent } = fault(arena, group, trial)?;
    let place = arena.place(group, trial)?;
    let run = Arena::run_in(&place);
    if beginning == Beginning::Half {
        copy(&arena.half()?, &run)?;
    }
    let before = newest_step(&run)?;
    let text = format!("{what}@{at}{}", if persistent { "+" } else { "" });
    let began = if beginning == Beginning::Fresh { "at the beginning" } else { "at half the way" };
    let judge = || -> Outcome {
        let mut command = arena.train(&place);
        let ended = Running::start(command.env("PLUMAGE_FAULT", &text), &place)?.wait()?;
        judge(&ended, what, &at, persistent)?;
        if ended.code() == Some(5) && before > 0 && !persistent {
            ended.says("is whole")?;
        }
        if newest_step(&run)? < before {
            return Err("the last checkpoint of before is gone".into());
        }
        arena.finish(&place)
    };
    judge().map_err(|wrong| format!("PLUMAGE_FAULT={text} {began}: {wrong}").into())
}

/// Whether a run with a fault ended as promised.
fn judge(ended: &Ended, what: &str, at: &str, persistent: bool) -> Outcome {
    ended.decent()?;
    let operation = at.split_once('.').map(|(_, operation)| operation);
    match (what, operation) {
        ("kill", _) if ended.killed_by().is_some() => Ok(()),
        // By its number an operation can lie in work that another run does not do.
        ("kill", None) => ended.expect(&[0]),
        ("kill", Some(_)) => Err(format!("it was not killed: {ended}").into()),
        ("EINTR", _) if !persistent => ended.expect(&[0]),
        // What cannot be read or tidied up may do no harm, or leave nothing to begin with.
        (_, None | Some("read" | "list" | "remove")) => ended.expect(&[0, 4, 5, 7]),
        _ => ended.expect(&[5]),
    }
}

/// The step of the newest checkpoint, 0 without any; each that is there must verify.
fn newest_step(run: &Path) -> Result<u64, Wrong> {
    if !run.exists() {
        return Ok(0);
    }
    Ok(sameness::verified(run)?.map_or(0, |checkpoint| checkpoint.step))
}
