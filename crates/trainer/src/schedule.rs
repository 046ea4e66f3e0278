//! The learning rate as a function of the step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[trainer.schedule]`: warm-up, then one of the shapes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Learning rate after the warm-up.
    #[schemars(range(min = 0.0, max = 1e30))]
    pub learning_rate: f64,
    /// The learning rate rises linearly from zero over so many steps; 0: at once.
    pub warmup_steps: u64,
    /// What happens after the warm-up.
    pub shape: ScheduleShape,
}

/// How the learning rate falls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ScheduleShape {
    /// It does not.
    Constant,
    /// It is multiplied by a factor every so many steps.
    Step(StepDecay),
    /// Half a cosine down to a final rate at the last step (I. Loshchilov, F. Hutter, "SGDR", 2017,
    /// <https://arxiv.org/abs/1608.03983>, without restarts).
    Cosine(CosineDecay),
}

/// `shape = { step = { every = .., factor = .. } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDecay {
    /// Steps between two decays.
    #[schemars(range(min = 1))]
    pub every: u64,
    /// What the rate is multiplied by.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub factor: f64,
}

/// `shape = { cosine = { final_learning_rate = .. } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CosineDecay {
    /// Learning rate of the last step.
    #[schemars(range(min = 0.0, max = 1e30))]
    pub final_learning_rate: f64,
}

impl ScheduleConfig {
    /// The learning rate of a step, `0 <= step < steps`.
    pub fn learning_rate(&self, step: u64, steps: u64) -> f64 {
        if step < self.warmup_steps {
            return self.learning_rate * (step + 1) as f64 / self.warmup_steps as f64;
        }
        let since = step - self.warmup_steps;
        match &self.shape {
            ScheduleShape::Constant => self.learning_rate,
            ScheduleShape::Step(decay) => {
                self.learning_rate * decay.factor.powi((since / decay.every).min(1 << 20) as i32)
            }
            ScheduleShape::Cosine(decay) => {
                let last = steps.saturating_sub(self.warmup_steps + 1).max(1);
                let progress = since as f64 / last as f64;
                let share = 0.5 * (1. + (std::f64::consts::PI * progress).cos());
                decay.final_learning_rate + (self.learning_rate - decay.final_learning_rate) * share
            }
        }
    }

    /// Rules across fields that the config breaks, as pairs of key path and message.
    pub(crate) fn validate(&self, steps: u64) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        if self.warmup_steps > steps {
            let message =
                format!("the warm-up of {} steps is longer than the {steps} of the run", self.warmup_steps);
            broken.push(("warmup_steps".to_owned(), message));
        }
        if let ScheduleShape::Cosine(decay) = &self.shape
            && decay.final_learning_rate > self.learning_rate
        {
            let message = format!(
                "a cosine falls: the final {} is above the learning_rate {}",
                decay.final_learning_rate, self.learning_rate
            );
            broken.push(("shape.cosine.final_learning_rate".to_owned(), message));
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(warmup_steps: u64, shape: ScheduleShape) -> ScheduleConfig {
        ScheduleConfig { learning_rate: 1e-3, warmup_steps, shape }
    }

    #[test]
    fn a_warm_up_rises_to_the_learning_rate() {
        let schedule = schedule(4, ScheduleShape::Constant);
        let rates: Vec<f64> = (0..6).map(|step| schedule.learning_rate(step, 10)).collect();
        assert_eq!(rates, [0.25e-3, 0.5e-3, 0.75e-3, 1e-3, 1e-3, 1e-3]);
    }

    #[test]
    fn a_cosine_begins_at_the_learning_rate_and_ends_at_the_final_one() {
        let schedule = schedule(0, ScheduleShape::Cosine(CosineDecay { final_learning_rate: 1e-5 }));
        assert_eq!(schedule.learning_rate(0, 101), 1e-3);
        assert!((schedule.learning_rate(50, 101) - (1e-3 + 1e-5) / 2.).abs() < 1e-12);
        assert!((schedule.learning_rate(100, 101) - 1e-5).abs() < 1e-12);
        assert_eq!(schedule.learning_rate(0, 1), 1e-3);
    }

    #[test]
    fn a_step_decay_falls_every_so_many_steps() {
        let schedule = schedule(0, ScheduleShape::Step(StepDecay { every: 10, factor: 0.5 }));
        let rates: Vec<f64> = [0, 9, 10, 19, 20].map(|step| schedule.learning_rate(step, 30)).to_vec();
        assert_eq!(rates, [1e-3, 1e-3, 0.5e-3, 0.5e-3, 0.25e-3]);
    }
}
