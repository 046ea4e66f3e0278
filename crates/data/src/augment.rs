//! Augmentation: the same picture mirrored, turned, or made smaller before anything else happens to it.

use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[data.augment]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AugmentConfig {
    /// Mirror patches, left to right: a coin is tossed for each.
    pub flips: bool,
    /// Turn patches by 0, 90, 180 or 270 degrees, each as often.
    pub rotations: bool,
    /// Sizes at which every HR image is used, as in `[1.0, 0.9, 0.8]`: resized bicubically and rounded to 8 bits before
    /// it is degraded. At most three decimals.
    #[schemars(length(min = 1, max = 16), inner(range(min = 0.1, max = 1.0)))]
    pub rescales: Vec<f64>,
}

/// Rescales are counted in thousandths, so that the size of a rescaled image is exact arithmetic.
pub(crate) const RESCALE_UNIT: usize = 1000;

impl AugmentConfig {
    /// The rules between several values, each broken one as its key and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        for (index, &rescale) in self.rescales.iter().enumerate() {
            let thousandths = rescale * RESCALE_UNIT as f64;
            if (thousandths - thousandths.round()).abs() > 1e-6 {
                broken
                    .push((format!("rescales[{index}]"), format!("{rescale} has more than three decimals")));
            }
            if self.rescales[..index].contains(&rescale) {
                broken.push((format!("rescales[{index}]"), format!("{rescale} is listed twice")));
            }
        }
        broken
    }

    /// The rescales in thousandths.
    pub(crate) fn thousandths(&self) -> Vec<usize> {
        self.rescales.iter().map(|rescale| (rescale * RESCALE_UNIT as f64).round() as usize).collect()
    }

    /// Draws how one patch is turned and mirrored.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> Orientation {
        let quarter_turns = if self.rotations { rng.random_range(0..4u8) } else { 0 };
        Orientation { quarter_turns, mirrored: self.flips && rng.random() }
    }
}

/// One of the eight ways to lay a square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// Turns by 90 degrees against the clock, made first.
    pub(crate) quarter_turns: u8,
    /// Whether left and right change places afterwards.
    pub(crate) mirrored: bool,
}

impl Orientation {
    /// Where the pixel at (`x`, `y`) of the laid square comes from in the original of `size` pixels a side.
    pub(crate) fn origin(self, x: usize, y: usize, size: usize) -> (usize, usize) {
        let last = size - 1;
        let x = if self.mirrored { last - x } else { x };
        match self.quarter_turns % 4 {
            0 => (x, y),
            1 => (last - y, x),
            2 => (last - x, last - y),
            _ => (y, last - x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(quarter_turns: u8, mirrored: bool) -> Vec<u8> {
        let square = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        let orientation = Orientation { quarter_turns, mirrored };
        let pixels = (0..9).map(|i| orientation.origin(i % 3, i / 3, 3));
        pixels.map(|(x, y)| square[y * 3 + x]).collect()
    }

    #[test]
    fn turns_and_mirrors_match_a_square_laid_by_hand() {
        // numpy: a = np.arange(1, 10).reshape(3, 3); np.rot90(a, k), np.rot90(a, k)[:, ::-1]
        assert_eq!(laid(0, false), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(laid(1, false), [3, 6, 9, 2, 5, 8, 1, 4, 7]);
        assert_eq!(laid(2, false), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(laid(3, false), [7, 4, 1, 8, 5, 2, 9, 6, 3]);
        assert_eq!(laid(0, true), [3, 2, 1, 6, 5, 4, 9, 8, 7]);
        assert_eq!(laid(1, true), [9, 6, 3, 8, 5, 2, 7, 4, 1]);
    }

    #[test]
    fn rescales_with_too_many_decimals_or_twice_are_refused() {
        let config = AugmentConfig { flips: false, rotations: false, rescales: vec![0.9, 0.33333, 0.9] };
        let paths: Vec<String> = config.validate().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["rescales[1]", "rescales[2]"]);
        assert_eq!(config.thousandths()[0], 900);
    }
}
