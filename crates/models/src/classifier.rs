//! What discriminator and judge share: convolutions, the mean over all pixels, and a linear layer with one output.

use candle_core::{Result, Tensor};
use candle_nn::{VarBuilder, init};
use plumage_conv::{Activation, ConvOptions, Layer, Padding, chain, to_nhwc};

use crate::layers::{Conv2d, Init};

/// A 3x3 convolution with zeros beyond the border.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    /// Channels of its output.
    pub(crate) width: usize,
    /// Pixels from one window to the next, 1 or 2.
    pub(crate) stride: usize,
}

/// The network; its parameters are those of `conv1`, `conv2` and so on, and `head.weight: [1, last width]`, `head.bias`.
#[derive(Clone)]
pub(crate) struct Classifier {
    pub(crate) layers: Vec<Layer>,
    /// `[1, last width]`.
    pub(crate) head: Tensor,
    bias: Tensor,
}

impl Classifier {
    /// `channels` are those of the images.
    pub(crate) fn new(
        channels: usize,
        stages: &[Stage],
        activation: Activation,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let (mut layers, mut width) = (Vec::with_capacity(stages.len()), channels);
        for (index, stage) in stages.iter().enumerate() {
            let options = ConvOptions { stride: stage.stride, padding: Padding::Zeros, activation };
            let vb = vb.pp(format!("conv{}", index + 1));
            layers.push(Conv2d::new(width, stage.width, 3, options, Init::He, vb)?.layer());
            width = stage.width;
        }
        let start = init::Init::Randn { mean: 0., stdev: (1. / width as f64).sqrt() };
        let vb = vb.pp("head");
        let head = vb.get_with_hints((1, width), "weight", start)?;
        Ok(Self { layers, head, bias: vb.get_with_hints(1, "bias", init::ZERO)? })
    }

    /// `[B, C, H, W]` to the last convolution's output, `[B, H', W', last width]`.
    pub(crate) fn features(&self, images: &Tensor) -> Result<Tensor> {
        chain(&to_nhwc(images)?, &self.layers)
    }

    /// `[B, C, H, W]` to one number an image, `[B]`.
    pub(crate) fn logits(&self, images: &Tensor) -> Result<Tensor> {
        let means = self.features(images)?.flatten(1, 2)?.mean(1)?;
        means.matmul(&self.head.t()?)?.broadcast_add(&self.bias)?.squeeze(1)
    }

    /// `[B, C, H, W]` to one number for each place of the last convolution's output, `[B, H', W']`.
    pub(crate) fn local_logits(&self, images: &Tensor) -> Result<Tensor> {
        let features = self.features(images)?;
        let (batch, height, width, channels) = features.dims4()?;
        let places = features.reshape((batch * height * width, channels))?.matmul(&self.head.t()?)?;
        places.broadcast_add(&self.bias)?.reshape((batch, height, width))
    }

    /// The same network without gradients for its parameters.
    pub(crate) fn detached(&self) -> Self {
        Self {
            layers: self.layers.iter().map(Layer::detached).collect(),
            head: self.head.detach(),
            bias: self.bias.detach(),
        }
    }
}
