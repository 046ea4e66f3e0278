//! Which method computes a convolution in f32.

use crate::shape::Shape;
use crate::{Activation, portable};

#[cfg(target_arch = "x86_64")]
use crate::{direct, narrow};

/// The ways to compute a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// Loops in safe Rust.
    Portable,
    #[cfg(target_arch = "x86_64")]
    Direct,
    #[cfg(target_arch = "x86_64")]
    Narrow,
}

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    Forward,
    GradInput,
    GradWeight,
}

/// | shape                                 | forward  | grad input | grad weight | why                                  |
/// |---------------------------------------|----------|------------|-------------|--------------------------------------|
/// | no AVX2 and FMA                       | portable | portable   | portable    | no kernel is written for it          |
/// | 1-4 channels out, runs of 4 vectors   | narrow   | direct     | narrow      | a vector of output channels would be |
/// |                                       |          |            |             | 3/4 empty; to go back it is full     |
/// | all others                            | direct   | direct     | direct      | 70-90% of the machine's peak         |
fn method(shape: &Shape, pass: Pass) -> Method {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        let narrow = shape.channels_out <= narrow::MOST_CHANNELS && shape.kernel * shape.channels_in >= 32;
        return match pass {
            Pass::Forward | Pass::GradWeight if narrow => Method::Narrow,
            _ => Method::Direct,
        };
    }
    let _ = (shape, pass);
    Method::Portable
}

/// See [`portable::forward`].
pub(crate) fn forward(
    shape: &Shape,
    xs: &[f32],
    weight: &[f32],
    bias: &[f32],
    activation: Activation,
    ys: &mut [f32],
) {
    let forward = match method(shape, Pass::Forward) {
        Method::Portable => portable::forward,
        #[cfg(target_arch = "x86_64")]
        Method::Direct => direct::forward,
        #[cfg(target_arch = "x86_64")]
        Method::Narrow => narrow::forward,
    };
    forward(shape, xs, weight, bias, activation, ys);
}

/// See [`portable::grad_input`].
pub(crate) fn grad_input(shape: &Shape, grad_ys: &[f32], weight: &[f32], grad_xs: &mut [f32]) {
    let grad_input = match method(shape, Pass::GradInput) {
        Method::Portable => portable::grad_input,
        #[cfg(target_arch = "x86_64")]
        Method::Direct | Method::Narrow => direct::grad_input,
    };
    grad_input(shape, grad_ys, weight, grad_xs);
}

/// See [`portable::grad_weight`].
pub(crate) fn grad_weight(shape: &Shape, xs: &[f32], grad_ys: &[f32], grad_weight: &mut [f32]) {
    let of_method = match method(shape, Pass::GradWeight) {
        Method::Portable => portable::grad_weight,
        #[cfg(target_arch = "x86_64")]
        Method::Direct => direct::grad_weight,
        #[cfg(target_arch = "x86_64")]
        Method::Narrow => narrow::grad_weight,
    };
    of_method(shape, xs, grad_ys, grad_weight);
}
