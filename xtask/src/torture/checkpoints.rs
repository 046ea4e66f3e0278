//! Damaged checkpoints: all damage is found, the one before is used, and when none is left each is named with its reason.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use plumage_record::{Rejection, RunFolder};
use rand::{Rng, seq::IndexedRandom};

use super::{
    Group, Outcome, Wrong,
    arena::{Arena, NAME, copy},
    child::Running,
};

/// Every so many trials the whole program resumes what was damaged.
const WHOLE_PROGRAM_EVERY: u64 = 250;

/// The bytes of one checkpoint by file name.
type Files = BTreeMap<String, Vec<u8>>;

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mut draws = arena.draws(Group::Checkpoints, trial);
    let place = arena.place(Group::Checkpoints, trial)?;
    let run = Arena::run_in(&place);
    copy(&arena.half()?, &run)?;
    let sound = read(&run.join("checkpoints"))?;
    let steps: Vec<PathBuf> = sound.keys().cloned().collect();
    let [older, newer] = &steps[..] else { return Err(format!("{} checkpoints", steps.len()).into()) };
    // Mostly the newest is damaged, at times the one before it, at times both.
    let damaged = match draws.random_range(0..8) {
        0 => vec![older],
        1 | 2 => vec![older, newer],
        _ => vec![newer],
    };
    let mut told = Vec::new();
    for &step in &damaged {
        let others = [older, newer].into_iter().find(|other| *other != step).unwrap_or(step);
        told.push(damage(&mut draws, &run.join("checkpoints").join(step), &sound[step], &sound[others])?);
    }
    let result = if trial % WHOLE_PROGRAM_EVERY == WHOLE_PROGRAM_EVERY - 1 {
        by_the_program(arena, &place, &damaged, [older, newer])
    } else {
        by_the_library(&run, &damaged, [older, newer], &sound)
    };
    result.map_err(|wrong| format!("{}: {wrong}", told.join("; ")).into())
}

/// The library finds the newest sound one and says why not the others.
fn by_the_library(
    run: &Path,
    damaged: &[&PathBuf],
    [older, newer]: [&PathBuf; 2],
    sound: &BTreeMap<PathBuf, Files>,
) -> Outcome {
    let folder = RunFolder::reopen(run.parent().unwrap_or(run), NAME)?;
    let found = folder.checkpoints().newest();
    let expected = [newer, older].into_iter().find(|step| !damaged.contains(step));
    match (found, expected) {
        (Ok((Some(found), rejected)), Some(expected)) => {
            let mut files = sound[expected].clone();
            files.remove("manifest.json");
            if found.files != files {
                return Err(format!("step {} was used, not {}", found.step, expected.display()).into());
            }
            let passed_over = usize::from(expected == older);
            if rejected.len() > passed_over
                || rejected.iter().any(|Rejection { reason, .. }| reason.is_empty())
            {
                return Err(format!("passed over: {rejected:?}").into());
            }
            Ok(())
        }
        (Err(error), None) => named(&error.to_string(), run, [older, newer]),
        // Where the folders themselves are gone, there is nothing to reject.
        (Ok((None, _)), None) if checkpoints(run)?.is_empty() => Ok(()),
        (found, _) => Err(format!("found {found:?}").into()),
    }
}

/// The program resumes from the newest sound one, or ends with exit 7.
fn by_the_program(
    arena: &Arena,
    place: &Path,
    damaged: &[&PathBuf],
    [older, newer]: [&PathBuf; 2],
) -> Outcome {
    let run = Arena::run_in(place);
    if damaged.len() < 2 || checkpoints(&run)?.is_empty() {
        return arena.finish(place);
    }
    let ended = Running::start(&mut arena.train(place), place)?.wait()?;
    ended.expect(&[7])?;
    named(&ended.stderr, &run, [older, newer])
}

/// That a message names each checkpoint that has a folder.
fn named(message: &str, run: &Path, steps: [&PathBuf; 2]) -> Outcome {
    let there = checkpoints(run)?;
    for step in steps.into_iter().filter(|step| there.contains(step)) {
        if !message.contains(&*step.to_string_lossy()) {
            return Err(format!("{} is not named in: {message}", step.display()).into());
        }
    }
    Ok(())
}

/// The names of the checkpoints that have a folder.
fn checkpoints(run: &Path) -> Result<Vec<PathBuf>, Wrong> {
    let entries = fs::read_dir(run.join("checkpoints"))?;
    Ok(entries.map(|entry| Ok(PathBuf::from(entry?.file_name()))).collect::<Result<_, std::io::Error>>()?)
}

/// The files of every checkpoint.
fn read(folder: &Path) -> Result<BTreeMap<PathBuf, Files>, Wrong> {
    let mut all = BTreeMap::new();
    for step in fs::read_dir(folder)? {
        let step = step?;
        let mut files = Files::new();
        for file in fs::read_dir(step.path())? {
            let file = file?;
            files.insert(file.file_name().to_string_lossy().into_owned(), fs::read(file.path())?);
        }
        all.insert(PathBuf::from(step.file_name()), files);
    }
    Ok(all)
}

/// Damages one checkpoint; says how. Something about it is always changed.
fn damage(draws: &mut impl Rng, folder: &Path, files: &Files, others: &Files) -> Result<String, Wrong> {
    let names: Vec<&String> = files.keys().collect();
    let name = *names.choose(draws).ok_or("an empty checkpoint")?;
    let (path, bytes) = (folder.join(name), &files[name]);
    let at = draws.random_range(0..bytes.len());
    Ok(match draws.random_range(0..9) {
        0 => {
            fs::write(&path, &bytes[..at])?;
            format!("{name} cut to {at} bytes")
        }
        1 => {
            fs::write(&path, vec![0; bytes.len()])?;
            format!("{name} all zeros")
        }
        2 => {
            let mut zeroed = bytes.clone();
            zeroed[at..].fill(0);
            if zeroed == *bytes {
                zeroed.push(0);
            }
            fs::write(&path, zeroed)?;
            format!("{name} zeros from {at} on")
        }
        3 | 4 => {
            let (mut flipped, bit) = (bytes.clone(), draws.random_range(0..8));
            flipped[at] ^= 1 << bit;
            fs::write(&path, flipped)?;
            format!("{name} bit {bit} of byte {at} flipped")
        }
        5 => {
            let other = names.iter().find(|other| files[**other] != *bytes).ok_or("all files are equal")?;
            fs::write(&path, &files[*other])?;
            fs::write(folder.join(other), bytes)?;
            format!("{name} and {other} swapped")
        }
        6 => match others.get(name).filter(|other| *other != bytes) {
            Some(other) => {
                fs::write(&path, other)?;
                format!("{name} of another step")
            }
            None => {
                fs::remove_file(&path)?;
                format!("{name} removed")
            }
        },
        7 => {
            fs::remove_file(&path)?;
            fs::create_dir(&path)?;
            format!("{name} a folder")
        }
        _ => {
            let mut longer = bytes.clone();
            longer.extend((0..draws.random_range(1..100)).map(|_| draws.random::<u8>()));
            fs::write(&path, longer)?;
            format!("{name} with more at its end")
        }
    })
}
