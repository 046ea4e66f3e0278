//! Optimizers whose state can be seen, saved and restored: Adam, AdamW and SGD with momentum.
//!
//! D. P. Kingma, J. Ba, "Adam", 2015, <https://arxiv.org/abs/1412.6980>; I. Loshchilov, F. Hutter, "Decoupled Weight
//! Decay Regularization", 2019, <https://arxiv.org/abs/1711.05101>. The updates are PyTorch's. Candle's own optimizers
//! hide their moments, so that a run could not be resumed exactly.

use std::collections::BTreeMap;

use candle_core::{Result, Tensor};
use plumage_models::{Parameters, weights::Tensors};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gradients::Gradients;

/// `[trainer.optimizer]`: how gradients become steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OptimizerConfig {
    /// Adam.
    Adam(AdamConfig),
    /// Adam with decoupled weight decay.
    Adamw(AdamwConfig),
    /// Stochastic gradient descent with momentum.
    Sgd(SgdConfig),
}

/// `[trainer.optimizer.adam]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdamConfig {
    /// Decay of the mean of the gradients; PyTorch has 0.9.
    #[schemars(range(min = 0.0, max = 0.999_999))]
    pub beta1: f64,
    /// Decay of the mean of their squares; PyTorch has 0.999.
    #[schemars(range(min = 0.0, max = 0.999_999_9))]
    pub beta2: f64,
    /// Added to the root of the second moment; PyTorch has 1e-8.
    #[schemars(range(min = 1e-30, max = 1.0))]
    pub epsilon: f64,
}

/// `[trainer.optimizer.adamw]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdamwConfig {
    /// Decay of the mean of the gradients; PyTorch has 0.9.
    #[schemars(range(min = 0.0, max = 0.999_999))]
    pub beta1: f64,
    /// Decay of the mean of their squares; PyTorch has 0.999.
    #[schemars(range(min = 0.0, max = 0.999_999_9))]
    pub beta2: f64,
    /// Added to the root of the second moment; PyTorch has 1e-8.
    #[schemars(range(min = 1e-30, max = 1.0))]
    pub epsilon: f64,
    /// Share of a weight that is taken away at every step, times the learning rate; PyTorch has 0.01.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub weight_decay: f64,
}

/// `[trainer.optimizer.sgd]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SgdConfig {
    /// Share of the last step's velocity that is kept; the SRCNN paper has 0.9.
    #[schemars(range(min = 0.0, max = 0.999_999))]
    pub momentum: f64,
}

/// An optimizer and what it remembers.
#[derive(Debug)]
pub struct Optimizer {
    rule: Rule,
    /// Updates made so far.
    steps: u64,
    /// What is remembered of every parameter; a rule with one moment leaves the second empty.
    moments: BTreeMap<String, [Vec<f32>; 2]>,
}

/// The update rules, Adam being AdamW without weight decay.
#[derive(Clone, Copy, Debug)]
enum Rule {
    Adam { beta1: f64, beta2: f64, epsilon: f64, weight_decay: f64 },
    Sgd { momentum: f64 },
}

impl Rule {
    /// The names of what the rule remembers of a parameter.
    fn moments(self) -> &'static [&'static str] {
        match self {
            Self::Adam { .. } => &["first_moment", "second_moment"],
            Self::Sgd { .. } => &["velocity"],
        }
    }
}

impl Optimizer {
    /// An optimizer that has seen nothing yet.
    pub fn new(config: &OptimizerConfig, parameters: &Parameters) -> Self {
        let rule = match *config {
            OptimizerConfig::Adam(AdamConfig { beta1, beta2, epsilon }) => {
                Rule::Adam { beta1, beta2, epsilon, weight_decay: 0. }
            }
            OptimizerConfig::Adamw(AdamwConfig { beta1, beta2, epsilon, weight_decay }) => {
                Rule::Adam { beta1, beta2, epsilon, weight_decay }
            }
            OptimizerConfig::Sgd(SgdConfig { momentum }) => Rule::Sgd { momentum },
        };
        let fresh = |count: usize| {
            [0, 1].map(|moment| vec![0f32; if moment < rule.moments().len() { count } else { 0 }])
        };
        let moments = parameters
            .iter()
            .map(|(name, variable)| (name.to_owned(), fresh(variable.elem_count())))
            .collect();
        Self { rule, steps: 0, moments }
    }

