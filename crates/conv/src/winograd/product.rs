//! The products of transformed tiles and transformed weights: sixty-four small matrix products, one for each plane.

use super::lanes::{LANES, Lanes, values_at};

/// Channels of a panel of weights: two vectors.
pub(super) const PANEL: usize = 2 * LANES;

/// Tiles, or input channels, that are multiplied with a panel at a time: the sums fill twelve of the sixteen registers.
const ROWS: usize = 6;

/// Tiles that are summed one after the other in registers, before they are added to the sum of all: the error of such a
/// sum grows with the root of its length.
const RUN_OF_TILES: usize = 24;

/// Writes `rows * panel` for one plane: `rows: [tiles, row_step]`, of which the first C_in values of a row count,
/// `panel: [C_in, 16]`, and the products go to sixteen values in every row of `products: [tiles, product_step]`.
///
/// Every row is summed in the same order, whatever its place, so that a tile's result does not depend on its neighbours:
/// `run` channels one after the other in registers, and then the sums of the runs.
#[inline(always)]
pub(super) fn multiply<L: Lanes>(
    lanes: L,
    (rows, row_step): (&[f32], usize),
    (panel, run): (&[f32], usize),
    (products, product_step): (&mut [f32], usize),
) {
    let (panel, _) = panel.as_chunks::<PANEL>();
    let blocks = rows.chunks(ROWS * row_step).zip(products.chunks_mut(ROWS * product_step));
    for (rows, products) in blocks {
        let (rows, products) = ((rows, row_step), (products, product_step));
        match rows.0.len() / row_step {
            1 => multiply_rows::<L, 1>(lanes, rows, (panel, run), products),
            2 => multiply_rows::<L, 2>(lanes, rows, (panel, run), products),
            3 => multiply_rows::<L, 3>(lanes, rows, (panel, run), products),
            4 => multiply_rows::<L, 4>(lanes, rows, (panel, run), products),
            5 => multiply_rows::<L, 5>(lanes, rows, (panel, run), products),
            _ => multiply_rows::<L, ROWS>(lanes, rows, (panel, run), products),
        }
    }
}

#[inline(always)]
fn multiply_rows<L: Lanes, const COUNT: usize>(
    lanes: L,
    (rows, row_step): (&[f32], usize),
    (panel, run): (&[[f32; PANEL]], usize),
    (products, product_step): (&mut [f32], usize),
) {
    for (index_of_run, panel) in panel.chunks(run).enumerate() {
        let mut sums = [[lanes.splat(0.); 2]; COUNT];
        let mut lines = [rows; COUNT];
        for (index, line) in lines.iter_mut().enumerate() {
            *line = &rows[index * row_step + index_of_run * run..][..panel.len()];
        }
        for (channel, weight) in panel.iter().enumerate() {
            let [low, high] = halves(lanes, weight);
            for (sums, line) in sums.iter_mut().zip(lines) {
                let value = lanes.splat(line[channel]);
                sums[0] = lanes.mul_add(value, low, sums[0]);
                sums[1] = lanes.mul_add(value, high, sums[1]);
            }
        }
        for (index, sums) in sums.into_iter().enumerate() {
            let (to, _) = products[index * product_step..][..PANEL].as_chunks_mut::<LANES>();
            for (sum, to) in sums.into_iter().zip(to) {
                let sum = if index_of_run == 0 { sum } else { lanes.add(lanes.load(to), sum) };
                lanes.store(sum, to);
            }
        }
    }
}

/// Adds `rows^T * panel` for one plane to `sums: [C_in, 16]`: `rows: [tiles, row_step]`, of which the first C_in values of
/// a row count, `panel: [tiles, panel_step]`, of which the first sixteen values count.
#[inline(always)]
pub(super) fn accumulate<L: Lanes>(
    lanes: L,
    (rows, row_step): (&[f32], usize),
    (panel, panel_step): (&[f32], usize),
    sums: &mut [f32],
) {
    let (sums, _) = sums.as_chunks_mut::<PANEL>();
    for (block, sums) in sums.chunks_mut(ROWS).enumerate() {
        let rows = (&rows[block * ROWS..], row_step);
        let panel = (panel, panel_step);
        match sums.len() {
            1 => accumulate_rows::<L, 1>(lanes, rows, panel, sums),
            2 => accumulate_rows::<L, 2>(lanes, rows, panel, sums),
            3 => accumulate_rows::<L, 3>(lanes, rows, panel, sums),
            4 => accumulate_rows::<L, 4>(lanes, rows, panel, sums),
            5 => accumulate_rows::<L, 5>(lanes, rows, panel, sums),
            _ => accumulate_rows::<L, ROWS>(lanes, rows, panel, sums),
        }
    }
}

#[inline(always)]
fn accumulate_rows<L: Lanes, const COUNT: usize>(
    lanes: L,
    (rows, row_step): (&[f32], usize),
    (panel, panel_step): (&[f32], usize),
    sums: &mut [[f32; PANEL]],
) {
    let tiles = rows.len().div_ceil(row_step);
    let last = tiles.saturating_sub(1);
    assert!(last * row_step + COUNT <= rows.len() && last * panel_step + PANEL <= panel.len());
    for first in (0..tiles).step_by(RUN_OF_TILES) {
        let mut products = [[lanes.splat(0.); 2]; COUNT];
        for tile in first..tiles.min(first + RUN_OF_TILES) {
            // SAFETY: the assertion holds for the last tile, and all others lie before it.
            let (row, line) = unsafe {
                (values_at::<COUNT>(rows, tile * row_step), values_at::<PANEL>(panel, tile * panel_step))
            };
            let [low, high] = halves(lanes, line);
            for (products, &value) in products.iter_mut().zip(row) {
                let value = lanes.splat(value);
                products[0] = lanes.mul_add(value, low, products[0]);
                products[1] = lanes.mul_add(value, high, products[1]);
            }
        }
        for (sums, products) in sums.iter_mut().zip(products) {
            let (sums, _) = sums.as_chunks_mut::<LANES>();
            for (sum, product) in sums.iter_mut().zip(products) {
                lanes.store(lanes.add(lanes.load(sum), product), sum);
            }
        }
    }
}

#[inline(always)]
fn halves<L: Lanes>(lanes: L, line: &[f32; PANEL]) -> [L::Vector; 2] {
    let (line, _) = line.as_chunks::<LANES>();
    [lanes.load(&line[0]), lanes.load(&line[1])]
}
