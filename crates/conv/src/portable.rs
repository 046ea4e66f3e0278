//! Convolution in safe Rust, for f32 and f64 and any machine: the twin that every fast kernel is tested against.

use rayon::prelude::*;

use crate::epilogue::Epilogue;
use crate::real::Real;
use crate::shape::Shape;

/// A layer's parameters: the weight `[k, k, C_in, C_out]`, so that the innermost loops run over contiguous values, and
/// the bias.
pub(crate) struct Prepared<T> {
    taps: Vec<T>,
    bias: Vec<T>,
}

impl<T: Real> Prepared<T> {
    pub(crate) fn new(shape: &Shape, weight: &[T], bias: &[T]) -> Self {
        Self { taps: by_tap(shape, weight), bias: bias.to_vec() }
    }
}

/// `xs: [B, H, W, C_in]` through a layer with its parameters prepared into `ys: [B, H', W', C_out]`, each sum through the
/// epilogue.
pub(crate) fn forward<T: Real>(
    shape: &Shape,
    xs: &[T],
    prepared: &Prepared<T>,
    epilogue: Epilogue<T>,
    ys: &mut [T],
) {
    let Prepared { taps, bias } = prepared;
    let (height, width, channels_in, channels_out) =
        (shape.height, shape.width, shape.channels_in, shape.channels_out);
    let row_len = shape.out_width() * channels_out;
    ys.par_chunks_mut(row_len).enumerate().for_each(|(row, ys)| {
        let epilogue = epilogue.of_range(row * row_len..(row + 1) * row_len);
        let (image, out_y) = (row / shape.out_height(), row % shape.out_height());
        for (out_x, ys) in ys.chunks_mut(channels_out).enumerate() {
            ys.copy_from_slice(bias);
            for (tap_y, y) in shape.window_rows(out_y) {
                for (tap_x, x) in shape.window_columns(out_x) {
                    let xs = &xs[((image * height + y) * width + x) * channels_in..][..channels_in];
                    let taps = &taps[(tap_y * shape.kernel + tap_x) * channels_in * channels_out..];
                    for (&value, taps) in xs.iter().zip(taps.chunks(channels_out)) {
                        add_scaled(ys, value, taps);
                    }
                }
            }
            let first = out_x * channels_out;
            ys.iter_mut().enumerate().for_each(|(at, value)| *value = epilogue.of(first + at, *value));
        }
    });
}

/// The gradient of the input from `grad_ys: [B, H', W', C_out]`, into `grad_xs: [B, H, W, C_in]`.
pub(crate) fn grad_input<T: Real>(
    shape: &Shape,
    grad_ys: &[T],
    weight: &[T],
    epilogue: Epilogue<T>,
    grad_xs: &mut [T],
) {
    let taps = by_tap(shape, weight);
    let (height, width, channels_in, channels_out) =
        (shape.height, shape.width, shape.channels_in, shape.channels_out);
    let image_len = height * width * channels_in;
    grad_xs.par_chunks_mut(image_len).enumerate().for_each(|(image, grad_xs)| {
        let epilogue = epilogue.of_range(image * image_len..(image + 1) * image_len);
        grad_xs.fill(T::default());
        for out_y in 0..shape.out_height() {
            for out_x in 0..shape.out_width() {
                let row = image * shape.out_height() + out_y;
                let grad_ys = &grad_ys[(row * shape.out_width() + out_x) * channels_out..][..channels_out];
                for (tap_y, y) in shape.window_rows(out_y) {
                    for (tap_x, x) in shape.window_columns(out_x) {
                        let grad_xs = &mut grad_xs[(y * width + x) * channels_in..][..channels_in];
                        let taps = &taps[(tap_y * shape.kernel + tap_x) * channels_in * channels_out..];
                        for (grad_x, taps) in grad_xs.iter_mut().zip(taps.chunks(channels_out)) {
                            *grad_x += taps.iter().zip(grad_ys).map(|(&tap, &grad)| tap * grad).sum();
                        }
                    }
                }
            }
        }
        grad_xs.iter_mut().enumerate().for_each(|(at, value)| *value = epilogue.of(at, *value));
    });
}

/// The gradient of the weight, `[C_out, C_in, k, k]`, from the input and the gradient of the output.
pub(crate) fn grad_weight<T: Real>(shape: &Shape, xs: &[T], grad_ys: &[T], grad_weight: &mut [T]) {
    let (height, width, channels_in, channels_out) =
        (shape.height, shape.width, shape.channels_in, shape.channels_out);
    let (kernel, taps_of_one) = (shape.kernel, shape.kernel * shape.kernel);
    let mut by_tap = vec![T::default(); shape.weight_len()];
    // A task is one tap: it alone adds to its own sums, over the pixels in their order.
    by_tap.par_chunks_mut(channels_in * channels_out).enumerate().for_each(|(tap, sums)| {
        for row in 0..shape.batch * shape.out_height() {
            let (image, out_y) = (row / shape.out_height(), row % shape.out_height());
            let Some((_, y)) = shape.window_rows(out_y).find(|&(tap_y, _)| tap_y == tap / kernel) else {
                continue;
            };
            for out_x in 0..shape.out_width() {
                let Some((_, x)) = shape.window_columns(out_x).find(|&(tap_x, _)| tap_x == tap % kernel)
                else {
                    continue;
                };
                let xs = &xs[((image * height + y) * width + x) * channels_in..][..channels_in];
                let grad_ys = &grad_ys[(row * shape.out_width() + out_x) * channels_out..][..channels_out];
                for (&value, sums) in xs.iter().zip(sums.chunks_mut(channels_out)) {
                    add_scaled(sums, value, grad_ys);
                }
            }
        }
    });
    for (index, value) in grad_weight.iter_mut().enumerate() {
        let (pair, tap) = (index / taps_of_one, index % taps_of_one);
        let (channel_out, channel_in) = (pair / channels_in, pair % channels_in);
        *value = by_tap[(tap * channels_in + channel_in) * channels_out + channel_out];
    }
}

/// `[C_out, C_in, k, k]` as `[k, k, C_in, C_out]`, so that the innermost loops run over contiguous values.
fn by_tap<T: Real>(shape: &Shape, weight: &[T]) -> Vec<T> {
    let taps = shape.kernel * shape.kernel;
    let mut by_tap = vec![T::default(); weight.len()];
    for (pair, weight) in weight.chunks(taps).enumerate() {
        let (channel_out, channel_in) = (pair / shape.channels_in, pair % shape.channels_in);
        for (tap, &value) in weight.iter().enumerate() {
            by_tap[(tap * shape.channels_in + channel_in) * shape.channels_out + channel_out] = value;
        }
    }
    by_tap
}

fn add_scaled<T: Real>(sums: &mut [T], factor: T, values: &[T]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}
