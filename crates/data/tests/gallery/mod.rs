//! Pictures in memory for the tests.

use std::sync::atomic::{AtomicUsize, Ordering};

use image::{DynamicImage, RgbImage};
use plumage_data::{
    AugmentConfig, BatchConfig, DataError, Dataset, DegradationConfig, DegradationStep, InputGrid,
    PatchConfig, RandomConfig, Recipe,
};
use plumage_imaging::Channels;
use plumage_random::{Stream, generator};
use rand::Rng;

/// Pictures of random pixels, so that no two patches are alike.
pub(crate) struct Gallery {
    pub(crate) sizes: Vec<(u32, u32)>,
    /// The picture that cannot be read, if there is one.
    pub(crate) broken: Option<usize>,
    /// How often a picture was asked for.
    pub(crate) reads: AtomicUsize,
}

impl Gallery {
    pub(crate) fn new(sizes: &[(u32, u32)]) -> Self {
        Gallery { sizes: sizes.to_vec(), broken: None, reads: AtomicUsize::new(0) }
    }
}

impl Dataset for Gallery {
    fn len(&self) -> usize {
        self.sizes.len()
    }

    fn name(&self, index: usize) -> String {
        format!("picture-{index}")
    }

    fn image(&self, index: usize) -> Result<DynamicImage, DataError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if self.broken == Some(index) {
            let source = std::io::Error::other("the disk is gone");
            return Err(DataError::Read { path: self.name(index).into(), source });
        }
        let (width, height) = self.sizes[index];
        let mut pixels = vec![0u8; (width * height * 3) as usize];
        generator(99, Stream::Draw, 0, index as u64).fill(&mut pixels[..]);
        Ok(DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels).unwrap()))
    }

    fn content_key(&self, index: usize) -> Result<[u8; 32], DataError> {
        Ok([index as u8; 32])
    }

    fn size(&self, index: usize) -> Result<(u32, u32), DataError> {
        Ok(self.sizes[index])
    }
}

/// x2 on Y, LR input, two random patches of 8x8 HR pixels an image, three patches a batch, no workers.
pub(crate) fn recipe() -> Recipe {
    Recipe {
        seed: 5,
        scale: 2,
        channels: Channels::Y,
        input: InputGrid::Lr,
        degradation: DegradationConfig(vec![DegradationStep::Bicubic]),
        patches: PatchConfig::Random(RandomConfig { hr_size: 8, per_image: 2 }),
        augment: AugmentConfig { flips: false, rotations: false, rescales: vec![1.0] },
        batches: BatchConfig { size: 3, workers: 0, pool: 3, cache_mib: 16 },
    }
}
