//! Our engine: SRCNN through the models, losses and optimizers that experiments use, and the adversarial pair from the
//! same convolutions.

use candle_core::{D, Device, Module, Result, Tensor};
use candle_nn::{Linear, VarBuilder, init::Init, loss::binary_cross_entropy_with_logit};
use plumage_conv::{
    Activation, ConvOptions, Layer, Padding, infer_in_strips, pixel_shuffle, to_nchw, to_nhwc,
};
use plumage_imaging::Channels;
use plumage_losses::{l1, mse};
use plumage_models::{
    ModelConfig, Parameters,
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
        self.optimizer.update(&self.parameters, &gradients, |_| LEARNING_RATE)
    }
}

fn train_srcnn(channels: usize, middle: usize, side: usize) -> Result<Step> {
    let config = ModelConfig::Srcnn(SrcnnConfig {
        channels: if channels == 1 { Channels::Y } else { Channels::Rgb },
        kernels: [9, middle, 5],
        widths: [64, 32],
        padding: BorderRule::Zeros,
        residual: false,
        init: SrcnnInit::He,
    });
    let build = |vb: VarBuilder| config.architecture().build(1, vb);
    let (parameters, model) = Parameters::init(0, &Device::Cpu, build)?;
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
    let build = |vb: VarBuilder| {
        let layers = networks::srcnn(1, middle);
        layers.iter().map(|spec| layer(spec, activation_of_srcnn(spec), &vb)).collect::<Result<Vec<_>>>()
    };
    let (_, layers) = Parameters::init(0, &Device::Cpu, build)?;
    let layers: Vec<Layer> = layers.iter().map(detached).collect();
    let xs = Tensor::rand(0f32, 1., (1, 1, side, side), &Device::Cpu)?;
    Ok(Box::new(move || to_nchw(&infer_in_strips(&to_nhwc(&xs)?, &layers)?).map(drop)))
}

fn infer_generator(side: usize) -> Result<Step> {
    let (_, generator) = Parameters::init(0, &Device::Cpu, Generator::new)?;
    let generator = generator.detached();
    let lr = Tensor::rand(0f32, 1., (1, 3, side, side), &Device::Cpu)?;
    Ok(Box::new(move || to_nchw(&generator.forward(&to_nhwc(&lr)?)?).map(drop)))
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

        let sr = generator.forward(&lr)?;
        let of_sr = discriminator.detached().forward(&sr)?;
        let adversarial = binary_cross_entropy_with_logit(&of_sr, &ones)?;
        let loss = (l1(&sr, &hr)? + (adversarial * ADVERSARIAL_WEIGHT)?)?;
        of_generator.step(&loss)?;
        (judged + loss)?.to_scalar::<f32>().map(drop)
    }))
}

/// A convolution of a network whose parameters `vb` provides.
fn layer(spec: &ConvSpec, activation: Activation, vb: &VarBuilder) -> Result<Layer> {
    let &ConvSpec { channels_in, channels_out, kernel, stride, .. } = spec;
    let vb = vb.pp(&spec.name);
    let start = Init::Randn { mean: 0., stdev: (2. / (channels_in * kernel * kernel) as f64).sqrt() };
    let weight = vb.get_with_hints((channels_out, channels_in, kernel, kernel), "weight", start)?;
    let bias = Some(vb.get_with_hints(channels_out, "bias", Init::Const(0.))?);
    Ok(Layer { weight, bias, options: ConvOptions { stride, padding: Padding::Zeros, activation } })
}

fn activation_of_srcnn(spec: &ConvSpec) -> Activation {
    if spec.name == "conv3" { Activation::None } else { Activation::Relu }
}

/// The same layer without gradients for its parameters.
fn detached(layer: &Layer) -> Layer {
    let bias = layer.bias.as_ref().map(Tensor::detach);
    Layer { weight: layer.weight.detach(), bias, options: layer.options }
}

/// See [`networks::generator`]; images and features are `[B, H, W, C]`.
struct Generator {
    head: Layer,
    blocks: Vec<[Layer; 2]>,
    tail: Layer,
}

impl Generator {
    fn new(vb: VarBuilder) -> Result<Self> {
        let mut layers = networks::generator().into_iter().map(|spec| {
            let activation = if spec.name.ends_with("conv1") { Activation::Relu } else { Activation::None };
            layer(&spec, activation, &vb)
        });
        let mut next =
            || layers.next().unwrap_or_else(|| candle_core::bail!("the generator has no more layers"));
        let head = next()?;
        let blocks = (0..networks::BLOCKS).map(|_| Ok([next()?, next()?])).collect::<Result<_>>()?;
        Ok(Self { head, blocks, tail: next()? })
    }

    fn detached(&self) -> Self {
        let blocks = self.blocks.iter().map(|block| block.each_ref().map(detached)).collect();
        Self { head: detached(&self.head), blocks, tail: detached(&self.tail) }
    }
}

impl Module for Generator {
    fn forward(&self, lr: &Tensor) -> Result<Tensor> {
        let mut features = lr.apply(&self.head)?;
        for [conv1, conv2] in &self.blocks {
            features = (&features + features.apply(conv1)?.apply(conv2)?)?;
        }
        let tail = features.apply(&self.tail)?;
        // Before the shuffle, the pixels that one pixel becomes are channels side by side: the repeated input goes there.
        let (batch, height, width, channels) = tail.dims4()?;
        let pixels = batch * height * width;
        let repeated = lr.reshape((pixels, 3, 1))?;
        let sr = tail.reshape((pixels, 3, channels / 3))?.broadcast_add(&repeated)?;
        pixel_shuffle(&sr.reshape((batch, height, width, channels))?, SCALE)
    }
}

/// See [`networks::discriminator`]; takes `[B, H, W, 3]`, returns `[B, 1]`.
struct Discriminator {
    convs: Vec<Layer>,
    head: Linear,
}

impl Discriminator {
    fn new(vb: VarBuilder) -> Result<Self> {
        let leaky = Activation::LeakyRelu(SLOPE as f32);
        let convs =
            networks::discriminator().iter().map(|spec| layer(spec, leaky, &vb)).collect::<Result<_>>()?;
        let start = Init::Randn { mean: 0., stdev: (1. / LAST_WIDTH as f64).sqrt() };
        let vb = vb.pp("head");
        let weight = vb.get_with_hints((1, LAST_WIDTH), "weight", start)?;
        Ok(Self { convs, head: Linear::new(weight, Some(vb.get_with_hints(1, "bias", Init::Const(0.))?)) })
    }

    fn detached(&self) -> Self {
        let head = Linear::new(self.head.weight().detach(), self.head.bias().map(Tensor::detach));
        Self { convs: self.convs.iter().map(detached).collect(), head }
    }
}

impl Module for Discriminator {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let features = self.convs.iter().try_fold(images.clone(), |xs, conv| conv.forward(&xs))?;
        features.flatten(1, 2)?.mean(D::Minus2)?.apply(&self.head)
    }
}
