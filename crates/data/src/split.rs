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

/// `[data.split]`: shares of the images; the rest trains.
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
            return Err(DataError::Config { path, message });
        }
        // The test part comes first, so that no other share moves an image into it or out of it.
        let shares = [
            ("test", config.test),
            ("validation", config.validation),
            ("train", 1. - config.test - config.validation),
        ];
        let [test, validation, train] = partition(dataset, SplitFor::Training, shares)?.map(Arc::new);
        Ok(Split { train, validation, test })
    }
}

/// What a split is for. The two have nothing in common: were they one, the images that training left over would all lie in
/// one part of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitFor {
    /// The training of networks.
    Training,
    /// The training of judges, on images that those networks were not trained on.
    Judging,
}

impl SplitFor {
    /// What is hashed with the content; to change it would move every image.
    fn salt(self) -> &'static [u8] {
        match self {
            Self::Training => b"plumage split 1",
            Self::Judging => b"plumage judges 1",
        }
    }
}

/// Splits `dataset` into any number of named parts. Every image goes to the part whose stretch of [0, 1) holds the
/// image's place; the stretches lie in the order given and the last one takes what rounding leaves.
///
/// # Errors
/// When an image cannot be read, and when a part with a share above zero gets no image.
pub fn partition<const N: usize>(
    dataset: &Arc<dyn Dataset>,
    split_for: SplitFor,
    shares: [(&str, f64); N],
) -> Result<[Part; N], DataError> {
    let places: Vec<f64> = (0..dataset.len())
        .into_par_iter()
        .map(|index| dataset.content_key(index).map(|key| place(split_for, &key)))
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
fn place(split_for: SplitFor, key: &[u8; 32]) -> f64 {
    let hash = Sha256::new().chain_update(split_for.salt()).chain_update(key).finalize();
    let bits = hash.iter().take(8).fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
    // 53 bits are what a float between 0 and 1 holds exactly.
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// Some images of a data set, themselves a data set.
pub struct Part {
    dataset: Arc<dyn Dataset>,
    indices: Vec<usize>,
}

impl Part {
    /// The images of `dataset` whose [content key](Dataset::content_key) passes.
    ///
    /// # Errors
    /// When an image cannot be read.
    pub fn of(dataset: &Arc<dyn Dataset>, passes: impl Fn(&[u8; 32]) -> bool) -> Result<Self, DataError> {
        let mut indices = Vec::new();
        for index in 0..dataset.len() {
            if passes(&dataset.content_key(index)?) {
                indices.push(index);
            }
        }
        Ok(Self { dataset: Arc::clone(dataset), indices })
    }

    /// The first so many images of `dataset`, or all where there are fewer.
    pub fn first(dataset: &Arc<dyn Dataset>, images: usize) -> Self {
        Self { dataset: Arc::clone(dataset), indices: (0..dataset.len().min(images)).collect() }
    }
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

    fn making_bytes(&self, index: usize) -> u64 {
        self.dataset.making_bytes(self.indices[index])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Images that are nothing but their contents.
    struct Contents(Vec<u32>);

    impl Dataset for Contents {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn name(&self, index: usize) -> String {
            index.to_string()
        }

        fn image(&self, _: usize) -> Result<DynamicImage, DataError> {
            Ok(DynamicImage::new_luma8(1, 1))
        }

        fn content_key(&self, index: usize) -> Result<[u8; 32], DataError> {
            Ok(Sha256::digest(self.0[index].to_le_bytes()).into())
        }
    }

    fn parts(contents: &[u32], shares: [(&str, f64); 3]) -> [Vec<u32>; 3] {
        let dataset: Arc<dyn Dataset> = Arc::new(Contents(contents.to_vec()));
        partition(&dataset, SplitFor::Training, shares)
            .unwrap()
            .map(|part| part.indices.iter().map(|&i| contents[i]).collect())
    }

    /// Enough images that no part of [`SHARES`] is ever empty.
    fn base() -> Vec<u32> {
        (0..100).collect()
    }

    const SHARES: [(&str, f64); 3] = [("test", 0.2), ("validation", 0.2), ("train", 0.6)];

    proptest! {
        #[test]
        fn every_image_is_in_one_part_and_equal_images_are_in_the_same(more in prop::collection::vec(0u32..200, 0..100)) {
            let mut contents = base();
            contents.extend(more);
            let parts = parts(&contents, SHARES);
            prop_assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), contents.len());
            for content in contents {
                prop_assert_eq!(parts.iter().filter(|part| part.contains(&content)).count(), 1);
            }
        }

        #[test]
        fn adding_images_moves_none(more in prop::collection::vec(any::<u32>(), 0..100)) {
            let mut contents = base();
            contents.extend(more);
            for (before, after) in parts(&base(), SHARES).iter().zip(parts(&contents, SHARES)) {
                prop_assert_eq!(&after[..before.len()], &before[..]);
            }
        }

        #[test]
        fn the_share_of_validation_moves_no_image_into_the_test_part(validation in 0.05f64..0.7) {
            let shares = [("test", 0.2), ("validation", validation), ("train", 0.8 - validation)];
            prop_assert_eq!(&parts(&base(), shares)[0], &parts(&base(), SHARES)[0]);
        }
    }

    #[test]
    fn parts_are_about_as_large_as_their_shares() {
        let [test, validation, train] =
            parts(&(0..10_000).collect::<Vec<_>>(), SHARES).map(|part| part.len());
        // Four standard deviations of a binomial are 160 and 196.
        assert!(test.abs_diff(2000) < 160 && validation.abs_diff(2000) < 160 && train.abs_diff(6000) < 196);
    }

    #[test]
    fn the_place_of_an_image_is_the_same_for_ever() {
        // hashlib.sha256(b"plumage split 1" + bytes(32)).digest(), first 8 bytes, big-endian, / 2**64
        let place = place(SplitFor::Training, &[0; 32]);
        assert!((place - PLACE_OF_ZEROS).abs() < 1e-15, "{place}");
    }

    #[test]
    fn what_training_leaves_over_is_spread_over_all_parts_of_the_judges() {
        let dataset: Arc<dyn Dataset> = Arc::new(Contents((0..2000).collect()));
        let [left, _] =
            partition(&dataset, SplitFor::Training, [("test", 0.5), ("train", 0.5)]).unwrap().map(Arc::new);
        let left: Arc<dyn Dataset> = left;
        let halves = partition(&left, SplitFor::Judging, [("test", 0.5), ("train", 0.5)]).unwrap();
        // Four standard deviations of a binomial of about 1000 are 63.
        assert!(
            halves[0].len().abs_diff(halves[1].len()) < 2 * 63,
            "{} {}",
            halves[0].len(),
            halves[1].len()
        );
    }

    #[test]
    fn a_part_of_what_passes_has_that_and_nothing_else() {
        let dataset: Arc<dyn Dataset> = Arc::new(Contents(vec![5, 6, 7, 6]));
        let key = dataset.content_key(1).unwrap();
        let others = Part::of(&dataset, |other| *other != key).unwrap();
        assert_eq!((0..others.len()).map(|index| others.name(index)).collect::<Vec<_>>(), ["0", "2"]);
    }

    const PLACE_OF_ZEROS: f64 = 0.7585941570494927;

    #[test]
    fn a_part_with_a_share_and_no_image_is_an_error() {
        let dataset: Arc<dyn Dataset> = Arc::new(Contents(vec![1, 1, 1]));
        let error = Split::new(&dataset, &SplitConfig { validation: 0.4, test: 0.4 }).err().unwrap();
        assert!(matches!(error, DataError::EmptyPart { images: 3, .. }), "{error}");
        let whole = Split::new(&dataset, &SplitConfig { validation: 0.0, test: 0.0 }).unwrap();
        assert_eq!((whole.train.len(), whole.validation.len(), whole.test.len()), (3, 0, 0));
    }

    #[test]
    fn shares_that_leave_nothing_to_train_on_are_refused() {
        assert!(!SplitConfig { validation: 0.5, test: 0.5 }.validate().is_empty());
        assert!(SplitConfig { validation: 0.5, test: 0.4 }.validate().is_empty());
    }
}
