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

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn losses() -> [LossConfig; 3] {
        [LossConfig::Mse, LossConfig::L1, LossConfig::Charbonnier(CharbonnierConfig { epsilon: 0.01 })]
    }

    fn tensor(values: &[f64]) -> Tensor {
        Tensor::from_slice(values, (2, 1, 1, values.len() / 2), &Device::Cpu).unwrap()
    }

    /// SR and HR of a batch of two.
    fn batch() -> (Tensor, Tensor) {
        (tensor(&[0.5, 0.2, 0.62, 1.0]), tensor(&[0.2, 0.3, 0.6, 0.5]))
    }

    fn number(loss: &Tensor) -> f64 {
        loss.to_scalar().unwrap()
    }

    #[test]
    fn each_config_gives_its_own_loss() {
        let (sr, hr) = batch();
        let expected = [mse(&sr, &hr), l1(&sr, &hr), charbonnier(&sr, &hr, 0.01)];
        for (config, loss) in losses().iter().zip(expected) {
            assert_eq!(number(&config.apply(&sr, &hr).unwrap()), number(&loss.unwrap()), "{config:?}");
        }
    }

    #[test]
    fn the_epsilon_of_the_config_is_the_one_that_counts() {
        let (_, hr) = batch();
        for epsilon in [0.001, 0.5] {
            let config = LossConfig::Charbonnier(CharbonnierConfig { epsilon });
            assert!((number(&config.apply(&hr, &hr).unwrap()) - epsilon).abs() < 1e-12);
        }
    }

    #[test]
    fn each_loss_falls_at_every_step_of_gradient_descent() {
        let (sr, hr) = batch();
        for config in losses() {
            let variable = Var::from_tensor(&sr).unwrap();
            let mut before = f64::INFINITY;
            for step in 0..5 {
                let loss = config.apply(&variable, &hr).unwrap();
                assert!(number(&loss) < before, "{config:?} at step {step}: {before} to {}", number(&loss));
                before = number(&loss);
                let grads = loss.backward().unwrap();
                // Small enough for no pixel to jump over its target, where an L1 would rise again.
                let change = (grads.get(&variable).unwrap() * 0.01).unwrap();
                variable.set(&(variable.as_tensor() - change).unwrap()).unwrap();
            }
        }
    }

    #[test]
    fn shapes_that_differ_are_an_error() {
        let (sr, _) = batch();
        for config in losses() {
            for other in [sr.narrow(3, 0, 1), sr.narrow(0, 0, 1), sr.squeeze(1), sr.flatten_all()] {
                assert!(config.apply(&sr, &other.unwrap()).is_err(), "{config:?}");
            }
        }
    }
}
