//! The floats that a convolution is computed in: f32 by the fastest method, f64 by the portable one.

use std::iter::Sum;
use std::ops::{Add, AddAssign, DerefMut, Mul};

use candle_core::WithDType;

use crate::epilogue::Epilogue;
use crate::pool::Scratch;
use crate::shape::Shape;
use crate::{Activation, dispatch, portable};

/// f32 or f64. The functions are those of [`portable`], by the method that suits the float and the shape.
pub(crate) trait Real:
    WithDType
    + Default
    + PartialOrd
    + Mul<Output = Self>
    + Add<Output = Self>
    + AddAssign
    + Sum
    + From<f32>
    + Send
    + Sync
{
    /// Values for the length of one pass.
    type Buffer: DerefMut<Target = [Self]> + Send + Sync;

    /// A buffer of any values.
    fn buffer(len: usize) -> Self::Buffer;

    /// A layer's parameters in the order in which its method reads them.
    type Prepared: Send + Sync;

    /// Weight and bias of a layer, prepared for inputs of the width of `shape`; their height does not matter.
    fn prepare(shape: &Shape, weight: &[Self], bias: &[Self]) -> Self::Prepared;

    /// Rows that are computed together, counted from the first output on: a strip begins at a multiple of them.
    fn rows_of_tile(prepared: &Self::Prepared) -> usize;

    fn forward(
        shape: &Shape,
        xs: &[Self],
        prepared: &Self::Prepared,
        epilogue: Epilogue<Self>,
        ys: &mut [Self],
    );

    fn grad_input(
        shape: &Shape,
        grad_ys: &[Self],
        weight: &[Self],
        epilogue: Epilogue<Self>,
        grad_xs: &mut [Self],
    );

    fn grad_weight(shape: &Shape, xs: &[Self], grad_ys: &[Self], grad_weight: &mut [Self]);
}

impl Real for f64 {
    type Buffer = Vec<f64>;
    type Prepared = portable::Prepared<f64>;

    fn buffer(len: usize) -> Vec<f64> {
        vec![0.; len]
    }

    fn prepare(shape: &Shape, weight: &[f64], bias: &[f64]) -> Self::Prepared {
        portable::Prepared::new(shape, weight, bias)
    }

    fn rows_of_tile(_: &Self::Prepared) -> usize {
        1
    }

    fn forward(
        shape: &Shape,
        xs: &[f64],
        prepared: &Self::Prepared,
        epilogue: Epilogue<f64>,
        ys: &mut [f64],
    ) {
        portable::forward(shape, xs, prepared, epilogue, ys);
    }

    fn grad_input(
        shape: &Shape,
        grad_ys: &[f64],
        weight: &[f64],
        epilogue: Epilogue<f64>,
        grad_xs: &mut [f64],
    ) {
        portable::grad_input(shape, grad_ys, weight, epilogue, grad_xs);
    }

    fn grad_weight(shape: &Shape, xs: &[f64], grad_ys: &[f64], grad_weight: &mut [f64]) {
        portable::grad_weight(shape, xs, grad_ys, grad_weight);
    }
}

impl Real for f32 {
    type Buffer = Scratch;
    type Prepared = dispatch::Prepared;

    fn buffer(len: usize) -> Scratch {
        Scratch::stale(len)
    }

    fn prepare(shape: &Shape, weight: &[f32], bias: &[f32]) -> Self::Prepared {
        dispatch::prepare(shape, weight, bias)
    }

    fn rows_of_tile(prepared: &Self::Prepared) -> usize {
        prepared.rows_of_tile()
    }

    fn forward(
        shape: &Shape,
        xs: &[f32],
        prepared: &Self::Prepared,
        epilogue: Epilogue<f32>,
        ys: &mut [f32],
    ) {
        dispatch::forward(shape, xs, prepared, epilogue, ys);
    }

    fn grad_input(
        shape: &Shape,
        grad_ys: &[f32],
        weight: &[f32],
        epilogue: Epilogue<f32>,
        grad_xs: &mut [f32],
    ) {
        dispatch::grad_input(shape, grad_ys, weight, epilogue, grad_xs);
    }

    fn grad_weight(shape: &Shape, xs: &[f32], grad_ys: &[f32], grad_weight: &mut [f32]) {
        dispatch::grad_weight(shape, xs, grad_ys, grad_weight);
    }
}

impl Activation {
    /// The activation of one value.
    #[inline(always)]
    pub(crate) fn of<T: Real>(self, value: T) -> T {
        match self {
            // A NaN is not hidden: it passes, as in PyTorch.
            Self::Relu if value <= T::default() => T::default(),
            Self::LeakyRelu(slope) if value <= T::default() => value * T::from(slope),
            _ => value,
        }
    }

    /// What of a gradient goes back through the activation, told from its output, which has the sign of its input.
    #[inline(always)]
    pub(crate) fn back<T: Real>(self, output: T, grad: T) -> T {
        match self {
            Self::Relu if output <= T::default() => T::default(),
            Self::LeakyRelu(slope) if output <= T::default() => grad * T::from(slope),
            _ => grad,
        }
    }
}
