//! A 9x9 kernel over few channels as nine 3x3 kernels: an image whose channels are the nine shifts of the input by
//! multiples of three pixels, convolved with a 3x3 kernel, which Winograd's method then does with a quarter of the
//! multiplications.

use rayon::prelude::*;

use crate::epilogue::Epilogue;
use crate::pool::Scratch;
use crate::rows::Rows;
use crate::shape::Shape;
use crate::winograd;

/// Kernel sizes of the whole and of a block.
const WHOLE: usize = 9;
const BLOCK: usize = 3;
const BLOCKS: usize = WHOLE / BLOCK;

/// Rows that a task shifts.
const SHIFTED_ROWS: usize = 8;

/// Whether a convolution is of this kind, and this way is faster: with one input channel the transforms of the outputs
/// cost as much as the multiplications that they save, and with many the nine-fold input takes much memory.
pub(crate) fn suits(shape: &Shape) -> bool {
    shape.kernel == WHOLE
        && shape.stride == 1
        && (2..=4).contains(&shape.channels_in)
        && shape.channels_out >= 8
        && winograd::computes(&shape_of_blocks(shape))
}

/// See [`crate::portable::Prepared`].
pub(crate) fn prepare(shape: &Shape, weight: &[f32], bias: &[f32]) -> winograd::Prepared {
    let mut block_weight = Scratch::stale(weight.len());
    for (index, &value) in weight.iter().enumerate() {
        block_weight[index_in_blocks(shape, index)] = value;
    }
    winograd::Prepared::new(&shape_of_blocks(shape), &block_weight, bias)
}

/// Rows of a tile of outputs.
pub(crate) fn rows_of_tile(shape: &Shape) -> usize {
    winograd::rows_of_tile(&shape_of_blocks(shape))
}

/// See [`crate::portable::forward`].
pub(crate) fn forward(
    shape: &Shape,
    xs: &[f32],
    prepared: &winograd::Prepared,
    epilogue: Epilogue<f32>,
    ys: &mut [f32],
) {
    let blocks = shape_of_blocks(shape);
    winograd::forward(&blocks, &shifted(shape, &blocks, xs), prepared, epilogue, ys);
}

/// See [`crate::portable::grad_weight`].
pub(crate) fn grad_weight(shape: &Shape, xs: &[f32], grad_ys: &[f32], grad_weight: &mut [f32]) {
    let blocks = shape_of_blocks(shape);
    let mut block_grads = Scratch::stale(grad_weight.len());
    winograd::grad_weight(&blocks, &shifted(shape, &blocks, xs), grad_ys, &mut block_grads);
    for (index, value) in grad_weight.iter_mut().enumerate() {
        *value = block_grads[index_in_blocks(shape, index)];
    }
}

fn shape_of_blocks(shape: &Shape) -> Shape {
    Shape {
        height: shape.height + shape.above + shape.below - (WHOLE - BLOCK),
        width: shape.width + 2 * shape.pad - (WHOLE - BLOCK),
        channels_in: BLOCKS * BLOCKS * shape.channels_in,
        kernel: BLOCK,
        pad: 0,
        above: 0,
        below: 0,
        ..*shape
    }
}

/// `[B, H, W, C]` as `[B, H', W', 3, 3, C]`: the pixels at distances of 0, 3 and 6 in both directions.
fn shifted(shape: &Shape, blocks: &Shape, xs: &[f32]) -> Scratch {
    let channels = shape.channels_in;
    let mut shifted = Scratch::stale(blocks.input_len());
    let images = shifted.par_chunks_mut(blocks.image_len()).zip(xs.par_chunks(shape.image_len()));
    images.for_each(|(shifted, values)| {
        let Shape { pad, above, below, .. } = *shape;
        let first = (-(above as isize), -(pad as isize));
        let (height, width) = (above + shape.height + below, shape.width + 2 * pad);
        let rows = Rows::new(shape.image(values), first, height, width);
        let shifted_row_len = blocks.width * blocks.channels_in;
        shifted.par_chunks_mut(SHIFTED_ROWS * shifted_row_len).enumerate().for_each(|(task, shifted)| {
            for (row, shifted) in shifted.chunks_exact_mut(shifted_row_len).enumerate() {
                let y = task * SHIFTED_ROWS + row;
                for block in 0..BLOCKS * BLOCKS {
                    let (down, right) = (block / BLOCKS * BLOCK, block % BLOCKS * BLOCK);
                    let from =
                        &rows[(y + down) * rows.row_len + right * channels..][..blocks.width * channels];
                    for channel in 0..channels {
                        let to = shifted[block * channels + channel..].iter_mut().step_by(blocks.channels_in);
                        let from = from[channel..].iter().step_by(channels);
                        to.zip(from).for_each(|(to, &value)| *to = value);
                    }
                }
            }
        });
    });
    shifted
}

/// Where the weight at `index` of `[C_out, C, 9, 9]` lies in `[C_out, 3, 3, C, 3, 3]`.
fn index_in_blocks(shape: &Shape, index: usize) -> usize {
    let (pair, tap) = (index / (WHOLE * WHOLE), index % (WHOLE * WHOLE));
    let (channel_out, channel) = (pair / shape.channels_in, pair % shape.channels_in);
    let (y, x) = (tap / WHOLE, tap % WHOLE);
    let block = (channel_out * BLOCKS + y / BLOCK) * BLOCKS + x / BLOCK;
    ((block * shape.channels_in + channel) * BLOCK + y % BLOCK) * BLOCK + x % BLOCK
}
