//! `[data]`: what an experiment learns from, and what it is validated and tested on.

use std::sync::Arc;

use plumage_data::{
    AugmentConfig, BatchConfig, DataError, DataRoots, Dataset, DatasetConfig, DegradationConfig, Part,
    PatchConfig, Split, SplitConfig, open,
};
use plumage_imaging::decode::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[data]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataConfig {
    /// The HR images to learn from.
    pub(crate) train: DatasetConfig,
    /// The HR images to validate on; absent: the validation part of `split`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validation: Option<DatasetConfig>,
    /// The parts of `train` that are kept from training; absent: all of it trains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) split: Option<SplitConfig>,
    /// Of the images that are left to train, only the first so many do; absent: all. What is validated and tested on stays the same.
    #[schemars(range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) train_images: Option<usize>,
    /// What makes the LR image, in its order.
    pub(crate) degradation: DegradationConfig,
    /// Where patches are taken.
    pub(crate) patches: PatchConfig,
    /// How patches are varied.
    pub(crate) augment: AugmentConfig,
    /// How patches are put together.
    pub(crate) batches: BatchConfig,
}

/// The opened data of an experiment.
pub(crate) struct Parts {
    /// What is trained on.
    pub(crate) train: Arc<dyn Dataset>,
    /// What chooses the best step.
    pub(crate) validation: Arc<dyn Dataset>,
    /// What nothing is chosen by: the test part of the split, if there is one.
    pub(crate) test: Option<Arc<dyn Dataset>>,
}

impl DataConfig {
    /// Opens and splits the data.
    ///
    /// # Errors
    /// Data that are missing, unreadable or corrupt, and a part without an image.
    pub(crate) fn open(&self, roots: &DataRoots, limits: &Limits) -> Result<Parts, DataError> {
        let all = open(&self.train, roots, limits)?;
        let mut parts = Parts { train: all.clone(), validation: all.clone(), test: None };
        if let Some(config) = &self.split {
            let split = Split::new(&all, config)?;
            parts.train = split.train;
            parts.validation = split.validation;
            parts.test = (config.test > 0.).then_some(split.test as Arc<dyn Dataset>);
        }
        if let Some(images) = self.train_images {
            parts.train = Arc::new(Part::first(&parts.train, images));
        }
        if let Some(config) = &self.validation {
            parts.validation = open(config, roots, limits)?;
        }
        Ok(parts)
    }

    /// Rules across fields that the data break, as pairs of key path and message.
    pub(crate) fn broken_rules(&self) -> Vec<(String, String)> {
        let below = |at: &'static str, broken: Vec<(String, String)>| {
            broken.into_iter().map(move |(path, message)| (format!("{at}.{path}"), message))
        };
        let mut broken: Vec<_> = below("train", self.train.validate()).collect();
        broken.extend(self.validation.iter().flat_map(|config| below("validation", config.validate())));
        broken.extend(self.split.iter().flat_map(|config| below("split", config.validate())));
        let share = self.split.as_ref().map_or(0., |split| split.validation);
        match &self.validation {
            None if share == 0. => broken.push((
                "train".to_owned(),
                "nothing is left to validate on: give [data.validation], or a share in [data.split]"
                    .to_owned(),
            )),
            Some(_) if share > 0. => broken.push((
                "split.validation".to_owned(),
                "[data.validation] is there too: make this share 0, or remove that table".to_owned(),
            )),
            _ => {}
        }
        broken
    }
}
