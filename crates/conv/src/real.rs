//! The floats that a convolution is computed in: f32 by the fastest method, f64 by the portable one.

use std::iter::Sum;
use std::ops::{AddAssign, Mul};

use candle_core::WithDType;

use crate::shape::Shape;
use crate::{Activation, dispatch, portable};

/// f32 or f64. The functions are those of [`portable`], by the method that suits the float and the shape.
pub(crate) trait Real:
    WithDType + Default + PartialOrd + Mul<Output = Self> + AddAssign + Sum + From<f32> + Send + Sync
{
    fn forward(
        shape: &Shape,
        xs: &[Self],
        weight: &[Self],
        bias: &[Self],
        activation: Activation,
        ys: &mut [Self],
    ) {
        portable::forward(shape, xs, weight, bias, activation, ys);
    }

    fn grad_input(shape: &Shape, grad_ys: &[Self], weight: &[Self], grad_xs: &mut [Self]) {
        portable::grad_input(shape, grad_ys, weight, grad_xs);
    }

    fn grad_weight(shape: &Shape, xs: &[Self], grad_ys: &[Self], grad_weight: &mut [Self]) {
        portable::grad_weight(shape, xs, grad_ys, grad_weight);
    }
}

impl Real for f64 {}

impl Real for f32 {
    fn forward(
        shape: &Shape,
        xs: &[Self],
        weight: &[Self],
        bias: &[Self],
        activation: Activation,
        ys: &mut [Self],
    ) {
        dispatch::forward(shape, xs, weight, bias, activation, ys);
    }

    fn grad_input(shape: &Shape, grad_ys: &[Self], weight: &[Self], grad_xs: &mut [Self]) {
        dispatch::grad_input(shape, grad_ys, weight, grad_xs);
    }

    fn grad_weight(shape: &Shape, xs: &[Self], grad_ys: &[Self], grad_weight: &mut [Self]) {
        dispatch::grad_weight(shape, xs, grad_ys, grad_weight);
    }
}

impl Activation {
    /// The activation of one value.
    pub(crate) fn of<T: Real>(self, value: T) -> T {
        match self {
            Self::None => value,
            _ if value > T::default() => value,
            Self::Relu => T::default(),
            Self::LeakyRelu(slope) => value * T::from(slope),
        }
    }

    /// What of a gradient goes through, told from the activation's own output, which has the sign of its input.
    pub(crate) fn grad<T: Real>(self, output: T, grad: T) -> T {
        match self {
            Self::None => grad,
            _ if output > T::default() => grad,
            Self::Relu => T::default(),
            Self::LeakyRelu(slope) => grad * T::from(slope),
        }
    }
}
