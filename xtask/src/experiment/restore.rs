//! An experiment that trains one network to upscale.

use candle_core::Device;
use plumage_data::{InputGrid, Recipe};
use plumage_losses::LossConfig;
use plumage_metrics::Protocol;
use plumage_models::{Grid, ModelConfig};
use plumage_trainer::{TrainerConfig, adversarial::AdversaryConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DataConfig;

/// The whole of `experiments/NAME.toml`, where it trains a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreExperiment {
    /// What the experiment shows, in a line.
    pub(crate) about: String,
    /// Everything random in the run is a function of it.
    pub(crate) seed: u64,
    /// How much is enlarged: HR size over LR size.
    #[schemars(range(min = 2, max = 8))]
    pub(crate) scale: usize,
    /// The network.
    pub(crate) model: ModelConfig,
    /// What it minimises.
    pub(crate) loss: LossConfig,
    /// What it learns from, and what it is validated on.
    pub(crate) data: DataConfig,
    /// How it is trained.
    pub(crate) trainer: TrainerConfig,
    /// Against whom it is trained; absent: against nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) adversarial: Option<AdversaryConfig>,
    /// How it is measured in the end.
    pub(crate) evaluation: EvaluationConfig,
    /// What is kept beside tables, charts and checkpoints; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<RecordConfig>,
}

/// `[evaluation]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluationConfig {
    /// How images are degraded and measured, in validation too: always by the protocol's bicubic, whatever
    /// `data.degradation` trains for.
    pub(crate) protocol: Protocol,
    /// What is measured: `test`, the test part of the training set, or names of sets in data/.
    #[schemars(length(min = 1))]
    pub(crate) on: Vec<String>,
    /// For so many images of every set, a comparison figure is drawn.
    pub(crate) figures: usize,
    /// Of so many of the training images, too, the loss is measured when the training is over, with the weights of the last step and
    /// as on the validation images: the gap between the two is what was learnt by heart. Absent: of none.
    #[schemars(range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gap_images: Option<usize>,
}

/// `[record]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordConfig {
    /// Whether all rows and figures are written for TensorBoard, too: `tensorboard --logdir results`.
    pub(crate) tensorboard: bool,
}

impl RestoreExperiment {
    /// Whether TensorBoard is to find the run.
    pub(crate) fn has_events(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.tensorboard)
    }

    /// What the batches of a run are made of.
    pub(crate) fn recipe(&self) -> Recipe {
        let architecture = self.model.architecture();
        Recipe {
            seed: self.seed,
            scale: self.scale,
            channels: architecture.channels(),
            input: match architecture.grid() {
                Grid::Lr => InputGrid::Lr,
                Grid::Hr => InputGrid::Hr,
            },
            degradation: self.data.degradation.clone(),
            patches: self.data.patches.clone(),
            augment: self.data.augment.clone(),
            batches: self.data.batches.clone(),
        }
    }

    /// Rules across fields that the experiment breaks, as pairs of key path and message.
    pub(super) fn broken_rules(&self) -> Vec<(String, String)> {
        let below = |at: String, broken: Vec<(String, String)>| {
            broken.into_iter().map(move |(path, message)| (format!("{at}.{path}"), message))
        };
        let architecture = self.model.architecture();
        let mut broken: Vec<_> =
            below(format!("model.{}", architecture.name()), architecture.validate()).collect();
        if broken.is_empty() {
            broken.extend(self.broken_network_rules());
        }
        broken.extend(below("data".into(), self.data.broken_rules()));
        broken.extend(below("data".into(), self.recipe().validate()));
        broken.extend(below("trainer".into(), self.trainer.validate()));
        let adversary = self.adversarial.iter().flat_map(|config| config.validate(self.trainer.steps));
        broken.extend(below("adversarial".into(), adversary.collect()));
        let has_test = self.data.split.as_ref().is_some_and(|split| split.test > 0.);
        if !has_test && self.evaluation.on.iter().any(|set| set == "test") {
            let message = "there is no test part: give data.split.test a share, or name a set of data/";
            broken.push(("evaluation.on".to_owned(), message.to_owned()));
        }
        broken
    }

    /// Rules that only the built network shows.
    fn broken_network_rules(&self) -> Vec<(String, String)> {
        let (parameters, model) = match self.model.init(self.scale, self.seed, &Device::Cpu) {
            Ok(built) => built,
            Err(error) => return vec![("model".to_owned(), format!("the network cannot be built: {error}"))],
        };
        let names = parameters.iter().map(|(name, _)| name).collect::<Vec<_>>();
        let unmatched = self.trainer.unmatched_factors(names.iter().copied()).into_iter().map(|layer| {
            let message = format!("no parameter lies in `{layer}`; there are {}", names.join(", "));
            (format!("trainer.learning_rate_factors.{layer}"), message)
        });
        let (patch, border) = (self.data.patches.hr_size(), model.border_px());
        let too_small = (patch <= 2 * border).then(|| {
            let message = format!(
                "the network cuts {border} pixels off every side, so that nothing is left of {patch}"
            );
            ("data.patches".to_owned(), message)
        });
        unmatched.chain(too_small).collect()
    }
}
