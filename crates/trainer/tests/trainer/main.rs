//! Whole runs of the trainer.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

mod setup;

mod adversarial;
mod judge;
mod restore;
