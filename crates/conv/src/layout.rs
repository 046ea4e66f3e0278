//! Between candle's layout and the one that activations have between layers.

use candle_core::{Result, Tensor};

/// `[B, C, H, W]` to `[B, H, W, C]`.
///
/// # Errors
/// A tensor that has not four dimensions.
pub fn to_nhwc(xs: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = xs.dims4()?;
    if channels == 1 {
        return xs.reshape((batch, height, width, 1));
    }
    xs.permute((0, 2, 3, 1))?.contiguous()
}

/// `[B, H, W, C]` to `[B, C, H, W]`.
///
/// # Errors
/// A tensor that has not four dimensions.
pub fn to_nchw(xs: &Tensor) -> Result<Tensor> {
    let (batch, height, width, channels) = xs.dims4()?;
    if channels == 1 {
        return xs.reshape((batch, 1, height, width));
    }
    xs.permute((0, 3, 1, 2))?.contiguous()
}

/// Pixel shuffle (W. Shi et al. 2016, <https://arxiv.org/abs/1609.05158>) with PyTorch's order of channels: channel
/// `c * scale^2 + i * scale + j` becomes row `i` and column `j` of every block of channel `c`.
///
/// # Shapes
/// `xs: [B, H, W, C * scale^2]`. Returns `[B, scale * H, scale * W, C]`.
///
/// # Errors
/// Channels that are not a multiple of `scale^2`.
pub fn pixel_shuffle(xs: &Tensor, scale: usize) -> Result<Tensor> {
    let (batch, height, width, channels) = xs.dims4()?;
    if !channels.is_multiple_of(scale * scale) {
        candle_core::bail!("{channels} channels do not make blocks of {scale} x {scale} pixels");
    }
    let channels = channels / (scale * scale);
    xs.reshape(&[batch, height, width, channels, scale, scale][..])?
        .permute([0, 1, 4, 2, 5, 3].as_slice())?
        .reshape((batch, scale * height, scale * width, channels))
}
