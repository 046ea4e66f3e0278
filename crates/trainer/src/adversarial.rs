//! The adversary of a generator: a discriminator that learns to tell SR patches from HR patches, in turn with the generator
//! that learns to mislead it.
//!
//! C. Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017,
//! <https://arxiv.org/abs/1609.04802>: first the generator is trained alone, by its pixel loss, then both in alternate steps.
//! The adversarial term rises over a ramp, and its weight can be set from the norms of the gradients, which no number of
//! another experiment can replace.

mod artefacts;
mod health;

use std::path::Component;

use candle_core::{Device, Tensor};
use plumage_losses::{AdversarialConfig, Term, Weight, WeightedSum, perceptual, total_variation};
use plumage_models::{
    Parameters,
    discriminator::{Discriminator, DiscriminatorConfig},
    features::{Features, FeaturesConfig},
};
use plumage_record::{AdversaryRow, TermRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use artefacts::ArtefactSums;
pub use health::Sign;
use health::Stage;

use crate::{
    TrainError,
    gradients::Gradients,
    optimizer::{Optimizer, OptimizerConfig},
    schedule::ScheduleConfig,
};

/// `[adversarial]`: against whom a generator is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdversaryConfig {
    /// Steps in which the generator is trained alone, by the pixel loss; they count as steps of the run.
    pub pretraining_steps: u64,
    /// Steps after them over which the weight of the adversarial term rises from 0; 0: at once.
    pub ramp_steps: u64,
    /// What each side minimises.
    pub game: AdversarialConfig,
    /// How much the adversarial term counts beside the pixel loss.
    pub weight: Weight,
    /// How much the total variation of the SR patches counts; absent: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_variation: Option<Weight>,
    /// How much the features of another network count; absent: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perceptual: Option<PerceptualConfig>,
    /// The network that tells.
    pub discriminator: DiscriminatorConfig,
    /// How its gradients become steps.
    pub optimizer: OptimizerConfig,
    /// Its learning rate over the steps in which it plays.
    pub schedule: ScheduleConfig,
}

/// `[adversarial.perceptual]`: SR and HR are to look alike to a network that has learnt to see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerceptualConfig {
    /// The network.
    pub features: FeaturesConfig,
    /// How much its term counts beside the pixel loss.
    pub weight: Weight,
}

impl AdversaryConfig {
    /// Rules across fields that the config breaks in a run of `steps` steps, as pairs of key path and message.
    pub fn validate(&self, steps: u64) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        let alone = self.pretraining_steps;
        // Where no steps are left, that is what is wrong, and not what does not end in them.
        let left = if alone < steps { steps - alone } else { u64::MAX };
        if alone >= steps {
            let message =
                format!("the {steps} steps of the run leave none for the discriminator after {alone}");
            broken.push(("pretraining_steps".to_owned(), message));
        }
        if self.ramp_steps > left {
            let message =
                format!("a ramp of {} steps does not end in the {left} that are left", self.ramp_steps);
            broken.push(("ramp_steps".to_owned(), message));
        }
        let features = self.perceptual.as_ref().map(|perceptual| perceptual.features.file());
        if features.is_some_and(|file| file.weights.components().any(|part| part == Component::ParentDir)) {
            let message =
                "`..` is not allowed in the path of a file; give an absolute path instead".to_owned();
            broken.push(("perceptual.features".to_owned(), message));
        }
        let schedule = self.schedule.validate(left).into_iter();
        broken.extend(schedule.map(|(key, message)| (format!("schedule.{key}"), message)));
        broken
    }

    /// The terms of the generator's loss, in their order.
    fn terms(&self) -> Vec<&'static str> {
        let variation = self.total_variation.map(|_| TOTAL_VARIATION);
        let perceptual = self.perceptual.as_ref().map(|_| PERCEPTUAL);
        [PIXEL].into_iter().chain(variation).chain(perceptual).chain([ADVERSARIAL]).collect()
    }

    /// The part of the adversarial term's weight that counts in a step in which the discriminator plays.
    fn ramp(&self, step: u64) -> f64 {
        let played = step - self.pretraining_steps;
        if played < self.ramp_steps { played as f64 / self.ramp_steps as f64 } else { 1. }
    }
}

