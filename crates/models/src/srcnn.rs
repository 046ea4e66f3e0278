//! SRCNN: patch extraction, non-linear mapping, reconstruction over the bicubic enlargement.
//!
//! C. Dong, C. C. Loy, K. He, X. Tang, "Image Super-Resolution Using Deep Convolutional Networks", TPAMI 2016,
//! <https://arxiv.org/abs/1501.00092>. The paper's networks are 9-1-5, 9-3-5 and 9-5-5 with widths 64 and 32 on Y,
//! without padding in training and with replicated borders in testing. Deviations are choices of the config: any odd
//! kernels and widths, colour, padded training, and learning the residual over the bicubic input.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use plumage_conv::{
    Activation, ConvOptions, Layer, Padding, RowStream, chain, infer_in_strips, to_nchw, to_nhwc,
};
use plumage_imaging::Channels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Graph, Grid, PictureSize, PictureStream, Upscaler,
    config::{Architecture, joined},
    graph::{Step, Value},
    layers::{Conv2d, Init},
    stream::LayerStream,
};

/// `[model.srcnn]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SrcnnConfig {
    /// What the network works on: `y` or `rgb`.
    pub channels: Channels,
    /// Kernel sizes of the three layers, odd, in pixels: `[9, 1, 5]`, `[9, 3, 5]` and `[9, 5, 5]` are the paper's.
    #[schemars(inner(range(min = 1, max = 9)))]
    pub kernels: [usize; 3],
    /// Feature maps after the first and the second layer; the paper has `[64, 32]`.
    #[schemars(inner(range(min = 1, max = 1024)))]
    pub widths: [usize; 2],
    /// What lies beyond the border in training.
    pub padding: BorderRule,
    /// Whether the network learns what the bicubic input lacks (true) or the whole image (false, as in the paper).
    pub residual: bool,
    /// Initial weights.
    pub init: SrcnnInit,
    /// What is taken from every pixel before the first layer, as EDSR takes the mean colour of its training images
    /// (<https://arxiv.org/abs/1707.02921>); 0 takes nothing, as in the paper. With 0.45, about the mean luma of photographs, the
    /// first layer learns from detail and not from brightness, and a zero beyond the border is middle grey: 9-5-5 x3 took a tenth of
    /// the steps.
    #[serde(default)]
    #[schemars(range(min = 0., max = 1.))]
    pub mean: f64,
}

/// What a convolution reads beyond the border of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BorderRule {
    /// Zeros, in training and in testing.
    Zeros,
    /// The nearest pixel, in training and in testing.
    Replicate,
    /// Nothing in training: every layer shrinks the patch. The nearest pixel in testing, as the authors' code does.
    Valid,
}

/// How the initial weights are drawn; biases start at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SrcnnInit {
    /// He et al. 2015 for the first two layers, N(0, 0.001) for the last: trains in minutes.
    He,
    /// N(0, 0.001) everywhere, as in the paper: needs tens of millions of patches.
    Paper,
}

/// Standard deviation of the last layer's weights, and of all the weights of [`SrcnnInit::Paper`].
const PAPER_STD: f64 = 0.001;

impl Architecture for SrcnnConfig {
    fn name(&self) -> &'static str {
        "srcnn"
    }

    fn title(&self) -> String {
        format!("SRCNN {}", joined(&self.kernels, "-"))
    }

    fn channels(&self) -> Channels {
        self.channels
    }

    fn grid(&self) -> Grid {
        Grid::Hr
    }

    fn validate(&self) -> Vec<(String, String)> {
        let even = self.kernels.iter().find(|&kernel| kernel % 2 == 0);
        even.map(|kernel| {
            (
                "kernels".to_owned(),
                format!("kernel sizes are odd, so that a pixel has a centre: got {kernel}"),
            )
        })
        .into_iter()
        .collect()
    }

    fn build(&self, _scale: usize, vb: VarBuilder) -> Result<Box<dyn Upscaler>> {
        Ok(Box::new(Srcnn::new(self, vb)?))
    }
}

/// The network; its parameters are `conv1.weight`, `conv1.bias` to `conv3.bias`, weights as `[C_out, C_in, k, k]`.
struct Srcnn {
    conv1: Conv2d,
    conv2: Conv2d,
    conv3: Conv2d,
    config: SrcnnConfig,
}

