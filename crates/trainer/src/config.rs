use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{optimizer::OptimizerConfig, schedule::ScheduleConfig};

/// `[trainer]`: how a network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainerConfig {
    /// Optimizer steps of the whole run.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub steps: u64,
    /// Every so many steps, and at the last, a row of metrics.csv is written.
    #[schemars(range(min = 1))]
    pub record_every: u64,
    /// Every so many steps, and at the last, the network is validated; a multiple of `record_every`.
    #[schemars(range(min = 1))]
    pub validate_every: u64,
    /// Every so many steps, and at the last, a checkpoint is committed.
    #[schemars(range(min = 1))]
    pub checkpoint_every: u64,
    /// Every so many steps, the weights are kept, and measured when the training is over: curve.csv shows how fast the network
    /// learnt, by images that it was not chosen by. Absent: never.
    #[schemars(range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_every: Option<u64>,
    /// Validate on the first so many images of the validation part; absent: on all.
    #[schemars(range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_images: Option<usize>,
    /// How gradients become steps.
    pub optimizer: OptimizerConfig,
    /// The learning rate over the steps.
    pub schedule: ScheduleConfig,
    /// Learning-rate factors by layer, as in `conv3 = 0.1`, or by parameter; absent: 1 for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate_factors: Option<BTreeMap<String, f64>>,
    /// Gradients whose norm over all parameters is larger are scaled down to it; absent: never.
    #[schemars(range(min = 1e-12))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_grad_norm: Option<f64>,
    /// Decay of an exponential moving average of the weights, which is then what is validated and saved; absent: none.
    /// After n steps it is at most (1 + n) / (10 + n), so that the random beginning is forgotten.
    #[schemars(range(min = 0.0, max = 0.999_999))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ema_decay: Option<f64>,
}

impl TrainerConfig {
    /// Rules across fields that the config breaks, as pairs of key path and message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        if !self.validate_every.is_multiple_of(self.record_every) {
            let message = format!(
                "validation happens where a row is written: {} is not a multiple of record_every = {}",
                self.validate_every, self.record_every
            );
            broken.push(("validate_every".to_owned(), message));
        }
        if let Some(every) = self.snapshot_every
            && !every.is_multiple_of(self.record_every)
        {
            let message = format!(
                "weights are kept where a row is written, which says when: {every} is not a multiple of record_every = {}",
                self.record_every
            );
            broken.push(("snapshot_every".to_owned(), message));
        }
        for (name, &factor) in self.learning_rate_factors.iter().flatten() {
            if !(0. ..=1000.).contains(&factor) {
                broken.push((
                    format!("learning_rate_factors.{name}"),
                    format!("a learning-rate factor lies between 0 and 1000: got {factor}"),
                ));
            }
        }
        broken.extend(
            self.schedule.validate(self.steps).into_iter().map(|(k, m)| (format!("schedule.{k}"), m)),
        );
        broken
    }

    /// The factors whose layer or parameter is none of `names`, the parameters of the network.
    pub fn unmatched_factors<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
        let factors = self.learning_rate_factors.iter().flatten().map(|(layer, _)| layer);
        factors.filter(|layer| !names.clone().any(|name| is_part_of(name, layer))).cloned().collect()
    }

    /// The learning-rate factor of a parameter: that of the innermost layer that has one.
    pub fn learning_rate_factor(&self, parameter: &str) -> f64 {
        let factors = self.learning_rate_factors.iter().flatten();
        let matching = factors.filter(|(layer, _)| is_part_of(parameter, layer));
        matching.max_by_key(|(layer, _)| layer.len()).map_or(1., |(_, &factor)| factor)
    }
}

/// Whether the parameter `name` is `layer`, or lies in it: `conv1.weight` lies in `conv1`, and `conv10.weight` does not.
fn is_part_of(name: &str, layer: &str) -> bool {
    name.strip_prefix(layer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::is_part_of;

    #[test]
    fn a_layer_holds_its_parameters_and_no_other_layers() {
        assert!(is_part_of("conv1.weight", "conv1") && is_part_of("conv1.weight", "conv1.weight"));
        assert!(!is_part_of("conv10.weight", "conv1") && !is_part_of("conv1.weight", "conv"));
    }
}
