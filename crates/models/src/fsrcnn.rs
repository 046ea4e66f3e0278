//! FSRCNN: SRCNN made fast by working on the LR grid, between a shrinking and an expanding 1x1 convolution.
//!
//! C. Dong, C. C. Loy, X. Tang, "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016,
//! <https://arxiv.org/abs/1608.00367>. The paper's network is (d, s, m) = (56, 12, 4) on Y. Deviations: a 3x3 convolution
//! and a pixel shuffle in place of the 9x9 deconvolution (at x3 the same weights in another order); leaky ReLUs with the
//! slope at which a PReLU starts, 0.25, in place of learnt slopes; and the residual over the bicubic enlargement can be
//! learnt instead.

use candle_core::Result;
use candle_nn::VarBuilder;
use plumage_conv::{Activation, ConvOptions};
use plumage_imaging::Channels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Grid, Upscaler,
    config::Architecture,
    layers::{Conv2d, Init},
    lr_network::{LrNetwork, RELU, Tail},
};

/// `[model.fsrcnn]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FsrcnnConfig {
    /// What the network works on: `y` or `rgb`.
    pub channels: Channels,
    /// Feature maps of the first layer and before the shuffle, the paper's d: 56.
    #[schemars(range(min = 1, max = 1024))]
    pub n_feats: usize,
    /// Feature maps between the shrinking and the expanding layer, the paper's s: 12.
    #[schemars(range(min = 1, max = 1024))]
    pub n_shrunk: usize,
    /// 3x3 convolutions between them, the paper's m: 4.
    #[schemars(range(min = 1, max = 64))]
    pub n_mappings: usize,
    /// Whether the network learns what the bicubic enlargement lacks (true) or the whole image (false, as in the paper).
    pub residual: bool,
}

/// Slope of the activations below zero.
const SLOPE: f32 = 0.25;

impl Architecture for FsrcnnConfig {
    fn name(&self) -> &'static str {
        "fsrcnn"
    }

    fn title(&self) -> String {
        format!("FSRCNN ({}, {}, {})", self.n_feats, self.n_shrunk, self.n_mappings)
    }

    fn channels(&self) -> Channels {
        self.channels
    }

    fn grid(&self) -> Grid {
        Grid::Lr
    }

    /// The parameters are those of `head`, `shrink`, `map.0` and so on, `expand` and `tail`.
    fn build(&self, scale: usize, vb: VarBuilder) -> Result<Box<dyn Upscaler>> {
        let &Self { n_feats, n_shrunk, n_mappings, residual, .. } = self;
        let channels = self.channels.count();
        let leaky = ConvOptions { activation: Activation::LeakyRelu(SLOPE), ..RELU };
        let layer = |channels_in, channels_out, kernel, vb| {
            Ok::<_, candle_core::Error>(
                Conv2d::new(channels_in, channels_out, kernel, leaky, Init::He, vb)?.layer(),
            )
        };
        let mut body =
            vec![layer(channels, n_feats, 5, vb.pp("head"))?, layer(n_feats, n_shrunk, 1, vb.pp("shrink"))?];
        for index in 0..n_mappings {
            body.push(layer(n_shrunk, n_shrunk, 3, vb.pp("map").pp(index))?);
        }
        body.push(layer(n_shrunk, n_feats, 1, vb.pp("expand"))?);
        let tail = Tail { kernel: 3, channels, scale, residual, hr_feats: None };
        Ok(Box::new(LrNetwork::new(body, n_feats, tail, &vb)?))
    }
}
