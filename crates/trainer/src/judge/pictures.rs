//! The pictures that judges see: every version of a source image, and the places where crops are cut from them.

use plumage_imaging::Planes;
use plumage_random::{Stream, generator, permutation};
use rand::Rng;

/// One source image in all its versions, Y of 8 bits each, of one size: HR, then what each method made of it.
#[derive(Clone, Debug)]
pub struct Versions {
    height: usize,
    width: usize,
    /// `[H, W]` each.
    planes: Vec<Vec<u8>>,
}

/// A square in an image, and how it is laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crop {
    x: usize,
    y: usize,
    side: usize,
    /// Left and right change places; top and bottom do.
    mirrored: [bool; 2],
}

impl Versions {
    /// The versions `[1, H, W]` of values k/255, HR first.
    ///
    /// # Panics
    /// When they differ in size, which is a mistake in the program.
    pub fn new(versions: &[Planes]) -> Self {
        let (height, width) = versions.first().map_or((0, 0), |hr| (hr.height, hr.width));
        assert!(versions.iter().all(|version| (version.height, version.width) == (height, width)));
        let level = |value: &f64| (255. * value).round() as u8;
        let planes = versions.iter().map(|version| version.values.iter().map(level).collect()).collect();
        Self { height, width, planes }
    }

    /// A square anywhere in the image.
    fn place(&self, side: usize, rng: &mut impl Rng) -> Crop {
        let start = |length: usize, rng: &mut _| Rng::random_range(rng, 0..=length - side);
        Crop { x: start(self.width, rng), y: start(self.height, rng), side, mirrored: [false; 2] }
    }

    /// A square anywhere in the image, mirrored or not, for training.
    pub(super) fn place_to_learn(&self, side: usize, rng: &mut impl Rng) -> Crop {
        Crop { mirrored: [rng.random(), rng.random()], ..self.place(side, rng) }
    }

    /// Appends the crop of version `shown` to `out`: `[side, side]` in [0, 1].
    pub(super) fn cut(&self, shown: usize, crop: Crop, out: &mut Vec<f32>) {
        let Crop { x, y, side, mirrored: [across, down] } = crop;
        for row in 0..side {
            let row = if down { side - 1 - row } else { row };
            let pixels = &self.planes[shown][(y + row) * self.width + x..][..side];
            let value = |level: &u8| f32::from(*level) / 255.;
            match across {
                true => out.extend(pixels.iter().rev().map(value)),
                false => out.extend(pixels.iter().map(value)),
            }
        }
    }
}

/// The images of one part: those that judges learn from, those that choose their best step, or those they are tested on.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// All images in their versions.
    pub images: Vec<Versions>,
    /// Half of the images, at random: the contests that control the others give them labels that mean nothing.
    pub(super) in_half: Vec<bool>,
    seed: u64,
    part: u64,
}

impl Pictures {
    /// The images of the part number `part`.
    pub fn new(images: Vec<Versions>, seed: u64, part: u64) -> Self {
        let mut in_half = vec![false; images.len()];
        for image in
            permutation(images.len(), seed, Stream::Split, part, 0).into_iter().skip(images.len() / 2)
        {
            in_half[image] = true;
        }
        Self { images, in_half, seed, part }
    }

    /// The crops of image `index` that do not change from step to step.
    pub(super) fn fixed_crops(&self, index: usize, count: usize, side: usize) -> Vec<Crop> {
        let step = self.part << 32 | side as u64;
        let rng = &mut generator(self.seed, Stream::Crop, step, index as u64);
        (0..count).map(|_| self.images[index].place(side, rng)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two versions of a picture of 3 rows of 4: levels 0 to 11, and the same and 100.
    fn versions() -> Versions {
        let version = |add: u8| {
            let values = (0..12).map(|level| f64::from(level + add) / 255.).collect();
            Planes::new(1, 3, 4, values)
        };
        Versions::new(&[version(0), version(100)])
    }

    fn levels(shown: usize, crop: Crop) -> Vec<u8> {
        let mut out = Vec::new();
        versions().cut(shown, crop, &mut out);
        out.iter().map(|value| (255. * value).round() as u8).collect()
    }

    #[test]
    fn versions_of_one_image_are_cut_at_one_place() {
        let crop = Crop { x: 1, y: 1, side: 2, mirrored: [false; 2] };
        assert_eq!([levels(0, crop), levels(1, crop)], [vec![5, 6, 9, 10], vec![105, 106, 109, 110]]);
        assert_eq!(levels(0, Crop { mirrored: [true, false], ..crop }), [6, 5, 10, 9]);
        assert_eq!(levels(0, Crop { mirrored: [false, true], ..crop }), [9, 10, 5, 6]);
    }

    #[test]
    fn every_place_lies_within_and_all_of_them_are_taken() {
        let mut places = std::collections::BTreeSet::new();
        let pictures = Pictures::new(vec![versions()], 1, 0);
        for crop in pictures.fixed_crops(0, 100, 2) {
            assert!(crop.x + 2 <= 4 && crop.y + 2 <= 3);
            places.insert((crop.x, crop.y));
        }
        assert_eq!(places.len(), 6);
    }

    #[test]
    fn half_of_the_images_is_half_of_them() {
        for images in [6, 7] {
            let pictures = Pictures::new(vec![versions(); images], 1, 0);
            assert_eq!(pictures.in_half.iter().filter(|half| **half).count(), images.div_ceil(2));
        }
    }
}
