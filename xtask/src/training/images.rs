//! The images of a run, opened and looked through before anything is written.

use std::{collections::HashSet, sync::Arc};

use plumage_data::{DataError, DataRoots, Dataset};
use plumage_imaging::decode::Limits;
use plumage_metrics::check_size;
use plumage_record::{Baseline, SeenImage};
use plumage_trainer::validation::{Measure, ValidationSet};

use crate::{evaluation::open_set, experiment::RestoreExperiment, failure::Failure, limits::MAX_KEPT_BYTES};

/// All the images of a run, opened.
pub(super) struct Images {
    /// What is trained on.
    pub(super) train: Arc<dyn Dataset>,
    /// What chooses the best step.
    pub(super) validation: Arc<dyn Dataset>,
    /// What is measured in the end, by name.
    pub(super) sets: Vec<(String, Arc<dyn Dataset>)>,
    /// All of them by name and content.
    pub(super) seen: Vec<SeenImage>,
}

impl Images {
    /// Opens everything a run reads, and refuses what could only fail after hours of training.
    ///
    /// # Errors
    /// Images that are missing, unreadable, too small to be measured, or both learnt and measured.
    pub(super) fn open(experiment: &RestoreExperiment, roots: &DataRoots) -> Result<Self, Failure> {
        let parts = experiment.data.open(roots, &Limits::PHOTOGRAPH)?;
        let train = parts.train.as_ref();
        let contents = contents_of(train)?;
        let mut seen = seen_as("train", train, &contents);
        let learnt = HashSet::from_iter(contents);
        let mut sets = Vec::new();
        for name in &experiment.evaluation.on {
            let set = match (name.as_str(), &parts.test) {
                ("test", Some(test)) => test.clone(),
                _ => open_set(name, roots)?,
            };
            let contents = contents_of(set.as_ref())?;
            refuse_learnt(&learnt, name, set.as_ref(), &contents)?;
            seen.extend(seen_as(&format!("evaluation.{name}"), set.as_ref(), &contents));
            for index in 0..set.len() {
                let (width, height) = set.size(index)?;
                let named = |error| Failure::in_image(&set.name(index), error);
                check_size(width as usize, height as usize, experiment.scale).map_err(named)?;
            }
            sets.push((name.clone(), set));
        }
        let validation = parts.validation.as_ref();
        let contents = contents_of(validation)?;
        refuse_learnt(&learnt, "the validation set", validation, &contents)?;
        let used = validation.len().min(experiment.trainer.validation_images.unwrap_or(usize::MAX));
        seen.extend(seen_as("validation", validation, &contents[..used]));
        Ok(Self { train: parts.train, validation: parts.validation, sets, seen })
    }
}

/// The validation images of a run.
pub(super) fn validation_set(
    experiment: &RestoreExperiment,
    images: Arc<dyn Dataset>,
) -> Result<ValidationSet, Failure> {
    measured_set(experiment, images, experiment.trainer.validation_images.unwrap_or(usize::MAX))
}

/// The first images of a set, to be measured again and again; those that fit are kept prepared, the others are prepared
/// every time.
pub(super) fn measured_set(
    experiment: &RestoreExperiment,
    images: Arc<dyn Dataset>,
    first: usize,
) -> Result<ValidationSet, Failure> {
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

/// What makes the contents of all images of a set.
fn contents_of(set: &dyn Dataset) -> Result<Vec<[u8; 32]>, DataError> {
    (0..set.len()).map(|index| set.content_key(index)).collect()
}

/// The first images of a set, as many as there are `contents`, as records name them.
fn seen_as(what: &str, set: &dyn Dataset, contents: &[[u8; 32]]) -> Vec<SeenImage> {
    let images = contents.iter().enumerate();
    images.map(|(index, content)| SeenImage::new(what, set.name(index), content)).collect()
}

/// Refuses a set that shares an image with the training images: its numbers would say nothing.
fn refuse_learnt(
    learnt: &HashSet<[u8; 32]>,
    name: &str,
    set: &dyn Dataset,
    contents: &[[u8; 32]],
) -> Result<(), Failure> {
    match contents.iter().position(|content| learnt.contains(content)) {
        Some(index) => {
            let message = format!("{name} holds {}, which is trained on", set.name(index));
            Err(Failure::usage(message, "choose another set, another seed, or a part of data.split"))
        }
        None => Ok(()),
    }
}
