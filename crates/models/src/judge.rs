//! The judge: a small CNN that is trained to tell HR patches from SR patches after the generators are done.
//!
//! The classifier of the course report, whose verdict the comparison of SRCNN and SRGAN rests on. Its first layer sees
//! every pixel, since what gives an SR image away is fine; the others halve the patch.

use candle_core::{Device, Result, Tensor, bail};
use candle_nn::VarBuilder;
use plumage_conv::{Activation, Layer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Parameters,
    classifier::{Classifier, Stage},
};

/// `[judge]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeConfig {
    /// Side of the patches that are judged, in HR pixels: 16, 32 or 64.
    #[schemars(range(min = 16, max = 64))]
    pub patch_px: usize,
    /// Feature maps after each convolution, all but the first of stride 2: `[32, 64, 64, 128]`, for example.
    #[schemars(length(min = 1, max = 8), inner(range(min = 1, max = 1024)))]
    pub widths: Vec<usize>,
}

/// Patch sizes that verdicts are compared at.
pub const PATCHES_PX: [usize; 3] = [16, 32, 64];

impl JudgeConfig {
    /// Rules across fields that the config breaks, as pairs of key path and message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let known = PATCHES_PX.contains(&self.patch_px);
        let mistake =
            || ("patch_px".to_owned(), format!("patches are of 16, 32 or 64: got {}", self.patch_px));
        (!known).then(mistake).into_iter().collect()
    }

    /// Multiplications of one pixel of an image of `channels` channels, biases and activations not counted.
    pub fn macs_per_pixel(&self, channels: usize) -> u64 {
        let inputs = [channels].into_iter().chain(self.widths.iter().copied());
        let layers = inputs.zip(&self.widths).enumerate();
        layers.map(|(layer, (input, output))| ((9 * input * output) as u64) >> (2 * layer)).sum()
    }

    /// Numbers that [`Judge::forward`] keeps of one pixel of an image until its gradient is known, rounded up.
    pub fn features_per_pixel(&self, channels: usize) -> u64 {
        let widths = self.widths.iter().enumerate();
        channels as u64 + widths.map(|(layer, width)| (*width as u64).div_ceil(1 << (2 * layer))).sum::<u64>()
    }

    /// The network for images of `channels` channels, with parameters drawn from `seed` on `device`.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn init(&self, channels: usize, seed: u64, device: &Device) -> Result<(Parameters, Judge)> {
        Parameters::init(seed, device, |vb| Judge::new(self, channels, &vb))
    }
}

/// A network that tells HR patches, for which its output is high, from SR patches.
#[derive(Clone)]
pub struct Judge {
    classifier: Classifier,
    patch_px: usize,
}

impl Judge {
    /// The network, its parameters taken from `vb`: `conv1.weight`, `conv1.bias` to `head.bias`.
    ///
    /// # Errors
    /// What `vb` reports: a parameter that is missing or has another shape.
    pub fn new(config: &JudgeConfig, channels: usize, vb: &VarBuilder) -> Result<Self> {
        let stages = config.widths.iter().enumerate();
        let stages: Vec<_> =
            stages.map(|(index, &width)| Stage { width, stride: if index == 0 { 1 } else { 2 } }).collect();
        let classifier = Classifier::new(channels, &stages, Activation::Relu, vb)?;
        Ok(Self { classifier, patch_px: config.patch_px })
    }

    /// How much each patch looks like an HR patch, as a logit.
    ///
    /// # Shapes
    /// `patches: [B, C, patch_px, patch_px]` in [0, 1]. Returns `[B]`.
    ///
    /// # Errors
    /// Patches of another size, and channels that do not fit.
    pub fn forward(&self, patches: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = patches.dims4()?;
        if [height, width] != [self.patch_px; 2] {
            bail!("the judge looks at patches of {0} x {0} pixels, got {height} x {width}", self.patch_px);
        }
        self.classifier.logits(patches)
    }

    /// The convolutions, which share their parameters with the network; its verdict is a linear layer after their mean.
    pub fn layers(&self) -> &[Layer] {
        &self.classifier.layers
    }

    /// The same network without gradients for its parameters: what another network learns from.
    pub fn detached(&self) -> Self {
        Self { classifier: self.classifier.detached(), ..*self }
    }
}
