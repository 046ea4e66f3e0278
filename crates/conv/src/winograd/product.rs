//! The products of transformed tiles and transformed weights: sixty-four small matrix products, one for each plane.

use super::lanes::{PANEL, Panels, values_at};

/// Tiles, or input channels, that are multiplied with a panel at a time: the sums fill twelve of sixteen registers.
const ROWS: usize = 6;

/// The same where there are thirty-two registers, of a whole panel each: twelve sums hide how long each addition takes.
const TWICE: usize = 2 * ROWS;

/// Tiles that are summed one after the other in registers, before they are added to the sum of all: the error of such a
/// sum grows with the root of its length.
const RUN_OF_TILES: usize = 24;

/// Writes `rows * panel` for one plane: `rows: [tiles, row_step]`, of which the first C_in values of a row count,
/// `panel: [C_in, 16]`, and the products go to sixteen values in every row of `products: [tiles, product_step]`.
///
/// Every row is summed in the same order, whatever its place, so that a tile's result does not depend on its neighbours:
/// `run` channels one after the other in registers, and then the sums of the runs.
#[inline(always)]
pub(super) fn multiply<L: Panels>(
    lanes: L,
    (mut rows, row_step): (&[f32], usize),
    (panel, run): (&[f32], usize),
    (mut products, product_step): (&mut [f32], usize),
) {
    let (panel, _) = panel.as_chunks::<PANEL>();
    while L::TWELVE && rows.len() >= TWICE * row_step {
        multiply_rows::<L, TWICE>(lanes, (rows, row_step), (panel, run), (products, product_step));
        rows = &rows[TWICE * row_step..];
        // The last row of products may be shorter than the others, since it begins at its panel.
        let done = products.len().min(TWICE * product_step);
        products = &mut products[done..];
    }
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
fn multiply_rows<L: Panels, const COUNT: usize>(
    lanes: L,
    (rows, row_step): (&[f32], usize),
    (panel, run): (&[[f32; PANEL]], usize),
    (products, product_step): (&mut [f32], usize),
) {
    for (index_of_run, panel) in panel.chunks(run).enumerate() {
        let mut sums = [lanes.splat(0.); COUNT];
        let mut lines = [rows; COUNT];
        for (index, line) in lines.iter_mut().enumerate() {
            *line = &rows[index * row_step + index_of_run * run..][..panel.len()];
        }
        for (channel, weight) in panel.iter().enumerate() {
            let weight = lanes.load(weight);
            for (sum, line) in sums.iter_mut().zip(lines) {
                *sum = lanes.mul_add(lanes.splat(line[channel]), weight, *sum);
            }
        }
        for (index, sum) in sums.into_iter().enumerate() {
            let (to, _) = products[index * product_step..][..PANEL].as_chunks_mut::<PANEL>();
            let sum = if index_of_run == 0 { sum } else { lanes.add(lanes.load(&to[0]), sum) };
            lanes.store(sum, &mut to[0]);
        }
    }
}

/// Adds `rows^T * panel` for one plane to `sums: [C_in, 16]`: `rows: [tiles, row_step]`, of which the first C_in values of
/// a row count, `panel: [tiles, panel_step]`, of which the first sixteen values count.
#[inline(always)]
pub(super) fn accumulate<L: Panels>(
    lanes: L,
    (mut rows, row_step): (&[f32], usize),
    panel: (&[f32], usize),
    sums: &mut [f32],
) {
    let (mut sums, _) = sums.as_chunks_mut::<PANEL>();
    while L::TWELVE && sums.len() >= TWICE {
        let (first, others) = sums.split_at_mut(TWICE);
        accumulate_rows::<L, TWICE>(lanes, (rows, row_step), panel, first);
        rows = &rows[TWICE..];
        sums = others;
    }
    for (block, sums) in sums.chunks_mut(ROWS).enumerate() {
        let rows = (&rows[block * ROWS..], row_step);
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
fn accumulate_rows<L: Panels, const COUNT: usize>(
    lanes: L,
    (rows, row_step): (&[f32], usize),
    (panel, panel_step): (&[f32], usize),
    sums: &mut [[f32; PANEL]],
) {
    let tiles = rows.len().div_ceil(row_step);
    let last = tiles.saturating_sub(1);
    assert!(last * row_step + COUNT <= rows.len() && last * panel_step + PANEL <= panel.len());
    for first in (0..tiles).step_by(RUN_OF_TILES) {
        let mut products = [lanes.splat(0.); COUNT];
        for tile in first..tiles.min(first + RUN_OF_TILES) {
            // SAFETY: the assertion holds for the last tile, and all others lie before it.
            let (row, line) = unsafe {
                (values_at::<COUNT>(rows, tile * row_step), values_at::<PANEL>(panel, tile * panel_step))
            };
            let line = lanes.load(line);
            for (product, &value) in products.iter_mut().zip(row) {
                *product = lanes.mul_add(lanes.splat(value), line, *product);
            }
        }
        for (sum, product) in sums.iter_mut().zip(products) {
            lanes.store(lanes.add(lanes.load(sum), product), sum);
        }
    }
}
