//! The gradient of an input whose border pixels stand for all that lies beyond them.

use rayon::prelude::*;

use crate::dispatch;
use crate::epilogue::Epilogue;
use crate::pool::Scratch;
use crate::shape::{Border, Shape};

/// See [`crate::portable::grad_input`]: the gradient of the input with its border written out, of which every border pixel
/// gets the sum of what stood for it.
pub(crate) fn grad_input(
    shape: &Shape,
    grad_ys: &[f32],
    weight: &[f32],
    epilogue: Epilogue<f32>,
    grad_xs: &mut [f32],
) {
    let padded = Shape {
        height: shape.above + shape.height + shape.below,
        width: shape.width + 2 * shape.pad,
        pad: 0,
        above: 0,
        below: 0,
        border: Border::Zeros,
        ..*shape
    };
    let mut grads = Scratch::stale(padded.input_len());
    dispatch::grad_input(&padded, grad_ys, weight, Epilogue::NONE, &mut grads);
    let channels = shape.channels_in;
    let (row_len, padded_row_len) = (shape.width * channels, padded.width * channels);
    grad_xs.par_chunks_mut(row_len).enumerate().for_each(|(row, grad_xs)| {
        let epilogue = epilogue.of_range(row * row_len..(row + 1) * row_len);
        let (image, y) = (row / shape.height, row % shape.height);
        let image = &grads[image * padded.image_len()..][..padded.image_len()];
        let padded_rows = stood_for(y, shape.height, shape.above, shape.below);
        grad_xs.fill(0.);
        for padded_row in image.chunks_exact(padded_row_len).take(padded_rows.end).skip(padded_rows.start) {
            for (x, grad) in grad_xs.chunks_exact_mut(channels).enumerate() {
                let columns = stood_for(x, shape.width, shape.pad, shape.pad);
                for padded_grad in
                    padded_row[columns.start * channels..columns.end * channels].chunks_exact(channels)
                {
                    grad.iter_mut().zip(padded_grad).for_each(|(grad, padded_grad)| *grad += padded_grad);
                }
            }
        }
        grad_xs.iter_mut().enumerate().for_each(|(at, grad)| *grad = epilogue.of(at, *grad));
    });
}

/// The positions with a border that position `at` of `len` stands for.
fn stood_for(at: usize, len: usize, before: usize, after: usize) -> std::ops::Range<usize> {
    let first = if at == 0 { 0 } else { before + at };
    let end = if at + 1 == len { before + len + after } else { before + at + 1 };
    first..end
}
