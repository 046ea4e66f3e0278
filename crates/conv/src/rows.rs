use std::ops::Deref;

use crate::pool::Scratch;
use crate::shape::Shape;

/// An image `[height, width, channels]`.
#[derive(Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
}

/// Rows of an image as far as windows reach: with zeros where they reach beyond its border.
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
        let Image { values, height, width, channels } = image;
        let inside = |first: isize, wanted: usize, len: usize| first >= 0 && first as usize + wanted <= len;
        if inside(y, rows, height) && inside(x, columns, width) {
            let row_len = width * channels;
            let values = &values[y as usize * row_len + x as usize * channels..(y as usize + rows) * row_len];
            return Self { row_len, values: Values::Inside(values) };
        }
        let row_len = columns * channels;
        let mut padded = Scratch::stale(rows * row_len);
        // Columns of the image that are seen, and where they go.
        let left = x.clamp(0, width as isize) as usize;
        let right = (x + columns as isize).clamp(left as isize, width as isize) as usize;
        let to = (left as isize - x).clamp(0, columns as isize) as usize * channels;
        let len = (right - left) * channels;
        for (row, padded) in padded.chunks_exact_mut(row_len).enumerate() {
            match usize::try_from(y + row as isize) {
                Ok(y) if y < height => {
                    padded[..to].fill(0.);
                    padded[to..to + len].copy_from_slice(&values[(y * width + left) * channels..][..len]);
                    padded[to + len..].fill(0.);
                }
                _ => padded.fill(0.),
            }
        }
        Self { row_len, values: Values::Padded(padded) }
    }
}

impl<'a> Rows<'a> {
    /// What the windows of `out_rows` rows of outputs from row `out_y` on see of one input image.
    pub(crate) fn under(shape: &Shape, xs: &'a [f32], out_y: usize, out_rows: usize) -> Self {
        let seen = |outputs: usize| (outputs - 1) * shape.stride + shape.kernel;
        let pad = shape.pad as isize;
        let image =
            Image { values: xs, height: shape.height, width: shape.width, channels: shape.channels_in };
        let first = ((out_y * shape.stride) as isize - pad, -pad);
        Self::new(image, first, seen(out_rows), seen(shape.out_width()))
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

    #[test]
    fn rows_beyond_the_border_are_zeros() {
        let values: Vec<f32> = (1..=6).map(|value| value as f32).collect();
        let image = Image { values: &values, height: 2, width: 3, channels: 1 };
        let rows = Rows::new(image, (-1, -1), 3, 5);
        assert_eq!(rows.row_len, 5);
        assert_eq!(&*rows, [0., 0., 0., 0., 0., 0., 1., 2., 3., 0., 0., 4., 5., 6., 0.]);
        let rows = Rows::new(image, (1, 1), 2, 3);
        assert_eq!(&*rows, [5., 6., 0., 0., 0., 0.]);
    }

    #[test]
    fn rows_inside_are_not_copied() {
        let values = [1., 2., 3., 4., 5., 6.];
        let image = Image { values: &values, height: 2, width: 3, channels: 1 };
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
