//! A plain stack of 3x3 convolutions on the LR grid, then a pixel shuffle over the bicubic enlargement.
//!
//! After J. Kim, J. K. Lee, K. M. Lee, "Accurate Image Super-Resolution Using Very Deep Convolutional Networks" (VDSR),
//! CVPR 2016, <https://arxiv.org/abs/1511.04587>. The paper stacks its layers on the enlarged image; here they lie on the
//! LR grid, as in ESPCN, where a layer costs 1/scale^2 of it.

use candle_core::Result;
use candle_nn::VarBuilder;
use plumage_imaging::Channels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Grid, Upscaler,
    config::Architecture,
    layers::{Conv2d, Init},
    lr_network::{LrNetwork, RELU, Tail},
};

/// `[model.plain]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlainConfig {
    /// What the network works on: `y` or `rgb`.
    pub channels: Channels,
    /// Feature maps between the layers.
    #[schemars(range(min = 1, max = 1024))]
    pub n_feats: usize,
    /// Convolutions in all, the last one included.
    #[schemars(range(min = 2, max = 64))]
    pub n_layers: usize,
}

impl Architecture for PlainConfig {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn title(&self) -> String {
        format!("plain, {} layers of {}", self.n_layers, self.n_feats)
    }

    fn channels(&self) -> Channels {
        self.channels
    }

    fn grid(&self) -> Grid {
        Grid::Lr
    }

    /// The parameters are `body.0.weight`, `body.0.bias` to `tail.bias`.
    fn build(&self, scale: usize, vb: VarBuilder) -> Result<Box<dyn Upscaler>> {
        let channels = self.channels.count();
        let mut body = Vec::with_capacity(self.n_layers);
        for index in 0..self.n_layers.saturating_sub(1) {
            let channels_in = if index == 0 { channels } else { self.n_feats };
            let vb = vb.pp("body").pp(index);
            body.push(Conv2d::new(channels_in, self.n_feats, 3, RELU, Init::He, vb)?.layer());
        }
        let tail = Tail { kernel: 3, channels, scale, residual: true, hr_feats: None };
        Ok(Box::new(LrNetwork::new(body, self.n_feats, tail, &vb)?))
    }
}
