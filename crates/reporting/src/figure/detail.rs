//! The part of a picture that is worth enlarging.

use image::RgbImage;

/// A square part of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Square {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) side: u32,
}

/// The square of the given side in which two pictures of the same size differ most (largest sum of squared
/// differences), to within a quarter of the side.
pub(super) fn most_different(one: &RgbImage, other: &RgbImage, side: u32) -> Square {
    let (width, height) = (one.width().min(other.width()), one.height().min(other.height()));
    let side = side.min(width).min(height).max(1);
    let sums = Sums::of_squared_differences(one, other, width, height);
    let places = |length: u32| {
        let last = length.saturating_sub(side);
        (0..last).step_by((side as usize / 4).max(1)).chain([last])
    };
    let squares = places(height).flat_map(|y| places(width).map(move |x| Square { x, y, side }));
    squares.max_by_key(|square| sums.within(*square)).unwrap_or(Square { x: 0, y: 0, side })
}

/// Sums over everything above and to the left, so that the sum over a square takes four look-ups.
struct Sums {
    stride: usize,
    sums: Vec<u64>,
}

impl Sums {
    fn of_squared_differences(one: &RgbImage, other: &RgbImage, width: u32, height: u32) -> Self {
        let stride = width as usize + 1;
        let mut sums = vec![0u64; stride * (height as usize + 1)];
        for y in 0..height {
            let mut row = 0u64;
            for x in 0..width {
                let (a, b) = (one.get_pixel(x, y), other.get_pixel(x, y));
                row += a.0.iter().zip(b.0).map(|(a, b)| u64::from(a.abs_diff(b)).pow(2)).sum::<u64>();
                let here = (y as usize + 1) * stride + x as usize + 1;
                sums[here] = sums[here - stride] + row;
            }
        }
        Self { stride, sums }
    }

    fn within(&self, square: Square) -> u64 {
        let at = |x: u32, y: u32| self.sums[y as usize * self.stride + x as usize];
        let (right, bottom) = (square.x + square.side, square.y + square.side);
        at(right, bottom) + at(square.x, square.y) - at(square.x, bottom) - at(right, square.y)
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn the_square_holds_the_only_difference() {
        let one = RgbImage::new(100, 60);
        let mut other = one.clone();
        other.put_pixel(90, 50, Rgb([9, 0, 0]));
        let found = most_different(&one, &other, 16);
        assert!((found.x..found.x + 16).contains(&90) && (found.y..found.y + 16).contains(&50), "{found:?}");
    }

    #[test]
    fn a_picture_smaller_than_the_square_is_taken_whole() {
        let small = RgbImage::new(5, 3);
        assert_eq!(most_different(&small, &small, 75).side, 3);
    }
}
