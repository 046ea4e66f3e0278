//! Birds drawn by the program: any number, of any size, from a seed.
//!
//! A fresh machine has no photographs and may not fetch any, so this is what it trains on: a world of dead leaves, whose
//! statistics are those of photographs, and mostly a bird in front of it. A picture is a function of `(seed, side,
//! index)`; none is kept, and the same is drawn on every machine.

use image::{DynamicImage, RgbImage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{DataError, Dataset};

mod drawing;

mod grass;
mod world;

mod bird;
mod body;
mod face;
mod flight;
mod perch;
mod view;
mod wing;

mod plumage;
mod species;

mod feather;
mod stroke;

mod canvas;
mod colour;
mod geometry;
mod texture;

pub use drawing::draw;

/// `[data.train.aviary]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AviaryConfig {
    /// How many pictures there are.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub images: usize,
    /// Width and height of every picture in pixels.
    #[schemars(range(min = 16, max = 2048))]
    pub side: u32,
    /// Another seed draws other pictures.
    pub seed: u64,
}

impl AviaryConfig {
    /// The rules between several values, each broken one as its key and a message: there are none.
    pub fn validate(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// The data set of drawn birds. It holds no picture, only how to draw each.
#[derive(Clone, Debug)]
pub struct Aviary {
    config: AviaryConfig,
}

impl Aviary {
    /// The aviary that `config` describes.
    pub fn new(config: &AviaryConfig) -> Aviary {
        Aviary { config: config.clone() }
    }

    /// Picture `index` of the aviary.
    pub fn picture(&self, index: usize) -> RgbImage {
        draw(self.config.side, self.config.seed, index as u64)
    }
}

impl Dataset for Aviary {
    fn len(&self) -> usize {
        self.config.images
    }

    fn name(&self, index: usize) -> String {
        format!("aviary-{}-{index:06}", self.config.seed)
    }

    fn image(&self, index: usize) -> Result<DynamicImage, DataError> {
        Ok(DynamicImage::ImageRgb8(self.picture(index)))
    }

    fn content_key(&self, index: usize) -> Result<[u8; 32], DataError> {
        let mut hasher = Sha256::new();
        hasher.update(b"aviary");
        hasher.update(drawing::VERSION.to_le_bytes());
        hasher.update(self.config.seed.to_le_bytes());
        hasher.update(self.config.side.to_le_bytes());
        hasher.update((index as u64).to_le_bytes());
        Ok(hasher.finalize().into())
    }

    fn size(&self, _index: usize) -> Result<(u32, u32), DataError> {
        Ok((self.config.side, self.config.side))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aviary(side: u32, seed: u64) -> Aviary {
        Aviary::new(&AviaryConfig { images: 10, side, seed })
    }

    #[test]
    fn the_size_is_known_without_drawing() {
        let aviary = aviary(48, 1);
        let image = aviary.image(3).unwrap();
        assert_eq!((image.width(), image.height()), aviary.size(3).unwrap());
    }

    #[test]
    fn keys_differ_where_pictures_do() {
        let keys = [
            aviary(48, 1).content_key(0),
            aviary(48, 1).content_key(1),
            aviary(48, 2).content_key(0),
            aviary(64, 1).content_key(0),
        ]
        .map(Result::unwrap);
        for (number, key) in keys.iter().enumerate() {
            assert!(!keys[..number].contains(key));
        }
        assert_eq!(keys[0], aviary(48, 1).content_key(0).unwrap());
    }
}
