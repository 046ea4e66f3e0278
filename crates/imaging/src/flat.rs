//! Where a picture has one colour, so that there is nothing to be made up: white paper stays white.

use std::ops::Range;

use crate::picture::Pixel;

/// Pixels on each side of one that have to have its colour, as far as a bicubic enlargement sees.
pub const REACH: usize = 2;

/// For every pixel of the rows `wanted`, whether all pixels at most [`REACH`] away have its colour, whatever their alpha.
///
/// `window: [rows, width, samples]` has the rows of the picture from `first` on; it has to have those in reach of the
/// wanted ones, as far as the picture has them.
pub fn flat(window: &[u16], first: usize, width: usize, pixel: Pixel, wanted: Range<usize>) -> Vec<bool> {
    let row_len = width * pixel.samples();
    let rows = window.len() / row_len;
    let colour = |row: usize, x: usize| &window[row * row_len + x * pixel.samples()..][..pixel.colours];
    let level = |row: usize| -> Vec<bool> {
        (0..width)
            .map(|x| {
                let mut near = x.saturating_sub(REACH)..=(x + REACH).min(width - 1);
                near.all(|near| colour(row, near) == colour(row, x))
            })
            .collect()
    };
    let levels: Vec<Vec<bool>> = (0..rows).map(level).collect();
    let mut flat = Vec::with_capacity(wanted.len() * width);
    for row in wanted.map(|y| y - first) {
        let near = row.saturating_sub(REACH)..=(row + REACH).min(rows - 1);
        flat.extend((0..width).map(|x| {
            levels[row][x] && near.clone().all(|near| levels[near][x] && colour(near, x) == colour(row, x))
        }));
    }
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
