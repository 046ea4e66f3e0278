//! Torture: the program is killed, starved and misled on purpose, and must keep its promises. See `cargo xtask torture --help`.

use std::error::Error;

mod schedule;
mod tally;

mod arena;
mod child;
mod sameness;

mod kill;

pub(crate) use arena::Arena;
pub(crate) use schedule::{Plan, carry_out};

/// What was found to be wrong, in words.
pub(crate) type Wrong = Box<dyn Error>;

/// What a trial comes to.
pub(crate) type Outcome = Result<(), Wrong>;

/// Trials of one kind. The numbers are part of the random draws: add groups, never renumber them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub(crate) enum Group {
    /// kill -9 at random moments, then resumes.
    Kill = 1,
}

impl Group {
    /// All of them, in the order in which they are begun.
    pub(crate) const ALL: [Self; 1] = [Self::Kill];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
        }
    }

    /// Trials after which it has shown what it can show.
    fn enough(self, _arena: &Arena) -> Result<u64, Wrong> {
        Ok(match self {
            Self::Kill => 1000,
        })
    }

    /// Trials that there are at most.
    fn end(self, _arena: &Arena) -> Result<u64, Wrong> {
        Ok(u64::MAX)
    }

    /// Trials that are made at a time.
    fn batch(self) -> u64 {
        1
    }

    /// Makes one trial; nothing but the seed of the arena and the number decides what is done.
    fn make(self, arena: &Arena, trial: u64) -> Outcome {
        match self {
            Self::Kill => kill::trial(arena, trial),
        }
    }
}
