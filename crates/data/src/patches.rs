//! Where the patches of an image lie: at random places, or on a grid.

use plumage_random::{Stream, generator};
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[data.patches.random]` or `[data.patches.grid]`. Patches are squares, measured in HR pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PatchConfig {
    /// Other places in every epoch.
    Random(RandomConfig),
    /// All places of a grid, as in the training of the authors' SRCNN (`size = 33, stride = 14`).
    Grid(GridConfig),
}

/// `[data.patches.random]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomConfig {
    /// Side of a patch in HR pixels; a multiple of the scale for a network that takes LR patches.
    #[schemars(range(min = 1, max = 4096))]
    pub hr_size: usize,
    /// Patches of one image in one epoch.
    #[schemars(range(min = 1, max = 4096))]
    pub per_image: usize,
}

/// `[data.patches.grid]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GridConfig {
    /// Side of a patch in HR pixels; a multiple of the scale for a network that takes LR patches.
    #[schemars(range(min = 1, max = 4096))]
    pub size: usize,
    /// HR pixels from one patch to the next; a multiple of the scale for a network that takes LR patches.
    #[schemars(range(min = 1, max = 4096))]
    pub stride: usize,
}

impl PatchConfig {
    /// Side of a patch in HR pixels.
    pub fn hr_size(&self) -> usize {
        match self {
            PatchConfig::Random(random) => random.hr_size,
            PatchConfig::Grid(grid) => grid.size,
        }
    }

    /// The rules between these values and the step, in HR pixels, to which patches have to keep: the scale for a network
    /// that takes LR patches, 1 for any other. Each broken one as its path and a message.
    pub fn validate(&self, step: usize) -> Vec<(String, String)> {
        let lengths = match self {
            PatchConfig::Random(random) => vec![("random.hr_size", random.hr_size)],
            PatchConfig::Grid(grid) => vec![("grid.size", grid.size), ("grid.stride", grid.stride)],
        };
        let broken = lengths.into_iter().filter(|(_, length)| *length == 0 || length % step != 0);
        broken
            .map(|(path, length)| {
                (path.to_owned(), format!("{length} is not a multiple of the scale {step}"))
            })
            .collect()
    }

    /// How many patches an HR image of `width` x `height` pixels gives in an epoch: none when it is smaller than one.
    pub(crate) fn count(&self, width: usize, height: usize) -> usize {
        let size = self.hr_size();
        if width.min(height) < size {
            return 0;
        }
        match self {
            PatchConfig::Random(random) => random.per_image,
            PatchConfig::Grid(grid) => {
                ((width - size) / grid.stride + 1) * ((height - size) / grid.stride + 1)
            }
        }
    }

    /// Left and top, in HR pixels, of patch `ordinal` of an image of `width` x `height` HR pixels; both are multiples
    /// of `step`. A random patch is that of `place`.
    pub(crate) fn corner(
        &self,
        ordinal: usize,
        (width, height): (usize, usize),
        step: usize,
        place: Place,
    ) -> (usize, usize) {
        match self {
            PatchConfig::Random(random) => {
                let mut rng = generator(place.seed, Stream::Crop, place.epoch, place.site);
                // The number of places fits 32 bits, and a draw from u32 is the same on machines of any word size.
                let mut draw = |side: usize| {
                    let places = (side - random.hr_size) / step + 1;
                    rng.random_range(0..u32::try_from(places).unwrap_or(u32::MAX)) as usize * step
                };
                (draw(width), draw(height))
            }
            PatchConfig::Grid(grid) => {
                let columns = (width - grid.size) / grid.stride + 1;
                (ordinal % columns * grid.stride, ordinal / columns * grid.stride)
            }
        }
    }
}

/// What a patch's random numbers are drawn from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Seed of the run.
    pub(crate) seed: u64,
    /// The epoch.
    pub(crate) epoch: u64,
    /// The patch's number among all patches of an epoch, in the order of the data set.
    pub(crate) site: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_covers_what_the_authors_loop_covers() {
        // for x = 1 : 14 : height - 33 + 1, for y = 1 : 14 : width - 33 + 1, on a 62 x 47 image
        let grid = PatchConfig::Grid(GridConfig { size: 33, stride: 14 });
        assert_eq!(grid.count(62, 47), 3 * 2);
        assert_eq!(grid.count(61, 46), 3);
        assert_eq!(grid.count(32, 100), 0);
        let place = Place { seed: 0, epoch: 0, site: 0 };
        let corners: Vec<_> = (0..6).map(|ordinal| grid.corner(ordinal, (62, 47), 1, place)).collect();
        assert_eq!(corners, [(0, 0), (14, 0), (28, 0), (0, 14), (14, 14), (28, 14)]);
    }

    #[test]
    fn random_corners_reach_both_ends_and_keep_to_the_step() {
        let random = PatchConfig::Random(RandomConfig { hr_size: 6, per_image: 1 });
        let corners: Vec<_> =
            (0..200).map(|site| random.corner(0, (12, 9), 3, Place { seed: 1, epoch: 0, site })).collect();
        let seen = |corner| corners.contains(&corner);
        assert!(corners.iter().all(|(x, y)| x % 3 == 0 && y % 3 == 0 && *x <= 6 && *y <= 3));
        assert!(seen((0, 0)) && seen((6, 3)) && seen((3, 0)));
    }

    #[test]
    fn sizes_off_the_lr_grid_are_refused() {
        let grid = PatchConfig::Grid(GridConfig { size: 33, stride: 14 });
        assert!(grid.validate(1).is_empty());
        assert_eq!(
            grid.validate(3),
            [("grid.stride".to_owned(), "14 is not a multiple of the scale 3".to_owned())]
        );
    }
}
