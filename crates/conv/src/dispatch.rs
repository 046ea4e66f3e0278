//! Which method computes a convolution in f32.

use crate::epilogue::Epilogue;
use crate::portable;
use crate::shape::Shape;

#[cfg(target_arch = "x86_64")]
use crate::{blocks, direct, narrow, replicate, shape::Border, winograd};

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

/// The first row that fits counts. With replicated borders the gradient of the input is that of the input with its border
/// written out, by the method of that shape, and then folded back ([`replicate`]).
///
///
/// | shape                            | forward  | grad input | grad weight | why                                       |
/// |----------------------------------|----------|------------|-------------|-------------------------------------------|
/// | no AVX2 and FMA                  | portable | portable   | portable    | the kernels are written for them          |
/// | 1-4 channels out, k * C_in >= 32 | narrow   | direct     | narrow      | vectors of output channels would be 3/4   |
/// |                                  |          |            |             | empty; on the way back they are full      |
/// | 9x9, stride 1, 2-4 channels in,  | blocks   | direct     | blocks      | nine 3x3 kernels by Winograd              |
/// | 8 and more out                   |          |            |             |                                           |
/// | 3x3, 5x5, stride 1, 8 and more   | winograd | winograd   | winograd    | 5 to 6 times fewer multiplications; an    |
/// | channels in and out              |          |            |             | output as wide as a tile at least         |
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

/// A layer's parameters in the order in which its method reads them.
pub(crate) struct Prepared {
    rows_of_tile: usize,
    method: PreparedMethod,
}

enum PreparedMethod {
    Portable(portable::Prepared<f32>),
    #[cfg(target_arch = "x86_64")]
    Direct(direct::Panels),
    #[cfg(target_arch = "x86_64")]
    Narrow(narrow::Taps),
    #[cfg(target_arch = "x86_64")]
    Blocks(winograd::Prepared),
    #[cfg(target_arch = "x86_64")]
    Winograd(winograd::Prepared),
}

impl Prepared {
    /// See [`crate::real::Real::rows_of_tile`].
    pub(crate) fn rows_of_tile(&self) -> usize {
        self.rows_of_tile
    }
}

/// See [`crate::real::Real::prepare`].
pub(crate) fn prepare(shape: &Shape, weight: &[f32], bias: &[f32]) -> Prepared {
    let method = method(shape, Pass::Forward);
    let rows_of_tile = match method {
        #[cfg(target_arch = "x86_64")]
        Method::Winograd => winograd::rows_of_tile(shape),
        #[cfg(target_arch = "x86_64")]
        Method::Blocks => blocks::rows_of_tile(shape),
        _ => 1,
    };
    let method = match method {
        Method::Portable => PreparedMethod::Portable(portable::Prepared::new(shape, weight, bias)),
        #[cfg(target_arch = "x86_64")]
        Method::Direct => PreparedMethod::Direct(direct::Panels::forward(shape, weight, bias)),
        #[cfg(target_arch = "x86_64")]
        Method::Narrow => PreparedMethod::Narrow(narrow::Taps::new(shape, weight, bias)),
        #[cfg(target_arch = "x86_64")]
        Method::Blocks => PreparedMethod::Blocks(blocks::prepare(shape, weight, bias)),
        #[cfg(target_arch = "x86_64")]
        Method::Winograd => PreparedMethod::Winograd(winograd::Prepared::new(shape, weight, bias)),
    };
    Prepared { rows_of_tile, method }
}

/// See [`portable::forward`].
pub(crate) fn forward(
    shape: &Shape,
    xs: &[f32],
    prepared: &Prepared,
    epilogue: Epilogue<f32>,
    ys: &mut [f32],
) {
    match &prepared.method {
        PreparedMethod::Portable(prepared) => portable::forward(shape, xs, prepared, epilogue, ys),
        #[cfg(target_arch = "x86_64")]
        PreparedMethod::Direct(panels) => direct::forward(shape, xs, panels, epilogue, ys),
        #[cfg(target_arch = "x86_64")]
        PreparedMethod::Narrow(taps) => narrow::forward(shape, xs, taps, epilogue, ys),
        #[cfg(target_arch = "x86_64")]
        PreparedMethod::Blocks(prepared) => blocks::forward(shape, xs, prepared, epilogue, ys),
        #[cfg(target_arch = "x86_64")]
        PreparedMethod::Winograd(prepared) => winograd::forward(shape, xs, prepared, epilogue, ys),
    }
}

/// See [`portable::grad_input`].
pub(crate) fn grad_input(
    shape: &Shape,
    grad_ys: &[f32],
    weight: &[f32],
    epilogue: Epilogue<f32>,
    grad_xs: &mut [f32],
) {
    let method = match method(shape, Pass::GradInput) {
        Method::Portable => portable::grad_input,
        #[cfg(target_arch = "x86_64")]
        _ if shape.border == Border::Replicate => replicate::grad_input,
        #[cfg(target_arch = "x86_64")]
        Method::Winograd => winograd::grad_input,
        #[cfg(target_arch = "x86_64")]
        Method::Direct | Method::Narrow | Method::Blocks => direct::grad_input,
    };
    method(shape, grad_ys, weight, epilogue, grad_xs);
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
