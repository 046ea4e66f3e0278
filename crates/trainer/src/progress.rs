use plumage_models::weights::Tensors;
use plumage_record::Validation;
use serde::{Deserialize, Serialize};

use crate::adversarial::Sign;

/// Whoever watches a run: the command line, or a test.
pub trait Progress {
    /// A step was made; `loss` is that of its batch and `images` how many patches it held.
    fn step(&mut self, step: u64, loss: f64, images: usize);

    /// The network was validated after `step` steps.
    fn validated(&mut self, step: u64, validation: &Validation, best: bool);

    /// A row was closed in adversarial training, and this is wrong with it; nothing, where all is well.
    fn unhealthy(&mut self, _step: u64, _signs: &[Sign]) {}

    /// Whether the run should commit a checkpoint and stop; asked after every step, and before every image
    /// of a validation.
    fn stop_requested(&self) -> bool;
}

/// The best validation so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Steps made when it was measured.
    pub step: u64,
    /// Its mean PSNR on Y under the experiment's protocol.
    pub psnr_y_db: f64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All steps were made.
    Finished,
    /// [`Progress::stop_requested`]; a checkpoint is committed.
    Stopped,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Why it ended.
    pub ending: Ending,
    /// Steps made, those before a resume included.
    pub steps: u64,
    /// Seconds of training, those before a resume included; validation counted.
    pub elapsed_s: f64,
    /// The best validation.
    pub best: Option<Best>,
    /// The weights of the best validation.
    pub weights: Tensors,
    /// The weights after the last step, averaged where an average is kept.
    pub last: Tensors,
}
