//! What a run will take, estimated before it begins: memory against the limit, disk space against what is free.

use std::{path::Path, sync::Arc};

use candle_core::Device;
use plumage_data::{Batches, Dataset};
use plumage_imaging::Channels;
use plumage_metrics::TestImage;
use plumage_models::{Grid, ModelConfig, judge::JudgeConfig};
use plumage_trainer::{TrainerConfig, adversarial::AdversaryConfig, judge};

use crate::{
    experiment::{JudgeExperiment, RestoreExperiment},
    failure::Failure,
    machine::{free_disk, free_memory, size},
};

/// What the program itself takes, and what is too small to be counted.
pub(crate) const PROGRAM_BYTES: u64 = 48 << 20;

/// Images that are measured again and again are kept prepared, as many as this holds.
pub(crate) const MAX_KEPT_BYTES: u64 = 512 << 20;

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
    experiment: &RestoreExperiment,
    batches: &Batches,
    validation: &dyn Dataset,
    sets: &[(String, Arc<dyn Dataset>)],
) -> Result<(), Failure> {
    let (parameters, features) = network(&experiment.model, experiment.scale)?;
    let strips = strip_features(&experiment.model, experiment.scale, features);
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
            // Every feature as the layers leave it, the gradients of two layers, and what the kernels work in; measured:
            // 1.5 times.
            bytes: pixels.saturating_mul(features).saturating_mul(2 * 4),
            keys: "data.batches.size or the size of data.patches",
        },
        Share {
            what: "weights, gradients, moments and averages".into(),
            bytes: parameters.saturating_mul(16 * 4),
            keys: "the size of the network",
        },
    ];
    if let Some(adversary) = &experiment.adversarial {
        let channels = experiment.model.architecture().channels().count();
        let (of_discriminator, features) = discriminator(adversary, channels)?;
        shares.push(Share {
            what: "the discriminator's part of a training step".into(),
            // HR and SR for its own step, and SR again for the generator's.
            bytes: (pixels.saturating_mul(features).saturating_mul(3 * 2 * 4))
                .saturating_add(of_discriminator.saturating_mul(16 * 4)),
            keys: "adversarial.discriminator.widths, data.batches.size or the size of data.patches",
        });
    }
    shares.push(Share {
        what: "validation images that are kept prepared".into(),
        bytes: kept_bytes(experiment, validation)?,
        keys: "trainer.validation_images",
    });
    let model = (experiment.model.architecture().channels(), strips);
    let sets = sets.iter().map(|(name, set)| (name.as_str(), set.as_ref()));
    let mut measured = vec![];
    for (name, set) in sets.chain([("validation", validation)]) {
        measured.extend(of_largest(name, set, model)?);
    }
    shares.extend(measured.into_iter().max_by_key(|share| share.bytes));
    limit.check(&shares)
}

/// Memory of the validation images that a run keeps.
fn kept_bytes(experiment: &RestoreExperiment, validation: &dyn Dataset) -> Result<u64, Failure> {
    let channels = experiment.model.architecture().channels();
    let used = validation.len().min(experiment.trainer.validation_images.unwrap_or(usize::MAX));
    let mut bytes = 0u64;
    for index in 0..used {
        let (width, height) = validation.size(index)?;
        let image = TestImage::bytes(width as usize, height as usize, experiment.scale, channels);
        bytes = bytes.saturating_add(image).min(MAX_KEPT_BYTES);
    }
    Ok(bytes)
}

/// Refuses a study of judges that would take more memory than the limit.
pub(crate) fn check_judging(
    limit: MemoryLimit,
    experiment: &JudgeExperiment,
    parts: &[&dyn Dataset],
) -> Result<(), Failure> {
    /// Of an image whose versions are made: its planes in double precision, and what a network works in.
    const MAKING_BYTES_PER_PIXEL: u64 = 600;
    let config = &experiment.judge;
    let (mut pixels, mut most) = (0u64, 0);
    for part in parts {
        for index in 0..part.len() {
            let (width, height) = part.size(index)?;
            let here = u64::from(width) * u64::from(height);
            (pixels, most) = (pixels.saturating_add(here), here.max(most));
        }
    }
    let side = config.patches_px.iter().copied().max().unwrap_or_default();
    let judge = JudgeConfig { patch_px: side, widths: config.widths.clone() };
    let crops = (2 * experiment.trainer.pairs * side * side) as u64;
    limit.check(&[
        Share {
            what: "all versions of all images".into(),
            bytes: pixels.saturating_mul(config.methods.len() as u64 + 2),
            keys: "the number of data.images",
        },
        Share {
            what: "making the versions of one image".into(),
            bytes: most.saturating_mul(MAKING_BYTES_PER_PIXEL),
            keys: "the size of data.images",
        },
        Share {
            what: "a training step".into(),
            bytes: crops.saturating_mul(judge.features_per_pixel(1)).saturating_mul(2 * 4),
            keys: "trainer.pairs or judge.patches_px",
        },
    ])
}

