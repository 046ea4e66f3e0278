//! ESPCN: three convolutions on the LR grid, then the pixel shuffle that this paper introduced.
//!
//! W. Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural
//! Network", CVPR 2016, <https://arxiv.org/abs/1609.05158>. The paper's network has kernels 5-3-3 and widths 64 and 32 on
//! Y, and tanh; here the activation is a ReLU, and the residual over the bicubic enlargement can be learnt instead.

use candle_core::Result;
use candle_nn::VarBuilder;
use plumage_imaging::Channels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Grid, Upscaler,
    config::{Architecture, joined},
    layers::{Conv2d, Init},
    lr_network::{LrNetwork, RELU, Tail},
};

/// `[model.espcn]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EspcnConfig {
    /// What the network works on: `y` or `rgb`.
    pub channels: Channels,
    /// Feature maps after the first and the second layer; the paper has `[64, 32]`.
    #[schemars(inner(range(min = 1, max = 1024)))]
    pub widths: [usize; 2],
    /// Whether the network learns what the bicubic enlargement lacks (true) or the whole image (false, as in the paper).
    pub residual: bool,
}

impl Architecture for EspcnConfig {
    fn name(&self) -> &'static str {
        "espcn"
    }

    fn title(&self) -> String {
        format!("ESPCN ({})", joined(&self.widths, ", "))
    }

    fn channels(&self) -> Channels {
        self.channels
    }

    fn grid(&self) -> Grid {
        Grid::Lr
    }

    /// The parameters are `conv1.weight`, `conv1.bias` to `tail.bias`.
    fn build(&self, scale: usize, vb: VarBuilder) -> Result<Box<dyn Upscaler>> {
        let channels = self.channels.count();
        let [n1, n2] = self.widths;
        let body = vec![
            Conv2d::new(channels, n1, 5, RELU, Init::He, vb.pp("conv1"))?.layer(),
            Conv2d::new(n1, n2, 3, RELU, Init::He, vb.pp("conv2"))?.layer(),
        ];
        let tail = Tail { kernel: 3, channels, scale, residual: self.residual, hr_feats: None };
        Ok(Box::new(LrNetwork::new(body, n2, tail, &vb)?))
    }
}
