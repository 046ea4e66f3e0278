//! The gradient of the weights is itself a convolution, of the input with the gradient of the output, and as small as a
//! kernel: F(3x3, 6x6) and F(5x5, 4x4) have the same tiles and the same transform of the input as the convolution.

use std::ops::Range;

use rayon::prelude::*;

use super::lanes::{Instructions, LANES, Lanes, PANEL, Panels, Work};
use super::product::accumulate;
use super::tiles::{Planes, Tiling, square_len, transform_tile, vector};
use super::transform::{Evaluate, Input, Moments, PLANES, POINTS, transform_square};
use super::weights::{normaliser, plane_step};
use crate::pool::Scratch;
use crate::rows::Image;
use crate::shape::Shape;

/// Tiles that are in work at a time: more of them than in the convolution, since the sums are read and written for each.
const TILES_AT_A_TIME: usize = 48;

/// Tasks that the tiles are divided into, at most: each has sums of its own, which are added in their order.
const TASKS: usize = 8;

/// Tiles of a task, at least, for which its sums are worth their memory.
const TILES_PER_TASK: usize = 4 * TILES_AT_A_TIME;

/// The gradient of the weight, `[C_out, C_in, k, k]`.
pub(super) fn grad_weight(
    instructions: Instructions,
    shape: &Shape,
    xs: &[f32],
    grad_ys: &[f32],
    grad_weight: &mut [f32],
) {
    let tiling = Tiling::new(shape);
    let tiles = shape.batch * tiling.rows * tiling.columns;
    let tasks = (tiles / TILES_PER_TASK).clamp(1, TASKS);
    let per_task = tiles.div_ceil(tasks);
    let panel_len = PLANES * plane_step(shape.channels_in);
    let sums_len = shape.channels_out.div_ceil(PANEL) * panel_len;
    let mut sums = Scratch::stale(tasks * sums_len);
    sums.par_chunks_mut(sums_len).enumerate().for_each(|(task, sums)| {
        let tiles = task * per_task..tiles.min((task + 1) * per_task);
        instructions.run(Task { shape, tiling, xs, grad_ys, tiles, sums });
    });
    let (first, others) = sums.split_at_mut(sums_len);
    let gradients = grad_weight.par_chunks_mut(PANEL * shape.channels_in * shape.kernel * shape.kernel);
    gradients.zip(first.par_chunks_mut(panel_len)).enumerate().for_each(|(panel, (gradient, sums))| {
        for others in others.chunks_exact(sums_len) {
            let others = &others[panel * panel_len..][..panel_len];
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
        }
        instructions.run(PanelGradient { shape, sums, gradient });
    });
}

/// Some of all tiles of a batch, one image after the other.
struct Task<'a> {
    shape: &'a Shape,
    tiling: Tiling,
    xs: &'a [f32],
    grad_ys: &'a [f32],
    tiles: Range<usize>,
    /// In the order of [`super::weights::Weights`].
    sums: &'a mut [f32],
}

impl Work for Task<'_> {
    #[inline(always)]
    fn run<L: Lanes + Panels>(self, lanes: L) {
        let Shape { channels_in, channels_out, .. } = *self.shape;
        let tiles = TILES_AT_A_TIME;
        let inputs = Planes { tiles, channels: channels_in.next_multiple_of(LANES) };
        let gradients = Planes { tiles, channels: channels_out.next_multiple_of(PANEL) };
        let mut input = Scratch::stale(inputs.len());
        let mut gradient = Scratch::stale(gradients.len());
        let channels = inputs.channels.max(gradients.channels);
        let mut square = Scratch::stale(square_len(POINTS, channels));
        self.sums.fill(0.);
        for first in self.tiles.clone().step_by(TILES_AT_A_TIME) {
            let tiles = first..self.tiles.end.min(first + TILES_AT_A_TIME);
            for (place, tile) in tiles.clone().enumerate() {
                let [(grad_ys, at), (xs, seen)] = self.images(tile);
                let to = (inputs, place, &mut input[..]);
                transform_tile::<L, Input, POINTS>(lanes, xs, seen, &mut square, to);
                let to = (gradients, place, &mut gradient[..]);
                match self.tiling.side {
                    6 => transform_tile::<L, Evaluate, 6>(lanes, grad_ys, at, &mut square, to),
                    _ => transform_tile::<L, Evaluate, 4>(lanes, grad_ys, at, &mut square, to),
                }
            }
            for plane in 0..PLANES {
                let rows = &input[plane * inputs.step()..][..tiles.len() * inputs.channels];
                let gradient = &gradient[plane * gradients.step()..][..tiles.len() * gradients.channels];
                for panel in 0..gradients.channels / PANEL {
                    let sums = &mut self.sums[(panel * PLANES + plane) * plane_step(channels_in)..];
                    let panel = (&gradient[panel * PANEL..], gradients.channels);
                    accumulate(lanes, (rows, inputs.channels), panel, &mut sums[..channels_in * PANEL]);
                }
            }
        }
    }
}

impl Task<'_> {
    /// The gradient and the input of a tile's image, and where in them the tile begins.
    fn images(&self, tile: usize) -> [(Image<'_>, (isize, isize)); 2] {
        let shape = self.shape;
        let of_image = self.tiling.rows * self.tiling.columns;
        let image = tile / of_image;
        let [at, seen] = self.tiling.corners(tile % of_image);
        let grad_ys =
            shape.grad_image(&self.grad_ys[image * shape.out_image_len()..][..shape.out_image_len()]);
        let xs = shape.image(&self.xs[image * shape.image_len()..][..shape.image_len()]);
        [(grad_ys, at), (xs, seen)]
    }
}

/// The sums of sixteen output channels, transformed back.
struct PanelGradient<'a> {
    shape: &'a Shape,
    sums: &'a [f32],
    /// Of these output channels: `[16 or fewer, C_in, k, k]`.
    gradient: &'a mut [f32],
}

impl Work for PanelGradient<'_> {
    #[inline(always)]
    fn run<L: Lanes + Panels>(self, lanes: L) {
        match self.shape.kernel {
            3 => self.of_kernel::<L, 3>(lanes),
            _ => self.of_kernel::<L, 5>(lanes),
        }
    }
}

impl PanelGradient<'_> {
    #[inline(always)]
    fn of_kernel<L: Lanes, const KERNEL: usize>(self, lanes: L) {
        let channels_in = self.shape.channels_in;
        let channel_len = channels_in * KERNEL * KERNEL;
        for channel_in in 0..channels_in {
            for half in [0, LANES] {
                let sums = &self.sums[channel_in * PANEL + half..];
                let mut taps = [[[0.; LANES]; KERNEL]; KERNEL];
                transform_square::<L, Moments, POINTS, KERNEL>(
                    lanes,
                    |y, x| {
                        let sum = lanes.load(vector(sums, (y * POINTS + x) * plane_step(channels_in)));
                        lanes.mul(sum, lanes.splat(normaliser(y, x)))
                    },
                    |y, x, value| lanes.store(value, &mut taps[y][x]),
                );
                let gradients = self.gradient.chunks_exact_mut(channel_len).skip(half);
                for (lane, gradient) in gradients.take(LANES).enumerate() {
                    let gradient = &mut gradient[channel_in * KERNEL * KERNEL..];
                    for (gradient, taps) in gradient.iter_mut().zip(taps.as_flattened()) {
                        *gradient = taps[lane];
                    }
                }
            }
        }
    }
}
