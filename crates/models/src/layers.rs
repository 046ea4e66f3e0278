//! The layer every network is made of: a convolution with its weights, built by name.

use candle_core::Result;
use candle_nn::{VarBuilder, init};
use plumage_conv::{ConvOptions, Layer, Padding};

/// How the weights of a layer start; the bias starts at zero.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Init {
    /// He et al. 2015, <https://arxiv.org/abs/1502.01852>: N(0, 2 / fan-in), for layers that a ReLU follows.
    He,
    /// N(0, std).
    Normal {
        /// Standard deviation.
        std: f64,
    },
}

/// A square convolution with bias and activation over `[B, H, W, C]`.
pub(crate) struct Conv2d(Layer);

impl Conv2d {
    /// Takes `weight: [channels_out, channels_in, kernel, kernel]` and `bias: [channels_out]` from `vb`.
    pub(crate) fn new(
        channels_in: usize,
        channels_out: usize,
        kernel: usize,
        options: ConvOptions,
        init: Init,
        vb: VarBuilder,
    ) -> Result<Self> {
        let std = match init {
            Init::He => (2. / (channels_in * kernel * kernel) as f64).sqrt(),
            Init::Normal { std } => std,
        };
        let start = init::Init::Randn { mean: 0., stdev: std };
        let weight = vb.get_with_hints((channels_out, channels_in, kernel, kernel), "weight", start)?;
        let bias = vb.get_with_hints(channels_out, "bias", init::ZERO)?;
        Ok(Self(Layer { weight, bias: Some(bias), options, plus: None }))
    }

    /// The layer as it was built, for [`plumage_conv::chain`].
    pub(crate) fn layer(&self) -> Layer {
        self.0.clone()
    }

    /// The layer for [`plumage_conv::infer_in_strips`], whose padding may differ from training's.
    pub(crate) fn inference(&self, padding: Padding) -> Layer {
        let layer = self.0.detached();
        Layer { options: ConvOptions { padding, ..layer.options }, ..layer }
    }

    /// Multiplications of one output pixel, all channels.
    pub(crate) fn macs_per_output_pixel(&self) -> u64 {
        self.0.weight.elem_count() as u64
    }
}
