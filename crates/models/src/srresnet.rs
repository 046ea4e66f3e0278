//! SRResNet: residual blocks on the LR grid and a pixel shuffle over the bicubic enlargement; the generator of SRGAN.
//!
//! C. Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017,
//! <https://arxiv.org/abs/1609.04802>. Deviations, most of them EDSR's (B. Lim et al. 2017,
//! <https://arxiv.org/abs/1707.02921>): no batch normalisation, ReLU, a 3x3 head and tail, one pixel shuffle for every
//! scale with ICNR weights, no convolution after the blocks, and a bicubic skip. The blocks start small, as ESRGAN's do.
//! The paper has no noise; ours is StyleGAN's (T. Karras et al. 2019, <https://arxiv.org/abs/1812.04948>), one map scaled
//! by a learnt weight a channel, added once, after the head.

use candle_core::{Result, Tensor, bail};
use candle_nn::{VarBuilder, init};
use plumage_conv::{Layer, chain, infer_in_strips, to_nhwc};
use plumage_imaging::Channels;
use plumage_random::{Stream, fill_normal, generator};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Draw, Graph, Grid, PictureSize, PictureStream, Upscaler,
    config::Architecture,
    layers::{Conv2d, Init},
    lr_network::{LINEAR, LrNetwork, RELU, Run, Tail},
};

/// `[model.srresnet]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SrresnetConfig {
    /// What the network works on: `y` or `rgb`.
    pub channels: Channels,
    /// Feature maps of every layer but the last.
    #[schemars(range(min = 1, max = 1024))]
    pub n_feats: usize,
    /// Residual blocks of two convolutions.
    #[schemars(range(min = 1, max = 64))]
    pub n_blocks: usize,
    /// Feature maps on the HR grid, between the pixel shuffle and one more convolution, as in the paper, with a box of the
    /// block's size between: a generator that is to mislead an adversary leaves the pattern of the shuffle in the image
    /// otherwise. Without this key the shuffle makes the image.
    #[schemars(range(min = 1, max = 256))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hr_feats: Option<usize>,
    /// Whether noise is added after the head, so that one LR image has many SR images; without this key it is not.
    #[serde(default)]
    pub noise: bool,
}

/// The last convolution of a block starts at this part of He's deviation: without normalisation the sum would grow.
const BLOCK_GAIN: f64 = 0.1;

/// Standard deviation of the noise's first weights; at zero they would have no reason to leave it.
const NOISE_STD: f64 = 0.1;

impl Architecture for SrresnetConfig {
    fn name(&self) -> &'static str {
        "srresnet"
    }

    fn title(&self) -> String {
        format!("SRResNet, {} blocks of {}", self.n_blocks, self.n_feats)
    }

    fn channels(&self) -> Channels {
        self.channels
    }

    fn grid(&self) -> Grid {
        Grid::Lr
    }

    fn build(&self, scale: usize, vb: VarBuilder) -> Result<Box<dyn Upscaler>> {
        Ok(Box::new(Srresnet::new(self, scale, vb)?))
    }
}

/// The network; its parameters are those of `head`, `body.0.conv1`, `body.0.conv2` and so on, `tail`, `last` where it has
/// one, and `noise.weight`.
#[derive(Clone)]
struct Srresnet {
    network: LrNetwork,
    noise: Option<Tensor>,
    draw: Option<Draw>,
}

