//! Weights `[C_out, C_in, k, k]` in the transformed domain.

use rayon::prelude::*;

use super::lanes::{Instructions, LANES, Lanes, PANEL, Panels, Work};
use super::tiles::vector_mut;
use super::transform::{Evaluate, NINETIETHS, PLANES, POINTS, transform_square};
use crate::pool::Scratch;
use crate::shape::Shape;

/// Values from one plane of sixteen output channels, `[C_in, 16]`, to the next: for the reason of
/// [`super::tiles::Planes`] a cache line more than a plane has.
pub(super) fn plane_step(channels_in: usize) -> usize {
    (channels_in + 1) * PANEL
}

/// Transformed weights, for every sixteen output channels, zeros where there are fewer: `[64, C_in, 16]`.
pub(super) struct Weights {
    channels_in: usize,
    values: Scratch,
}

impl Weights {
    /// `taps(channel_out, channel_in, tap)` is a weight of a convolution with the channels of `shape`.
    pub(super) fn new(
        instructions: Instructions,
        shape: &Shape,
        taps: impl Fn(usize, usize, usize) -> f32 + Sync,
    ) -> Self {
        let channels_in = shape.channels_in;
        let panel_len = PLANES * plane_step(channels_in);
        let mut values = Scratch::stale(shape.channels_out.div_ceil(PANEL) * panel_len);
        values.par_chunks_mut(panel_len).enumerate().for_each(|(panel, values)| {
            let channel_out = panel * PANEL;
            instructions.run(PanelTransform { shape, taps: &taps, channel_out, values });
        });
        Self { channels_in, values }
    }

    /// `[C_in, 16]` of one panel and plane.
    pub(super) fn block(&self, panel: usize, plane: usize) -> &[f32] {
        &self.values[(panel * PLANES + plane) * plane_step(self.channels_in)..][..self.channels_in * PANEL]
    }
}

/// The transform of sixteen output channels' weights, from `channel_out` on.
struct PanelTransform<'a, F> {
    shape: &'a Shape,
    taps: &'a F,
    channel_out: usize,
    values: &'a mut [f32],
}

impl<F: Fn(usize, usize, usize) -> f32> Work for PanelTransform<'_, F> {
    #[inline(always)]
    fn run<L: Lanes + Panels>(self, lanes: L) {
        match self.shape.kernel {
            3 => self.of_kernel::<L, 3>(lanes),
            _ => self.of_kernel::<L, 5>(lanes),
        }
    }
}

impl<F: Fn(usize, usize, usize) -> f32> PanelTransform<'_, F> {
    #[inline(always)]
    fn of_kernel<L: Lanes, const KERNEL: usize>(self, lanes: L) {
        let channels_in = self.shape.channels_in;
        for channel_in in 0..channels_in {
            for half in [0, LANES] {
                let mut taps = [[[0.; LANES]; KERNEL]; KERNEL];
                let channels_out = (self.channel_out + half)..self.shape.channels_out;
                for (lane, channel_out) in channels_out.take(LANES).enumerate() {
                    for (tap, values) in taps.as_flattened_mut().iter_mut().enumerate() {
                        values[lane] = (self.taps)(channel_out, channel_in, tap);
                    }
                }
                let values = &mut self.values[channel_in * PANEL + half..];
                transform_square::<L, Evaluate, KERNEL, POINTS>(
                    lanes,
                    |y, x| lanes.load(&taps[y][x]),
                    |y, x, value| {
                        let value = lanes.mul(value, lanes.splat(normaliser(y, x)));
                        lanes.store(value, vector_mut(values, (y * POINTS + x) * plane_step(channels_in)));
                    },
                );
            }
        }
    }
}

/// The factor of a plane of weights: the whole of it rounds once.
#[inline(always)]
pub(super) fn normaliser(y: usize, x: usize) -> f32 {
    NINETIETHS[y] * NINETIETHS[x] / 8100.
}
