use rayon::prelude::*;

use super::PIXELS_PER_TASK;
use super::correlate::{Correlation, correlate};
use super::panels::Panels;
use crate::epilogue::Epilogue;
use crate::rows::{Rows, chunk_rows};
use crate::shape::Shape;

/// See [`crate::portable::grad_input`]. With a stride of 1 this is a convolution of the output's gradient with the
/// kernel turned round. With a stride of `s` the input pixels fall into `s^2` phases, and each is such a convolution
/// with every `s`th tap in either direction.
pub(crate) fn grad_input(
    shape: &Shape,
    grad_ys: &[f32],
    weight: &[f32],
    epilogue: Epilogue<f32>,
    grad_xs: &mut [f32],
) {
    let stride = shape.stride;
    let phases: Vec<_> =
        (0..stride * stride).map(|phase| Phase::new(shape, weight, phase / stride, phase % stride)).collect();
    let chunk = stride * chunk_rows(shape.height.div_ceil(stride), shape.width, PIXELS_PER_TASK);
    let (chunk_len, image_len) = (chunk * shape.width * shape.channels_in, shape.image_len());
    let images = grad_xs.par_chunks_mut(image_len).zip(grad_ys.par_chunks(shape.out_image_len())).enumerate();
    images.for_each(|(image, (grad_xs, grad_ys))| {
        let epilogue = epilogue.of_range(image * image_len..(image + 1) * image_len);
        grad_xs.par_chunks_mut(chunk_len).enumerate().for_each(|(index, grad_xs)| {
            let epilogue = epilogue.of_chunk(index, chunk_len, image_len);
            phases.iter().for_each(|phase| phase.fill(shape, grad_ys, index * chunk, epilogue, grad_xs));
        });
    });
}

/// The input pixels whose row and column leave the same remainders modulo the stride.
struct Phase {
    y: Axis,
    x: Axis,
    panels: Panels,
}

/// A phase in one direction.
struct Axis {
    /// The first position of the phase.
    first: usize,
    /// The first output position whose gradient reaches that position; it may lie outside.
    from: isize,
    /// The taps through which gradients come, from the first output on.
    taps: Vec<usize>,
}

impl Axis {
    /// Output `o` sees input `i` through tap `t = i + pad - o * stride`.
    fn new(shape: &Shape, first: usize) -> Self {
        let padded = first + shape.pad;
        let taps: Vec<_> = (padded % shape.stride..shape.kernel).step_by(shape.stride).rev().collect();
        let from = (padded / shape.stride) as isize + 1 - taps.len() as isize;
        Self { first, from, taps }
    }

    /// Positions of the phase among the first `len`.
    fn count(&self, len: usize, stride: usize) -> usize {
        len.saturating_sub(self.first).div_ceil(stride)
    }
}

impl Phase {
    fn new(shape: &Shape, weight: &[f32], y: usize, x: usize) -> Self {
        let (y, x) = (Axis::new(shape, y), Axis::new(shape, x));
        let panels = Panels::backward(shape, weight, &y.taps, &x.taps);
        Self { y, x, panels }
    }

    /// Fills the phase's pixels of the input rows `grad_xs`, of which `first_row`, a multiple of the stride, is the first.
    fn fill(
        &self,
        shape: &Shape,
        grad_ys: &[f32],
        first_row: usize,
        epilogue: Epilogue<f32>,
        grad_xs: &mut [f32],
    ) {
        let (stride, channels_in) = (shape.stride, shape.channels_in);
        let row_len = shape.width * channels_in;
        let out_rows = self.y.count(grad_xs.len() / row_len, stride);
        let out_width = self.x.count(shape.width, stride);
        if out_rows == 0 || out_width == 0 {
            return;
        }
        let image = shape.grad_image(grad_ys);
        let from = ((first_row / stride) as isize + self.y.from, self.x.from);
        let seen = |outputs: usize, axis: &Axis| outputs + axis.taps.len().max(1) - 1;
        let rows = Rows::new(image, from, seen(out_rows, &self.y), seen(out_width, &self.x));
        let correlation = Correlation {
            row_len: rows.row_len,
            step_y: rows.row_len,
            step_x: shape.channels_out,
            out_rows,
            out_width,
            out_step_y: stride * row_len,
            out_step_x: stride * channels_in,
            first_out: self.y.first * row_len + self.x.first * channels_in,
            epilogue,
        };
        correlate(&correlation, &rows, &self.panels, grad_xs);
    }
}