impl Srresnet {
    fn new(config: &SrresnetConfig, scale: usize, vb: VarBuilder) -> Result<Self> {
        let (features, channels) = (config.n_feats, config.channels.count());
        let he = Init::He;
        let mut body = vec![Conv2d::new(channels, features, 3, LINEAR, he, vb.pp("head"))?.layer()];
        let small = Init::Normal { std: BLOCK_GAIN * (2. / (9 * features) as f64).sqrt() };
        for block in 0..config.n_blocks {
            let (vb, input) = (vb.pp("body").pp(block), body.len() - 1);
            body.push(Conv2d::new(features, features, 3, RELU, he, vb.pp("conv1"))?.layer());
            let conv2 = Conv2d::new(features, features, 3, LINEAR, small, vb.pp("conv2"))?.layer();
            body.push(Layer { plus: Some(input), ..conv2 });
        }
        let tail = Tail { kernel: 3, channels, scale, residual: true, hr_feats: config.hr_feats };
        let start = init::Init::Randn { mean: 0., stdev: NOISE_STD };
        let noise = config.noise.then(|| vb.pp("noise").get_with_hints(features, "weight", start));
        Ok(Self {
            network: LrNetwork::new(body, features, tail, &vb)?,
            noise: noise.transpose()?,
            draw: None,
        })
    }

    fn run(&self, xs: &Tensor, run: Run) -> Result<Tensor> {
        let lr = to_nhwc(xs)?;
        let layers = &self.network.layers;
        let features = match (&self.noise, self.draw) {
            (Some(weight), Some(draw)) => {
                let input = Tensor::cat(&[&lr, &maps(&lr, draw)?], 3)?;
                let mut layers = layers.clone();
                layers[0].weight = with_noise_channel(&layers[0].weight, weight)?;
                run(&input, &layers)?
            }
            _ => run(&lr, layers)?,
        };
        self.network.sr(&lr, features, run)
    }
}

impl Upscaler for Srresnet {
    fn border_px(&self) -> usize {
        self.network.border_px()
    }

    fn macs_per_hr_pixel(&self) -> u64 {
        self.network.macs_per_hr_pixel()
    }

    fn features_per_hr_pixel(&self) -> u64 {
        self.network.features_per_hr_pixel()
    }

    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        self.run(xs, chain)
    }

    fn infer(&self, xs: &Tensor) -> Result<Tensor> {
        self.run(xs, infer_in_strips)
    }

    fn graph(&self) -> Result<Graph> {
        self.network.graph()
    }

    fn stream(&self, size: PictureSize) -> Result<Box<dyn PictureStream>> {
        if self.draw.is_some() {
            bail!("noise is drawn for whole pictures alone");
        }
        self.network.stream(size)
    }

    fn stream_bytes(&self, size: PictureSize) -> Result<u64> {
        self.network.stream_bytes(size)
    }

    fn with_noise(&self, draw: Draw) -> Option<Box<dyn Upscaler>> {
        self.noise.as_ref()?;
        Some(Box::new(Self { draw: Some(draw), ..self.clone() }))
    }
}

/// The noise of a batch, N(0, 1): each image has its own, whatever the other images are.
///
/// # Shapes
/// `lr: [B, H, W, C]`; returns `[B, H, W, 1]`.
fn maps(lr: &Tensor, draw: Draw) -> Result<Tensor> {
    let (batch, height, width, _) = lr.dims4()?;
    let mut values = vec![0f32; batch * height * width];
    for (image, values) in values.chunks_exact_mut((height * width).max(1)).enumerate() {
        let rng = &mut generator(draw.seed, Stream::Noise, draw.step, image as u64);
        fill_normal(rng, 0., 1., values);
    }
    Tensor::from_vec(values, (batch, height, width, 1), lr.device())?.to_dtype(lr.dtype())
}

/// The head for an input with the noise as its last channel: a kernel that only looks at its centre adds the scaled map
/// to the head's output, without a pass over the features.
///
/// # Shapes
/// `head: [F, C, 3, 3]`, `noise: [F]`; returns `[F, C + 1, 3, 3]`.
fn with_noise_channel(head: &Tensor, noise: &Tensor) -> Result<Tensor> {
    let (features, _, kernel, _) = head.dims4()?;
    let border = kernel / 2;
    let centre = noise.reshape((features, 1, 1, 1))?;
    let padded = centre.pad_with_zeros(2, border, border)?.pad_with_zeros(3, border, border)?;
    Tensor::cat(&[head, &padded], 1)
}
