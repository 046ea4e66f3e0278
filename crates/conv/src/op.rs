//! The convolution as one candle operation: bias and activation are part of it, in both directions.

use std::ops::Deref;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Storage, Tensor, bail};
use rayon::prelude::*;

use crate::Activation;
use crate::pool::zeros;
use crate::real::Real;
use crate::shape::Shape;

/// Pixels whose bias gradients are summed by one task: fixed, so that the sum does not depend on the threads.
const PIXELS_PER_SUM: usize = 128;

/// `(xs [B, H, W, C_in], weight [C_out, C_in, k, k], bias [C_out]) -> [B, H', W', C_out]`, all contiguous, on the CPU.
pub(crate) struct Convolution {
    pub(crate) shape: Shape,
    pub(crate) activation: Activation,
}

impl CustomOp3 for Convolution {
    fn name(&self) -> &'static str {
        "plumage-conv2d"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        xs_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, candle_core::Shape)> {
        let operands = [(xs, xs_layout), (weight, weight_layout), (bias, bias_layout)];
        let ys = match xs {
            CpuStorage::F32(_) => self.forward::<f32>(operands)?,
            CpuStorage::F64(_) => self.forward::<f64>(operands)?,
            _ => bail!("a convolution is computed in f32 or f64"),
        };
        let shape = &self.shape;
        Ok((ys, (shape.batch, shape.out_height(), shape.out_width(), shape.channels_out).into()))
    }

    fn bwd(
        &self,
        xs: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        ys: &Tensor,
        grad_ys: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let operands = [xs, weight, bias, ys];
        match xs.dtype() {
            candle_core::DType::F64 => self.backward::<f64>(operands, grad_ys),
            _ => self.backward::<f32>(operands, grad_ys),
        }
    }
}

impl Convolution {
    fn forward<T: Real>(&self, operands: [(&CpuStorage, &Layout); 3]) -> Result<CpuStorage> {
        let [xs, weight, bias] = operands.map(|(storage, layout)| values::<T>(storage, layout));
        let mut ys = zeros(self.shape.output_len());
        T::forward(&self.shape, xs?, weight?, bias?, self.activation, &mut ys);
        Ok(T::to_cpu_storage_owned(ys))
    }

    /// The gradients of input, weight and bias, each only where something asks for it.
    fn backward<T: Real>(
        &self,
        [xs, weight, bias, ys]: [&Tensor; 4],
        grad_ys: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (grad_xs_wanted, grad_weight_wanted) = (xs.track_op(), weight.track_op());
        let grad_ys = grad_ys.contiguous()?;
        let guards = [xs, weight, ys, &grad_ys].map(Tensor::storage_and_layout);
        let [xs, weight, ys, grad_ys] = guards.each_ref().map(|(storage, layout)| match &**storage {
            Storage::Cpu(storage) => values::<T>(storage, layout),
            _ => bail!("the operands of a convolution moved off the CPU"),
        });
        let (xs, weight) = (xs?, weight?);
        let shape = &self.shape;
        let (grad_ys, sums) = through_activation(self.activation, ys?, grad_ys?, shape.channels_out);

        let device = bias.device();
        let grad_xs = if grad_xs_wanted {
            let mut grad_xs = zeros(shape.input_len());
            T::grad_input(shape, &grad_ys, weight, &mut grad_xs);
            let dims = (shape.batch, shape.height, shape.width, shape.channels_in);
            Some(Tensor::from_vec(grad_xs, dims, device)?)
        } else {
            None
        };
        let grad_weight = if grad_weight_wanted {
            let mut grad_weight = zeros(shape.weight_len());
            T::grad_weight(shape, xs, &grad_ys, &mut grad_weight);
            let dims = (shape.channels_out, shape.channels_in, shape.kernel, shape.kernel);
            Some(Tensor::from_vec(grad_weight, dims, device)?)
        } else {
            None
        };
        let grad_bias =
            if bias.track_op() { Some(Tensor::from_vec(sums, shape.channels_out, device)?) } else { None };
        Ok((grad_xs, grad_weight, grad_bias))
    }
}

/// The values of a contiguous tensor.
fn values<'a, T: Real>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<T>()?[start..end]),
        None => bail!("an operand of a convolution is not contiguous"),
    }
}

/// The gradient before the activation, and its sum over all pixels: the gradient of the bias.
fn through_activation<'a, T: Real>(
    activation: Activation,
    ys: &[T],
    grad_ys: &'a [T],
    channels: usize,
) -> (Gradient<'a, T>, Vec<T>) {
    let chunk = PIXELS_PER_SUM * channels;
    if activation == Activation::None {
        let sums: Vec<_> = grad_ys.par_chunks(chunk).map(|grads| sum_of_pixels(grads, channels)).collect();
        return (Gradient::Same(grad_ys), sum_of_pixels(&sums.concat(), channels));
    }
    let mut masked = T::buffer(grad_ys.len());
    let sums: Vec<_> = masked
        .par_chunks_mut(chunk)
        .zip(ys.par_chunks(chunk).zip(grad_ys.par_chunks(chunk)))
        .map(|(masked, (ys, grads))| {
            activation.grads(ys, grads, masked);
            sum_of_pixels(masked, channels)
        })
        .collect();
    (Gradient::Masked(masked), sum_of_pixels(&sums.concat(), channels))
}

/// A gradient as it came, or as much as went through an activation.
enum Gradient<'a, T: Real> {
    Same(&'a [T]),
    Masked(T::Buffer),
}

impl<T: Real> Deref for Gradient<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Same(values) => values,
            Self::Masked(values) => values,
        }
    }
}

/// The sum over all pixels of `[pixels, channels]`.
fn sum_of_pixels<T: Real>(values: &[T], channels: usize) -> Vec<T> {
    let mut sums = vec![T::default(); channels];
    for values in values.chunks_exact(channels) {
        sums.iter_mut().zip(values).for_each(|(sum, &value)| *sum += value);
    }
    sums
}
