//! Convolution as a matrix product whose left side is never written out: in `[H, W, C]` the values under one row of the
//! kernel are contiguous, so a pixel's window is `k` runs of `k * C_in` values, and six windows at a time are multiplied
//! with sixteen output channels at a time in registers.

mod correlate;
mod grad_input;
mod grad_weight;
mod panels;

use rayon::prelude::*;

pub(crate) use self::grad_input::grad_input;
pub(crate) use self::grad_weight::grad_weight;

pub(crate) use self::panels::Panels;

use self::correlate::{Correlation, correlate};
use crate::epilogue::Epilogue;
use crate::rows::{Rows, chunk_rows};
use crate::shape::Shape;

/// Output pixels of a task, about: its windows and outputs stay in the second-level cache.
const PIXELS_PER_TASK: usize = 256;

/// See [`crate::portable::forward`].
pub(crate) fn forward(shape: &Shape, xs: &[f32], panels: &Panels, epilogue: Epilogue<f32>, ys: &mut [f32]) {
    let (stride, out_width) = (shape.stride, shape.out_width());
    let chunk = chunk_rows(shape.out_height(), out_width, PIXELS_PER_TASK);
    let out_row_len = out_width * shape.channels_out;
    let (chunk_len, image_len) = (chunk * out_row_len, shape.out_image_len());
    let images = ys.par_chunks_mut(image_len).zip(xs.par_chunks(shape.image_len())).enumerate();
    images.for_each(|(image, (ys, xs))| {
        let epilogue = epilogue.of_range(image * image_len..(image + 1) * image_len);
        ys.par_chunks_mut(chunk_len).enumerate().for_each(|(index, ys)| {
            let out_rows = ys.len() / out_row_len;
            let rows = Rows::under(shape, xs, index * chunk, out_rows);
            let correlation = Correlation {
                row_len: rows.row_len,
                step_y: stride * rows.row_len,
                step_x: stride * shape.channels_in,
                out_rows,
                out_width,
                out_step_y: out_row_len,
                out_step_x: shape.channels_out,
                first_out: 0,
                epilogue: epilogue.of_chunk(index, chunk_len, image_len),
            };
            correlate(&correlation, &rows, panels, ys);
        });
    });
}
