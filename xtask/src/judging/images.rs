//! The images of a study: none that a judged network has seen, in three parts that share none.

use std::{collections::HashSet, sync::Arc};

use plumage_data::{DataError, DataRoots, Dataset, Part, SplitConfig, SplitFor, open, partition};
use plumage_imaging::decode::Limits;
use plumage_record::{SeenImage, hexadecimal};

use super::methods::Method;
use crate::{experiment::JudgeExperiment, failure::Failure};

/// The images of a study, opened and looked through before anything is written.
pub(super) struct Images {
    /// What judges learn from.
    pub(super) train: Arc<dyn Dataset>,
    /// What chooses a judge's best step.
    pub(super) validation: Arc<dyn Dataset>,
    /// What judges are tested on.
    pub(super) test: Arc<dyn Dataset>,
    /// How many images were left out, since a judged network has seen them.
    pub(super) left_out: u64,
    /// All that are used, by name and content.
    pub(super) seen: Vec<SeenImage>,
}

/// What the parts are called in data.csv.
const PARTS: [&str; 3] = ["judge.train", "judge.validation", "judge.test"];

/// Every contest needs two images.
const LEAST: usize = 2;

impl Images {
    /// Opens the images, leaves out what a method was trained on or validated with, and splits the others.
    ///
    /// # Errors
    /// Images that are missing, unreadable, too small, or too few.
    pub(super) fn open(
        experiment: &JudgeExperiment,
        methods: &[Method],
        roots: &DataRoots,
    ) -> Result<Self, Failure> {
        let all = open(&experiment.data.images, roots, &Limits::PHOTOGRAPH)?;
        let learnt: HashSet<&str> =
            methods.iter().flat_map(|method| &method.learnt).map(String::as_str).collect();
        let unseen = Part::of(&all, |key| !learnt.contains(hexadecimal(key).as_str()))?;
        let unseen: Arc<dyn Dataset> = Arc::new(unseen);
        let SplitConfig { validation, test } = experiment.judge.split;
        let shares = [("test", test), ("validation", validation), ("train", 1. - test - validation)];
        let too_few = |left: [usize; 3]| too_few(experiment, all.len(), unseen.len(), left);
        let [test, validation, train] = match partition(&unseen, SplitFor::Judging, shares) {
            Err(DataError::EmptyPart { .. }) => return Err(too_few([0; 3])),
            parts => parts?,
        };
        let least = [LEAST, LEAST, experiment.judge.min_test_images];
        let lengths = [train.len(), validation.len(), test.len()];
        if lengths.iter().zip(least).any(|(len, least)| *len < least) {
            return Err(too_few(lengths));
        }
        let parts: [Arc<dyn Dataset>; 3] = [Arc::new(train), Arc::new(validation), Arc::new(test)];
        let mut seen = Vec::new();
        for (part, name) in parts.iter().zip(PARTS) {
            refuse_small(experiment, part.as_ref())?;
            for index in 0..part.len() {
                seen.push(SeenImage::new(name, part.name(index), &part.content_key(index)?));
            }
        }
        let left_out = (all.len() - unseen.len()) as u64;
        let [train, validation, test] = parts;
        Ok(Self { train, validation, test, left_out, seen })
    }

    /// The three parts, those that judges learn from first.
    pub(super) fn parts(&self) -> [&dyn Dataset; 3] {
        [&self.train, &self.validation, &self.test].map(AsRef::as_ref)
    }
}

fn too_few(
    experiment: &JudgeExperiment,
    all: usize,
    unseen: usize,
    [train, validation, test]: [usize; 3],
) -> Failure {
    let methods = experiment.judge.methods.join(", ");
    let least = experiment.judge.min_test_images;
    Failure::input(
        format!(
            "too few images are left to judge by: of {all}, {unseen} were neither trained on nor chosen by by any of \
             {methods}; that is {train} to train judges, {validation} to validate and {test} to test them, where {LEAST}, \
             {LEAST} and {least} are needed"
        ),
        "give those runs a larger test part, as --set data.split.test=0.5, and run them anew; or more images to \
         data.images; or lower judge.min_test_images",
    )
}

/// Refuses a part with an image that does not hold the largest crop.
fn refuse_small(experiment: &JudgeExperiment, part: &dyn Dataset) -> Result<(), Failure> {
    let crop = experiment.judge.patches_px.iter().copied().max().unwrap_or_default();
    // Cut to a multiple of the scale before the border is off.
    let least = (crop + 2 * experiment.judge.border_px).next_multiple_of(experiment.scale);
    for index in 0..part.len() {
        let (width, height) = part.size(index)?;
        if (width.min(height) as usize) < least {
            let message = format!(
                "{width}x{height} pixels hold no crop of {crop} within a border of {}",
                experiment.judge.border_px
            );
            return Err(Failure::in_image(&part.name(index), message));
        }
    }
    Ok(())
}
