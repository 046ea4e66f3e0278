//! Which method computes a convolution in f32.

use crate::shape::Shape;
use crate::{Activation, portable};

#[cfg(target_arch = "x86_64")]
use crate::{blocks, direct, narrow, winograd};

/// The ways to compute a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// Loops in safe Rust.
    Portable,
    #[cfg(target_arch = "x86_64")]
    Direct,
    #[cfg(target_arch = "x86_64")]
    Narrow,
    #[cfg(target_arch = "x86_64")]
    Blocks,
    #[cfg(target_arch = "x86_64")]
    Winograd,
}

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    Forward,
    GradInput,
    GradWeight,
}

/// The first row that fits counts:
///
/// | shape                            | forward  | grad input | grad weight | why                                       |
/// |----------------------------------|----------|------------|-------------|-------------------------------------------|
/// | no AVX2 and FMA                  | portable | portable   | portable    | the kernels are written for them          |
/// | 1-4 channels out, long runs      | narrow   | direct     | narrow      | vectors of output channels would be 3/4   |
/// |                                  |          |            |             | empty; on the way back they are full      |
/// | 9x9, stride 1, 2-4 channels in   | blocks   | direct     | blocks      | nine 3x3 kernels by Winograd              |
/// | 3x3, 5x5, stride 1, 8 and more   | winograd | winograd   | winograd    | 5 to 6 times fewer multiplications        |
/// | channels in and out              |          |            |             |                                           |
/// | all others                       | direct   | direct     | direct      | 70-90% of the machine's peak              |
fn method(shape: &Shape, pass: Pass) -> Method {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        let narrow = shape.channels_out <= narrow::MOST_CHANNELS && shape.kernel * shape.channels_in >= 32;
        let wide = shape.channels_in >= 8 && shape.channels_out >= 8;
        return match pass {
            Pass::Forward | Pass::GradWeight if narrow => Method::Narrow,
            Pass::Forward | Pass::GradWeight if blocks::suits(shape) => Method::Blocks,
            _ if wide && winograd::computes(shape) => Method::Winograd,
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
        #[cfg(target_arch = "x86_64")]
        Method::Blocks => blocks::forward,
        #[cfg(target_arch = "x86_64")]
        Method::Winograd => winograd::forward,
    };
    forward(shape, xs, weight, bias, activation, ys);
}

/// See [`portable::grad_input`].
pub(crate) fn grad_input(shape: &Shape, grad_ys: &[f32], weight: &[f32], grad_xs: &mut [f32]) {
    let grad_input = match method(shape, Pass::GradInput) {
        Method::Portable => portable::grad_input,
        #[cfg(target_arch = "x86_64")]
        Method::Winograd => winograd::grad_input,
        #[cfg(target_arch = "x86_64")]
        Method::Direct | Method::Narrow | Method::Blocks => direct::grad_input,
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
        #[cfg(target_arch = "x86_64")]
        Method::Blocks => blocks::grad_weight,
        #[cfg(target_arch = "x86_64")]
        Method::Winograd => winograd::grad_weight,
    };
    of_method(shape, xs, grad_ys, grad_weight);
}