const PIXEL: &str = "pixel";
const TOTAL_VARIATION: &str = "total_variation";
const PERCEPTUAL: &str = "perceptual";
const ADVERSARIAL: &str = "adversarial";

/// The discriminator of a run, and how it fares.
pub(crate) struct Adversary {
    config: AdversaryConfig,
    network: Discriminator,
    /// The network of the perceptual term, and the term's weight.
    features: Option<(Features, Weight)>,
    pub(crate) parameters: Parameters,
    pub(crate) optimizer: Optimizer,
    pub(crate) sums: DuelSums,
}

/// Sums over the steps since the last row of metrics.csv in which the discriminator played.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DuelSums {
    steps: u64,
    d_loss: f64,
    /// Value and share of the terms, in their order.
    terms: Vec<(f64, f64)>,
}

/// The step of a run, and its number of steps.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// The step that is made, counted from 1.
    pub(crate) step: u64,
    /// Steps of the run.
    pub(crate) of: u64,
}

impl Adversary {
    /// The discriminator at its beginning, for images of `channels` channels.
    ///
    /// # Errors
    /// The weights of the perceptual term's network cannot be read.
    pub(crate) fn new(
        config: &AdversaryConfig,
        channels: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self, TrainError> {
        // Its own names: a layer of the generator that is called the same begins with other weights.
        let (parameters, network) = Parameters::init(seed, device, |vb| {
            Discriminator::new(&config.discriminator, channels, &vb.pp("discriminator"))
        })?;
        let optimizer = Optimizer::new(&config.optimizer, &parameters);
        let features =
            config.perceptual.as_ref().map(|config| Ok((config.features.load(device)?, config.weight)));
        Ok(Self {
            config: config.clone(),
            network,
            features: features.transpose().map_err(TrainError::Weights)?,
            parameters,
            optimizer,
            sums: DuelSums::default(),
        })
    }

    /// Whether it plays in the step of this number, counted from 1.
    pub(crate) fn plays_in(&self, step: u64) -> bool {
        self.played(step) > 0
    }

    /// How many of the first `steps` steps of the run it plays in.
    pub(crate) fn played(&self, steps: u64) -> u64 {
        steps.saturating_sub(self.config.pretraining_steps)
    }

    /// The discriminator's step, and then the generator's loss of the same batch, a scalar.
    ///
    /// # Shapes
    /// `sr` and `hr`: `[B, C, H, W]` in about [0, 1]; the gradients of the loss reach what `sr` was computed from.
    ///
    /// # Errors
    /// [`TrainError::Diverged`], made by `diverged` of what was not finite; nothing of that step may be kept.
    pub(crate) fn duel(
        &mut self,
        (sr, hr): (&Tensor, &Tensor),
        pixel: impl Fn(&Tensor, &Tensor) -> candle_core::Result<Tensor>,
        moment: Moment,
        diverged: impl Fn(String) -> TrainError,
    ) -> Result<Tensor, TrainError> {
        let of_hr = self.learn(sr, hr, moment, &diverged)?;
        let mut sum = WeightedSum::new(sr)?;
        sum.add(PIXEL, &pixel(sum.sr(), hr)?, Weight::Fixed(1.))?;
        if let Some(weight) = self.config.total_variation {
            sum.add(TOTAL_VARIATION, &total_variation(sum.sr())?, weight)?;
        }
        if let Some((features, weight)) = &self.features {
            sum.add(PERCEPTUAL, &perceptual(sum.sr(), hr, |images| features.apply(images))?, *weight)?;
        }
        let of_sr = self.network.detached().forward(sum.sr())?;
        let adversarial = self.config.game.of_generator(&of_hr, &of_sr)?;
        sum.add(ADVERSARIAL, &adversarial, self.config.weight.times(self.config.ramp(moment.step)))?;
        let (loss, terms) = sum.finish()?;
        match terms.iter().find(|term| !(term.value.is_finite() && term.pull().is_finite())) {
            Some(term) => Err(diverged(format!("the {} term of the loss", term.name))),
            None => {
                self.sums.add(&terms);
                Ok(loss)
            }
        }
    }

    /// The discriminator's step; returns its logits of HR from before, which only a relativistic game looks at.
    fn learn(
        &mut self,
        sr: &Tensor,
        hr: &Tensor,
        moment: Moment,
        diverged: &impl Fn(String) -> TrainError,
    ) -> Result<Tensor, TrainError> {
        let images = hr.dim(0)?;
        let logits = self.network.forward(&Tensor::cat(&[hr, &sr.detach()], 0)?)?;
        let (of_hr, of_sr) = (logits.narrow(0, 0, images)?, logits.narrow(0, images, images)?);
        let loss = self.config.game.of_discriminator(&of_hr, &of_sr)?;
        let gradients = Gradients::of(&loss, &self.parameters)?;
        let loss = f64::from(loss.to_scalar::<f32>()?);
        if !loss.is_finite() {
            return Err(diverged("the discriminator's loss".into()));
        }
        if let Some(parameter) = gradients.not_finite() {
            return Err(diverged(format!("the gradient of {parameter}")));
        }
        let rate = self.config.schedule.learning_rate(self.played(moment.step) - 1, self.played(moment.of));
        if let Some(parameter) = self.optimizer.update(&self.parameters, &gradients, |_| rate)? {
            return Err(diverged(format!("{parameter} or its optimizer state")));
        }
        self.network.iterate()?;
        self.sums.steps += 1;
        self.sums.d_loss += loss;
        Ok(of_hr.detach())
    }

    /// Closes the row that ends with the steps so far; `pixel` is the mean pixel loss where the generator was trained alone.
    /// Its signs and artefacts are yet to be found.
    pub(crate) fn row(&mut self, pixel: f64) -> AdversaryRow {
        let sums = std::mem::take(&mut self.sums);
        let steps = sums.steps as f64;
        let played = sums.steps > 0;
        let d_loss = played.then(|| sums.d_loss / steps);
        let term = |(index, name): (usize, &'static str)| {
            let (value, share) = match sums.terms.get(index) {
                Some((value, share)) => (Some(value / steps), Some(share / steps)),
                None if name == PIXEL => (Some(pixel), Some(1.)),
                None => (None, None),
            };
            TermRow { name: name.to_owned(), value, share }
        };
        AdversaryRow {
            d_loss,
            d_advantage: d_loss.map(|loss| self.config.game.advantage(loss)),
            terms: self.config.terms().into_iter().enumerate().map(term).collect(),
            artefacts: None,
            signs: Vec::new(),
        }
    }

    /// What is wrong with a row; `behind_bicubic_db` is how far the validation PSNR lies below that of bicubic.
    pub(crate) fn signs(&self, step: u64, row: &AdversaryRow, behind_bicubic_db: Option<f64>) -> Vec<Sign> {
        let played = self.played(step);
        let at_full_weight = played > 0 && self.config.ramp(step) == 1.;
        health::signs(row, Stage { played, at_full_weight }, behind_bicubic_db)
    }
}

impl DuelSums {
    fn add(&mut self, terms: &[Term]) {
        let all: f64 = terms.iter().map(Term::pull).sum();
        self.terms.resize(terms.len(), (0., 0.));
        for ((value, share), term) in self.terms.iter_mut().zip(terms) {
            *value += term.weight * term.value;
            *share += if all > 0. { term.pull() / all } else { 0. };
        }
    }

    /// Whether every number is finite.
    pub(crate) fn is_finite(&self) -> bool {
        let terms = self.terms.iter().flat_map(|(value, share)| [*value, *share]);
        terms.chain([self.d_loss]).all(f64::is_finite)
    }
}
