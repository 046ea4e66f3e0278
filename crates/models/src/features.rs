//! Networks whose features a perceptual loss compares: VGG16 and AlexNet from a file of their weights, and a judge of ours.
//!
//! K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015,
//! <https://arxiv.org/abs/1409.1556>; A. Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014,
//! <https://arxiv.org/abs/1404.5997>, the AlexNet of torchvision. Their weights do not come with Plumage: files in
//! torchvision's names (`features.0.weight` ..) are what `safetensors.torch.save_file(model.state_dict(), ..)` writes.

use std::path::{Path, PathBuf};

use candle_core::{Device, Result, Tensor, bail};
use plumage_conv::{Activation, ConvOptions, Layer, Padding, chain, to_nchw, to_nhwc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::weights::{self, Mismatch, Tensors, WeightsError};

/// Which network sees the features: `features = { vgg16 = { .. } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FeaturesConfig {
    /// VGG16, at most 13 convolutions.
    Vgg16(FeaturesFile),
    /// AlexNet, at most 5 convolutions.
    Alexnet(FeaturesFile),
    /// A judge that Plumage has trained, with its own number of convolutions.
    Judge(FeaturesFile),
}

/// A file of weights, and how much of the network counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeaturesFile {
    /// The safetensors file.
    pub weights: PathBuf,
    /// SHA-256 of the file, so that a run is a function of its config: 64 hexadecimal digits.
    #[schemars(length(min = 64, max = 64))]
    pub sha256: String,
    /// The features are those after this convolution, counted from 1, and its ReLU.
    #[schemars(range(min = 1, max = 13))]
    pub convolutions: usize,
}

/// A stretch of a network without pooling in it.
struct Stage {
    /// Torchvision's numbers of its convolutions.
    numbers: &'static [usize],
    kernel: usize,
    /// What comes before it.
    before: Before,
}

#[derive(Clone, Copy, Debug)]
enum Before {
    Nothing,
    /// The largest of each window of `side` x `side` pixels, every second window.
    Pool {
        side: usize,
    },
    /// The first layer of AlexNet, which is none of our convolutions: 11 x 11, stride 4, two zeros beyond the border.
    Alexnet,
}

const VGG16: [Stage; 5] = [
    Stage { numbers: &[0, 2], kernel: 3, before: Before::Nothing },
    Stage { numbers: &[5, 7], kernel: 3, before: Before::Pool { side: 2 } },
    Stage { numbers: &[10, 12, 14], kernel: 3, before: Before::Pool { side: 2 } },
    Stage { numbers: &[17, 19, 21], kernel: 3, before: Before::Pool { side: 2 } },
    Stage { numbers: &[24, 26, 28], kernel: 3, before: Before::Pool { side: 2 } },
];

const ALEXNET: [Stage; 3] = [
    Stage { numbers: &[0], kernel: 11, before: Before::Alexnet },
    Stage { numbers: &[3], kernel: 5, before: Before::Pool { side: 3 } },
    Stage { numbers: &[6, 8, 10], kernel: 3, before: Before::Pool { side: 3 } },
];

/// Mean and standard deviation of ImageNet's RGB in [0, 1], which both networks expect to be taken out.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// A network up to one of its convolutions, without gradients for its weights.
pub struct Features {
    steps: Vec<Step>,
    /// ImageNet's mean and deviation as `[1, 3, 1, 1]`; none for networks that take images as they are.
    normal: Option<(Tensor, Tensor)>,
}

enum Step {
    Chain(Vec<Layer>),
    Pool { side: usize },
    Alexnet { weight: Tensor, bias: Tensor },
}

impl FeaturesConfig {
    /// Where the weights are.
    pub fn file(&self) -> &FeaturesFile {
        let (Self::Vgg16(file) | Self::Alexnet(file) | Self::Judge(file)) = self;
        file
    }

    /// Reads the network.
    ///
    /// # Errors
    /// A file that is unreadable, not the one of the SHA-256, or lacks a layer.
    pub fn load(&self, device: &Device) -> std::result::Result<Features, WeightsError> {
        let file = self.file();
        let tensors = read_known(&file.weights, &file.sha256)?;
        let tensors = tensors.into_iter().map(|(name, tensor)| Ok((name, tensor.to_device(device)?)));
        let tensors = tensors.collect::<Result<Tensors>>()?;
        match self {
            Self::Vgg16(_) => torchvision(&VGG16, &tensors, file.convolutions, device),
            Self::Alexnet(_) => torchvision(&ALEXNET, &tensors, file.convolutions, device),
            Self::Judge(_) => judge(&tensors, file.convolutions),
        }
    }
}

impl Features {
    /// What the network sees of images.
    ///
    /// # Shapes
    /// `images: [B, C, H, W]` in [0, 1]; a network on RGB sees luma as grey. Returns `[B, H', W', C']`.
    ///
    /// # Errors
    /// Channels that do not fit, and images that are too small for the network.
    pub fn apply(&self, images: &Tensor) -> Result<Tensor> {
        let images = match &self.normal {
            Some((mean, std)) => {
                let (batch, _, height, width) = images.dims4()?;
                let rgb = images.broadcast_as((batch, 3, height, width))?;
                to_nhwc(&rgb.broadcast_sub(mean)?.broadcast_div(std)?)?
            }
            None => to_nhwc(images)?,
        };
        self.steps.iter().try_fold(images, |xs, step| step.apply(&xs))
    }
}

