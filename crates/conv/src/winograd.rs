//! Minimal filtering (S. Winograd 1980; for networks A. Lavin and S. Gray 2015, <https://arxiv.org/abs/1509.09308>) for
//! 3x3 and 5x5 kernels of stride 1: 36 outputs of a 3x3 kernel, or 16 of a 5x5 kernel, for 64 multiplications, where the
//! definition has 324 or 400. The error is a few times that of the definition: mostly 4e-6 to 8e-6 of the largest value, and
//! over 1,000 random shapes at most 1.2e-5.
//!
//! The tiles of an image lie on a grid from its first output on, and no tile's value depends on others. So an image may
//! be cut into strips at multiples of a tile's side without any change of its pixels.

mod correlate;
mod grad_weight;
mod lanes;
mod product;
mod tiles;
mod transform;
mod weights;

use self::correlate::correlate;
use self::lanes::{Instructions, PANEL};
use self::tiles::Tiling;
use self::weights::Weights;
use crate::epilogue::Epilogue;
use crate::pool::Scratch;
use crate::shape::{Border, Shape};

/// Whether this method is written for a shape. An output narrower than a tile is left to others: most of the tile would be
/// in vain, and of a single pixel the error is twice as large. The height does not count, since a strip of an image must
/// be computed as the whole.
pub(crate) fn computes(shape: &Shape) -> bool {
    let fits = matches!(shape.kernel, 3 | 5) && shape.stride == 1 && shape.pad < shape.kernel;
    fits && shape.out_width() >= Tiling::new(shape).side
}

/// A layer's parameters in the transformed domain.
pub(crate) struct Prepared {
    instructions: Instructions,
    weights: Weights,
    /// Of whole panels, with zeros after the last.
    bias: Scratch,
}

impl Prepared {
    /// See [`crate::portable::Prepared`].
    pub(crate) fn new(shape: &Shape, weight: &[f32], bias: &[f32]) -> Self {
        Self::on(Instructions::best(), shape, weight, bias)
    }

    fn on(instructions: Instructions, shape: &Shape, weight: &[f32], bias: &[f32]) -> Self {
        let taps = shape.kernel * shape.kernel;
        let weights = Weights::new(instructions, shape, |channel_out, channel_in, tap| {
            weight[(channel_out * shape.channels_in + channel_in) * taps + tap]
        });
        let mut padded = Scratch::zeros(shape.channels_out.next_multiple_of(PANEL));
        padded[..bias.len()].copy_from_slice(bias);
        Self { instructions, weights, bias: padded }
    }
}

/// Rows of a tile of outputs.
pub(crate) fn rows_of_tile(shape: &Shape) -> usize {
    Tiling::new(shape).side
}

/// See [`crate::portable::forward`].
pub(crate) fn forward(
    shape: &Shape,
    xs: &[f32],
    prepared: &Prepared,
    epilogue: Epilogue<f32>,
    ys: &mut [f32],
) {
    correlate(shape, xs, prepared, epilogue, ys);
}

/// See [`crate::portable::grad_input`].
pub(crate) fn grad_input(
    shape: &Shape,
    grad_ys: &[f32],
    weight: &[f32],
    epilogue: Epilogue<f32>,
    grad_xs: &mut [f32],
) {
    grad_input_on(Instructions::best(), shape, grad_ys, weight, epilogue, grad_xs);
}

/// The convolution of the gradient with the kernels turned by half a circle, from output to input channels.
fn grad_input_on(
    instructions: Instructions,
    shape: &Shape,
    grad_ys: &[f32],
    weight: &[f32],
    epilogue: Epilogue<f32>,
    grad_xs: &mut [f32],
) {
    let taps = shape.kernel * shape.kernel;
    let turned = |pad: usize| shape.kernel - 1 - pad;
    let back = Shape {
        height: shape.out_height(),
        width: shape.out_width(),
        channels_in: shape.channels_out,
        channels_out: shape.channels_in,
        pad: turned(shape.pad),
        above: turned(shape.above),
        below: turned(shape.below),
        border: Border::Zeros,
        ..*shape
    };
    let weights = Weights::new(instructions, &back, |channel_in, channel_out, tap| {
        weight[(channel_out * shape.channels_in + channel_in) * taps + taps - 1 - tap]
    });
    let bias = Scratch::zeros(back.channels_out.next_multiple_of(PANEL));
    correlate(&back, grad_ys, &Prepared { instructions, weights, bias }, epilogue, grad_xs);
}

/// See [`crate::portable::grad_weight`].
pub(crate) fn grad_weight(shape: &Shape, xs: &[f32], grad_ys: &[f32], grad_weight: &mut [f32]) {
    self::grad_weight::grad_weight(Instructions::best(), shape, xs, grad_ys, grad_weight);
}

#[cfg(test)]
mod tests;
