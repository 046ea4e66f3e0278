//! A whole image made ready for cutting patches: its HR pixels and what the network sees of them.

use image::DynamicImage;
use plumage_imaging::{
    Channels, Planes, colour,
    crop::mod_crop,
    resize::{Ratio, resize},
};
use plumage_random::{Stream, generator};

use crate::{
    DataError, Dataset, InputGrid, Recipe,
    augment::{Orientation, RESCALE_UNIT},
    variants::Variant,
};

/// HR and input of one variant. Both are f32, in [0, 1] up to what the resize and noise overshoot.
#[derive(Debug)]
pub(crate) struct Pair {
    hr: Picture,
    input: Picture,
}

/// A planar picture `[C, H, W]` of single precision.
#[derive(Debug)]
struct Picture {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Pair {
    /// Decodes or draws the image of `variant`, resizes, crops and degrades it.
    ///
    /// `site` is the variant's number: together with the epoch it decides what noise the image gets.
    ///
    /// # Errors
    /// When the image cannot be read, or is not of the size that it had when the data set was opened.
    pub(crate) fn new(
        dataset: &dyn Dataset,
        recipe: &Recipe,
        variant: &Variant,
        epoch: u64,
        site: u64,
    ) -> Result<Self, DataError> {
        let image = dataset.image(variant.image)?;
        let (expected_width, expected_height) = dataset.size(variant.image)?;
        let (width, height) = (image.width(), image.height());
        if (width, height) != (expected_width, expected_height) {
            let name = dataset.name(variant.image);
            return Err(DataError::Changed { name, expected_width, expected_height, width, height });
        }
        let hr = hr_planes(&image, recipe.channels, variant.rescale);
        let hr = mod_crop(&hr, recipe.scale);
        let mut noise = generator(recipe.seed, Stream::Degrade, epoch, site);
        let degraded = recipe.degradation.apply(&hr, recipe.scale, &mut noise);
        let lr = degraded.map_err(|source| DataError::Image { name: dataset.name(variant.image), source })?;
        let input = match recipe.input {
            InputGrid::Lr => lr,
            InputGrid::Hr => resize(&lr, Ratio::enlarge(recipe.scale)),
        };
        Ok(Pair { hr: Picture::of(&hr), input: Picture::of(&input) })
    }

    /// Appends the patch whose HR corner is at (`x`, `y`), laid as `orientation` says, to `input` and `target`.
    pub(crate) fn cut(
        &self,
        (x, y): (usize, usize),
        orientation: Orientation,
        recipe: &Recipe,
        input: &mut Vec<f32>,
        target: &mut Vec<f32>,
    ) {
        let step = recipe.step_px();
        self.input.cut((x / step, y / step), recipe.input_size(), orientation, input);
        self.hr.cut((x, y), recipe.patches.hr_size(), orientation, target);
    }

    /// Memory that the pixels take.
    pub(crate) fn bytes(&self) -> usize {
        (self.hr.values.len() + self.input.values.len()) * size_of::<f32>()
    }
}

impl Picture {
    fn of(planes: &Planes) -> Self {
        let values = planes.values.iter().map(|&value| value as f32).collect();
        Picture { width: planes.width, height: planes.height, values }
    }

    fn cut(&self, (left, top): (usize, usize), size: usize, orientation: Orientation, out: &mut Vec<f32>) {
        for plane in self.values.chunks_exact(self.width * self.height) {
            for y in 0..size {
                out.extend((0..size).map(|x| {
                    let (x, y) = orientation.origin(x, y, size);
                    plane[(top + y) * self.width + left + x]
                }));
            }
        }
    }
}

/// The HR planes of an image at `rescale` thousandths: 8-bit values, also after the resize.
fn hr_planes(image: &DynamicImage, channels: Channels, rescale: usize) -> Planes {
    let planes = Planes::from_image(image);
    let hr = match channels {
        Channels::Y => colour::y_rounded(&planes),
        // A grey picture becomes three equal planes.
        Channels::Rgb => Planes::from_image(&DynamicImage::ImageRgb8(planes.to_rgb8())),
    };
    if rescale == RESCALE_UNIT {
        hr
    } else {
        resize(&hr, Ratio { num: rescale, den: RESCALE_UNIT }).rounded()
    }
}
