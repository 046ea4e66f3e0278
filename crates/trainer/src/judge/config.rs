use plumage_metrics::{Bootstrap, Permutation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{optimizer::OptimizerConfig, schedule::ScheduleConfig};

/// `[trainer]` of an experiment that judges: how every judge is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeTrainerConfig {
    /// Optimizer steps of one judge.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub steps: u64,
    /// Pairs of a real and a generated crop in a step.
    #[schemars(range(min = 1, max = 4096))]
    pub pairs: usize,
    /// Every so many steps, and at the last, a judge is validated; the weights of the best validation loss are its own.
    #[schemars(range(min = 1))]
    pub validate_every: u64,
    /// How gradients become steps.
    pub optimizer: OptimizerConfig,
    /// The learning rate over the steps.
    pub schedule: ScheduleConfig,
}

impl JudgeTrainerConfig {
    /// Rules across fields that the config breaks, as pairs of key path and message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let broken = self.schedule.validate(self.steps).into_iter();
        broken.map(|(key, message)| (format!("schedule.{key}"), message)).collect()
    }
}

/// `[judge.statistics]`: how intervals and p-values are drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsConfig {
    /// How often all test images are drawn for an interval.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub replicates: usize,
    /// The share of intervals that are to contain the truth.
    #[schemars(range(min = 0.01, max = 0.9999))]
    pub confidence: f64,
    /// How many exchanges of two methods are drawn for a p-value.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub permutations: usize,
}

impl StatisticsConfig {
    pub(super) fn bootstrap(&self, seed: u64) -> Bootstrap {
        Bootstrap { seed, replicates: self.replicates, confidence: self.confidence }
    }

    pub(super) fn permutation(&self, seed: u64) -> Permutation {
        Permutation { seed, draws: self.permutations }
    }
}
