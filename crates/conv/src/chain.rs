use candle_core::{DType, Device, Result, Tensor};

use crate::op::Chain;
use crate::plan::{Step, plan};
use crate::{Activation, ConvOptions, Layer, Padding, to_nchw, to_nhwc};

/// A square convolution with bias and activation.
///
/// # Shapes
/// `xs: [B, H, W, C_in]`, `weight: [C_out, C_in, k, k]`, `k` odd unless nothing is padded, `bias: [C_out]`. Returns `[B, H', W', C_out]`,
/// where H' and W' are H and W over the stride, rounded up, and with [`Padding::Valid`] those of the inner pixels alone.
///
/// # Errors
/// Shapes that do not fit, or are empty; an even kernel with padding; a stride other than 1 and 2; a leaky activation
/// whose slope is negative, so that its output does not tell its gradient, or not finite.
pub fn conv2d(xs: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &ConvOptions) -> Result<Tensor> {
    let layer = Layer { weight: weight.clone(), bias: bias.cloned(), options: *options, plus: None };
    chain(xs, &[layer])
}

/// The output of `layers`, one after the other, as one operation with one way back: what lies between the layers never
/// becomes a tensor, and its memory serves the next step again.
///
/// # Shapes
/// `xs: [B, H, W, C_in]` of the first layer; returns `[B, H', W', C_out]` of the last.
///
/// # Errors
/// As of [`conv2d`] for any layer, with its number; a layer that adds what it cannot.
pub fn chain(xs: &Tensor, layers: &[Layer]) -> Result<Tensor> {
    let steps = plan(xs.dims4()?, layers)?;
    if !on_this_crates_kernels(xs) {
        return by_candle(xs, layers);
    }
    let (xs, parameters) = (xs.contiguous()?, parameters(layers, &steps)?);
    let kept = xs.track_op() || parameters.track_op();
    match xs.dtype() {
        DType::F64 => xs.apply_op2(&parameters, Chain::<f64>::new(steps, kept)),
        _ => xs.apply_op2(&parameters, Chain::<f32>::new(steps, kept)),
    }
}

pub(crate) fn on_this_crates_kernels(xs: &Tensor) -> bool {
    matches!(xs.device(), Device::Cpu) && matches!(xs.dtype(), DType::F32 | DType::F64)
}

/// Weight and bias of every layer, one after the other: an operation of candle has three operands at most.
fn parameters(layers: &[Layer], steps: &[Step]) -> Result<Tensor> {
    let mut parts = Vec::with_capacity(2 * layers.len());
    for (layer, step) in layers.iter().zip(steps) {
        parts.push(layer.weight.flatten_all()?);
        parts.push(match &layer.bias {
            Some(bias) => bias.clone(),
            None => Tensor::zeros(step.shape.channels_out, layer.weight.dtype(), layer.weight.device())?,
        });
    }
    Tensor::cat(&parts, 0)
}

/// On other devices, and for floats that have no kernel here.
fn by_candle(xs: &Tensor, layers: &[Layer]) -> Result<Tensor> {
    let mut outputs: Vec<Option<Tensor>> = Vec::with_capacity(layers.len());
    let mut ys = xs.clone();
    for (index, layer) in layers.iter().enumerate() {
        let plus = layer.plus.and_then(|plus| outputs[plus].as_ref());
        ys = layer_by_candle(&ys, layer, plus)?;
        // Only what a later layer adds is held here.
        let added_later = |output: usize| layers[index + 1..].iter().any(|layer| layer.plus == Some(output));
        outputs.push(Some(ys.clone()));
        for (output, held) in outputs.iter_mut().enumerate() {
            *held = held.take().filter(|_| added_later(output));
        }
    }
    Ok(ys)
}

fn layer_by_candle(xs: &Tensor, layer: &Layer, plus: Option<&Tensor>) -> Result<Tensor> {
    let Layer { weight, bias, options, .. } = layer;
    let border = weight.dim(2)? / 2;
    let (xs, pad) = match options.padding {
        Padding::Zeros => (xs.clone(), border),
        Padding::Valid => (xs.clone(), 0),
        Padding::Replicate => (xs.pad_with_same(1, border, border)?.pad_with_same(2, border, border)?, 0),
    };
    let mut ys = to_nhwc(&to_nchw(&xs)?.conv2d(weight, pad, options.stride, 1, 1)?)?;
    if let Some(bias) = bias {
        ys = ys.broadcast_add(bias)?;
    }
    if let Some(plus) = plus {
        ys = (ys + plus)?;
    }
    match options.activation {
        Activation::None => Ok(ys),
        // Not candle's own, whose gradient at zero is 1.
        Activation::Relu => ys.le(0.)?.where_cond(&ys.zeros_like()?, &ys),
        Activation::LeakyRelu(slope) => ys.le(0.)?.where_cond(&(&ys * f64::from(slope))?, &ys),
    }
}
