//! The loss on images that a network learnt from beside that on others, once the training is over.

use std::sync::Arc;

use plumage_data::Dataset;
use plumage_record::{GapRow, RunFolder};
use plumage_trainer::{Outcome, validation::ValidationSet};

use super::images::measured_set;
use crate::{evaluation::Network, experiment::RestoreExperiment, failure::Failure, interrupt::Interrupt};

/// Writes gap.csv, if `evaluation.gap_images` asks for it.
pub(super) fn keep_gap(
    experiment: &RestoreExperiment,
    (train, validation): (&Arc<dyn Dataset>, &ValidationSet),
    folder: &RunFolder,
    outcome: &Outcome,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let Some(images) = experiment.evaluation.gap_images else { return Ok(()) };
    let train = measured_set(experiment, train.clone(), images)?;
    let network = Network::new(&experiment.model, experiment.scale, &outcome.last)?;
    let mut rows = Vec::new();
    for (part, set) in [(GapRow::TRAIN, &train), (GapRow::VALIDATION, validation)] {
        for index in 0..set.len() {
            rows.push(network.loss(part, &set.name(index), &*set.image(index)?, &experiment.loss)?);
            interrupt.check()?;
        }
    }
    Ok(folder.write_gap(&rows)?)
}
