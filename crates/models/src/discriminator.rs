//! The discriminator of SRGAN: strided 3x3 convolutions with leaky ReLUs, the mean over all pixels, a linear layer.
//!
//! C. Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017,
//! <https://arxiv.org/abs/1609.04802>. Deviations: fewer layers, every one after the first of stride 2; no batch normalisation, and
//! spectral normalisation where it is asked for; a mean in place of the dense layers, so that any patch size fits.

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;
use plumage_conv::{Activation, Layer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Parameters,
    classifier::{Classifier, Stage},
    spectral_norm::SpectralNorm,
};

/// `[discriminator]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// Feature maps after each convolution, every one of which but perhaps the first halves the image: `[16, 32, 64, 64]`, for
    /// example.
    #[schemars(length(min = 1, max = 8), inner(range(min = 1, max = 1024)))]
    pub widths: Vec<usize>,
    /// Pixels from one window of the first convolution to the next: 1, as in the paper, sees what is as fine as a pixel, and
    /// without that the pattern of a pixel shuffle goes unpunished; 2 costs a quarter.
    #[schemars(range(min = 1, max = 2))]
    pub first_stride: usize,
    /// What it gives a verdict on.
    pub verdict_on: VerdictOn,
    /// Whether every layer is divided by its largest singular value.
    pub spectral_norm: bool,
}

/// What a discriminator gives a verdict on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictOn {
    /// The whole image, from the mean of what is seen: a few bright dots can outweigh all the rest of it.
    Image,
    /// Every window that the last convolution sees, each by itself, as in PatchGAN (P. Isola et al. 2017,
    /// <https://arxiv.org/abs/1611.07004>): the image has to look real everywhere.
    Window,
}

/// Slope of the activations below zero.
const SLOPE: f32 = 0.2;

impl DiscriminatorConfig {
    /// The network for images of `channels` channels, with parameters drawn from `seed` on `device`.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn init(&self, channels: usize, seed: u64, device: &Device) -> Result<(Parameters, Discriminator)> {
        Parameters::init(seed, device, |vb| Discriminator::new(self, channels, &vb))
    }
}

impl DiscriminatorConfig {
    /// Numbers that a training step keeps of one pixel of an image of `channels` channels. Rounded up.
    pub fn features_per_pixel(&self, channels: usize) -> u64 {
        let (mut features, mut pixels) = (channels as f64, 1.);
        for (index, &width) in self.widths.iter().enumerate() {
            let stride = if index == 0 { self.first_stride } else { 2 };
            pixels /= (stride * stride) as f64;
            features += width as f64 * pixels;
        }
        features.ceil() as u64
    }
}

/// A network that tells HR images, for which its output is high, from SR images.
#[derive(Clone)]
pub struct Discriminator {
    classifier: Classifier,
    verdict_on: VerdictOn,
    /// Of every convolution and of the head, if asked for.
    norms: Option<Vec<SpectralNorm>>,
}

impl Discriminator {
    /// The network, its parameters taken from `vb`: `conv1.weight`, `conv1.bias` to `head.bias`, and with spectral
    /// normalisation the vectors `conv1.u` to `head.u`, which have no gradient.
    ///
    /// # Errors
    /// What `vb` reports: a parameter that is missing or has another shape.
    pub fn new(config: &DiscriminatorConfig, channels: usize, vb: &VarBuilder) -> Result<Self> {
        let strides = std::iter::once(config.first_stride).chain(std::iter::repeat(2));
        let stages: Vec<_> =
            config.widths.iter().zip(strides).map(|(&width, stride)| Stage { width, stride }).collect();
        let classifier = Classifier::new(channels, &stages, Activation::LeakyRelu(SLOPE), vb)?;
        let norms = config.spectral_norm.then(|| {
            let of_convs = config.widths.iter().enumerate();
            let of_convs =
                of_convs.map(|(index, &width)| SpectralNorm::new(width, vb.pp(format!("conv{}", index + 1))));
            of_convs.chain([SpectralNorm::new(1, vb.pp("head"))]).collect()
        });
        Ok(Self { classifier, verdict_on: config.verdict_on, norms: norms.transpose()? })
    }

    /// How much each image, or each window of it, looks like HR, as a logit.
    ///
    /// # Shapes
    /// `images: [B, C, H, W]` in [0, 1], of any size. Returns `[B]`, or `[B, H', W']` with H and W halved by each stride of 2
    /// and rounded up.
    ///
    /// # Errors
    /// Shapes that do not fit the network.
    pub fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let Some(norms) = &self.norms else { return self.verdicts(&self.classifier, images) };
        let mut normal = self.classifier.clone();
        for (layer, norm) in normal.layers.iter_mut().zip(norms) {
            layer.weight = norm.apply(&layer.weight)?;
        }
        if let Some(norm) = norms.last() {
            normal.head = norm.apply(&normal.head)?;
        }
        self.verdicts(&normal, images)
    }

    /// The convolutions, which share their parameters with the network; its verdict is a linear layer after the last one.
    pub fn layers(&self) -> &[Layer] {
        &self.classifier.layers
    }

    fn verdicts(&self, classifier: &Classifier, images: &Tensor) -> Result<Tensor> {
        match self.verdict_on {
            VerdictOn::Image => classifier.logits(images),
            VerdictOn::Window => classifier.local_logits(images),
        }
    }

    /// Moves the vectors of the spectral normalisation on by one power iteration; once a step, after the weights changed.
    /// Without spectral normalisation it does nothing.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn iterate(&self) -> Result<()> {
        let weights = self.classifier.layers.iter().map(|layer| &layer.weight).chain([&self.classifier.head]);
        let norms = self.norms.iter().flatten();
        norms.zip(weights).try_for_each(|(norm, weight)| norm.iterate(weight))
    }

    /// The same network without gradients for its parameters: what a generator learns from.
    pub fn detached(&self) -> Self {
        Self { classifier: self.classifier.detached(), norms: self.norms.clone(), ..*self }
    }
}
