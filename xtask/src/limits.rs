//! What a run will take, estimated before it begins: memory against the limit, disk space against what is free.

use std::path::Path;

use candle_core::Device;
use plumage_data::{Batches, Dataset};
use plumage_imaging::Channels;
use plumage_models::ModelConfig;
use plumage_trainer::TrainerConfig;

use crate::{
    experiment::Experiment,
    failure::Failure,
    machine::{free_disk, free_memory, size},
};

/// What the program itself takes, and what is too small to be counted.
const PROGRAM_BYTES: u64 = 48 << 20;

/// One thing that takes memory.
struct Share {
    what: String,
    bytes: u64,
    /// The keys that make it smaller.
    keys: &'static str,
}

/// The most memory a command may take: `--max-memory`, or else what is free.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemoryLimit(pub(crate) Option<u64>);

impl MemoryLimit {
    /// Refuses shares that are more than the limit together, naming the largest.
    fn check(self, shares: &[Share]) -> Result<(), Failure> {
        let limit = self.0.map(|mib| mib.saturating_mul(1 << 20));
        let Some(limit) = limit.or_else(free_memory) else { return Ok(()) };
        let need = shares.iter().map(|share| share.bytes).fold(PROGRAM_BYTES, u64::saturating_add);
        let Some(largest) = shares.iter().max_by_key(|share| share.bytes).filter(|_| need > limit) else {
            return Ok(());
        };
        let whose = if self.0.is_some() { "the limit is" } else { "free are" };
        Err(Failure::limit(
            format!(
                "this would take about {} of memory, and {whose} {}; the most, {}, for {}",
                size(need),
                size(limit),
                size(largest.bytes),
                largest.what
            ),
            format!("lower {}, or raise the limit: --max-memory {}", largest.keys, need.div_ceil(1 << 20)),
        ))
    }
}

/// Refuses a run that would take more memory than the limit.
pub(crate) fn check_training(
    limit: MemoryLimit,
    experiment: &Experiment,
    batches: &Batches,
    validation: &dyn Dataset,
    sets: &[(String, std::sync::Arc<dyn Dataset>)],
) -> Result<(), Failure> {
    let (parameters, features) = network(&experiment.model, experiment.scale)?;
    let side = experiment.data.patches.hr_size() as u64;
    let pixels = side * side * batches.patches_per_epoch().min(experiment.data.batches.size as u64);
    let mut shares = vec![
        Share {
            what: "training images that are prepared ahead".into(),
            bytes: batches.bytes(),
            keys: "data.batches.cache_mib or data.batches.pool",
        },
        Share {
            what: "a training step".into(),
            // Every feature as the layers leave it, its gradient, and what the kernels work in.
            bytes: pixels.saturating_mul(features).saturating_mul(3 * 4),
            keys: "data.batches.size or the size of data.patches",
        },
        Share {
            what: "weights, gradients, moments and averages".into(),
            bytes: parameters.saturating_mul(16 * 4),
            keys: "the size of the network",
        },
    ];
    let channels = experiment.model.architecture().channels();
    let sets = sets.iter().map(|(name, set)| (name.as_str(), set.as_ref()));
    let mut measured = vec![];
    for (name, set) in sets.chain([("validation", validation)]) {
        measured.extend(of_largest(name, set, channels)?);
    }
    shares.extend(measured.into_iter().max_by_key(|share| share.bytes));
    limit.check(&shares)
}

/// Refuses to measure a set whose largest image would take more memory than the limit.
pub(crate) fn check_evaluation(
    limit: MemoryLimit,
    model: &ModelConfig,
    name: &str,
    set: &dyn Dataset,
) -> Result<(), Failure> {
    limit.check(&of_largest(name, set, model.architecture().channels())?.into_iter().collect::<Vec<_>>())
}

/// Refuses a run whose records would not fit on the disk.
pub(crate) fn check_disk(results: &Path, experiment: &Experiment) -> Result<(), Failure> {
    let (parameters, _) = network(&experiment.model, experiment.scale)?;
    let need = disk_bytes(parameters, &experiment.trainer);
    match free_disk(results) {
        Some(free) if free < need => Err(Failure::no_space(
            format!(
                "the run would write about {} below {}, and {} are free",
                size(need),
                results.display(),
                size(free)
            ),
            "free some space, or name a folder on another disk with --out",
        )),
        _ => Ok(()),
    }
}

/// What a run leaves at its largest: checkpoints, rows, weights, charts and pictures.
fn disk_bytes(parameters: u64, trainer: &TrainerConfig) -> u64 {
    /// Two checkpoints and a third that is being written, with weights, moments, average and the best each; the weights.
    const TENSORS: u64 = 3 * 5 + 1;
    const ROW_BYTES: u64 = 200;
    const PICTURES_BYTES: u64 = 16 << 20;
    let rows = trainer.steps / trainer.record_every.max(1) + 1;
    let tensors = parameters.saturating_mul(4 * TENSORS);
    tensors.saturating_add(rows.saturating_mul(ROW_BYTES)).saturating_add(PICTURES_BYTES)
}

/// Memory to measure the largest image of a set; images are measured one after the other.
fn of_largest(name: &str, set: &dyn Dataset, channels: Channels) -> Result<Option<Share>, Failure> {
    /// Measured at 4 and 12 million pixels: 120 under y_matlab, 160 under rgb_basicsr; then what a figure takes.
    const BYTES_PER_PIXEL_Y: u64 = 180;
    const BYTES_PER_PIXEL_RGB: u64 = 300;
    let per_pixel = match channels {
        Channels::Y => BYTES_PER_PIXEL_Y,
        Channels::Rgb => BYTES_PER_PIXEL_RGB,
    };
    let mut largest = None;
    for index in 0..set.len() {
        let (width, height) = set.size(index)?;
        largest = largest.max(Some((u64::from(width) * u64::from(height), width, height, index)));
    }
    Ok(largest.map(|(pixels, width, height, index)| Share {
        what: format!("measuring {} ({width}x{height}) of {name}", set.name(index)),
        bytes: pixels.saturating_mul(per_pixel),
        keys: "the size of that image",
    }))
}

/// The numbers a network learns, and those it keeps of every HR pixel of a training step.
fn network(model: &ModelConfig, scale: usize) -> Result<(u64, u64), Failure> {
    let (parameters, model) = model.init(scale, 0, &Device::Cpu).map_err(Failure::internal)?;
    Ok((parameters.count() as u64, model.features_per_hr_pixel()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::ExitKind;

    fn share(bytes: u64) -> Share {
        Share { what: "a training step".into(), bytes, keys: "data.batches.size" }
    }

    #[test]
    fn what_is_over_the_limit_names_the_estimate_the_limit_and_what_raises_it() {
        let limit = MemoryLimit(Some(100));
        limit.check(&[share(50 << 20)]).unwrap();
        let Err(Failure::Said { exit, message, help }) = limit.check(&[share(1 << 20), share(60 << 20)])
        else {
            panic!("109 MiB are more than 100")
        };
        assert_eq!(exit, ExitKind::Limit);
        assert_eq!(
            message,
            "this would take about 109 MiB of memory, and the limit is 100 MiB; the most, 60 MiB, for a training step"
        );
        let help = help.unwrap();
        assert_eq!(help, "lower data.batches.size, or raise the limit: --max-memory 109");
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        assert!(MemoryLimit(Some(1)).check(&[share(u64::MAX), share(u64::MAX)]).is_err());
    }
}
