//! Broken experiment files: every key renamed, retyped or out of range is named, and no text makes the program panic.

use std::{fs, path::Path, sync::OnceLock};

use plumage_config::probe::Mutation;
use rand::{Rng, seq::IndexedRandom};

use super::{Group, Outcome, Wrong, arena::Arena, child::Running};
use crate::{experiment::Experiment, failure::Failure, workspace::Workspace};

/// Every so many trials the whole program is asked.
const WHOLE_PROGRAM_EVERY: u64 = 100;

/// Every mutation of every shipped experiment, as it is written and with all that it extends.
fn mutations(arena: &Arena) -> Result<&'static [Mutation], Wrong> {
    static KNOWN: OnceLock<Vec<Mutation>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known);
    }
    let workspace = Workspace::at(arena.workspace());
    let mut all = Vec::new();
    for name in Experiment::names(&workspace).map_err(said)? {
        let path = workspace.experiments().join(format!("{name}.toml"));
        let loaded = Experiment::read(&path, &[]).map_err(said)?;
        for text in [&fs::read_to_string(&path)?, &loaded.resolved] {
            all.extend(loaded.value.mutations(text));
        }
    }
    Ok(KNOWN.get_or_init(|| all))
}

fn said(failure: Failure) -> Wrong {
    format!("{failure:?}").into()
}

/// How many mutations there are; trials beyond them are random files.
pub(super) fn trials(arena: &Arena) -> Result<u64, Wrong> {
    Ok(mutations(arena)?.len() as u64)
}

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let known = mutations(arena)?;
    let place = arena.place(Group::Configs, trial)?;
    let by_program = trial % WHOLE_PROGRAM_EVERY == WHOLE_PROGRAM_EVERY - 1;
    match known.get(trial as usize) {
        Some(mutation) if by_program => refused_by_the_program(arena, trial, mutation, &place),
        Some(mutation) => refused(arena, trial, mutation),
        None => survives(arena, trial, known),
    }
}

/// Beside the experiments that it may extend.
fn write(arena: &Arena, trial: u64, text: &[u8]) -> Result<Written, Wrong> {
    let path = arena.workspace().join("experiments").join(format!("broken_{trial}.toml"));
    fs::write(&path, text)?;
    Ok(Written(path))
}

/// A file that is removed when it is done with.
struct Written(std::path::PathBuf);

impl Drop for Written {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn refused(arena: &Arena, trial: u64, mutation: &Mutation) -> Outcome {
    let file = write(arena, trial, mutation.text.as_bytes())?;
    match Experiment::read(&file.0, &[]) {
        Err(Failure::Config(errors))
            if errors.mistakes().iter().any(|mistake| mistake.key == mutation.key) =>
        {
            Ok(())
        }
        Err(failure) => Err(format!("{}: its key is not named: {failure:?}", mutation.description).into()),
        Ok(_) => Err(format!("{}: it was accepted", mutation.description).into()),
    }
}

fn refused_by_the_program(arena: &Arena, trial: u64, mutation: &Mutation, place: &Path) -> Outcome {
    let _file = write(arena, trial, mutation.text.as_bytes())?;
    let mut command = arena.command(["experiment", &format!("broken_{trial}"), "--out"]);
    let ended = Running::start(command.arg(place.join("results")), place)?.wait()?;
    let last = mutation.key.rsplit('.').next().unwrap_or_default();
    let judged = ended.expect(&[2]).and_then(|()| ended.says(last.split('[').next().unwrap_or_default()));
    judged.map_err(|wrong| format!("{}: {wrong}", mutation.description))?;
    if place.join("results").exists() {
        return Err(format!("{}: something was written", mutation.description).into());
    }
    Ok(())
}

/// A random text: refused as a config or accepted, and nothing else.
fn survives(arena: &Arena, trial: u64, known: &[Mutation]) -> Outcome {
    const PIECES: [&str; 16] = [
        "[",
        "]",
        "{",
        "}",
        "=",
        "\"",
        "'",
        "\n",
        ".",
        ",",
        "#",
        "1e999",
        "-9223372036854775808",
        "nan",
        "extends = \"tiny\"\n",
        "[[data]]\n",
    ];
    let mut draws = arena.draws(Group::Configs, trial);
    let mut text = known.choose(&mut draws).map(|one| one.text.clone().into_bytes()).unwrap_or_default();
    for _ in 0..draws.random_range(1..6) {
        let at = draws.random_range(0..=text.len());
        match draws.random_range(0..4) {
            0 => text.truncate(at.max(1)),
            1 => drop(text.splice(at..at, PIECES[draws.random_range(0..PIECES.len())].bytes())),
            2 => text.insert(at, draws.random()),
            _ if at < text.len() => text[at] ^= 1 << draws.random_range(0..7),
            _ => {}
        }
    }
    let file = write(arena, trial, &text)?;
    match Experiment::read(&file.0, &[]) {
        Ok(_) | Err(Failure::Config(_)) => Ok(()),
        Err(failure) => Err(format!("neither accepted nor refused as a config: {failure:?}").into()),
    }
}
