//! Our engine: SRCNN through the models, losses and optimizers that experiments use, and the adversarial pair from the
//! same convolutions.

use candle_core::{D, Device, Module, Result, Tensor};
use candle_nn::{Linear, VarBuilder, init::Init, loss::binary_cross_entropy_with_logit};
use plumage_conv::{
    Activation, ConvOptions, Layer, Padding, chain, infer_in_strips, pixel_shuffle, to_nchw, to_nhwc,
};
use plumage_imaging::Channels;
use plumage_losses::{l1, mse};
use plumage_models::{
    ModelConfig, Parameters, Upscaler,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
};
use plumage_trainer::{
    gradients::Gradients,
    optimizer::{AdamConfig, Optimizer, OptimizerConfig},
};

use super::{ADVERSARIAL_WEIGHT, LEARNING_RATE, REAL, Step};
use crate::bench::{
    networks::{self, ConvSpec, LAST_WIDTH, SCALE, SLOPE},
    workloads::{BATCH, GAN_SIDE, Task},
};

pub(super) fn prepare(task: Task) -> Result<Step> {
    match task {
        Task::TrainSrcnn { channels, middle, side } => train_srcnn(channels, middle, side),
        Task::TrainSrgan => train_srgan(),
        Task::InferSrcnn { middle, side } => infer_srcnn(middle, side),
        Task::InferGenerator { side } => infer_generator(side),
    }
}

/// What a network learns, and how.
struct Learner {
    parameters: Parameters,
    optimizer: Optimizer,
}

