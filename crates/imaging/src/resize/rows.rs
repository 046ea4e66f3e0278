//! The enlargement of a picture whose rows are not all in memory.

use std::ops::Range;

use super::{Contributions, Ratio, resize_rows};
use crate::Planes;

/// The bicubic enlargement of one picture by a whole number, any rows of it at a time.
///
/// Its rows have the bits of [`resize`](super::resize).
pub struct RowEnlarger {
    rows: Contributions,
    columns: Contributions,
}

impl RowEnlarger {
    /// For a picture of `height` x `width` pixels that is enlarged `scale` times.
    ///
    /// # Panics
    /// When a side or the scale is 0.
    pub fn new(height: usize, width: usize, scale: usize) -> Self {
        assert!(scale > 0, "no picture is enlarged 0 times");
        let along = |len| Contributions::new(len, scale * len, Ratio::enlarge(scale));
        Self { rows: along(height), columns: along(width) }
    }

    /// The rows of the picture that the given rows of the enlargement are made of.
    ///
    /// # Panics
    /// When the enlargement has no such rows.
    pub fn sources(&self, enlarged: Range<usize>) -> Range<usize> {
        let sources = || enlarged.clone().flat_map(|y| self.rows.sources(y));
        sources().min().unwrap_or(0)..sources().max().map_or(0, |last| last + 1)
    }

    /// The given rows of the enlargement: `window: [C, rows, W]`, of the picture's rows from `first` on, becomes
    /// `[C, enlarged.len(), scale * W]`.
    ///
    /// # Panics
    /// When `window` lacks a row of [`RowEnlarger::sources`], or `enlarged` is empty.
    pub fn enlarge(&self, window: &Planes, first: usize, enlarged: Range<usize>) -> Planes {
        resize_rows(window, first, (&self.rows, &self.columns), enlarged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crop::crop, resize::resize};

    #[test]
    fn rows_on_their_own_have_the_bits_of_the_whole_picture() {
        for (height, width) in [(1, 1), (2, 5), (7, 3), (23, 4)] {
            for scale in [2, 3, 4] {
                let values = (0..2 * height * width).map(|i| (i as f64 * 0.7).sin()).collect();
                let picture = Planes::new(2, height, width, values);
                let whole = resize(&picture, Ratio::enlarge(scale));
                let rows = RowEnlarger::new(height, width, scale);
                for first in 0..scale * height {
                    for end in first + 1..=(scale * height).min(first + 7) {
                        let sources = rows.sources(first..end);
                        let window = crop(&picture, 0, sources.start, width, sources.len());
                        let some = rows.enlarge(&window, sources.start, first..end);
                        assert_eq!(some, crop(&whole, 0, first, scale * width, end - first));
                    }
                }
            }
        }
    }
}
