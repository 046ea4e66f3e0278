//! Our engine: the networks, losses and optimizers that experiments use.

use candle_core::{Device, Result, Tensor};
use plumage_imaging::Channels;
use plumage_losses::{AdversarialConfig, VanillaConfig, l1, mse};
use plumage_models::{
    ModelConfig, Parameters, Upscaler,
    discriminator::{Discriminator, DiscriminatorConfig, VerdictOn},
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
    srresnet::SrresnetConfig,
};
use plumage_trainer::{
    gradients::Gradients,
    optimizer::{AdamConfig, Optimizer, OptimizerConfig},
};

use super::{ADVERSARIAL_WEIGHT, LEARNING_RATE, REAL, Step};
use crate::bench::{
    networks::{BLOCKS, FEATURES, SCALE, WIDTHS},
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
        mean: 0.,
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

/// The generator of the adversarial pair: SRResNet, whose skip is bicubic where that of the others repeats pixels.
pub(super) fn generator() -> Result<(Parameters, Box<dyn Upscaler>)> {
    let config = SrresnetConfig {
        channels: Channels::Rgb,
        n_feats: FEATURES,
        n_blocks: BLOCKS,
        hr_feats: None,
        noise: false,
    };
    ModelConfig::Srresnet(config).init(SCALE, 0, &Device::Cpu)
}

pub(super) fn discriminator() -> Result<(Parameters, Discriminator)> {
    DiscriminatorConfig {
        widths: WIDTHS.to_vec(),
        first_stride: 2,
        verdict_on: VerdictOn::Image,
        spectral_norm: false,
    }
    .init(3, 0, &Device::Cpu)
}

fn infer_generator(side: usize) -> Result<Step> {
    let (_, generator) = generator()?;
    let lr = Tensor::rand(0f32, 1., (1, 3, side, side), &Device::Cpu)?;
    Ok(Box::new(move || generator.infer(&lr).map(drop)))
}

/// The peers' step: the discriminator's SR is made without a graph, and the generator's anew.
fn train_srgan() -> Result<Step> {
    let ((parameters, generator), (of_parameters, discriminator)) = (generator()?, discriminator()?);
    let (mut of_generator, mut of_discriminator) = (Learner::new(parameters), Learner::new(of_parameters));
    let lr = Tensor::rand(0f32, 1., (BATCH, 3, GAN_SIDE, GAN_SIDE), &Device::Cpu)?;
    let hr = Tensor::rand(0f32, 1., (BATCH, 3, SCALE * GAN_SIDE, SCALE * GAN_SIDE), &Device::Cpu)?;
    let game = AdversarialConfig::Vanilla(VanillaConfig { real_label: REAL });
    Ok(Box::new(move || {
        let sr = generator.forward(&lr)?.detach();
        let (of_hr, of_sr) = (discriminator.forward(&hr)?, discriminator.forward(&sr)?);
        let judged = game.of_discriminator(&of_hr, &of_sr)?;
        of_discriminator.step(&judged)?;
        // Its graph is no longer needed.
        let (judged, of_hr) = (judged.detach(), of_hr.detach());
        drop(of_sr);

        let sr = generator.forward(&lr)?;
        let adversarial = game.of_generator(&of_hr, &discriminator.detached().forward(&sr)?)?;
        let loss = (l1(&sr, &hr)? + (adversarial * ADVERSARIAL_WEIGHT)?)?;
        of_generator.step(&loss)?;
        (judged + loss)?.to_scalar::<f32>().map(drop)
    }))
}