    /// Moves every parameter by one step; `learning_rate` gives the rate of a parameter by its name.
    ///
    /// Returns the first parameter whose value or moment would no longer be finite; then no parameter is moved, and the
    /// run must end there.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn update(
        &mut self,
        parameters: &Parameters,
        gradients: &Gradients,
        learning_rate: impl Fn(&str) -> f64,
    ) -> Result<Option<String>> {
        self.steps += 1;
        let mut moved = Vec::new();
        for (name, variable) in parameters.iter() {
            let (Some(gradient), Some(moments)) = (gradients.get(name), self.moments.get_mut(name)) else {
                candle_core::bail!("no gradient or no optimizer state for parameter {name}")
            };
            let mut weights = variable.flatten_all()?.to_vec1::<f32>()?;
            self.rule.apply(self.steps, learning_rate(name), &mut weights, gradient, moments);
            if !moments.iter().chain([&weights]).flatten().all(|value| value.is_finite()) {
                return Ok(Some(name.to_owned()));
            }
            moved.push((variable, weights));
        }
        for (variable, weights) in moved {
            variable.set(&Tensor::from_vec(weights, variable.shape(), variable.device())?)?;
        }
        Ok(None)
    }

    /// Updates made so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What the optimizer remembers, as `first_moment.conv1.weight` and so on.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn state(&self) -> Result<Tensors> {
        let mut tensors = Tensors::new();
        for (name, moments) in &self.moments {
            for (kind, values) in self.rule.moments().iter().zip(moments) {
                let tensor = Tensor::from_slice(values, values.len(), &candle_core::Device::Cpu)?;
                tensors.insert(format!("{kind}.{name}"), tensor);
            }
        }
        Ok(tensors)
    }

    /// Puts back what [`Optimizer::state`] gave after `steps` updates.
    ///
    /// # Errors
    /// Names a tensor that is missing or has another length.
    pub fn restore(&mut self, steps: u64, state: &Tensors) -> Result<()> {
        for (name, moments) in &mut self.moments {
            for (kind, values) in self.rule.moments().iter().zip(moments) {
                let key = format!("{kind}.{name}");
                let saved = state.get(&key).map(Tensor::to_vec1::<f32>).transpose()?;
                match saved {
                    Some(saved) if saved.len() == values.len() => *values = saved,
                    _ => candle_core::bail!("the optimizer state has no {key} of {} values", values.len()),
                }
            }
        }
        self.steps = steps;
        Ok(())
    }
}

