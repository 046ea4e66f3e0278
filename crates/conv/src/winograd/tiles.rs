//! Tiles: where they lie in an image, and how they are transformed.

use super::lanes::{LANES, Lanes, values_at, values_at_mut};
use super::transform::{PLANES, POINTS, Transform, transform_square};
use crate::rows::Image;
use crate::shape::Shape;

/// The tiles of a convolution's output, from its first row and column on; the last may reach beyond it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiling {
    /// Sides of a tile.
    pub(super) side: usize,
    /// Tiles of an image, from top to bottom and from left to right.
    pub(super) rows: usize,
    pub(super) columns: usize,
    above: usize,
    pad: usize,
}

impl Tiling {
    /// The most outputs that eight points give for this kernel.
    pub(super) fn new(shape: &Shape) -> Self {
        let side = POINTS + 1 - shape.kernel;
        let (rows, columns) = (shape.out_height().div_ceil(side), shape.out_width().div_ceil(side));
        Self { side, rows, columns, above: shape.above, pad: shape.pad }
    }

    /// Row and column of the first output of a tile, and of the first input that it sees.
    pub(super) fn corners(&self, tile: usize) -> [(isize, isize); 2] {
        let output = (tile / self.columns * self.side, tile % self.columns * self.side);
        let output = (output.0 as isize, output.1 as isize);
        [output, (output.0 - self.above as isize, output.1 - self.pad as isize)]
    }
}

/// Transformed tiles, `[64, tiles, channels]`, where the planes lie a little further apart than their length: at a
/// multiple of 4 KiB, where they often would be, sixty-four stores compete for the same few lines of the cache.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planes {
    /// Tiles that fit.
    pub(super) tiles: usize,
    /// Channels of a tile, with those that only fill vectors.
    pub(super) channels: usize,
}

impl Planes {
    /// Values from one plane to the next: a cache line more than a plane has.
    pub(super) fn step(&self) -> usize {
        self.tiles * self.channels + 16
    }

    pub(super) fn len(&self) -> usize {
        PLANES * self.step()
    }
}

/// Transforms the square of `SIDE` pixels from the given row and column of an image on, which may reach beyond it, to place `tile` of `transformed`. Channels that the image lacks become zeros. `square` is scratch memory.
#[inline(always)]
pub(super) fn transform_tile<L: Lanes, T: Transform<SIDE, POINTS>, const SIDE: usize>(
    lanes: L,
    image: Image,
    corner: (isize, isize),
    square: &mut [f32],
    (planes, tile, transformed): (Planes, usize, &mut [f32]),
) {
    let step = planes.step();
    let transformed = &mut transformed[tile * planes.channels..];
    assert!((PLANES - 1) * step + planes.channels <= transformed.len());
    // SAFETY: the assertion holds for the last plane and channel, and all others lie before it.
    let store = |transformed: &mut [f32], y: usize, x: usize, channel: usize, value| unsafe {
        lanes.store(value, values_at_mut(transformed, (y * POINTS + x) * step + channel));
    };
    let channels = (0..planes.channels).step_by(LANES);
    if image.channels != planes.channels {
        copy_square(image, corner, SIDE, planes.channels, square);
        let square = &square[..square_len(SIDE, planes.channels)];
        for channel in channels {
            transform_square::<L, T, SIDE, POINTS>(
                lanes,
                |y, x| lanes.load(vector(square, (y * SIDE + x) * planes.channels + channel)),
                |y, x, value| store(transformed, y, x, channel, value),
            );
        }
    } else if let Some(at) = inside(image, corner, SIDE) {
        let values = &image.values[at..];
        let (row_step, column_step) = (image.width * image.channels, image.channels);
        assert!((SIDE - 1) * (row_step + column_step) + planes.channels <= values.len());
        for channel in channels {
            transform_square::<L, T, SIDE, POINTS>(
                lanes,
                // SAFETY: the assertion holds for the last pixel and channel, and all others lie before it.
                |y, x| lanes.load(unsafe { values_at(values, y * row_step + x * column_step + channel) }),
                |y, x, value| store(transformed, y, x, channel, value),
            );
        }
    } else {
        let beyond = &mut square[..planes.channels];
        beyond.fill(0.);
        let pixels: [[&[f32]; SIDE]; SIDE] = std::array::from_fn(|y| {
            std::array::from_fn(|x| {
                image.pixel((corner.0 + y as isize, corner.1 + x as isize)).unwrap_or(beyond)
            })
        });
        for channel in channels {
            transform_square::<L, T, SIDE, POINTS>(
                lanes,
                |y, x| lanes.load(vector(pixels[y][x], channel)),
                |y, x, value| store(transformed, y, x, channel, value),
            );
        }
    }
}

