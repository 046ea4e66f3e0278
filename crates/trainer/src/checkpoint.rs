//! What a checkpoint holds, and how a run is put back from it.

use std::collections::BTreeMap;

use plumage_models::{
    Parameters,
    weights::{self, Tensors},
};
use plumage_record::{Checkpoint, mutant};
use serde::{Deserialize, Serialize};

use crate::{Best, TrainError, adversarial::Adversary, optimizer::Optimizer};

/// The numbers of a run that are not tensors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counters {
    /// Steps made.
    pub(crate) step: u64,
    /// Sum of the batch losses since the last row of metrics.csv.
    pub(crate) loss_sum: f64,
    /// Sum of the gradient norms since the last row of metrics.csv.
    pub(crate) grad_norm_sum: f64,
    /// Steps since the last row of metrics.csv.
    pub(crate) steps_in_row: u64,
    /// The best validation so far.
    pub(crate) best: Option<Best>,
}

/// Everything that a training step changes.
pub(crate) struct State {
    pub(crate) counters: Counters,
    pub(crate) parameters: Parameters,
    pub(crate) average: Option<Parameters>,
    pub(crate) optimizer: Optimizer,
    /// The weights of the best validation so far.
    pub(crate) best_weights: Option<Tensors>,
    /// The discriminator, in adversarial training.
    pub(crate) adversary: Option<Adversary>,
}

const COUNTERS: &str = "state.json";
const WEIGHTS: &str = "weights.safetensors";
const AVERAGE: &str = "ema.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";
const BEST: &str = "best.safetensors";
const DUEL: &str = "duel.json";
const DISCRIMINATOR: &str = "discriminator.safetensors";
const DISCRIMINATOR_OPTIMIZER: &str = "discriminator_optimizer.safetensors";

impl State {
    /// The weights that are validated and saved: the average where there is one.
    pub(crate) fn shown(&self) -> &Parameters {
        self.average.as_ref().unwrap_or(&self.parameters)
    }

    /// The first tensor that holds NaN or infinity: such a state is never committed.
    pub(crate) fn not_finite(&self) -> Result<Option<String>, TrainError> {
        let average = self.average.as_ref().map(Parameters::tensors).transpose()?;
        let all = [("", Some(self.parameters.tensors()?)), ("the average of ", average)];
        let all = all.into_iter().chain([("", Some(self.optimizer.state()?))]);
        let all = all.chain([("the best ", self.best_weights.clone())]);
        let adversary = match &self.adversary {
            Some(adversary) => vec![adversary.parameters.tensors()?, adversary.optimizer.state()?],
            None => Vec::new(),
        };
        let adversary = adversary.into_iter().map(|tensors| ("", Some(tensors)));
        for (what, tensors) in all.chain(adversary) {
            for (name, tensor) in tensors.iter().flatten() {
                if tensor.flatten_all()?.to_vec1::<f32>()?.iter().any(|value| !value.is_finite()) {
                    return Ok(Some(format!("{what}{name}")));
                }
            }
        }
        let counters = [self.counters.loss_sum, self.counters.grad_norm_sum];
        let duel = self.adversary.as_ref().is_none_or(|adversary| adversary.sums.is_finite());
        let finite = duel && counters.iter().all(|sum| sum.is_finite());
        Ok((!finite).then(|| "a sum of losses or gradients".to_owned()))
    }

    /// The files of a checkpoint; equal states give equal bytes.
    pub(crate) fn to_files(&self) -> Result<Vec<(&'static str, Vec<u8>)>, TrainError> {
        let bytes = |tensors: &Tensors| weights::to_bytes(tensors, &BTreeMap::new());
        let mut files = vec![
            (COUNTERS, serde_json::to_vec_pretty(&self.counters).map_err(TrainError::state)?),
            (WEIGHTS, bytes(&self.parameters.tensors()?)?),
            (OPTIMIZER, bytes(&self.optimizer.state()?)?),
        ];
        if let Some(average) = &self.average {
            files.push((AVERAGE, bytes(&average.tensors()?)?));
        }
        if let Some(best) = &self.best_weights {
            files.push((BEST, bytes(best)?));
        }
        if let Some(adversary) = &self.adversary {
            files.push((DUEL, serde_json::to_vec_pretty(&adversary.sums).map_err(TrainError::state)?));
            files.push((DISCRIMINATOR, bytes(&adversary.parameters.tensors()?)?));
            files.push((DISCRIMINATOR_OPTIMIZER, bytes(&adversary.optimizer.state()?)?));
        }
        Ok(files)
    }

    /// Puts everything back as it was when the checkpoint was committed.
    pub(crate) fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), TrainError> {
        let file = |name: &str| {
            checkpoint
                .files
                .get(name)
                .ok_or_else(|| TrainError::state(format!("the checkpoint has no {name}")))
        };
        let tensors = |name: &str| Ok::<_, TrainError>(weights::from_bytes(file(name)?, name)?);
        let counters: Counters = serde_json::from_slice(file(COUNTERS)?).map_err(TrainError::state)?;
        self.parameters.load(&tensors(WEIGHTS)?)?;
        if let Some(average) = self.average.as_ref().filter(|_| !mutant("ema-not-restored")) {
            average.load(&tensors(AVERAGE)?)?;
        }
        self.optimizer.restore(counters.step, &tensors(OPTIMIZER)?)?;
        if let Some(adversary) = &mut self.adversary {
            adversary.sums = serde_json::from_slice(file(DUEL)?).map_err(TrainError::state)?;
            adversary.parameters.load(&tensors(DISCRIMINATOR)?)?;
            adversary
                .optimizer
                .restore(adversary.played(counters.step), &tensors(DISCRIMINATOR_OPTIMIZER)?)?;
        }
        self.best_weights = counters.best.map(|_| tensors(BEST)).transpose()?;
        self.counters = counters;
        Ok(())
    }
}
