//! Training: loops, optimizers, schedules, checkpoints with exact resume, validation and evaluation.
//!
//! The trainer knows data, models, losses, metrics and records. It knows nothing of charts.

mod config;
pub mod schedule;

pub mod adversarial;
pub mod judge;
pub mod restore;
pub mod validation;

pub mod architecture;

mod checkpoint;
pub mod ema;
pub mod evaluate;
pub mod gap;
pub mod gradients;
pub mod optimizer;
mod resume;

mod error;
mod progress;

pub use config::TrainerConfig;
pub use error::TrainError;
pub use progress::{Best, Ending, Outcome, Progress};
pub use resume::find_checkpoint;