impl Learner {
    fn new(parameters: Parameters) -> Self {
        let adam = OptimizerConfig::Adam(AdamConfig { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
        Self { optimizer: Optimizer::new(&adam, &parameters), parameters }
    }

    fn step(&mut self, loss: &Tensor) -> Result<()> {
        let gradients = Gradients::of(loss, &self.parameters)?;
        match self.optimizer.update(&self.parameters, &gradients, |_| LEARNING_RATE)? {
            None => Ok(()),
            Some(name) => candle_core::bail!("{name} is not finite any more"),
        }
    }
}

/// SRCNN as experiments have it, with the paper's widths and zeros beyond the border.
pub(super) fn srcnn(channels: usize, middle: usize) -> Result<(Parameters, Box<dyn Upscaler>)> {
    let config = ModelConfig::Srcnn(SrcnnConfig {
        channels: if channels == 1 { Channels::Y } else { Channels::Rgb },
        kernels: [9, middle, 5],
        widths: [64, 32],
        padding: BorderRule::Zeros,
        residual: false,
        init: SrcnnInit::He,
    });
    Parameters::init(0, &Device::Cpu, |vb| config.architecture().build(1, vb))
}

fn train_srcnn(channels: usize, middle: usize, side: usize) -> Result<Step> {
    let (parameters, model) = srcnn(channels, middle)?;
    let mut learner = Learner::new(parameters);
    let xs = Tensor::rand(0f32, 1., (BATCH, channels, side, side), &Device::Cpu)?;
    let hr = xs.rand_like(0., 1.)?;
    Ok(Box::new(move || {
        let loss = mse(&model.forward(&xs)?, &hr)?;
        learner.step(&loss)?;
        loss.to_scalar::<f32>().map(drop)
    }))
}

fn infer_srcnn(middle: usize, side: usize) -> Result<Step> {
    let (_, model) = srcnn(1, middle)?;
    let xs = Tensor::rand(0f32, 1., (1, 1, side, side), &Device::Cpu)?;
    Ok(Box::new(move || model.infer(&xs).map(drop)))
}

fn infer_generator(side: usize) -> Result<Step> {
    let (_, generator) = Parameters::init(0, &Device::Cpu, Generator::new)?;
    let generator = generator.detached();
    let lr = Tensor::rand(0f32, 1., (1, 3, side, side), &Device::Cpu)?;
    Ok(Box::new(move || to_nchw(&generator.infer(&to_nhwc(&lr)?)?).map(drop)))
}

fn train_srgan() -> Result<Step> {
    let (parameters, generator) = Parameters::init(0, &Device::Cpu, Generator::new)?;
    let mut of_generator = Learner::new(parameters);
    let (parameters, discriminator) = Parameters::init(0, &Device::Cpu, Discriminator::new)?;
    let mut of_discriminator = Learner::new(parameters);
    let lr = Tensor::rand(0f32, 1., (BATCH, GAN_SIDE, GAN_SIDE, 3), &Device::Cpu)?;
    let hr = Tensor::rand(0f32, 1., (BATCH, SCALE * GAN_SIDE, SCALE * GAN_SIDE, 3), &Device::Cpu)?;
    let ones = Tensor::ones((BATCH, 1), hr.dtype(), hr.device())?;
    let zeros = ones.zeros_like()?;
    let real = (&ones * REAL)?;
    Ok(Box::new(move || {
        let sr = generator.detached().forward(&lr)?;
        let (of_hr, of_sr) = (discriminator.forward(&hr)?, discriminator.forward(&sr)?);
        let judged = (binary_cross_entropy_with_logit(&of_hr, &real)?
            + binary_cross_entropy_with_logit(&of_sr, &zeros)?)?;
        of_discriminator.step(&judged)?;
        // Its graph is no longer needed.
        let judged = judged.detach();
        drop((of_hr, of_sr));

        let sr = generator.forward(&lr)?;
        let of_sr = discriminator.detached().forward(&sr)?;
        let adversarial = binary_cross_entropy_with_logit(&of_sr, &ones)?;
        let loss = (l1(&sr, &hr)? + (adversarial * ADVERSARIAL_WEIGHT)?)?;
        of_generator.step(&loss)?;
        (judged + loss)?.to_scalar::<f32>().map(drop)
    }))
}

/// A layer with zeros beyond the border.
fn layer(spec: &ConvSpec, activation: Activation, plus: Option<usize>, vb: &VarBuilder) -> Result<Layer> {
    let &ConvSpec { channels_in, channels_out, kernel, stride, .. } = spec;
    let vb = vb.pp(&spec.name);
    let start = Init::Randn { mean: 0., stdev: (2. / (channels_in * kernel * kernel) as f64).sqrt() };
    let weight = vb.get_with_hints((channels_out, channels_in, kernel, kernel), "weight", start)?;
    let bias = Some(vb.get_with_hints(channels_out, "bias", Init::Const(0.))?);
    Ok(Layer { weight, bias, options: ConvOptions { stride, padding: Padding::Zeros, activation }, plus })
}

/// See [`networks::generator`]; images and features are `[B, H, W, C]`.
pub(super) struct Generator(Vec<Layer>);

impl Generator {
    pub(super) fn new(vb: VarBuilder) -> Result<Self> {
        let layers = networks::generator().into_iter().enumerate().map(|(index, spec)| {
            let activation = if spec.name.ends_with("conv1") { Activation::Relu } else { Activation::None };
            let plus = spec.name.ends_with("conv2").then(|| index - 2);
            layer(&spec, activation, plus, &vb)
        });
        Ok(Self(layers.collect::<Result<_>>()?))
    }

    fn detached(&self) -> Self {
        Self(self.0.iter().map(Layer::detached).collect())
    }

    /// The SR images from the LR images and the last features.
    fn enlarged(lr: &Tensor, features: &Tensor) -> Result<Tensor> {
        // Before the shuffle, the pixels that one pixel becomes are channels side by side: the repeated input goes there.
        let (batch, height, width, channels) = features.dims4()?;
        let pixels = batch * height * width;
        let repeated = lr.reshape((pixels, 3, 1))?;
        let sr = features.reshape((pixels, 3, channels / 3))?.broadcast_add(&repeated)?;
        pixel_shuffle(&sr.reshape((batch, height, width, channels))?, SCALE)
    }

    fn infer(&self, lr: &Tensor) -> Result<Tensor> {
        Self::enlarged(lr, &infer_in_strips(lr, &self.0)?)
    }
}

impl Module for Generator {
    fn forward(&self, lr: &Tensor) -> Result<Tensor> {
        Self::enlarged(lr, &chain(lr, &self.0)?)
    }
}

/// See [`networks::discriminator`]; takes `[B, H, W, 3]`, returns `[B, 1]`.
pub(super) struct Discriminator {
    layers: Vec<Layer>,
    head: Linear,
}

impl Discriminator {
    pub(super) fn new(vb: VarBuilder) -> Result<Self> {
        let leaky = Activation::LeakyRelu(SLOPE as f32);
        let specs = networks::discriminator();
        let layers = specs.iter().map(|spec| layer(spec, leaky, None, &vb)).collect::<Result<_>>()?;
        let start = Init::Randn { mean: 0., stdev: (1. / LAST_WIDTH as f64).sqrt() };
        let vb = vb.pp("head");
        let weight = vb.get_with_hints((1, LAST_WIDTH), "weight", start)?;
        Ok(Self { layers, head: Linear::new(weight, Some(vb.get_with_hints(1, "bias", Init::Const(0.))?)) })
    }

    fn detached(&self) -> Self {
        let head = Linear::new(self.head.weight().detach(), self.head.bias().map(Tensor::detach));
        Self { layers: self.layers.iter().map(Layer::detached).collect(), head }
    }
}

impl Module for Discriminator {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        chain(images, &self.layers)?.flatten(1, 2)?.mean(D::Minus2)?.apply(&self.head)
    }
}
