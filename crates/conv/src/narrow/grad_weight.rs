use std::arch::x86_64::*;

use super::{LANES, MOST_CHANNELS, mask};
use crate::rows::Rows;
use crate::shape::Shape;
use crate::tasks::Tasks;

/// Tasks that the weight gradient is divided into, at most: each has sums of its own, which are added in their order.
const TASKS: usize = 16;

/// Output pixels of a block, about: its windows stay in cache while all weights see them.
const PIXELS_PER_BLOCK: usize = 64;

/// See [`crate::portable::grad_weight`].
///
/// # Panics
/// When there are more than [`MOST_CHANNELS`] output channels.
pub(crate) fn grad_weight(shape: &Shape, xs: &[f32], grad_ys: &[f32], grad_weight: &mut [f32]) {
    let (kernel, channels_in, channels_out) = (shape.kernel, shape.channels_in, shape.channels_out);
    let run = kernel * channels_in;
    let rows_per_task = (shape.batch * shape.out_height()).div_ceil(TASKS);
    let tasks = Tasks { rows_per_task, pixels: PIXELS_PER_BLOCK, sums_len: channels_out * kernel * run };
    let sums = tasks.sum(shape, xs, grad_ys, |windows, grad_ys, sums| match channels_out {
        1 => add_block::<10, 1>(shape, windows, grad_ys, sums),
        2 => add_block::<5, 2>(shape, windows, grad_ys, sums),
        3 => add_block::<4, 3>(shape, windows, grad_ys, sums),
        _ => add_block::<3, MOST_CHANNELS>(shape, windows, grad_ys, sums),
    });
    for (index, value) in grad_weight.iter_mut().enumerate() {
        let (pair, tap) = (index / (kernel * kernel), index % (kernel * kernel));
        let (channel_out, channel_in) = (pair / channels_in, pair % channels_in);
        *value = sums[(channel_out * kernel + tap / kernel) * run + tap % kernel * channels_in + channel_in];
    }
}

/// Adds the products of a block of output rows to the sums `[CHANNELS, k, k * C_in]`, `VECTORS` vectors of a run at a
/// time, then single ones.
fn add_block<const VECTORS: usize, const CHANNELS: usize>(
    shape: &Shape,
    windows: &Rows,
    grad_ys: &[f32],
    sums: &mut [f32],
) {
    let (kernel, run, out_width) = (shape.kernel, shape.kernel * shape.channels_in, shape.out_width());
    let block = Block {
        rows: grad_ys.len() / (out_width * CHANNELS),
        columns: out_width,
        step_y: shape.stride * windows.row_len,
        step_x: shape.stride * shape.channels_in,
    };
    let last = (block.rows - 1) * block.step_y + (out_width - 1) * block.step_x;
    assert!(shape.channels_out == CHANNELS && grad_ys.len() == block.rows * out_width * CHANNELS);
    assert!(windows.len() >= last + (kernel - 1) * windows.row_len + run);
    assert!(sums.len() >= CHANNELS * kernel * run);
    for tap_y in 0..kernel {
        let mut at = 0;
        while at < run {
            let windows = &windows[tap_y * windows.row_len + at..];
            let mut sums: [_; CHANNELS] = {
                let mut runs = sums.chunks_exact_mut(run).skip(tap_y).step_by(kernel);
                std::array::from_fn(|_| &mut runs.next().unwrap_or_default()[at..])
            };
            // SAFETY: the assertions above hold for the last pixel and the last value of a run, which is not passed:
            // whole vectors are taken while they fit; AVX2 and FMA were detected before this module was chosen.
            at += unsafe {
                if run - at >= VECTORS * LANES {
                    block.add::<VECTORS, CHANNELS>(windows, grad_ys, &mut sums, LANES)
                } else {
                    block.add::<1, CHANNELS>(windows, grad_ys, &mut sums, LANES.min(run - at))
                }
            };
        }
    }
}

/// Where the windows of a block of output rows lie.
struct Block {
    rows: usize,
    columns: usize,
    /// Values between the windows of two rows, and two columns.
    step_y: usize,
    step_x: usize,
}

impl Block {
    /// Adds the products of a run's next values and the gradients, over all pixels; the last of the `VECTORS` vectors has
    /// `lanes` values. Returns how many values were taken.
    ///
    /// # Safety
    /// AVX2 and FMA; `windows` holds the values for every pixel, `grads` all gradients, each of `sums` the values.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn add<const VECTORS: usize, const CHANNELS: usize>(
        &self,
        windows: &[f32],
        grads: &[f32],
        sums: &mut [&mut [f32]; CHANNELS],
        lanes: usize,
    ) -> usize {
        let mask = mask(lanes);
        let mut products = [[_mm256_setzero_ps(); VECTORS]; CHANNELS];
        // SAFETY: as the caller promises; masked loads and stores touch `lanes` values alone.
        unsafe {
            let mut grads = grads.as_ptr();
            for row in 0..self.rows {
                let mut window = windows.as_ptr().add(row * self.step_y);
                for _ in 0..self.columns {
                    let mut grad = [_mm256_setzero_ps(); CHANNELS];
                    for (channel, grad) in grad.iter_mut().enumerate() {
                        *grad = _mm256_broadcast_ss(&*grads.add(channel));
                    }
                    for vector in 0..VECTORS {
                        let from = window.add(vector * LANES);
                        let x =
                            if VECTORS > 1 { _mm256_loadu_ps(from) } else { _mm256_maskload_ps(from, mask) };
                        for (products, grad) in products.iter_mut().zip(grad) {
                            products[vector] = _mm256_fmadd_ps(x, grad, products[vector]);
                        }
                    }
                    // Past the last pixel these point beyond the end, where nothing is read.
                    window = window.wrapping_add(self.step_x);
                    grads = grads.wrapping_add(CHANNELS);
                }
            }
            for (products, sums) in products.into_iter().zip(sums) {
                for (vector, product) in products.into_iter().enumerate() {
                    let sum = sums.as_mut_ptr().add(vector * LANES);
                    let mask = if vector + 1 < VECTORS { super::mask(LANES) } else { mask };
                    _mm256_maskstore_ps(sum, mask, _mm256_add_ps(_mm256_maskload_ps(sum, mask), product));
                }
            }
        }
        (VECTORS - 1) * LANES + lanes
    }
}
