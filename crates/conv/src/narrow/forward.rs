use std::arch::x86_64::*;

use rayon::prelude::*;

use super::{LANES, MOST_CHANNELS, mask};
use crate::epilogue::Epilogue;
use crate::pool::Scratch;
use crate::rows::{Rows, chunk_rows};
use crate::shape::Shape;

/// Output pixels of a task, about.
const PIXELS_PER_TASK: usize = 512;

/// A layer's parameters.
pub(crate) struct Taps {
    /// The weight as `[k, k * C_in, C_out]` in vectors: eight values of a run for each channel, then the next eight, with
    /// zeros after the last.
    vectors: Scratch,
    bias: Vec<f32>,
}

impl Taps {
    pub(crate) fn new(shape: &Shape, weight: &[f32], bias: &[f32]) -> Self {
        let (kernel, channels_in, channels_out) = (shape.kernel, shape.channels_in, shape.channels_out);
        let run_vectors = (kernel * channels_in).div_ceil(LANES);
        let mut vectors = Scratch::zeros(kernel * run_vectors * channels_out * LANES);
        for (index, &value) in weight.iter().enumerate() {
            let (pair, tap) = (index / (kernel * kernel), index % (kernel * kernel));
            let (channel_out, channel_in) = (pair / channels_in, pair % channels_in);
            let at = tap % kernel * channels_in + channel_in;
            let vector = (tap / kernel * run_vectors + at / LANES) * channels_out + channel_out;
            vectors[vector * LANES + at % LANES] = value;
        }
        Self { vectors, bias: bias.to_vec() }
    }
}

/// See [`crate::portable::forward`].
///
/// # Panics
/// When there are more than [`MOST_CHANNELS`] output channels.
pub(crate) fn forward(shape: &Shape, xs: &[f32], taps: &Taps, epilogue: Epilogue<f32>, ys: &mut [f32]) {
    let Taps { vectors, bias } = taps;
    let chunk = chunk_rows(shape.out_height(), shape.out_width(), PIXELS_PER_TASK);
    let out_row_len = shape.out_width() * shape.channels_out;
    let (chunk_len, image_len) = (chunk * out_row_len, shape.out_image_len());
    let images = ys.par_chunks_mut(image_len).zip(xs.par_chunks(shape.image_len())).enumerate();
    images.for_each(|(image, (ys, xs))| {
        let epilogue = epilogue.of_range(image * image_len..(image + 1) * image_len);
        ys.par_chunks_mut(chunk_len).enumerate().for_each(|(index, ys)| {
            let epilogue = epilogue.of_chunk(index, chunk_len, image_len);
            let rows = Rows::under(shape, xs, index * chunk, ys.len() / out_row_len);
            match shape.channels_out {
                1 => dot_products::<8, 1>(shape, &rows, vectors, ys),
                2 => dot_products::<4, 2>(shape, &rows, vectors, ys),
                3 => dot_products::<4, 3>(shape, &rows, vectors, ys),
                _ => dot_products::<3, MOST_CHANNELS>(shape, &rows, vectors, ys),
            }
            for (pixel, ys) in ys.chunks_exact_mut(shape.channels_out).enumerate() {
                let first = pixel * shape.channels_out;
                for (channel, (y, &bias)) in ys.iter_mut().zip(bias).enumerate() {
                    *y = epilogue.of(first + channel, *y + bias);
                }
            }
        });
    });
}

/// The products of all windows under `rows` and the weights of `CHANNELS` channels, `PIXELS` windows at a time.
fn dot_products<const PIXELS: usize, const CHANNELS: usize>(
    shape: &Shape,
    rows: &Rows,
    taps: &[f32],
    ys: &mut [f32],
) {
    let (out_width, run) = (shape.out_width(), shape.kernel * shape.channels_in);
    let pixels = ys.len() / CHANNELS;
    let start = |pixel: usize| {
        pixel / out_width * shape.stride * rows.row_len + pixel % out_width * shape.stride * shape.channels_in
    };
    assert!(shape.channels_out == CHANNELS && pixels.is_multiple_of(out_width));
    assert!(pixels == 0 || rows.len() >= start(pixels - 1) + (shape.kernel - 1) * rows.row_len + run);
    assert!(taps.len() >= shape.kernel * run.div_ceil(LANES) * CHANNELS * LANES);
    for first in (0..pixels).step_by(PIXELS) {
        // A tile that is not full computes its last pixel several times.
        let at: [_; PIXELS] = std::array::from_fn(|index| (first + index).min(pixels - 1));
        // SAFETY: the assertions above hold for the last pixel, and all others lie before it; AVX2 and FMA were
        // detected before this module was chosen.
        let sums = unsafe {
            let windows = at.map(|pixel| rows.as_ptr().add(start(pixel)));
            tile::<PIXELS, CHANNELS>(windows, rows.row_len, shape.kernel, run, taps.as_ptr())
        };
        for (pixel, sums) in at.into_iter().zip(sums) {
            ys[pixel * CHANNELS..][..CHANNELS].copy_from_slice(&sums);
        }
    }
}

/// # Safety
/// AVX2 and FMA; each of `windows` is followed by `taps_y` rows of `run` values, and `taps` by vectors as
/// [`Taps`] has them.
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const PIXELS: usize, const CHANNELS: usize>(
    windows: [*const f32; PIXELS],
    row_len: usize,
    taps_y: usize,
    run: usize,
    mut taps: *const f32,
) -> [[f32; CHANNELS]; PIXELS] {
    let mut sums = [[_mm256_setzero_ps(); CHANNELS]; PIXELS];
    let (whole, rest) = (run / LANES * LANES, run % LANES);
    let mask = mask(rest);
    // SAFETY: as the caller promises; a masked load touches the values of the run alone.
    unsafe {
        for tap_y in 0..taps_y {
            let row = tap_y * row_len;
            for at in (row..row + whole).step_by(LANES) {
                let mut taps_here = [_mm256_setzero_ps(); CHANNELS];
                for (channel, tap) in taps_here.iter_mut().enumerate() {
                    *tap = _mm256_loadu_ps(taps.add(channel * LANES));
                }
                for (sums, windows) in sums.iter_mut().zip(windows) {
                    let x = _mm256_loadu_ps(windows.add(at));
                    for (sum, tap) in sums.iter_mut().zip(taps_here) {
                        *sum = _mm256_fmadd_ps(x, tap, *sum);
                    }
                }
                taps = taps.add(CHANNELS * LANES);
            }
            if rest > 0 {
                for (sums, windows) in sums.iter_mut().zip(windows) {
                    let x = _mm256_maskload_ps(windows.add(row + whole), mask);
                    for (channel, sum) in sums.iter_mut().enumerate() {
                        *sum = _mm256_fmadd_ps(x, _mm256_loadu_ps(taps.add(channel * LANES)), *sum);
                    }
                }
                taps = taps.add(CHANNELS * LANES);
            }
        }
    }
    let mut products = [[0.; CHANNELS]; PIXELS];
    for (products, sums) in products.iter_mut().zip(sums) {
        for (product, sum) in products.iter_mut().zip(sums) {
            *product = sum_of_lanes(sum);
        }
    }
    products
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn sum_of_lanes(values: __m256) -> f32 {
    let quads = _mm_add_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps::<1>(values));
    let pairs = _mm_add_ps(quads, _mm_movehl_ps(quads, quads));
    _mm_cvtss_f32(_mm_add_ss(pairs, _mm_shuffle_ps::<1>(pairs, pairs)))
}
