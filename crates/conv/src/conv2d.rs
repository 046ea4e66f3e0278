use candle_core::{DType, Device, Result, Tensor, bail};

use crate::op::Convolution;
use crate::shape::Shape;
use crate::{Activation, ConvOptions, Padding, to_nchw, to_nhwc};

/// A square convolution with bias and activation.
///
/// # Shapes
/// `xs: [B, H, W, C_in]`, `weight: [C_out, C_in, k, k]` with odd `k`, `bias: [C_out]`. Returns `[B, H', W', C_out]`,
/// where H' and W' are H and W over the stride, rounded up, and with [`Padding::Valid`] those of the inner pixels alone.
///
/// # Errors
/// Shapes that do not fit; a leaky activation with a negative slope, whose gradient its output does not tell.
pub fn conv2d(xs: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &ConvOptions) -> Result<Tensor> {
    let (channels_out, _, kernel, _) = weight.dims4()?;
    if let Activation::LeakyRelu(slope) = options.activation
        && (slope.is_nan() || slope < 0.)
    {
        bail!("a leaky activation needs a slope of at least 0, got {slope}");
    }
    if kernel % 2 == 0 && options.padding != Padding::Valid {
        bail!(
            "a kernel of {kernel} x {kernel} has no centre to lie over a border pixel: padding needs odd kernels"
        );
    }
    let border = kernel / 2;
    let (xs, pad) = match options.padding {
        Padding::Zeros => (xs.clone(), border),
        Padding::Valid => (xs.clone(), 0),
        Padding::Replicate => (xs.pad_with_same(1, border, border)?.pad_with_same(2, border, border)?, 0),
    };
    let shape = Shape::new(xs.dims4()?, weight.dims4()?, options.stride, pad)?;
    if !on_this_crates_kernels(&xs) {
        return by_candle(&xs, weight, bias, pad, options);
    }
    let bias = match bias {
        Some(bias) if bias.dims() != [channels_out] => {
            bail!("a bias of {:?} does not fit {channels_out} output channels", bias.dims())
        }
        Some(bias) => bias.contiguous()?,
        None => Tensor::zeros(channels_out, xs.dtype(), xs.device())?,
    };
    let op = Convolution { shape, activation: options.activation };
    xs.contiguous()?.apply_op3(&weight.contiguous()?, &bias, op)
}

pub(crate) fn on_this_crates_kernels(xs: &Tensor) -> bool {
    matches!(xs.device(), Device::Cpu) && matches!(xs.dtype(), DType::F32 | DType::F64)
}

/// On other devices, and for floats that have no kernel here.
fn by_candle(
    xs: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    pad: usize,
    options: &ConvOptions,
) -> Result<Tensor> {
    let ys = to_nchw(xs)?.conv2d(weight, pad, options.stride, 1, 1)?;
    let ys = match bias {
        Some(bias) => ys.broadcast_add(&bias.reshape((1, (), 1, 1))?)?,
        None => ys,
    };
    let ys = match options.activation {
        Activation::None => ys,
        Activation::Relu => ys.relu()?,
        Activation::LeakyRelu(slope) => (ys.relu()? - (ys.neg()?.relu()? * f64::from(slope))?)?,
    };
    to_nhwc(&ys)
}
