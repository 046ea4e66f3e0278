use std::arch::x86_64::*;
use std::ops::Range;

use super::panels::{PANEL, Panels};
use crate::epilogue::Epilogue;

/// Output pixels that are computed at a time: with sixteen channels each they fill twelve of the sixteen registers.
const TILE: usize = 6;

/// Where the windows of a chunk of output rows begin in its input rows, and where its outputs go.
pub(super) struct Correlation<'a> {
    /// Values from one input row to the next.
    pub(super) row_len: usize,
    /// Values between the windows of two output rows, and of two output columns.
    pub(super) step_y: usize,
    pub(super) step_x: usize,
    pub(super) out_rows: usize,
    pub(super) out_width: usize,
    /// Values between two output rows, and two output columns.
    pub(super) out_step_y: usize,
    pub(super) out_step_x: usize,
    /// Where the first output goes.
    pub(super) first_out: usize,
    /// For the outputs, at the places where they go.
    pub(super) epilogue: Epilogue<'a, f32>,
}

/// `ys[y, x, c] = epilogue(bias[c] + sum of window(y, x) * weight[c])` for all pixels of a chunk.
///
/// # Panics
/// When `rows` or `ys` do not hold the windows or the outputs.
pub(super) fn correlate(correlation: &Correlation, rows: &[f32], panels: &Panels, ys: &mut [f32]) {
    let &Correlation { row_len, step_y, step_x, out_rows, out_width, .. } = correlation;
    let &Correlation { out_step_y, out_step_x, first_out, .. } = correlation;
    let pixels = out_rows * out_width;
    if pixels == 0 {
        return;
    }
    if panels.taps_y > 0 && panels.run > 0 {
        let last =
            (out_rows - 1) * step_y + (out_width - 1) * step_x + (panels.taps_y - 1) * row_len + panels.run;
        assert!(rows.len() >= last);
    }
    let last = first_out + (out_rows - 1) * out_step_y + (out_width - 1) * out_step_x + panels.channels_out;
    assert!(ys.len() >= last);
    for (channel, weight, bias) in panels.iter() {
        let panel = Panel { taps_y: panels.taps_y, run: panels.run, weight, bias };
        let channels = (panels.channels_out - channel).min(PANEL);
        // SAFETY: the assertions above hold for the last pixel, and all others lie before it; a panel has `taps_y * run`
        // lines of sixteen weights; AVX2 and FMA were detected before this module was chosen.
        unsafe { correlate_panel(correlation, rows, &panel, channel..channel + channels, ys) };
    }
}

/// Sixteen output channels.
struct Panel<'a> {
    taps_y: usize,
    run: usize,
    weight: &'a [f32],
    bias: &'a [f32],
}

/// The output channels `channels`, at most sixteen, for all pixels.
///
/// # Safety
/// AVX2 and FMA; there is a pixel, and the windows of all pixels lie in `rows`, their outputs in `ys`.
#[target_feature(enable = "avx2,fma")]
unsafe fn correlate_panel(
    correlation: &Correlation,
    rows: &[f32],
    panel: &Panel,
    channels: Range<usize>,
    ys: &mut [f32],
) {
    let &Correlation { row_len, step_y, step_x, out_rows, out_width, .. } = correlation;
    let &Correlation { out_step_y, out_step_x, epilogue, .. } = correlation;
    let first_out = correlation.first_out + channels.start;
    let pixels = out_rows * out_width;
    let (mut y, mut x) = (0, 0);
    for first in (0..pixels).step_by(TILE) {
        let (mut xs, mut to) = ([rows.as_ptr(); TILE], [0; TILE]);
        // SAFETY: as the caller promises.
        unsafe {
            for index in 0..TILE {
                xs[index] = rows.as_ptr().add(y * step_y + x * step_x);
                to[index] = first_out + y * out_step_y + x * out_step_x;
                // A tile that is not full computes the last pixel several times.
                if first + index + 1 < pixels {
                    x += 1;
                    if x == out_width {
                        (y, x) = (y + 1, 0);
                    }
                }
            }
            let sums = tile(xs, row_len, panel);
            store(sums, epilogue, to, channels.len(), ys);
        }
    }
}

/// # Safety
/// AVX2 and FMA; each of `xs` is followed by the panel's `taps_y` rows of `run` values.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn tile(xs: [*const f32; TILE], row_len: usize, panel: &Panel) -> [[__m256; 2]; TILE] {
    let &Panel { taps_y, run, weight, bias } = panel;
    let (mut weight, bias) = (weight.as_ptr(), bias.as_ptr());
    // SAFETY: as the caller promises.
    unsafe {
        let mut sums = [[_mm256_loadu_ps(bias), _mm256_loadu_ps(bias.add(8))]; TILE];
        for tap_y in 0..taps_y {
            for at in tap_y * row_len..tap_y * row_len + run {
                let taps = [_mm256_loadu_ps(weight), _mm256_loadu_ps(weight.add(8))];
                for (sums, xs) in sums.iter_mut().zip(xs) {
                    let x = _mm256_broadcast_ss(&*xs.add(at));
                    sums[0] = _mm256_fmadd_ps(x, taps[0], sums[0]);
                    sums[1] = _mm256_fmadd_ps(x, taps[1], sums[1]);
                }
                weight = weight.add(PANEL);
            }
        }
        sums
    }
}

/// # Safety
/// AVX2; `channels` values, at most sixteen, fit into `ys` from each of `to` on.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn store(
    sums: [[__m256; 2]; TILE],
    epilogue: Epilogue<f32>,
    to: [usize; TILE],
    channels: usize,
    ys: &mut [f32],
) {
    for (sums, to) in sums.into_iter().zip(to) {
        if channels == PANEL {
            let (low, high) = (epilogue.of_vector(to, sums[0]), epilogue.of_vector(to + 8, sums[1]));
            // SAFETY: as the caller promises.
            unsafe {
                let ys = ys.as_mut_ptr().add(to);
                _mm256_storeu_ps(ys, low);
                _mm256_storeu_ps(ys.add(8), high);
            }
        } else {
            let mut line = [0f32; PANEL];
            // SAFETY: sixteen values fit.
            unsafe {
                _mm256_storeu_ps(line.as_mut_ptr(), sums[0]);
                _mm256_storeu_ps(line.as_mut_ptr().add(8), sums[1]);
            }
            for (at, (y, sum)) in ys[to..to + channels].iter_mut().zip(line).enumerate() {
                *y = epilogue.of(to + at, sum);
            }
        }
    }
}