impl Srcnn {
    fn new(config: &SrcnnConfig, vb: VarBuilder) -> Result<Self> {
        let channels = config.channels.count();
        let [k1, k2, k3] = config.kernels;
        let [n1, n2] = config.widths;
        let hidden = match config.init {
            SrcnnInit::He => Init::He,
            SrcnnInit::Paper => Init::Normal { std: PAPER_STD },
        };
        let padding = match config.padding {
            BorderRule::Zeros => Padding::Zeros,
            BorderRule::Replicate => Padding::Replicate,
            BorderRule::Valid => Padding::Valid,
        };
        let relu = ConvOptions { stride: 1, padding, activation: Activation::Relu };
        let linear = ConvOptions { activation: Activation::None, ..relu };
        Ok(Self {
            conv1: Conv2d::new(channels, n1, k1, relu, hidden, vb.pp("conv1"))?,
            conv2: Conv2d::new(n1, n2, k2, relu, hidden, vb.pp("conv2"))?,
            conv3: Conv2d::new(n2, channels, k3, linear, Init::Normal { std: PAPER_STD }, vb.pp("conv3"))?,
            config: config.clone(),
        })
    }
}

impl Srcnn {
    /// What the first layer sees of a picture.
    fn centred(&self, xs: &Tensor) -> Result<Tensor> {
        let xs = to_nhwc(xs)?;
        if self.config.mean == 0. { Ok(xs) } else { xs - self.config.mean }
    }

    /// The layers for whole pictures, without gradients.
    fn inference(&self) -> [Layer; 3] {
        self.whole().map(|layer| layer.detached())
    }

    /// The layers for whole pictures.
    fn whole(&self) -> [Layer; 3] {
        let padding = match self.config.padding {
            BorderRule::Zeros => Padding::Zeros,
            BorderRule::Replicate | BorderRule::Valid => Padding::Replicate,
        };
        [&self.conv1, &self.conv2, &self.conv3].map(|conv| conv.with_padding(padding))
    }
}

impl Upscaler for Srcnn {
    fn border_px(&self) -> usize {
        match self.config.padding {
            BorderRule::Zeros | BorderRule::Replicate => 0,
            BorderRule::Valid => self.config.kernels.iter().map(|kernel| kernel / 2).sum(),
        }
    }

    fn macs_per_hr_pixel(&self) -> u64 {
        [&self.conv1, &self.conv2, &self.conv3].into_iter().map(Conv2d::macs_per_output_pixel).sum()
    }

    fn features_per_hr_pixel(&self) -> u64 {
        let images = if self.config.mean == 0. { 2 } else { 3 };
        (images * self.config.channels.count() + self.config.widths.iter().sum::<usize>()) as u64
    }

    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        let layers = [&self.conv1, &self.conv2, &self.conv3].map(Conv2d::layer);
        let ys = to_nchw(&chain(&self.centred(xs)?, &layers)?)?;
        if !self.config.residual {
            return Ok(ys);
        }
        let border = self.border_px();
        let (_, _, height, width) = ys.dims4()?;
        ys + xs.narrow(2, border, height)?.narrow(3, border, width)?
    }

    fn infer(&self, xs: &Tensor) -> Result<Tensor> {
        let ys = to_nchw(&infer_in_strips(&self.centred(xs)?, &self.inference())?)?;
        if self.config.residual { ys + xs } else { Ok(ys) }
    }

    fn graph(&self) -> Result<Graph> {
        let mut graph = Graph::default();
        let xs = match self.config.mean {
            0. => Value::Input,
            mean => graph.push(Step::Shift { xs: Value::Input, by: -mean }),
        };
        let ys = graph.chain(xs, &self.whole());
        if self.config.residual {
            graph.push(Step::Sum([ys, Value::Input]));
        }
        Ok(graph)
    }

    fn stream(&self, size: PictureSize) -> Result<Box<dyn PictureStream>> {
        Ok(Box::new(
            LayerStream::new(&self.inference(), size, self.config.residual)?.centred(self.config.mean),
        ))
    }

    fn stream_bytes(&self, size: PictureSize) -> Result<u64> {
        RowStream::bytes(&self.inference(), (size.height, size.width), size.rows_at_a_time)
    }
}
