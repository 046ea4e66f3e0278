//! A chain of convolutions as one candle operation: biases, activations and additions are part of it, in both directions.

use std::ops::Deref;
use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Storage, Tensor, bail};
use rayon::prelude::*;

use crate::Activation;
use crate::epilogue::{Epilogue, Then};
use crate::plan::Step;
use crate::pool::zeros;
use crate::real::Real;

/// Pixels whose bias gradients are summed by one task: fixed, so that the sum does not depend on the threads.
const PIXELS_PER_SUM: usize = 128;

/// `(xs [B, H, W, C_in], parameters [n]) -> [B, H', W', C_out]`, both contiguous, on the CPU. The parameters are weight
/// and bias of every layer, one after the other.
pub(crate) struct Chain<T: Real> {
    steps: Vec<Step>,
    /// Whether the way back will be asked for.
    kept: bool,
    /// The outputs of all layers but the last, if they are kept.
    outputs: OnceLock<Vec<T::Buffer>>,
}

impl<T: Real> Chain<T> {
    pub(crate) fn new(steps: Vec<Step>, kept: bool) -> Self {
        Self { steps, kept, outputs: OnceLock::new() }
    }

    /// The layers with their weights and biases.
    fn layers<'a>(&'a self, parameters: &'a [T]) -> impl Iterator<Item = (&'a Step, &'a [T], &'a [T])> {
        let mut rest = parameters;
        self.steps.iter().map(move |step| {
            let (weight, after) = rest.split_at(step.shape.weight_len());
            let (bias, after) = after.split_at(step.shape.channels_out);
            rest = after;
            (step, weight, bias)
        })
    }

    /// Whether a layer after `layer` adds the output of `index`.
    fn added_after(&self, layer: usize, index: usize) -> bool {
        self.steps[layer + 1..].iter().any(|step| step.plus == Some(index))
    }

    fn forward(&self, xs: &[T], parameters: &[T]) -> Vec<T> {
        let mut outputs: Vec<Option<T::Buffer>> = Vec::with_capacity(self.steps.len());
        let mut last = Vec::new();
        for (index, (step, weight, bias)) in self.layers(parameters).enumerate() {
            let prepared = T::prepare(&step.shape, weight, bias);
            let output = |index: usize| outputs[index].as_deref().unwrap_or(&[]);
            let xs = if index == 0 { xs } else { output(index - 1) };
            let epilogue = Epilogue { plus: step.plus.map(output), then: Then::Activate(step.activation) };
            if index + 1 == self.steps.len() {
                last = zeros(step.shape.output_len());
                T::forward(&step.shape, xs, &prepared, epilogue, &mut last);
            } else {
                let mut ys = T::buffer(step.shape.output_len());
                T::forward(&step.shape, xs, &prepared, epilogue, &mut ys);
                outputs.push(Some(ys));
            }
            if !self.kept {
                for (earlier, output) in outputs.iter_mut().enumerate().take(index) {
                    if !self.added_after(index, earlier) {
                        *output = None;
                    }
                }
            }
        }
        if self.kept {
            // An operation is run once; whoever asked first has set the same.
            let _ = self.outputs.set(outputs.into_iter().flatten().collect());
        }
        last
    }

    /// The gradients of input and parameters, each only where something asks for it.
    fn backward(
        &self,
        [xs, parameters, ys, grad_ys]: [&[T]; 4],
        [grad_xs_wanted, grad_parameters_wanted]: [bool; 2],
    ) -> [Option<Vec<T>>; 2] {
        let outputs = self.outputs.get().map_or(&[][..], Vec::as_slice);
        let layers: Vec<_> = self.layers(parameters).collect();
        let mut grad_parameters =
            vec![T::default(); if grad_parameters_wanted { parameters.len() } else { 0 }];
        let mut grad_xs = None;
        // What layers behind have added to the gradients of outputs so far.
        let mut added: Vec<Option<Gradient<T>>> = layers.iter().map(|_| None).collect();
        let mut end = parameters.len();
        let mut grads = through_activation(layers.last().map(|(step, ..)| step.activation), ys, grad_ys);
        for (index, &(step, weight, bias)) in layers.iter().enumerate().rev() {
            let shape = &step.shape;
            let xs = if index == 0 { xs } else { &outputs[index - 1] };
            let start = end - weight.len() - bias.len();
            if grad_parameters_wanted {
                let (grad_weight, grad_bias) = grad_parameters[start..end].split_at_mut(weight.len());
                T::grad_weight(shape, xs, &grads, grad_weight);
                grad_bias.copy_from_slice(&sum_of_pixels(&grads, shape.channels_out));
            }
            end = start;
            if index == 0 {
                if grad_xs_wanted {
                    let mut of_input = zeros(shape.input_len());
                    T::grad_input(shape, &grads, weight, Epilogue::NONE, &mut of_input);
                    grad_xs = Some(of_input);
                }
                break;
            }
            let below = index - 1;
            // Nothing is added to the layer itself below: its gradient is that of the sum.
            let mut next = T::buffer(shape.input_len());
            if step.plus == Some(below) && added[below].is_some() {
                add(&mut added, below, Gradient::of(&grads));
            }
            let plus = match &added[below] {
                Some(added) => Some(&**added),
                None if step.plus == Some(below) => Some(&*grads),
                None => None,
            };
            let then = Then::Back(layers[below].0.activation, &outputs[below]);
            T::grad_input(shape, &grads, weight, Epilogue { plus, then }, &mut next);
            added[below] = None;
            if let Some(plus) = step.plus.filter(|&plus| plus != below) {
                add(&mut added, plus, grads);
            }
            grads = Gradient::Own(next);
        }
        [grad_xs, grad_parameters_wanted.then_some(grad_parameters)]
    }
}

