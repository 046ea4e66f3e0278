//! Training losses, one function each: SR and HR, or the verdicts on them, in, one number out.
//!
//! Losses know tensors. They know nothing of networks or data sets.

mod config;
mod pixel;
mod variation;

mod adversarial;
mod perceptual;

mod weighted_sum;

pub use adversarial::{AdversarialConfig, VanillaConfig, binary_cross_entropy_with_labels};
pub use config::LossConfig;
pub use perceptual::perceptual;
pub use pixel::{charbonnier, l1, mse};
pub use variation::total_variation;
pub use weighted_sum::{Term, Weight, WeightedSum};