impl Rule {
    /// One update of one parameter; `step` counts from 1.
    fn apply(self, step: u64, rate: f64, weights: &mut [f32], gradient: &[f32], moments: &mut [Vec<f32>; 2]) {
        let [first, second] = moments;
        match self {
            Self::Adam { beta1, beta2, epsilon, weight_decay } => {
                let step = step.min(1 << 30) as i32;
                let step_size = (rate / (1. - beta1.powi(step))) as f32;
                let root = (1. - beta2.powi(step)).sqrt() as f32;
                let keep = (1. - rate * weight_decay) as f32;
                let (b1, b2, epsilon) = (beta1 as f32, beta2 as f32, epsilon as f32);
                let (new1, new2) = ((1. - beta1) as f32, (1. - beta2) as f32);
                for (((w, &g), m), v) in weights.iter_mut().zip(gradient).zip(first).zip(second) {
                    *m = b1 * *m + new1 * g;
                    *v = b2 * *v + new2 * g * g;
                    *w = keep * *w - step_size * *m / (v.sqrt() / root + epsilon);
                }
            }
            Self::Sgd { momentum } => {
                let (momentum, rate) = (momentum as f32, rate as f32);
                for ((w, &g), velocity) in weights.iter_mut().zip(gradient).zip(first) {
                    *velocity = momentum * *velocity + g;
                    *w -= rate * *velocity;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    /// Minimises w^2 / 2 + w from w = 1, -2 for three steps at rate 0.1 and returns the weights.
    fn three_steps(config: &OptimizerConfig) -> Vec<f32> {
        let (parameters, ()) = parameters(&[1., -2.]);
        let mut optimizer = Optimizer::new(config, &parameters);
        for _ in 0..3 {
            step(&mut optimizer, &parameters);
        }
        parameters.tensors().unwrap()["w"].to_vec1().unwrap()
    }

    fn parameters(start: &[f32]) -> (Parameters, ()) {
        let (parameters, ()) = Parameters::init(0, &Device::Cpu, |vb| {
            vb.get_with_hints(start.len(), "w", candle_nn::init::ZERO)?;
            Ok(())
        })
        .unwrap();
        let start = Tensor::from_slice(start, start.len(), &Device::Cpu).unwrap();
        parameters.load(&Tensors::from([("w".to_owned(), start)])).unwrap();
        (parameters, ())
    }

    fn step(optimizer: &mut Optimizer, parameters: &Parameters) {
        let w: &Var = parameters.iter().next().unwrap().1;
        let loss = ((w.sqr().unwrap() / 2.).unwrap() + w.as_tensor()).unwrap().sum_all().unwrap();
        let gradients = Gradients::of(&loss, parameters).unwrap();
        assert_eq!(optimizer.update(parameters, &gradients, |_| 0.1).unwrap(), None);
    }

    fn assert_close(weights: &[f32], expected: &[f32]) {
        for (w, e) in weights.iter().zip(expected) {
            assert!((w - e).abs() < 1e-6, "{weights:?} {expected:?}");
        }
    }

    // PyTorch's numbers:
    //   for make in (lambda p: torch.optim.Adam(p, 0.1), lambda p: torch.optim.AdamW(p, 0.1, weight_decay=0.01),
    //                lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)):
    //       w = torch.nn.Parameter(torch.tensor([1.0, -2.0])); opt = make([w])
    //       for _ in range(3):
    //           opt.zero_grad(); (w * w / 2 + w).sum().backward(); opt.step()
    //       print(w.tolist())
    #[test]
    fn updates_are_those_of_pytorch() {
        let adam = AdamConfig { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        assert_close(&three_steps(&OptimizerConfig::Adam(adam)), &TORCH[0]);
        let adamw = AdamwConfig { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
        assert_close(&three_steps(&OptimizerConfig::Adamw(adamw)), &TORCH[1]);
        assert_close(&three_steps(&OptimizerConfig::Sgd(SgdConfig { momentum: 0.9 })), &TORCH[2]);
    }

    const TORCH: [[f32; 2]; 3] =
        [[0.700_623_45, -1.701_586_2], [0.697_933_7, -1.695_937_8], [-0.027_999_962, -1.486_000_1]];

    #[test]
    fn a_restored_optimizer_goes_on_as_if_nothing_had_happened() {
        for config in [
            OptimizerConfig::Adam(AdamConfig { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
            OptimizerConfig::Sgd(SgdConfig { momentum: 0.9 }),
        ] {
            let (straight, ()) = parameters(&[1., -2.]);
            let mut first = Optimizer::new(&config, &straight);
            step(&mut first, &straight);
            let (resumed, ()) = parameters(&straight.tensors().unwrap()["w"].to_vec1::<f32>().unwrap());
            let mut second = Optimizer::new(&config, &resumed);
            second.restore(first.steps(), &first.state().unwrap()).unwrap();
            step(&mut first, &straight);
            step(&mut second, &resumed);
            let values = |p: &Parameters| p.tensors().unwrap()["w"].to_vec1::<f32>().unwrap();
            assert_eq!(values(&straight), values(&resumed));
        }
    }
}
