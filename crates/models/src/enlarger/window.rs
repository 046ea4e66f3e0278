//! Neighbouring rows of a picture as planes of numbers.

use std::ops::Range;

use plumage_imaging::{
    Channels,
    colour::{y_of_rgb, ycbcr_of_rgb},
    resize::RowEnlarger,
};
use rayon::prelude::*;

use super::Shape;

/// Rows of one or more planes, in [0, 1]: `[rows, planes, W]`.
pub(super) struct Window {
    values: Vec<f32>,
    planes: usize,
    width: usize,
    /// Which row of the picture is the first of them.
    first: usize,
}

impl Window {
    /// What a network with `channels` sees of whole rows, the picture's from `first` on.
    pub(super) fn input(channels: Channels, rows: &[u16], first: usize, shape: Shape) -> Self {
        match (channels, shape.pixel.colours) {
            (Channels::Y, 1) => Self::new(rows, first, shape, |pixel| [pixel[0]]),
            (Channels::Y, _) => {
                Self::new(rows, first, shape, |pixel| [y_of_rgb([pixel[0], pixel[1], pixel[2]])])
            }
            (Channels::Rgb, 1) => Self::new(rows, first, shape, |pixel| [pixel[0]; 3]),
            (Channels::Rgb, _) => Self::new(rows, first, shape, |pixel| [pixel[0], pixel[1], pixel[2]]),
        }
    }

    /// Cb and Cr of whole rows of a colour picture.
    pub(super) fn chroma(rows: &[u16], first: usize, shape: Shape) -> Self {
        Self::new(rows, first, shape, |pixel| {
            let [_, cb, cr] = ycbcr_of_rgb([pixel[0], pixel[1], pixel[2]]);
            [cb, cr]
        })
    }

    /// Alpha of whole rows of a picture that has it.
    pub(super) fn alpha(rows: &[u16], first: usize, shape: Shape) -> Self {
        Self::new(rows, first, shape, |pixel| [pixel[shape.pixel.colours]])
    }

    /// The planes that `of` makes of the four samples of a pixel, as far as it has them.
    fn new<const PLANES: usize>(
        rows: &[u16],
        first: usize,
        shape: Shape,
        of: impl Fn([f32; 4]) -> [f32; PLANES] + Sync,
    ) -> Self {
        let Shape { width, pixel, .. } = shape;
        let (samples, white) = (pixel.samples(), f32::from(pixel.white));
        let mut values = vec![0.; rows.len() / samples * PLANES];
        let both = values.par_chunks_exact_mut(PLANES * width).zip(rows.par_chunks_exact(shape.row_len()));
        both.for_each(|(values, row)| {
            for (x, pixel) in row.chunks_exact(samples).enumerate() {
                let mut numbers = [0.; 4];
                numbers
                    .iter_mut()
                    .zip(pixel)
                    .for_each(|(number, &sample)| *number = f32::from(sample) / white);
                of(numbers)
                    .into_iter()
                    .enumerate()
                    .for_each(|(plane, value)| values[plane * width + x] = value);
            }
        });
        Self { values, planes: PLANES, width, first }
    }

    /// One row of the picture, in one plane.
    pub(super) fn row(&self, plane: usize, row: usize) -> &[f32] {
        &self.values[((row - self.first) * self.planes + plane) * self.width..][..self.width]
    }

    /// The rows with the planes side by side: `[rows, W, planes]`.
    pub(super) fn interleaved(self) -> Vec<f32> {
        if self.planes == 1 {
            return self.values;
        }
        let mut values = vec![0.; self.values.len()];
        let row_len = self.planes * self.width;
        let rows = values.par_chunks_exact_mut(row_len).zip(self.values.par_chunks_exact(row_len));
        rows.for_each(|(pixels, row)| {
            row.chunks_exact(self.width)
                .enumerate()
                .for_each(|(plane, row)| put(row, plane, self.planes, pixels));
        });
        values
    }

    /// The given rows of the bicubic enlargement: `[enlarged.len(), scale * W, planes]`.
    pub(super) fn enlarged(&self, bicubic: &RowEnlarger, enlarged: Range<usize>) -> Vec<f32> {
        let width = bicubic.enlarged_width();
        let mut values = vec![0.; enlarged.len() * width * self.planes];
        let rows = values.par_chunks_exact_mut(width * self.planes).enumerate();
        rows.for_each_init(
            || (Vec::new(), vec![0.; width]),
            |(mirrored, row), (index, pixels)| {
                for plane in 0..self.planes {
                    bicubic.enlarge(enlarged.start + index, |row| self.row(plane, row), mirrored, row);
                    put(row, plane, self.planes, pixels);
                }
            },
        );
        values
    }
}

/// Puts the row of one plane into `pixels: [W, planes]`.
fn put(row: &[f32], plane: usize, planes: usize, pixels: &mut [f32]) {
    pixels.chunks_exact_mut(planes).zip(row).for_each(|(pixel, &value)| pixel[plane] = value);
}
