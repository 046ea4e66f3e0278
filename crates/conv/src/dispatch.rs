//! Which method computes a convolution in f32.

use crate::shape::Shape;
use crate::{Activation, portable};

#[cfg(target_arch = "x86_64")]
use crate::direct;

/// The ways to compute a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Any machine.
    Portable,
    /// Any shape, near the machine's peak.
    #[cfg(target_arch = "x86_64")]
    Direct,
}

impl Method {
    fn of(_shape: &Shape) -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Self::Direct;
        }
        Self::Portable
    }
}

pub(crate) fn forward(
    shape: &Shape,
    xs: &[f32],
    weight: &[f32],
    bias: &[f32],
    activation: Activation,
    ys: &mut [f32],
) {
    match Method::of(shape) {
        Method::Portable => portable::forward(shape, xs, weight, bias, activation, ys),
        #[cfg(target_arch = "x86_64")]
        Method::Direct => direct::forward(shape, xs, weight, bias, activation, ys),
    }
}

pub(crate) fn grad_input(shape: &Shape, grad_ys: &[f32], weight: &[f32], grad_xs: &mut [f32]) {
    match Method::of(shape) {
        Method::Portable => portable::grad_input(shape, grad_ys, weight, grad_xs),
        #[cfg(target_arch = "x86_64")]
        Method::Direct => direct::grad_input(shape, grad_ys, weight, grad_xs),
    }
}

pub(crate) fn grad_weight(shape: &Shape, xs: &[f32], grad_ys: &[f32], grad_weight: &mut [f32]) {
    match Method::of(shape) {
        Method::Portable => portable::grad_weight(shape, xs, grad_ys, grad_weight),
        #[cfg(target_arch = "x86_64")]
        Method::Direct => direct::grad_weight(shape, xs, grad_ys, grad_weight),
    }
}
