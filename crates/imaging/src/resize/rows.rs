//! The enlargement of a picture whose rows are not all in memory.

use std::ops::Range;

use super::{
    Ratio,
    contributions::{Contributions, mirror},
};

/// The bicubic enlargement of one picture by a whole number, row by row.
///
/// It is [`resize`](super::resize) in `f32`, which is finer than 16-bit samples: what the next pixels need is what these
/// needed, a source pixel further, so that a few weights stay in registers.
pub struct RowEnlarger {
    height: usize,
    width: usize,
    /// One for each of the rows, or columns, that a source pixel becomes.
    phases: Vec<Phase>,
}

/// The source pixels that an enlarged pixel is made of.
struct Phase {
    /// The first of them, counted from `REACH` before the pixel that it lies in.
    first: usize,
    weights: [f32; TAPS],
}

/// Source pixels that an enlarged pixel is made of.
const TAPS: usize = 4;

/// How far these reach beyond the pixel that it lies in.
const REACH: usize = 2;

impl RowEnlarger {
    /// For a picture of `height` x `width` pixels that is enlarged `scale` times.
    ///
    /// # Panics
    /// When a side or the scale is 0.
    pub fn new(height: usize, width: usize, scale: usize) -> Self {
        assert!(
            height > 0 && width > 0 && scale > 0,
            "no picture of {height} x {width} is enlarged {scale} times"
        );
        let contributions = Contributions::new(1, scale, Ratio::enlarge(scale));
        let phase = |place: usize| {
            // A shorter window, that of scale 1, is in the middle of four.
            let before = (TAPS - contributions.taps()) / 2;
            let mut weights = [0.; TAPS];
            let known = weights[before..].iter_mut().zip(contributions.weights(place));
            known.for_each(|(to, &weight)| *to = weight as f32);
            let first = contributions.start(place) + REACH as isize - before as isize;
            Phase { first: first as usize, weights }
        };
        Self { height, width, phases: (0..scale).map(phase).collect() }
    }

    /// Columns of the enlargement.
    pub fn enlarged_width(&self) -> usize {
        self.phases.len() * self.width
    }

    /// The rows of the picture that the given rows of the enlargement are made of.
    ///
    /// # Panics
    /// When the enlargement has no such rows.
    pub fn sources(&self, enlarged: Range<usize>) -> Range<usize> {
        let sources = || enlarged.clone().flat_map(|y| self.rows(y));
        sources().min().unwrap_or(0)..sources().max().map_or(0, |last| last + 1)
    }

    /// Row `y` of the enlargement of a plane, whose rows of [`RowEnlarger::sources`] are given by `source`, into
    /// `enlarged: [scale * W]`. `scratch` is memory that many calls share.
    ///
    /// # Panics
    /// When the enlargement has no such row, or a row is too short.
    pub fn enlarge<'a>(
        &self,
        y: usize,
        source: impl Fn(usize) -> &'a [f32],
        scratch: &mut Vec<f32>,
        enlarged: &mut [f32],
    ) {
        let scale = self.phases.len();
        assert_eq!(enlarged.len(), self.enlarged_width(), "values of a row of the enlargement");
        scratch.resize(self.width + 2 * REACH, 0.);
        let [a, b, c, d] = self.rows(y).map(|row| &source(row)[..self.width]);
        let weights = &self.phases[y % scale].weights;
        for (x, sum) in scratch[REACH..][..self.width].iter_mut().enumerate() {
            *sum = weighted(weights, [a[x], b[x], c[x], d[x]]);
        }
        for position in (0..REACH).chain(self.width + REACH..scratch.len()) {
            scratch[position] = scratch[REACH + mirror(position as isize - REACH as isize, self.width)];
        }
        // A loop of known length is twice as fast.
        match scale {
            2 => self.across(scratch, enlarged, 2),
            3 => self.across(scratch, enlarged, 3),
            4 => self.across(scratch, enlarged, 4),
            scale => self.across(scratch, enlarged, scale),
        }
    }

    /// The rows of the picture that row `y` of the enlargement is made of, mirrored where the picture ends.
    fn rows(&self, y: usize) -> [usize; TAPS] {
        let scale = self.phases.len();
        assert!(y < scale * self.height, "row {y} of {}", scale * self.height);
        let first = (y / scale + self.phases[y % scale].first) as isize - REACH as isize;
        std::array::from_fn(|tap| mirror(first + tap as isize, self.height))
    }

    #[inline(always)]
    fn across(&self, mirrored: &[f32], enlarged: &mut [f32], scale: usize) {
        let neighbours = mirrored.windows(2 * REACH + 1);
        for (pixels, near) in enlarged.chunks_exact_mut(scale).zip(neighbours) {
            for (pixel, Phase { first, weights }) in pixels.iter_mut().zip(&self.phases) {
                *pixel = weighted(weights, std::array::from_fn(|tap| near[first + tap]));
            }
        }
    }
}

#[inline(always)]
fn weighted([a, b, c, d]: &[f32; TAPS], values: [f32; TAPS]) -> f32 {
    (a * values[0] + b * values[1]) + (c * values[2] + d * values[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Planes, resize::resize};

    #[test]
    fn rows_on_their_own_are_those_of_the_whole_picture() {
        for (height, width) in [(1, 1), (2, 5), (7, 3), (23, 4)] {
            for scale in 1..=5 {
                let values: Vec<f64> = (0..height * width).map(|i| (i as f64 * 0.7).sin()).collect();
                let plane: Vec<f32> = values.iter().map(|&value| value as f32).collect();
                let whole = resize(&Planes::new(1, height, width, values), Ratio::enlarge(scale));
                let rows = RowEnlarger::new(height, width, scale);
                let (mut scratch, mut enlarged) = (Vec::new(), vec![0.; scale * width]);
                for y in 0..scale * height {
                    let sources = rows.sources(y..y + 1);
                    let source = |row: usize| {
                        assert!(sources.contains(&row), "row {row} for row {y}");
                        &plane[row * width..][..width]
                    };
                    rows.enlarge(y, source, &mut scratch, &mut enlarged);
                    for (value, expected) in enlarged.iter().zip(&whole.values[y * scale * width..]) {
                        assert!((f64::from(*value) - expected).abs() < 4e-7, "{value} {expected}");
                    }
                }
            }
        }
    }
}
