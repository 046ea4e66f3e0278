//! The engines that run inside this program: ours, and candle as it comes.

mod candle;
mod plumage;

use candle_core::Result;
use clap::ValueEnum;

use super::workloads::Workload;

/// An engine of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// The networks as Plumage trains and runs them.
    Plumage,
    /// The same networks from candle's own layers, `[B, C, H, W]` throughout.
    Candle,
}

/// Does its workload once every time it is called.
pub(crate) type Step = Box<dyn FnMut() -> Result<()>>;

/// The learning rate of all training steps; any that does not diverge takes as long.
const LEARNING_RATE: f64 = 1e-4;
/// What the discriminator should say of an HR patch.
const REAL: f64 = 0.9;
/// Weight of the adversarial part of the generator's loss.
const ADVERSARIAL_WEIGHT: f64 = 1e-3;

impl Engine {
    /// What the command line and the records call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plumage => "plumage",
            Self::Candle => "candle",
        }
    }

    /// Networks and data of a workload, made once.
    pub(crate) fn prepare(self, workload: &Workload) -> Result<Step> {
        match self {
            Self::Plumage => plumage::prepare(workload.task),
            Self::Candle => candle::prepare(workload.task),
        }
    }
}