impl<T: Real> CustomOp2 for Chain<T> {
    fn name(&self) -> &'static str {
        "plumage-convolutions"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        xs_layout: &Layout,
        parameters: &CpuStorage,
        parameters_layout: &Layout,
    ) -> Result<(CpuStorage, candle_core::Shape)> {
        let ys = self.forward(values(xs, xs_layout)?, values(parameters, parameters_layout)?);
        let Some(Step { shape, .. }) = self.steps.last() else { bail!("a chain needs at least one layer") };
        let dims = (shape.batch, shape.out_height(), shape.out_width(), shape.channels_out);
        Ok((T::to_cpu_storage_owned(ys), dims.into()))
    }

    fn bwd(
        &self,
        xs: &Tensor,
        parameters: &Tensor,
        ys: &Tensor,
        grad_ys: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let grad_ys = grad_ys.contiguous()?;
        let guards = [xs, parameters, ys, &grad_ys].map(Tensor::storage_and_layout);
        let mut operands: [&[T]; 4] = [&[]; 4];
        for (operand, (storage, layout)) in operands.iter_mut().zip(&guards) {
            let Storage::Cpu(storage) = &**storage else {
                bail!("the operands of a convolution moved off the CPU")
            };
            *operand = values(storage, layout)?;
        }
        let [grad_xs, grad_parameters] = self.backward(operands, [xs.track_op(), parameters.track_op()]);
        let tensor = |grads: Option<Vec<T>>, like: &Tensor| {
            grads.map(|grads| Tensor::from_vec(grads, like.dims(), like.device())).transpose()
        };
        Ok((tensor(grad_xs, xs)?, tensor(grad_parameters, parameters)?))
    }
}

/// The values of a contiguous tensor.
fn values<'a, T: Real>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<T>()?[start..end]),
        None => bail!("an operand of a convolution is not contiguous"),
    }
}

/// A gradient as it came, or in a buffer of its own.
enum Gradient<'a, T: Real> {
    Same(&'a [T]),
    Own(T::Buffer),
}

impl<'a, T: Real> Gradient<'a, T> {
    /// A copy.
    fn of(values: &[T]) -> Self {
        let mut own = T::buffer(values.len());
        own.copy_from_slice(values);
        Self::Own(own)
    }
}

impl<T: Real> Deref for Gradient<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Same(values) => values,
            Self::Own(values) => values,
        }
    }
}

/// Adds a gradient to what was added to the output of `index` before.
fn add<'a, T: Real>(added: &mut [Option<Gradient<'a, T>>], index: usize, grads: Gradient<'a, T>) {
    let sum = match added[index].take() {
        None => grads,
        Some(before) => {
            let mut sum = T::buffer(grads.len());
            let values = before.par_chunks(1 << 14).zip(grads.par_chunks(1 << 14));
            sum.par_chunks_mut(1 << 14).zip(values).for_each(|(sum, (before, grads))| {
                for ((sum, &before), &grad) in sum.iter_mut().zip(before).zip(grads) {
                    *sum = before + grad;
                }
            });
            Gradient::Own(sum)
        }
    };
    added[index] = Some(sum);
}

/// The gradient before the last activation.
fn through_activation<'a, T: Real>(
    activation: Option<Activation>,
    ys: &[T],
    grad_ys: &'a [T],
) -> Gradient<'a, T> {
    let Some(activation) = activation.filter(|&activation| activation != Activation::None) else {
        return Gradient::Same(grad_ys);
    };
    let mut back = T::buffer(grad_ys.len());
    let values = ys.par_chunks(1 << 14).zip(grad_ys.par_chunks(1 << 14));
    back.par_chunks_mut(1 << 14).zip(values).for_each(|(back, (ys, grads))| {
        for ((back, &y), &grad) in back.iter_mut().zip(ys).zip(grads) {
            *back = activation.back(y, grad);
        }
    });
    Gradient::Own(back)
}

/// The sum over all pixels of `[pixels, channels]`: the gradient of the bias.
fn sum_of_pixels<T: Real>(values: &[T], channels: usize) -> Vec<T> {
    let sums: Vec<_> =
        values.par_chunks(PIXELS_PER_SUM * channels).map(|values| sum_one_by_one(values, channels)).collect();
    sum_one_by_one(&sums.concat(), channels)
}

fn sum_one_by_one<T: Real>(values: &[T], channels: usize) -> Vec<T> {
    let mut sums = vec![T::default(); channels];
    for values in values.chunks_exact(channels) {
        sums.iter_mut().zip(values).for_each(|(sum, &value)| *sum += value);
    }
    sums
}
