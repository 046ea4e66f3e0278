//! Torture: the program is killed, starved and misled on purpose, and must keep its promises. See `cargo xtask torture --help`.

use std::error::Error;

mod schedule;
mod tally;
mod worker;

mod arena;
mod child;
mod memory;
mod mounted;
mod sameness;

mod checkpoints;
mod configs;
mod faults;
mod full;
mod images;
mod kill;
mod locks;
mod mutants;
mod names;
mod power;
mod signals;
mod threads;
mod variants;
mod weights;

pub(crate) use arena::Arena;
pub(crate) use schedule::{Plan, Sum, carry_out};
pub(crate) use worker::work;

/// What was found to be wrong, in words.
pub(crate) type Wrong = Box<dyn Error>;

/// What a trial comes to.
pub(crate) type Outcome = Result<(), Wrong>;

/// Trials of one kind. The numbers are part of the random draws: add groups, never renumber them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Group {
    /// kill -9 at random moments, then resumes.
    Kill = 1,
    /// Death or an error of the system at every fail point, by its name.
    Points = 2,
    /// The same at every operation on a file, by its number.
    Faults = 3,
    /// SIGTERM and SIGINT at random moments.
    Signals = 4,
    /// Damaged checkpoints.
    Checkpoints = 5,
    /// Damaged pictures.
    Images = 6,
    /// Small files that announce or swell to more than any memory.
    Bombs = 7,
    /// Broken experiment files.
    Configs = 8,
    /// Hostile weights.
    Weights = 9,
    /// Two runs on one folder.
    Locks = 10,
    /// Odd names, pipes and loops of links.
    Names = 11,
    /// Numbers of threads.
    Threads = 12,
    /// Bugs on purpose, which the comparison must find.
    Mutants = 13,
    /// Power cuts on an ext4 in a file.
    Power = 14,
    /// Disks that fill up.
    Full = 15,
}

impl Group {
    /// All of them, in the order in which they are begun.
    pub(crate) const ALL: [Self; 15] = [
        Self::Mutants,
        Self::Kill,
        Self::Power,
        Self::Full,
        Self::Points,
        Self::Faults,
        Self::Signals,
        Self::Checkpoints,
        Self::Images,
        Self::Bombs,
        Self::Configs,
        Self::Weights,
        Self::Locks,
        Self::Names,
        Self::Threads,
    ];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Points => "points",
            Self::Faults => "faults",
            Self::Signals => "signals",
            Self::Checkpoints => "checkpoints",
            Self::Images => "images",
            Self::Bombs => "bombs",
            Self::Configs => "configs",
            Self::Weights => "weights",
            Self::Locks => "locks",
            Self::Names => "names",
            Self::Threads => "threads",
            Self::Mutants => "mutants",
            Self::Power => "power",
            Self::Full => "full",
        }
    }

    /// Trials after which it has shown what it can show.
    fn enough(self, arena: &Arena) -> Result<u64, Wrong> {
        Ok(match self {
            Self::Kill => 1_000,
            Self::Signals | Self::Power => 300,
            Self::Full => 100,
            Self::Checkpoints => 50_000,
            Self::Images => 100_000,
            Self::Bombs => 1_005,
            Self::Configs => configs::trials(arena)? + 100_000,
            Self::Weights => weights::trials() + 100_000,
            Self::Locks => 500,
            Self::Names => names::trials() + 200,
            Self::Threads => threads::trials(arena)? + 100,
            Self::Points | Self::Faults | Self::Mutants => self.end(arena)?,
        })
    }

    /// Trials that there are at most.
    fn end(self, arena: &Arena) -> Result<u64, Wrong> {
        match self {
            Self::Points | Self::Faults => faults::trials(arena, self),
            Self::Mutants => Ok(mutants::ALL.len() as u64),
            _ => Ok(u64::MAX),
        }
    }

    /// Trials that are made together in a process of their own; none where each trial starts processes itself.
    fn together(self) -> Option<u64> {
        match self {
            Self::Checkpoints | Self::Images | Self::Configs | Self::Weights => Some(500),
            Self::Power | Self::Full => Some(20),
            // What one leaves in memory would hide what the next one takes.
            Self::Bombs => Some(1),
            _ => None,
        }
    }

    /// Whether it mounts file systems, which takes the rights of root.
    fn mounts(self) -> bool {
        matches!(self, Self::Power | Self::Full)
    }

    /// Why it cannot be done here; none where it can.
    fn obstacle(self, arena: &Arena) -> Option<String> {
        if self.mounts() { mounted::obstacle(arena.work()) } else { None }
    }

    /// Makes one trial; nothing but the seed of the arena and the number decides what is done.
    fn make(self, arena: &Arena, trial: u64) -> Outcome {
        match self {
            Self::Kill => kill::trial(arena, trial),
            Self::Points | Self::Faults => faults::trial(arena, self, trial),
            Self::Signals => signals::trial(arena, trial),
            Self::Checkpoints => checkpoints::trial(arena, trial),
            Self::Images => images::trial(arena, trial),
            Self::Bombs => images::bombs::trial(arena, trial),
            Self::Configs => configs::trial(arena, trial),
            Self::Weights => weights::trial(arena, trial),
            Self::Locks => locks::trial(arena, trial),
            Self::Names => names::trial(arena, trial),
            Self::Threads => threads::trial(arena, trial),
            Self::Mutants => mutants::trial(arena, trial),
            Self::Power => power::trial(arena, trial),
            Self::Full => full::trial(arena, trial),
        }
    }
}
