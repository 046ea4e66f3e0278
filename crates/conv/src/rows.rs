//! Rows of images with what lies beyond their border, for kernels that know no border.

use std::ops::Deref;

use crate::pool::Scratch;
use crate::shape::{Border, Shape};

/// An image `[height, width, channels]`.
#[derive(Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
    pub(crate) border: Border,
}

/// Rows of an image as far as windows reach, with what lies beyond its border.
pub(crate) struct Rows<'a> {
    /// Values from one row to the next.
    pub(crate) row_len: usize,
    values: Values<'a>,
}

enum Values<'a> {
    Inside(&'a [f32]),
    Padded(Scratch),
}

impl<'a> Rows<'a> {
    /// The `rows` x `columns` pixels from row `y` and column `x` on, which may lie outside.
    pub(crate) fn new(image: Image<'a>, (y, x): (isize, isize), rows: usize, columns: usize) -> Self {
        let Image { values, height, width, channels, .. } = image;
        let inside = |first: isize, wanted: usize, len: usize| first >= 0 && first as usize + wanted <= len;
        if inside(y, rows, height) && inside(x, columns, width) {
            let row_len = width * channels;
            let values = &values[y as usize * row_len + x as usize * channels..(y as usize + rows) * row_len];
            return Self { row_len, values: Values::Inside(values) };
        }
        let row_len = columns * channels;
        let mut padded = Scratch::stale(rows * row_len);
        for (row, padded) in padded.chunks_exact_mut(row_len).enumerate() {
            image.copy_row((y + row as isize, x), padded);
        }
        Self { row_len, values: Values::Padded(padded) }
    }
}

impl<'a> Image<'a> {
    /// The pixel at a row and column, or what stands for it beyond the border; nothing stands for zeros.
    pub(crate) fn pixel(&self, (y, x): (isize, isize)) -> Option<&'a [f32]> {
        let &Self { values, height, width, channels, border } = self;
        let inside = |at: isize, len: usize| (0..len as isize).contains(&at);
        if border == Border::Zeros && !(inside(y, height) && inside(x, width)) {
            return None;
        }
        let (y, x) = (y.clamp(0, height as isize - 1) as usize, x.clamp(0, width as isize - 1) as usize);
        Some(&values[(y * width + x) * channels..][..channels])
    }

    /// Copies the pixels of a row from a column on; both may lie outside.
    pub(crate) fn copy_row(&self, (y, x): (isize, isize), to: &mut [f32]) {
        let &Self { values, height, width, channels, border } = self;
        let y = match border {
            Border::Zeros if !(0..height as isize).contains(&y) => return to.fill(0.),
            _ => y.clamp(0, height as isize - 1) as usize,
        };
        let columns = to.len() / channels;
        let row = &values[y * width * channels..][..width * channels];
        // Columns of the image that are seen, and where they go.
        let left = x.clamp(0, width as isize) as usize;
        let right = (x + columns as isize).clamp(left as isize, width as isize) as usize;
        let first = (left as isize - x).clamp(0, columns as isize) as usize * channels;
        let (before, rest) = to.split_at_mut(first);
        let (inside, after) = rest.split_at_mut((right - left) * channels);
        inside.copy_from_slice(&row[left * channels..right * channels]);
        match border {
            Border::Zeros => {
                before.fill(0.);
                after.fill(0.);
            }
            Border::Replicate => {
                let (nearest_left, nearest_right) = (&row[..channels], &row[row.len() - channels..]);
                before.chunks_exact_mut(channels).for_each(|pixel| pixel.copy_from_slice(nearest_left));
                after.chunks_exact_mut(channels).for_each(|pixel| pixel.copy_from_slice(nearest_right));
            }
        }
    }
}

impl<'a> Rows<'a> {
    /// What the windows of `out_rows` rows of outputs from row `out_y` on see of one input image.
    pub(crate) fn under(shape: &Shape, xs: &'a [f32], out_y: usize, out_rows: usize) -> Self {
        let seen = |outputs: usize| (outputs - 1) * shape.stride + shape.kernel;
        let first = ((out_y * shape.stride) as isize - shape.above as isize, -(shape.pad as isize));
        Self::new(shape.image(xs), first, seen(out_rows), seen(shape.out_width()))
    }
}

impl Deref for Rows<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &self.values {
            Values::Inside(values) => values,
            Values::Padded(values) => values,
        }
    }
}

/// Rows of a task of about `pixels` pixels, so that all tasks of an image are about as large.
pub(crate) fn chunk_rows(height: usize, width: usize, pixels: usize) -> usize {
    let chunks = (height * width).div_ceil(pixels).clamp(1, height.max(1));
    height.div_ceil(chunks).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(values: &[f32], border: Border) -> Image<'_> {
        Image { values, height: 2, width: 3, channels: 1, border }
    }

    #[test]
    fn rows_beyond_the_border_are_zeros_or_the_nearest() {
        let values: Vec<f32> = (1..=6).map(|value| value as f32).collect();
        let image = image(&values, Border::Zeros);
        let rows = Rows::new(image, (-1, -1), 3, 5);
        assert_eq!(rows.row_len, 5);
        assert_eq!(&*rows, [0., 0., 0., 0., 0., 0., 1., 2., 3., 0., 0., 4., 5., 6., 0.]);
        let rows = Rows::new(image, (1, 1), 2, 3);
        assert_eq!(&*rows, [5., 6., 0., 0., 0., 0.]);
        let image = self::image(&values, Border::Replicate);
        let rows = Rows::new(image, (-1, -1), 3, 5);
        assert_eq!(&*rows, [1., 1., 2., 3., 3., 1., 1., 2., 3., 3., 4., 4., 5., 6., 6.]);
        let rows = Rows::new(image, (1, 4), 2, 2);
        assert_eq!(&*rows, [6., 6., 6., 6.]);
    }

    #[test]
    fn rows_inside_are_not_copied() {
        let values = [1., 2., 3., 4., 5., 6.];
        let image = image(&values, Border::Zeros);
        let rows = Rows::new(image, (0, 1), 2, 2);
        assert_eq!((rows.row_len, rows.as_ptr()), (3, values[1..].as_ptr()));
    }

    #[test]
    fn chunks_of_an_image_are_about_as_large() {
        assert_eq!(chunk_rows(33, 33, 256), 7);
        assert_eq!(chunk_rows(512, 512, 256), 1);
        assert_eq!(chunk_rows(2, 2, 256), 2);
    }
}
