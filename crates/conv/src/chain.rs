use candle_core::{DType, Device, Result, Tensor, bail};

use crate::op::Chain;
use crate::plan::{Step, plan};
use crate::{Activation, ConvOptions, Layer, Padding, to_nchw, to_nhwc};

/// A square convolution with bias and activation.
///
/// # Shapes
/// `xs: [B, H, W, C_in]`, `weight: [C_out, C_in, k, k]` with odd `k`, `bias: [C_out]`. Returns `[B, H', W', C_out]`,
/// where H' and W' are H and W over the stride, rounded up, and with [`Padding::Valid`] those of the inner pixels alone.
///
/// # Errors
/// Shapes that do not fit; a leaky activation with a negative slope, whose gradient its output does not tell.
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
/// As of [`conv2d`] for any layer, which comes without its number; a layer that adds what it cannot.
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
    let mut outputs: Vec<Tensor> = Vec::with_capacity(layers.len());
    for layer in layers {
        let plus = layer.plus.map(|plus| &outputs[plus]);
        outputs.push(layer_by_candle(outputs.last().unwrap_or(xs), layer, plus)?);
    }
    match outputs.pop() {
        Some(ys) => Ok(ys),
        None => bail!("a chain needs at least one layer"),
    }
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
        Activation::Relu => ys.relu(),
        Activation::LeakyRelu(slope) => ys.relu()? - (ys.neg()?.relu()? * f64::from(slope))?,
    }
}
