use std::arch::x86_64::*;

use rayon::prelude::*;

use super::panels::PANEL;
use crate::pool::Scratch;
use crate::rows::Rows;
use crate::shape::Shape;
use crate::tasks::Tasks;

/// Window values that are multiplied with sixteen channels at a time.
const TILE: usize = 6;

/// Tasks that the weight gradient is divided into, at most: each has sums of its own, which are added in their order.
const TASKS: usize = 16;

/// Output pixels of a block, about: windows and gradients of a block stay in cache while all weights see them.
const PIXELS_PER_BLOCK: usize = 128;

/// See [`crate::portable::grad_weight`].
pub(crate) fn grad_weight(shape: &Shape, xs: &[f32], grad_ys: &[f32], grad_weight: &mut [f32]) {
    let (kernel, channels_in, channels_out) = (shape.kernel, shape.channels_in, shape.channels_out);
    let channels = channels_out.next_multiple_of(PANEL);
    let sums_len = kernel * kernel * channels_in * channels;
    let rows = shape.batch * shape.out_height();
    let rows_per_task = rows.div_ceil(TASKS).max(PIXELS_PER_BLOCK.div_ceil(shape.out_width())).min(rows);
    let tasks = Tasks { rows_per_task, pixels: PIXELS_PER_BLOCK, sums_len };
    let sums =
        tasks.sum(shape, xs, grad_ys, |windows, grad_ys, sums| add_block(shape, windows, grad_ys, sums));
    let taps = kernel * kernel;
    grad_weight.par_chunks_mut(channels_in * taps).enumerate().for_each(|(channel_out, grad_weight)| {
        let (panel, lane) = (channel_out / PANEL, channel_out % PANEL);
        let sums = &sums[panel * taps * channels_in * PANEL..][..taps * channels_in * PANEL];
        for (index, value) in grad_weight.iter_mut().enumerate() {
            let (channel_in, tap) = (index / taps, index % taps);
            *value = sums[(tap * channels_in + channel_in) * PANEL + lane];
        }
    });
}

/// Adds the products of a block of output rows to the sums, which are panels of sixteen output channels, as the weights
/// of [`super::panels::Panels`].
fn add_block(shape: &Shape, windows: &Rows, grad_ys: &[f32], sums: &mut [f32]) {
    let (channels_out, out_width) = (shape.channels_out, shape.out_width());
    let run = shape.kernel * shape.channels_in;
    let block = Block {
        rows: grad_ys.len() / (out_width * channels_out),
        columns: out_width,
        x_step_y: shape.stride * windows.row_len,
        x_step_x: shape.stride * shape.channels_in,
        y_step: channels_out,
    };
    let last = (block.rows - 1) * block.x_step_y + (out_width - 1) * block.x_step_x;
    assert!(windows.len() >= last + (shape.kernel - 1) * windows.row_len + run);
    let mut padded;
    for (panel, sums) in sums.chunks_exact_mut(shape.kernel * run * PANEL).enumerate() {
        let channel = panel * PANEL;
        let (grads, block) = if channel + PANEL <= channels_out {
            (&grad_ys[channel..], block)
        } else {
            padded = last_panel(grad_ys, channels_out, channel);
            (&padded[..], Block { y_step: PANEL, ..block })
        };
        for (tap_y, sums) in sums.chunks_exact_mut(run * PANEL).enumerate() {
            for (tile, sums) in sums.chunks_mut(TILE * PANEL).enumerate() {
                let windows = &windows[tap_y * windows.row_len + tile * TILE..];
                // SAFETY: the assertion above holds for the last pixel, tap row and value of a run; every gradient is
                // followed by sixteen values; AVX2 and FMA were detected before this module was chosen.
                unsafe {
                    match sums.len() / PANEL {
                        1 => block.add::<1>(windows, grads, sums),
                        2 => block.add::<2>(windows, grads, sums),
                        3 => block.add::<3>(windows, grads, sums),
                        4 => block.add::<4>(windows, grads, sums),
                        5 => block.add::<5>(windows, grads, sums),
                        _ => block.add::<TILE>(windows, grads, sums),
                    }
                }
            }
        }
    }
}

/// The gradients of the last channels, fewer than sixteen, with zeros after them.
fn last_panel(grad_ys: &[f32], channels_out: usize, channel: usize) -> Scratch {
    let mut padded = Scratch::stale(grad_ys.len() / channels_out * PANEL);
    for (padded, grads) in padded.chunks_exact_mut(PANEL).zip(grad_ys.chunks_exact(channels_out)) {
        let (used, rest) = padded.split_at_mut(channels_out - channel);
        used.copy_from_slice(&grads[channel..]);
        rest.fill(0.);
    }
    padded
}

/// Where the windows and gradients of a block of output rows lie.
#[derive(Clone, Copy)]
struct Block {
    rows: usize,
    columns: usize,
    /// Values between the windows of two rows, and two columns.
    x_step_y: usize,
    x_step_x: usize,
    /// Values between the gradients of two pixels.
    y_step: usize,
}

impl Block {
    /// Adds the products of `VALUES` window values and sixteen gradients, over all pixels, to `VALUES` lines of sums.
    ///
    /// # Safety
    /// AVX2 and FMA; `windows` and `grads` hold `VALUES` and sixteen values for every pixel, `sums` `VALUES` lines.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn add<const VALUES: usize>(&self, windows: &[f32], grads: &[f32], sums: &mut [f32]) {
        // SAFETY: as the caller promises.
        unsafe {
            let sums = sums.as_mut_ptr();
            let mut products = [[_mm256_setzero_ps(); 2]; VALUES];
            let mut grads = grads.as_ptr();
            for row in 0..self.rows {
                let mut windows = windows.as_ptr().add(row * self.x_step_y);
                for _ in 0..self.columns {
                    let grad = [_mm256_loadu_ps(grads), _mm256_loadu_ps(grads.add(8))];
                    for (value, products) in products.iter_mut().enumerate() {
                        let x = _mm256_broadcast_ss(&*windows.add(value));
                        products[0] = _mm256_fmadd_ps(x, grad[0], products[0]);
                        products[1] = _mm256_fmadd_ps(x, grad[1], products[1]);
                    }
                    // Past the last pixel these point beyond the end, where nothing is read.
                    windows = windows.wrapping_add(self.x_step_x);
                    grads = grads.wrapping_add(self.y_step);
                }
            }
            for (value, products) in products.into_iter().enumerate() {
                for (half, product) in products.into_iter().enumerate() {
                    let sum = sums.add(value * PANEL + half * 8);
                    _mm256_storeu_ps(sum, _mm256_add_ps(_mm256_loadu_ps(sum), product));
                }
            }
        }
    }
}
