//! A box as wide as the block of a pixel shuffle, folded into the convolution behind it.
//!
//! The pixels of a block come from different kernels, and what these do not agree on is a pattern that repeats with the
//! block: the checkerboard. A mean over a whole period is blind to it. Y. Sugawara, S. Shiota, H. Kiya, "Super-Resolution
//! using Convolutional Neural Networks without Any Checkerboard Artifacts", ICIP 2018, <https://arxiv.org/abs/1806.02658>,
//! put a zero-order hold there, which is the box; ours costs no pass over the HR features, since a convolution of a
//! convolution is one with a larger kernel. Deviation: where the scale is even, the box takes one pixel more, half of it at
//! each end, so that it has a centre; it is as blind.

use candle_core::{Result, Tensor};

/// Side of a kernel of side `kernel` behind the box; odd if `kernel` is.
pub(super) fn side(kernel: usize, scale: usize) -> usize {
    kernel + taps(scale).len() - 1
}

/// The kernels that do to the shuffle's output what `weight` does to the mean of the box around each pixel of it.
///
/// # Shapes
/// `weight: [C_out, C_in, k, k]`; returns `[C_out, C_in, K, K]` with `K` of [`side`].
pub(super) fn blurred(weight: &Tensor, scale: usize) -> Result<Tensor> {
    let taps = taps(scale);
    [2, 3].into_iter().try_fold(weight.clone(), |weight, dim| {
        let shifted = taps
            .iter()
            .enumerate()
            .map(|(tap, &part)| weight.pad_with_zeros(dim, tap, taps.len() - 1 - tap)?.affine(part, 0.));
        shifted.reduce(|sum, shifted| sum? + shifted?).unwrap_or(Ok(weight))
    })
}

/// The box along one side; its sum is 1.
fn taps(scale: usize) -> Vec<f64> {
    let mut taps = vec![1. / scale as f64; scale];
    if scale.is_multiple_of(2) {
        taps[0] /= 2.;
        taps.push(taps[0]);
    }
    taps
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn the_box_is_blind_to_what_repeats_with_the_block() {
        for scale in 2..=4 {
            let taps = taps(scale);
            assert!(taps.len() % 2 == 1 && (taps.iter().sum::<f64>() - 1.).abs() < 1e-12);
            for phase in 0..scale {
                // Of every pattern with that period, one pixel of the block.
                let seen = |start: usize| {
                    let lit = |tap: usize| (start + tap) % scale == phase;
                    taps.iter().enumerate().filter(|&(tap, _)| lit(tap)).map(|(_, part)| part).sum::<f64>()
                };
                assert!((0..scale).all(|start| (seen(start) - 1. / scale as f64).abs() < 1e-12));
            }
        }
    }

    #[test]
    fn the_larger_kernel_is_the_convolution_of_the_mean() {
        let device = Device::Cpu;
        let wave = |count: usize, shape: &[usize], step: f64| {
            let values: Vec<f64> = (0..count).map(|i| (step * i as f64).sin()).collect();
            Tensor::from_vec(values, shape, &device).unwrap()
        };
        for scale in 2..=4 {
            let (xs, weight) = (wave(2 * 12 * 11, &[1, 2, 12, 11], 0.7), wave(3 * 2 * 9, &[3, 2, 3, 3], 1.3));
            let taps = taps(scale);
            let row = Tensor::from_slice(&taps, (1, taps.len()), &device).unwrap();
            let square = row.t().unwrap().matmul(&row).unwrap().reshape((1, 1, taps.len(), taps.len()));
            let square = square.unwrap().repeat((2, 1, 1, 1)).unwrap();
            let mean = xs.conv2d(&square, 0, 1, 1, 2).unwrap();
            let expected = mean.conv2d(&weight, 0, 1, 1, 1).unwrap();
            let folded = blurred(&weight, scale).unwrap();
            assert_eq!(folded.dim(3).unwrap(), side(3, scale));
            let ours = xs.conv2d(&folded, 0, 1, 1, 1).unwrap();
            let error = (ours - expected).unwrap().abs().unwrap().max_all().unwrap();
            assert!(error.to_scalar::<f64>().unwrap() < 1e-12);
        }
    }
}