/// Refuses to measure a set whose largest image would take more memory than the limit.
pub(crate) fn check_evaluation(
    limit: MemoryLimit,
    model: &ModelConfig,
    scale: usize,
    (name, set): (&str, &dyn Dataset),
) -> Result<(), Failure> {
    let (_, features) = network(model, scale)?;
    let strips = strip_features(model, scale, features);
    let largest = of_largest(name, set, (model.architecture().channels(), strips))?;
    limit.check(largest.as_slice())
}

/// Refuses a run whose records would not fit on the disk.
pub(crate) fn check_disk(
    results: &Path,
    experiment: &RestoreExperiment,
    sets: &[(String, Arc<dyn Dataset>)],
) -> Result<(), Failure> {
    let (mut parameters, _) = network(&experiment.model, experiment.scale)?;
    if let Some(adversary) = &experiment.adversarial {
        parameters += discriminator(adversary, experiment.model.architecture().channels().count())?.0;
    }
    let mut need = records_bytes(parameters, &experiment.trainer);
    for (_, set) in sets {
        // LR, bicubic, SR and HR.
        need = need.saturating_add(figures_bytes(set.as_ref(), experiment.evaluation.figures, 4)?);
    }
    match free_disk(results) {
        Some(free) => refuse_full(results, need, free),
        None => Ok(()),
    }
}

/// Refuses a study of judges whose records would not fit on the disk.
pub(crate) fn check_judging_disk(
    results: &Path,
    experiment: &JudgeExperiment,
    test: &dyn Dataset,
) -> Result<(), Failure> {
    /// Two checkpoints and one that is being written have all verdicts, and so has the file that is left in the end.
    const COPIES: u64 = 4;
    const CHARTS_BYTES: u64 = 4 << 20;
    let config = &experiment.judge;
    let methods = experiment.methods().len();
    let judges = judge::judges(methods, config.patches_px.len(), config.seeds);
    let crops = (test.len() * config.crops_per_image) as u64;
    // A score of each crop in every version, of which HR is one.
    let verdicts = judges.saturating_mul(crops).saturating_mul((methods as u64 + 1) * 4);
    // LR, every method and HR.
    let figures = figures_bytes(test, config.figures, methods as u64 + 2)?;
    let need = verdicts.saturating_mul(COPIES).saturating_add(figures).saturating_add(CHARTS_BYTES);
    match free_disk(results) {
        Some(free) => refuse_full(results, need, free),
        None => Ok(()),
    }
}

/// What comparison figures of so many images of a set take, at most, each of so many pictures.
fn figures_bytes(set: &dyn Dataset, figures: usize, pictures: u64) -> Result<u64, Failure> {
    /// A figure beside its pixels: letters, details, what it was made of.
    const FIGURE_BYTES: u64 = 256 << 10;
    /// A picture as it is, and put together with the others.
    const BYTES_PER_PIXEL: u64 = 6;
    let pixels = largest(set)?.map_or(0, |image| image.pixels());
    let figure = pixels.saturating_mul(pictures * BYTES_PER_PIXEL).saturating_add(FIGURE_BYTES);
    Ok(figure.saturating_mul(figures.min(set.len()) as u64))
}

fn refuse_full(results: &Path, need: u64, free: u64) -> Result<(), Failure> {
    if need <= free {
        return Ok(());
    }
    let (need, free, place) = (size(need), size(free), results.display());
    Err(Failure::no_space(
        format!("the run would write about {need} below {place}, and {free} are free"),
        "free some space, or name a folder on another disk with --out",
    ))
}

