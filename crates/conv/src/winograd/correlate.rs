//! The convolution itself: tiles are transformed, multiplied with the transformed weights, and transformed back.

use rayon::prelude::*;

use super::Prepared;
use super::lanes::{LANES, Lanes, PANEL, Panels, Work, values_at, values_at_mut};
use super::product::multiply;
use super::tiles::{Planes, Tiling, square_len, transform_tile, vector};
use super::transform::{Input, Moments, PLANES, POINTS, transform_square};
use super::weights::Weights;
use crate::epilogue::Epilogue;
use crate::pool::Scratch;
use crate::rows::{Image, chunk_rows};
use crate::shape::Shape;

/// Tiles that are in work at a time, so that their transforms and products stay in the second-level cache.
const TILES_AT_A_TIME: usize = 24;

/// Tiles of a task, about.
const TILES_PER_TASK: usize = 48;

/// Channels that are summed one after the other: the error of such a sum grows with the root of its length, and over 128
/// channels it would be most of the method's error. The transforms for 5x5 kernels have the smaller error, by a third, and
/// leave more of the 1e-5 to the sums; and the sum of few channels needs no division.
fn run_of_channels(shape: &Shape) -> usize {
    if shape.kernel == 3 && shape.channels_in > 32 { 16 } else { 32 }
}

/// The outputs of all images of a shape.
pub(super) fn correlate(
    shape: &Shape,
    xs: &[f32],
    prepared: &Prepared,
    epilogue: Epilogue<f32>,
    ys: &mut [f32],
) {
    let &Prepared { instructions, ref weights, ref bias } = prepared;
    let tiling = Tiling::new(shape);
    let task_rows = chunk_rows(tiling.rows, tiling.columns, TILES_PER_TASK);
    let task_len = task_rows * tiling.side * shape.out_width() * shape.channels_out;
    let image_len = shape.out_image_len();
    let images = ys.par_chunks_mut(image_len).zip(xs.par_chunks(shape.image_len())).enumerate();
    images.for_each(|(index, (ys, xs))| {
        let image = shape.image(xs);
        let epilogue = epilogue.of_range(index * image_len..(index + 1) * image_len);
        ys.par_chunks_mut(task_len).enumerate().for_each(|(index, ys)| {
            let first_row = index * task_rows;
            let epilogue = epilogue.of_chunk(index, task_len, image_len);
            instructions.run(Task { shape, tiling, image, weights, bias, epilogue, first_row, ys });
        });
    });
}

/// Some rows of tiles of one image, from `first_row` on.
struct Task<'a> {
    shape: &'a Shape,
    tiling: Tiling,
    image: Image<'a>,
    weights: &'a Weights,
    /// Of whole panels.
    bias: &'a [f32],
    /// For `ys`.
    epilogue: Epilogue<'a, f32>,
    first_row: usize,
    ys: &'a mut [f32],
}

impl Work for Task<'_> {
    #[inline(always)]
    fn run<L: Lanes + Panels>(mut self, lanes: L) {
        let Tiling { side, columns, .. } = self.tiling;
        let out_rows = self.ys.len() / (self.shape.out_width() * self.shape.channels_out);
        let first = self.first_row * columns;
        let end = first + out_rows.div_ceil(side) * columns;
        let inputs =
            Planes { tiles: TILES_AT_A_TIME, channels: self.shape.channels_in.next_multiple_of(LANES) };
        let products = Planes { tiles: TILES_AT_A_TIME, channels: self.bias.len() };
        let mut transformed = Scratch::stale(inputs.len());
        let mut multiplied = Scratch::stale(products.len());
        let mut square = Scratch::stale(square_len(POINTS, inputs.channels));
        let mut outputs = Scratch::stale(square_len(side, products.channels));
        let run = run_of_channels(self.shape);
        for first in (first..end).step_by(TILES_AT_A_TIME) {
            let tiles = first..end.min(first + TILES_AT_A_TIME);
            for (place, tile) in tiles.clone().enumerate() {
                let [_, corner] = self.tiling.corners(tile);
                let to = (inputs, place, &mut transformed[..]);
                transform_tile::<L, Input, POINTS>(lanes, self.image, corner, &mut square, to);
            }
            for plane in 0..PLANES {
                let rows = &transformed[plane * inputs.step()..][..tiles.len() * inputs.channels];
                let to = &mut multiplied[plane * products.step()..][..tiles.len() * products.channels];
                for panel in 0..products.channels / PANEL {
                    let to = (&mut to[panel * PANEL..], products.channels);
                    let block = (self.weights.block(panel, plane), run);
                    multiply(lanes, (rows, inputs.channels), block, to);
                }
            }
            for (place, tile) in tiles.enumerate() {
                let from = (products, &multiplied[..]);
                match side {
                    6 => self.store_tile::<L, 6>(lanes, from, &mut outputs, place, tile),
                    _ => self.store_tile::<L, 4>(lanes, from, &mut outputs, place, tile),
                }
            }
        }
    }
}

impl Task<'_> {
    /// Transforms the products of one tile back, adds the bias, and writes what lies inside the output.
    #[inline(always)]
    fn store_tile<L: Lanes, const SIDE: usize>(
        &mut self,
        lanes: L,
        (products, multiplied): (Planes, &[f32]),
        outputs: &mut [f32],
        place: usize,
        tile: usize,
    ) {
        // The tile `[SIDE, SIDE, channels]`, of whole vectors.
        let channels = self.shape.channels_out.next_multiple_of(LANES);
        let outputs = &mut outputs[..square_len(SIDE, channels)];
        for channel in (0..channels).step_by(LANES) {
            let multiplied = &multiplied[place * products.channels + channel..];
            let bias = lanes.load(vector(self.bias, channel));
            assert!((PLANES - 1) * products.step() + LANES <= multiplied.len());
            assert!((SIDE * SIDE - 1) * channels + channel + LANES <= outputs.len());
            transform_square::<L, Moments, POINTS, SIDE>(
                lanes,
                // SAFETY: the first assertion holds for the last plane, and all others lie before it.
                |y, x| lanes.load(unsafe { values_at(multiplied, (y * POINTS + x) * products.step()) }),
                |y, x, value| {
                    // SAFETY: the second assertion holds for the last pixel, and all others lie before it.
                    let to = unsafe { values_at_mut(outputs, (y * SIDE + x) * channels + channel) };
                    lanes.store(lanes.add(value, bias), to);
                },
            );
        }
        let (channels_out, out_width) = (self.shape.channels_out, self.shape.out_width());
        let [(y, x), _] = self.tiling.corners(tile);
        let (first_y, first_x) = (y as usize - self.first_row * SIDE, x as usize);
        let columns = SIDE.min(out_width - first_x);
        let first = (first_y * out_width + first_x) * channels_out;
        let rows = self.ys.len() / (out_width * channels_out) - first_y;
        for (row, outputs) in outputs.chunks_exact(SIDE * channels).take(rows).enumerate() {
            let at = first + row * out_width * channels_out;
            if channels == channels_out {
                let ys = &mut self.ys[at..at + columns * channels];
                self.epilogue.finish(at, outputs, ys);
                continue;
            }
            for (column, outputs) in outputs.chunks_exact(channels).take(columns).enumerate() {
                let at = at + column * channels_out;
                self.epilogue.finish(at, outputs, &mut self.ys[at..at + channels_out]);
            }
        }
    }
}