/// Values that [`transform_tile`] needs as scratch memory.
pub(super) fn square_len(side: usize, channels: usize) -> usize {
    side * side * channels
}

/// Where the values of a square begin that lies inside an image.
fn inside(image: Image, (y, x): (isize, isize), side: usize) -> Option<usize> {
    let (y, x) = (usize::try_from(y).ok()?, usize::try_from(x).ok()?);
    (y + side <= image.height && x + side <= image.width).then(|| (y * image.width + x) * image.channels)
}

/// Copies a square; channels that the image lacks become zeros.
fn copy_square(image: Image, (y, x): (isize, isize), side: usize, channels: usize, square: &mut [f32]) {
    let square = &mut square[..square_len(side, channels)];
    for (row, to) in square.chunks_exact_mut(side * channels).enumerate() {
        // The row itself is narrower than its place, if channels are missing: it is spread out from its end on.
        image.copy_row((y + row as isize, x), &mut to[..side * image.channels]);
        if image.channels < channels {
            for pixel in (0..side).rev() {
                to.copy_within(pixel * image.channels..(pixel + 1) * image.channels, pixel * channels);
                to[pixel * channels + image.channels..(pixel + 1) * channels].fill(0.);
            }
        }
    }
}

/// The eight values from an index on.
#[inline(always)]
pub(super) fn vector(values: &[f32], at: usize) -> &[f32; LANES] {
    let (vectors, _) = values[at..at + LANES].as_chunks();
    &vectors[0]
}

/// The eight values from an index on.
#[inline(always)]
pub(super) fn vector_mut(values: &mut [f32], at: usize) -> &mut [f32; LANES] {
    let (vectors, _) = values[at..at + LANES].as_chunks_mut();
    &mut vectors[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Border;

    #[test]
    fn a_square_has_zeros_beyond_the_border_and_for_missing_channels() {
        let values = [1., 2., 3., 4., 5., 6.];
        let image = Image { values: &values, height: 2, width: 3, channels: 1, border: Border::Zeros };
        let square = |corner, channels| {
            let mut square = vec![9.; square_len(2, channels)];
            copy_square(image, corner, 2, channels, &mut square);
            square
        };
        assert_eq!(square((-1, 2), 2), [0., 0., 0., 0., 3., 0., 0., 0.]);
        assert_eq!(square((1, -1), 1), [0., 4., 0., 0.]);
        assert_eq!(square((0, 1), 1), [2., 3., 5., 6.]);
        assert_eq!(square((0, 4), 1), [0.; 4]);
        assert_eq!(inside(image, (0, 1), 2), Some(1));
        assert_eq!(inside(image, (0, 2), 2), None);
        assert_eq!(inside(image, (-1, 0), 2), None);
    }

    #[test]
    fn tiles_begin_at_the_first_output() {
        let shape = Shape::new((1, 13, 7, 1), (1, 1, 3, 3), 1, (1, Border::Zeros)).unwrap();
        let tiling = Tiling::new(&shape);
        assert_eq!((tiling.side, tiling.rows, tiling.columns), (6, 3, 2));
        assert_eq!(tiling.corners(3), [(6, 6), (5, 5)]);
    }
}
