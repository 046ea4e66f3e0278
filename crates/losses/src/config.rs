use candle_core::{Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{charbonnier, l1, mse};

/// Which loss an experiment minimises: `loss = "mse"`, or a table for a loss with parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LossConfig {
    /// Mean squared error: the highest PSNR, and blur where the network is unsure.
    Mse,
    /// Mean absolute error.
    L1,
    /// A smooth L1.
    Charbonnier(CharbonnierConfig),
}

/// `loss = { charbonnier = { epsilon = 0.001 } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CharbonnierConfig {
    /// Differences much smaller than this, in units of the image range [0, 1], count by their square.
    #[schemars(range(min = 1e-9, max = 1.0))]
    pub epsilon: f64,
}

impl LossConfig {
    /// The loss of a batch, a scalar.
    ///
    /// # Shapes
    /// `sr` and `hr`: `[B, C, H, W]` in [0, 1].
    ///
    /// # Errors
    /// Shapes that differ.
    pub fn apply(&self, sr: &Tensor, hr: &Tensor) -> Result<Tensor> {
        match self {
            Self::Mse => mse(sr, hr),
            Self::L1 => l1(sr, hr),
            Self::Charbonnier(config) => charbonnier(sr, hr, config.epsilon),
        }
    }
}