/// What a run leaves but for its figures, at most: checkpoints, weights kept on the way, rows, weights and charts.
fn records_bytes(parameters: u64, trainer: &TrainerConfig) -> u64 {
    /// Two checkpoints, that of the best step, and one that is being written, with weights, moments, average and the best
    /// each; the weights.
    const TENSORS: u64 = 4 * 5 + 1;
    const ROW_BYTES: u64 = 400;
    const CHARTS_BYTES: u64 = 1 << 20;
    let rows = trainer.steps / trainer.record_every.max(1) + 1;
    let snapshots = trainer.snapshot_every.map_or(0, |every| trainer.steps / every.max(1));
    let tensors = parameters.saturating_mul(4).saturating_mul(TENSORS.saturating_add(snapshots));
    tensors.saturating_add(rows.saturating_mul(ROW_BYTES)).saturating_add(CHARTS_BYTES)
}

/// The image of a set that has the most pixels.
struct Largest {
    name: String,
    width: u32,
    height: u32,
}

impl Largest {
    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

fn largest(set: &dyn Dataset) -> Result<Option<Largest>, Failure> {
    let mut found = None;
    for index in 0..set.len() {
        let (width, height) = set.size(index)?;
        found = found.max(Some((u64::from(width) * u64::from(height), width, height, index)));
    }
    Ok(found.map(|(_, width, height, index)| Largest { name: set.name(index), width, height }))
}

/// Memory to measure the largest image of a set; images are measured one after the other.
fn of_largest(
    name: &str,
    set: &dyn Dataset,
    (channels, strip_features): (Channels, u64),
) -> Result<Option<Share>, Failure> {
    /// Measured at 4 and 12 million pixels: 120 under y_matlab, 160 under rgb_basicsr; then what a figure takes.
    const BYTES_PER_PIXEL_Y: u64 = 180;
    const BYTES_PER_PIXEL_RGB: u64 = 300;
    /// Networks are applied in strips: rows of features that are in memory at a time, and their rows with borders. Measured of
    /// SRResNet x3, 64 features, 16 blocks: 3.2 of 3.9 GiB for 9000x300 pixels, 1.0 of 1.1 for 1000x2700.
    const STRIP_BYTES: u64 = 2 * 64 * size_of::<f32>() as u64;
    let per_pixel = match channels {
        Channels::Y => BYTES_PER_PIXEL_Y,
        Channels::Rgb => BYTES_PER_PIXEL_RGB,
    };
    Ok(largest(set)?.map(|image| Share {
        what: format!("measuring {} ({}x{}) of {name}", image.name, image.width, image.height),
        bytes: (image.pixels().saturating_mul(per_pixel))
            .saturating_add(u64::from(image.width).saturating_mul(strip_features * STRIP_BYTES)),
        keys: "the size of that image",
    }))
}

/// Features of a row of a strip for each HR pixel across; a row of the LR grid has those of `scale` rows of HR pixels.
fn strip_features(model: &ModelConfig, scale: usize, features: u64) -> u64 {
    match model.architecture().grid() {
        Grid::Lr => features.saturating_mul(scale as u64),
        Grid::Hr => features,
    }
}

/// The numbers a discriminator learns, and those it keeps of a pixel of an image of a training step.
fn discriminator(adversary: &AdversaryConfig, channels: usize) -> Result<(u64, u64), Failure> {
    let config = &adversary.discriminator;
    let (parameters, _) = config.init(channels, 0, &Device::Cpu).map_err(Failure::internal)?;
    Ok((parameters.count() as u64, config.features_per_pixel(channels)))
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
    fn a_disk_that_is_too_full_exits_5_with_what_is_needed_and_what_is_free() {
        refuse_full(Path::new("results"), 5 << 20, 5 << 20).unwrap();
        let Err(Failure::Said { exit, message, .. }) = refuse_full(Path::new("results"), 9 << 20, 5 << 20)
        else {
            panic!("9 MiB do not fit into 5")
        };
        assert_eq!(exit, ExitKind::Output);
        assert_eq!(message, "the run would write about 9 MiB below results, and 5 MiB are free");
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        assert!(MemoryLimit(Some(1)).check(&[share(u64::MAX), share(u64::MAX)]).is_err());
    }
}