impl Step {
    /// `[B, H, W, C]` in and out.
    fn apply(&self, xs: &Tensor) -> Result<Tensor> {
        match self {
            Self::Chain(layers) => chain(xs, layers),
            Self::Pool { side } => pool(xs, *side),
            Self::Alexnet { weight, bias } => {
                let bias = bias.reshape((1, bias.elem_count(), 1, 1))?;
                to_nhwc(&to_nchw(xs)?.conv2d(weight, 2, 4, 1, 1)?.broadcast_add(&bias)?.relu()?)
            }
        }
    }
}

/// The largest value of each window of `side` x `side` pixels, every second window; what is left at the right and at the
/// bottom belongs to none. Candle's own has no gradient for windows that overlap.
fn pool(xs: &Tensor, side: usize) -> Result<Tensor> {
    let along = |xs: &Tensor, dim: usize| {
        let length = xs.dim(dim)?;
        if length < side {
            bail!(
                "the features of an image of {length} pixels on a side are too small for a window of {side}"
            );
        }
        let windows = (length - side) / 2 + 1;
        let every_second = |from: usize| {
            let places = (0..windows).map(|window| (from + 2 * window) as u32);
            xs.index_select(&Tensor::from_iter(places, xs.device())?, dim)
        };
        (1..side).try_fold(every_second(0)?, |most, from| most.maximum(&every_second(from)?))
    };
    along(&along(xs, 1)?, 2)
}

/// The first `convolutions` of a network in torchvision's names.
fn torchvision(
    stages: &[Stage],
    tensors: &Tensors,
    convolutions: usize,
    device: &Device,
) -> std::result::Result<Features, WeightsError> {
    let (mut steps, mut left) = (Vec::new(), convolutions);
    for stage in stages {
        let numbers = &stage.numbers[..stage.numbers.len().min(left)];
        if numbers.is_empty() {
            break;
        }
        left -= numbers.len();
        let prefixes = numbers.iter().map(|number| format!("features.{number}"));
        let mut layers = layers(tensors, prefixes, stage.kernel, 1)?;
        match stage.before {
            Before::Nothing => {}
            Before::Pool { side } => steps.push(Step::Pool { side }),
            Before::Alexnet => {
                if let Layer { weight, bias: Some(bias), .. } = layers.remove(0) {
                    steps.push(Step::Alexnet { weight, bias });
                }
            }
        }
        if !layers.is_empty() {
            steps.push(Step::Chain(layers));
        }
    }
    if left > 0 {
        return Err(too_few(convolutions, convolutions - left));
    }
    let of_rgb = |values: [f32; 3]| Tensor::new(&values, device)?.reshape((1, 3, 1, 1));
    Ok(Features { steps, normal: Some((of_rgb(MEAN)?, of_rgb(STD)?)) })
}

/// The first `convolutions` of a judge: all but the first have stride 2.
fn judge(tensors: &Tensors, convolutions: usize) -> std::result::Result<Features, WeightsError> {
    let there = (1..).take_while(|number| tensors.contains_key(&format!("conv{number}.weight"))).count();
    if there < convolutions {
        return Err(too_few(convolutions, there));
    }
    let first = layers(tensors, std::iter::once("conv1".to_owned()), 3, 1)?;
    let others = layers(tensors, (2..=convolutions).map(|number| format!("conv{number}")), 3, 2)?;
    Ok(Features { steps: vec![Step::Chain([first, others].concat())], normal: None })
}

fn too_few(asked: usize, there: usize) -> WeightsError {
    let reason = format!("{asked} convolutions were asked for, and there are {there}");
    WeightsError::Format { name: "the network of the features".into(), reason }
}

/// Convolutions with a ReLU each, by the prefixes of their names.
fn layers(
    tensors: &Tensors,
    prefixes: impl Iterator<Item = String>,
    kernel: usize,
    stride: usize,
) -> std::result::Result<Vec<Layer>, WeightsError> {
    let options = ConvOptions { stride, padding: Padding::Zeros, activation: Activation::Relu };
    let layer = |prefix: String| {
        let (weight, bias) = (format!("{prefix}.weight"), format!("{prefix}.bias"));
        match (tensors.get(&weight), tensors.get(&bias)) {
            (Some(w), Some(b)) if matches!(w.dims(), [_, _, h, v] if [*h, *v] == [kernel; 2]) => {
                Ok(Layer { weight: w.detach(), bias: Some(b.detach()), options, plus: None })
            }
            (Some(w), Some(_)) => {
                let (mut wanted, is) = (w.dims().to_vec(), w.dims().to_vec());
                wanted.iter_mut().skip(2).for_each(|side| *side = kernel);
                let misshapen = vec![(weight, wanted, is)];
                Err(WeightsError::Mismatch(Mismatch { misshapen, ..Mismatch::default() }))
            }
            _ => {
                let missing = vec![weight, bias];
                Err(WeightsError::Mismatch(Mismatch { missing, ..Mismatch::default() }))
            }
        }
    };
    prefixes.map(layer).collect()
}

/// The tensors of the file whose SHA-256 is known.
fn read_known(path: &Path, sha256: &str) -> std::result::Result<Tensors, WeightsError> {
    let bytes = weights::read_bytes(path)?;
    let digest = Sha256::digest(&bytes);
    let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    if !found.eq_ignore_ascii_case(sha256) {
        let reason = format!("its SHA-256 is {found}, and the config wants {sha256}");
        return Err(WeightsError::Format { name: path.display().to_string(), reason });
    }
    weights::from_bytes(&bytes, &path.display().to_string())
}
