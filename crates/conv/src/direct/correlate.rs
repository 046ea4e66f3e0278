use std::arch::x86_64::*;

use super::panels::{PANEL, Panels};
use crate::Activation;

/// Output pixels that are computed at a time: with sixteen channels each they fill twelve of the sixteen registers.
const TILE: usize = 6;

/// Where the windows of a chunk of output rows begin in its input rows, and where its outputs go.
pub(super) struct Correlation {
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
    pub(super) activation: Activation,
}

/// `ys[y, x, c] = activation(bias[c] + sum of window(y, x) * weight[c])` for all pixels of a chunk.
///
/// # Panics
/// When `rows` or `ys` do not hold the windows or the outputs.
pub(super) fn correlate(correlation: &Correlation, rows: &[f32], panels: &Panels, ys: &mut [f32]) {
    let &Correlation { row_len, step_y, step_x, out_rows, out_width, out_step_y, out_step_x, .. } =
        correlation;
    let pixels = out_rows * out_width;
    if pixels == 0 {
        return;
    }
    if panels.taps_y > 0 && panels.run > 0 {
        let last =
            (out_rows - 1) * step_y + (out_width - 1) * step_x + (panels.taps_y - 1) * row_len + panels.run;
        assert!(rows.len() >= last);
    }
    let last = (out_rows - 1) * out_step_y + (out_width - 1) * out_step_x + panels.channels_out;
    assert!(ys.len() >= last);
    for (channel, weight, bias) in panels.iter() {
        let panel = Panel { taps_y: panels.taps_y, run: panels.run, weight, bias };
        let channels = (panels.channels_out - channel).min(PANEL);
        // SAFETY: the assertions above hold for the last pixel, and all others lie before it; a panel has `taps_y * run`
        // lines of sixteen weights; AVX2 and FMA were detected before this module was chosen.
        unsafe { correlate_panel(correlation, rows, &panel, channels, &mut ys[channel..]) };
    }
}

/// Sixteen output channels.
struct Panel<'a> {
    taps_y: usize,
    run: usize,
    weight: &'a [f32],
    bias: &'a [f32],
}

/// The first `channels` channels of a panel, for all pixels.
///
/// # Safety
/// AVX2 and FMA; there is a pixel, and the windows of all pixels lie in `rows`, their outputs in `ys`.
#[target_feature(enable = "avx2,fma")]
unsafe fn correlate_panel(
    correlation: &Correlation,
    rows: &[f32],
    panel: &Panel,
    channels: usize,
    ys: &mut [f32],
) {
    let &Correlation { row_len, step_y, step_x, out_rows, out_width, out_step_y, out_step_x, activation } =
        correlation;
    let pixels = out_rows * out_width;
    let (mut y, mut x) = (0, 0);
    for first in (0..pixels).step_by(TILE) {
        let (mut xs, mut to) = ([rows.as_ptr(); TILE], [ys.as_mut_ptr(); TILE]);
        // SAFETY: as the caller promises.
        unsafe {
            for index in 0..TILE {
                xs[index] = rows.as_ptr().add(y * step_y + x * step_x);
                to[index] = ys.as_mut_ptr().add(y * out_step_y + x * out_step_x);
                // A tile that is not full computes the last pixel several times.
                if first + index + 1 < pixels {
                    x += 1;
                    if x == out_width {
                        (y, x) = (y + 1, 0);
                    }
                }
            }
            let sums = tile(xs, row_len, panel);
            store(sums, activation, to, channels);
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
/// AVX2; `channels` values, at most sixteen, can be written at each of `ys`.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn store(sums: [[__m256; 2]; TILE], activation: Activation, ys: [*mut f32; TILE], channels: usize) {
    for (sums, ys) in sums.into_iter().zip(ys) {
        let (low, high) = (activate(activation, sums[0]), activate(activation, sums[1]));
        // SAFETY: as the caller promises; the copy is of at most the sixteen values of `line`.
        unsafe {
            if channels == PANEL {
                _mm256_storeu_ps(ys, low);
                _mm256_storeu_ps(ys.add(8), high);
            } else {
                let mut line = [0f32; PANEL];
                _mm256_storeu_ps(line.as_mut_ptr(), low);
                _mm256_storeu_ps(line.as_mut_ptr().add(8), high);
                std::ptr::copy_nonoverlapping(line.as_ptr(), ys, channels);
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn activate(activation: Activation, values: __m256) -> __m256 {
    let zero = _mm256_setzero_ps();
    match activation {
        Activation::None => values,
        // The second operand is what comes of a NaN.
        Activation::Relu => _mm256_max_ps(zero, values),
        Activation::LeakyRelu(slope) => {
            let positive = _mm256_cmp_ps::<_CMP_GT_OQ>(values, zero);
            _mm256_blendv_ps(_mm256_mul_ps(values, _mm256_set1_ps(slope)), values, positive)
        }
    }
}
