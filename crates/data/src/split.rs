//! Parts of a data set that never share an image: which part an image is in is a function of its content alone.
//!
//! Equal images under two names are in one part, adding images moves none of the others, and the same photograph in
//! two data sets is on the same side of both.

use std::sync::Arc;

use image::DynamicImage;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{DataError, Dataset};

/// `[split]`: shares of the images; the rest trains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitConfig {
    /// The share of the images that choose the best step, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub validation: f64,
    /// The share of the images that nothing is chosen by, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub test: f64,
}

impl SplitConfig {
    /// The rules between several values, each broken one as its key and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let left = 1. - self.validation - self.test;
        let message =
            || format!("validation = {} and test = {} leave nothing to train on", self.validation, self.test);
        if left > 0. { Vec::new() } else { vec![("validation".to_owned(), message())] }
    }
}

/// The three parts that an experiment uses.
pub struct Split {
    /// What is trained on.
    pub train: Arc<Part>,
    /// What chooses the best step.
    pub validation: Arc<Part>,
    /// What nothing is chosen by.
    pub test: Arc<Part>,
}

impl Split {
    /// Splits `dataset` by content.
    ///
    /// # Errors
    /// When an image cannot be read, and when a part with a share above zero gets no image.
    pub fn new(dataset: &Arc<dyn Dataset>, config: &SplitConfig) -> Result<Split, DataError> {
        if let Some((path, message)) = config.validate().into_iter().next() {
            return Err(DataError::Config { path: format!("split.{path}"), message });
        }
        // The test part comes first, so that no other share moves an image into it or out of it.
        let shares = [
            ("test", config.test),
            ("validation", config.validation),
            ("train", 1. - config.test - config.validation),
        ];
        let [test, validation, train] = partition(dataset, shares)?.map(Arc::new);
        Ok(Split { train, validation, test })
    }
}

/// Splits `dataset` into any number of named parts. Every image goes to the part whose stretch of [0, 1) holds the
/// image's place; the stretches lie in the order given and the last one takes what rounding leaves.
///
/// # Errors
/// When an image cannot be read, and when a part with a share above zero gets no image.
pub fn partition<const N: usize>(
    dataset: &Arc<dyn Dataset>,
    shares: [(&str, f64); N],
) -> Result<[Part; N], DataError> {
    let places: Vec<f64> = (0..dataset.len())
        .into_par_iter()
        .map(|index| dataset.content_key(index).map(|key| place(&key)))
        .collect::<Result<_, _>>()?;
    let mut parts = shares.map(|_| Part { dataset: Arc::clone(dataset), indices: Vec::new() });
    for (index, place) in places.into_iter().enumerate() {
        let mut end = 0.;
        let part = shares.iter().position(|(_, share)| {
            end += share;
            place < end
        });
        if let Some(part) = parts.get_mut(part.unwrap_or(N.saturating_sub(1))) {
            part.indices.push(index);
        }
    }
    for (part, (name, share)) in parts.iter().zip(shares) {
        if part.is_empty() && share > 0. {
            return Err(DataError::EmptyPart { part: name.to_owned(), share, images: dataset.len() });
        }
    }
    Ok(parts)
}

/// Where content lies in [0, 1): uniform, and unrelated to any other use of the key.
fn place(key: &[u8; 32]) -> f64 {
    let hash = Sha256::new().chain_update(b"plumage split 1").chain_update(key).finalize();
    let bits = hash.iter().take(8).fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
    // 53 bits are what a float between 0 and 1 holds exactly.
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// Some images of a data set, themselves a data set.
pub struct Part {
    dataset: Arc<dyn Dataset>,
    indices: Vec<usize>,
}

impl Dataset for Part {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn name(&self, index: usize) -> String {
        self.dataset.name(self.indices[index])
    }

    fn image(&self, index: usize) -> Result<DynamicImage, DataError> {
        self.dataset.image(self.indices[index])
    }

    fn content_key(&self, index: usize) -> Result<[u8; 32], DataError> {
        self.dataset.content_key(self.indices[index])
    }

    fn size(&self, index: usize) -> Result<(u32, u32), DataError> {
        self.dataset.size(self.indices[index])
    }
}
