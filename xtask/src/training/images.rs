//! The images of a run, opened and looked through before anything is written.

use std::{collections::HashSet, sync::Arc};

use plumage_data::{DataRoots, Dataset};
use plumage_imaging::decode::Limits;
use plumage_metrics::check_size;
use plumage_record::Baseline;
use plumage_trainer::validation::{Measure, ValidationSet};

use crate::{evaluation::open_set, experiment::Experiment, failure::Failure};

/// All the images of a run, opened.
pub(super) struct Images {
    /// What is trained on.
    pub(super) train: Arc<dyn Dataset>,
    /// What chooses the best step.
    pub(super) validation: Arc<dyn Dataset>,
    /// What is measured in the end, by name.
    pub(super) sets: Vec<(String, Arc<dyn Dataset>)>,
}

impl Images {
    /// Opens everything a run reads, and refuses what could only fail after hours of training.
    ///
    /// # Errors
    /// Images that are missing, unreadable, too small to be measured, or both learnt and measured.
    pub(super) fn open(experiment: &Experiment, roots: &DataRoots) -> Result<Self, Failure> {
        let parts = experiment.data.open(roots, &Limits::PHOTOGRAPH)?;
        let train = parts.train.as_ref();
        let learnt = (0..train.len()).map(|index| train.content_key(index)).collect::<Result<_, _>>()?;
        let mut sets = Vec::new();
        for name in &experiment.evaluation.on {
            let set = match (name.as_str(), &parts.test) {
                ("test", Some(test)) => test.clone(),
                _ => open_set(name, roots)?,
            };
            refuse_learnt(&learnt, name, set.as_ref())?;
            for index in 0..set.len() {
                let (width, height) = set.size(index)?;
                let named = |error| Failure::in_image(&set.name(index), error);
                check_size(width as usize, height as usize, experiment.scale).map_err(named)?;
            }
            sets.push((name.clone(), set));
        }
        refuse_learnt(&learnt, "the validation set", parts.validation.as_ref())?;
        Ok(Self { train: parts.train, validation: parts.validation, sets })
    }
}

/// The validation images of a run; those that fit are kept prepared, the others are prepared at every validation.
pub(super) fn validation_set(
    experiment: &Experiment,
    images: Arc<dyn Dataset>,
) -> Result<ValidationSet, Failure> {
    const MAX_KEPT_BYTES: u64 = 512 << 20;
    let first = experiment.trainer.validation_images.unwrap_or(usize::MAX);
    let (protocol, scale) = (experiment.evaluation.protocol, experiment.scale);
    let how = Measure { protocol, scale, channels: experiment.model.architecture().channels() };
    Ok(ValidationSet::new(images, first, how)?.keep(MAX_KEPT_BYTES)?)
}

/// What bicubic interpolation scores on the validation images.
pub(super) fn baseline(validation: &ValidationSet) -> Result<Baseline, Failure> {
    let mean = validation.bicubic()?;
    let protocol = validation.protocol().as_str().to_owned();
    Ok(Baseline { protocol, psnr_y_db: mean.psnr_y_db, psnr_rgb_db: mean.psnr_rgb_db, ssim: mean.ssim })
}

/// Refuses a set that shares an image with the training images: its numbers would say nothing.
fn refuse_learnt(learnt: &HashSet<[u8; 32]>, name: &str, set: &dyn Dataset) -> Result<(), Failure> {
    for index in 0..set.len() {
        if learnt.contains(&set.content_key(index)?) {
            let message = format!("{name} holds {}, which is trained on", set.name(index));
            return Err(Failure::usage(message, "choose another set, another seed, or a part of data.split"));
        }
    }
    Ok(())
}
