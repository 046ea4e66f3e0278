//! The images of an epoch: every image of the data set at every rescale at which it holds a patch.

use plumage_imaging::resize::Ratio;
use rayon::prelude::*;

use crate::{DataError, Dataset, Recipe, augment::RESCALE_UNIT};

/// One image at one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// Index of the image in the data set.
    pub(crate) image: usize,
    /// Its size, in thousandths of the image's.
    pub(crate) rescale: usize,
    /// Width in HR pixels, a multiple of the scale.
    pub(crate) width: usize,
    /// Height in HR pixels, a multiple of the scale.
    pub(crate) height: usize,
    /// How many patches it gives in an epoch.
    pub(crate) patches: usize,
    /// The number of its first patch among all patches of an epoch, in the order of the data set.
    pub(crate) first_site: u64,
}

/// All variants, those of one image beside each other.
#[derive(Debug)]
pub(crate) struct Variants {
    /// The variants that hold at least one patch.
    pub(crate) list: Vec<Variant>,
    /// Patches of an epoch.
    pub(crate) patches: u64,
    /// Images that are too small at every rescale.
    pub(crate) unused_images: usize,
}

impl Variants {
    /// Works out the variants of `dataset` from the sizes of its images.
    ///
    /// # Errors
    /// When an image cannot be read, and when no image holds a patch.
    pub(crate) fn new(dataset: &dyn Dataset, recipe: &Recipe) -> Result<Self, DataError> {
        let sizes: Vec<(u32, u32)> =
            (0..dataset.len()).into_par_iter().map(|index| dataset.size(index)).collect::<Result<_, _>>()?;
        let rescales = recipe.augment.thousandths();
        let mut variants = Variants { list: Vec::new(), patches: 0, unused_images: 0 };
        for (image, &(width, height)) in sizes.iter().enumerate() {
            let before = variants.patches;
            for &rescale in &rescales {
                variants.add(image, rescale, (width as usize, height as usize), recipe);
            }
            variants.unused_images += usize::from(variants.patches == before);
        }
        if variants.patches == 0 {
            let largest = sizes.iter().max_by_key(|(width, height)| width.min(height));
            let &(largest_width, largest_height) = largest.unwrap_or(&(0, 0));
            let size_px = recipe.patches.hr_size();
            return Err(DataError::NoPatches { images: sizes.len(), size_px, largest_width, largest_height });
        }
        Ok(variants)
    }

    fn add(&mut self, image: usize, rescale: usize, size: (usize, usize), recipe: &Recipe) {
        let ratio = Ratio { num: rescale, den: RESCALE_UNIT };
        let (width, height) = (ratio.output_len(size.0), ratio.output_len(size.1));
        let (width, height) = (width - width % recipe.scale, height - height % recipe.scale);
        let patches = recipe.patches.count(width, height);
        if patches > 0 {
            self.list.push(Variant { image, rescale, width, height, patches, first_site: self.patches });
            self.patches += patches as u64;
        }
    }
}
