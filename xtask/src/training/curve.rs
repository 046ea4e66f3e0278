//! The weights that were kept on the way, measured on the sets of the evaluation once the training is over.

use std::sync::Arc;

use plumage_data::Dataset;
use plumage_metrics::Score;
use plumage_models::weights;
use plumage_record::{CurveRow, RunFolder};

use super::images::measured_set;
use crate::{evaluation::Network, experiment::RestoreExperiment, failure::Failure, interrupt::Interrupt};

/// Writes curve.csv, if weights were kept; a network that is being trained never sees what is in it.
pub(super) fn keep_curve(
    experiment: &RestoreExperiment,
    sets: &[(String, Arc<dyn Dataset>)],
    folder: &RunFolder,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let snapshots = folder.snapshots()?;
    if snapshots.is_empty() {
        return Ok(());
    }
    let prepared = sets.iter().map(|(name, set)| {
        let all = usize::MAX;
        Ok::<_, Failure>((name, measured_set(experiment, set.clone(), all)?))
    });
    let prepared = prepared.collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    for (step, path) in snapshots {
        let network = Network::new(&experiment.model, experiment.scale, &weights::read(&path)?)?;
        for (name, set) in &prepared {
            let mut scores = Vec::new();
            for index in 0..set.len() {
                scores.push(network.score(&set.name(index), &*set.image(index)?)?);
                interrupt.check()?;
            }
            let Score { psnr_y_db, psnr_rgb_db, ssim } = Score::mean(&scores);
            let protocol = set.protocol().as_str().to_owned();
            rows.push(CurveRow { step, set: (*name).clone(), protocol, psnr_y_db, psnr_rgb_db, ssim });
        }
    }
    Ok(folder.write_curve(&rows)?)
}
