//! The floats that a convolution is computed in: f32 by the fastest method, f64 by the portable one.

use std::iter::Sum;
use std::ops::{AddAssign, DerefMut, Mul};

use candle_core::WithDType;

use crate::pool::Scratch;
use crate::shape::Shape;
use crate::{Activation, dispatch, portable};

/// f32 or f64. The functions are those of [`portable`], by the method that suits the float and the shape.
pub(crate) trait Real:
    WithDType + Default + PartialOrd + Mul<Output = Self> + AddAssign + Sum + From<f32> + Send + Sync
{
    /// Values for the length of one pass.
    type Buffer: DerefMut<Target = [Self]> + Send + Sync;

    /// A buffer of any values.
    fn buffer(len: usize) -> Self::Buffer;

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

impl Real for f64 {
    type Buffer = Vec<f64>;

    fn buffer(len: usize) -> Vec<f64> {
        vec![0.; len]
    }
}

impl Real for f32 {
    type Buffer = Scratch;

    fn buffer(len: usize) -> Scratch {
        Scratch::stale(len)
    }

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
            // A NaN is not hidden: it passes, as in PyTorch.
            Self::Relu if value <= T::default() => T::default(),
            Self::LeakyRelu(slope) if value <= T::default() => value * T::from(slope),
            _ => value,
        }
    }

    /// What of the gradients goes through, told from the activation's own outputs, which have the signs of its inputs.
    pub(crate) fn grads<T: Real>(self, outputs: &[T], grads: &[T], masked: &mut [T]) {
        match self {
            Self::None => masked.copy_from_slice(grads),
            Self::Relu => select(outputs, grads, |_| T::default(), masked),
            Self::LeakyRelu(slope) => select(outputs, grads, |grad| grad * T::from(slope), masked),
        }
    }
}

/// Gradients where the output is positive or no number, and `otherwise` elsewhere.
fn select<T: Real>(outputs: &[T], grads: &[T], otherwise: impl Fn(T) -> T, masked: &mut [T]) {
    for ((masked, &output), &grad) in masked.iter_mut().zip(outputs).zip(grads) {
        *masked = if output <= T::default() { otherwise(grad) } else { grad };
    }
}
