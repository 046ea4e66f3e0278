//! The number of threads changes no byte: of every kind of experiment made tiny, and of random combinations of settings.

use std::{fs, path::Path};

use rand::{Rng, seq::IndexedRandom};

use super::{Group, Outcome, Wrong, arena::Arena, child::Running, variants};

/// The numbers of threads; the first is what the others are compared with.
const THREADS: [&str; 5] = ["1", "2", "3", "4", "8"];

/// What may not differ.
const FILES: [&str; 3] = ["metrics.csv", "evaluation.csv", "weights.safetensors"];

/// One trial for each kind of experiment; those after them are random.
pub(super) fn trials(arena: &Arena) -> Result<u64, Wrong> {
    Ok(variants::names(&arena.experiments())?.len() as u64)
}

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let variants = variants::names(&arena.experiments())?;
    let place = arena.place(Group::Threads, trial)?;
    let (name, changes) = match variants.get(trial as usize) {
        Some(name) => (name.clone(), Vec::new()),
        None => (super::arena::NAME.to_owned(), random(&mut arena.draws(Group::Threads, trial))),
    };
    let told = format!("{name} {}", changes.join(" "));
    let judge = || -> Outcome {
        for threads in THREADS {
            let out = place.join(threads);
            let mut command = arena.command(["experiment", &name, "--threads", threads]);
            for change in &changes {
                command.args(["--set", change]);
            }
            Running::start(command.arg("--out").arg(&out), &place)?.wait()?.expect(&[0])?;
            same(&place.join(THREADS[0]).join(&name), &out.join(&name))
                .map_err(|wrong| format!("{wrong} with {threads} threads"))?;
        }
        Ok(())
    };
    judge().map_err(|wrong| format!("{told}: {wrong}").into())
}

fn same(expected: &Path, found: &Path) -> Outcome {
    for file in FILES {
        if fs::read(expected.join(file))? != fs::read(found.join(file))? {
            return Err(format!("{file} differs").into());
        }
    }
    Ok(())
}

/// A random combination of settings that compute something else.
fn random(draws: &mut impl Rng) -> Vec<String> {
    let choices: [&[&str]; 8] = [
        &["loss=\"mse\"", "loss=\"l1\"", "loss={charbonnier={epsilon=0.001}}"],
        &["model.srcnn.channels=\"y\"", "model.srcnn.channels=\"rgb\""],
        &[
            "model.srcnn.padding=\"zeros\"",
            "model.srcnn.padding=\"replicate\"",
            "model.srcnn.padding=\"valid\"",
        ],
        &["model.srcnn.kernels=[5,1,3]", "model.srcnn.kernels=[3,3,3]", "model.srcnn.kernels=[1,5,3]"],
        &["model.srcnn.widths=[8,4]", "model.srcnn.widths=[17,9]", "model.srcnn.widths=[32,32]"],
        &["data.batches.workers=0", "data.batches.workers=1", "data.batches.workers=3"],
        &["data.batches.size=1", "data.batches.size=7", "data.batches.size=16"],
        &["model.srcnn.residual=true", "model.srcnn.residual=false"],
    ];
    let mut changes: Vec<String> =
        choices.iter().filter_map(|of| of.choose(draws)).map(|change| (*change).to_owned()).collect();
    changes.push(format!("seed={}", draws.random_range(0..1000)));
    changes
}
