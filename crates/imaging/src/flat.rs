//! Where a picture has one colour, so that there is nothing to be made up: white paper stays white.

use std::ops::Range;

use rayon::prelude::*;

use crate::picture::Pixel;

/// Pixels on each side of one that have to have its colour, as far as a bicubic enlargement sees.
pub const REACH: usize = 2;

/// For every pixel of the rows `wanted`, whether all pixels at most [`REACH`] away have its colour, whatever their alpha.
///
/// `window: [rows, width, samples]` has the rows of the picture from `first` on; it has to have those in reach of the
/// wanted ones, as far as the picture has them.
pub fn flat(window: &[u16], first: usize, width: usize, pixel: Pixel, wanted: Range<usize>) -> Vec<bool> {
    let samples = pixel.samples();
    let rows = window.len() / (width * samples);
    let same = |[a, b]: [(usize, usize); 2]| {
        let [a, b] = [a, b].map(|(row, x)| &window[(row * width + x) * samples..][..pixel.colours]);
        // Most pixels differ in their first sample, and a comparison of slices is a call.
        a[0] == b[0] && a[1..] == b[1..]
    };
    let mut level = vec![false; rows * width];
    level.par_chunks_exact_mut(width).enumerate().for_each(|(row, level)| {
        for (x, level) in level.iter_mut().enumerate() {
            let mut near = x.saturating_sub(REACH)..=(x + REACH).min(width - 1);
            *level = near.all(|near| same([(row, near), (row, x)]));
        }
    });
    let mut flat = vec![false; wanted.len() * width];
    flat.par_chunks_exact_mut(width).zip(wanted.start - first..wanted.end - first).for_each(|(flat, row)| {
        let near = row.saturating_sub(REACH)..=(row + REACH).min(rows - 1);
        for (x, flat) in flat.iter_mut().enumerate() {
            *flat = near.clone().all(|near| level[near * width + x] && same([(near, x), (row, x)]));
        }
    });
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_of_another_colour_is_seen_two_pixels_away_and_no_further() {
        let pixel = Pixel { colours: 1, alpha: true, white: 255 };
        let (width, height) = (7, 6);
        let mut window: Vec<u16> = (0..width * height).flat_map(|i| [255, i as u16]).collect();
        window[0] = 254;
        let flat = flat(&window, 10, width, pixel, 10..16);
        for y in 0..height {
            for x in 0..width {
                assert_eq!(flat[y * width + x], x > 2 || y > 2, "{x} {y}");
            }
        }
    }
}
