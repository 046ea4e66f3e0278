//! A chain of layers in numbers, checked before anything is computed.

use candle_core::{Result, bail};

use crate::shape::{Border, Shape};
use crate::{Activation, Layer, Padding};

/// One layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) shape: Shape,
    pub(crate) activation: Activation,
    pub(crate) plus: Option<usize>,
}

/// The layers that turn an input of `dims`, `[B, H, W, C]`, into one output after the other.
///
/// # Errors
/// No layers, and what of a layer does not fit.
pub(crate) fn plan(mut dims: (usize, usize, usize, usize), layers: &[Layer]) -> Result<Vec<Step>> {
    if layers.is_empty() {
        bail!("a chain needs at least one layer");
    }
    let mut steps: Vec<Step> = Vec::with_capacity(layers.len());
    for layer in layers {
        let step = step(dims, layer)
            .map_err(|error| candle_core::Error::msg(format!("layer {}: {error}", steps.len())))?;
        let Shape { batch, channels_out, .. } = step.shape;
        dims = (batch, step.shape.out_height(), step.shape.out_width(), channels_out);
        if let Some(plus) = step.plus {
            let Some(other) = steps.get(plus) else {
                bail!("layer {} adds the output of layer {plus}, which does not come before it", steps.len());
            };
            let other = (batch, other.shape.out_height(), other.shape.out_width(), other.shape.channels_out);
            if other != dims {
                bail!("layer {} has outputs {dims:?}, to which {other:?} cannot be added", steps.len());
            }
        }
        steps.push(step);
    }
    Ok(steps)
}

fn step(dims: (usize, usize, usize, usize), layer: &Layer) -> Result<Step> {
    let (channels_out, _, kernel, _) = layer.weight.dims4()?;
    let options = layer.options;
    if let Activation::LeakyRelu(slope) = options.activation
        && !(slope.is_finite() && slope >= 0.)
    {
        bail!("a leaky activation needs a finite slope of at least 0, got {slope}");
    }
    if !(1..=2).contains(&options.stride) {
        bail!("a convolution has a stride of 1 or 2, got {}", options.stride);
    }
    if kernel % 2 == 0 && options.padding != Padding::Valid {
        bail!(
            "a kernel of {kernel} x {kernel} has no centre to lie over a border pixel: padding needs odd kernels"
        );
    }
    let border = match options.padding {
        Padding::Zeros => (kernel / 2, Border::Zeros),
        Padding::Replicate => (kernel / 2, Border::Replicate),
        Padding::Valid => (0, Border::Zeros),
    };
    let shape = Shape::new(dims, layer.weight.dims4()?, options.stride, border)?;
    match &layer.bias {
        Some(bias) if bias.dims() != [channels_out] => {
            bail!("a bias of {:?} does not fit {channels_out} output channels", bias.dims())
        }
        _ => Ok(Step { shape, activation: options.activation, plus: layer.plus }),
    }
}
