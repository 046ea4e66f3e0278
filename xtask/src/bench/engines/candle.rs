//! Candle as it comes: its convolutions, its losses, its optimizer, `[B, C, H, W]` throughout.

use std::collections::HashMap;

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::{
    Activation, AdamW, Conv2d, Conv2dConfig, Linear, Optimizer, ParamsAdamW, VarBuilder, VarMap, conv2d,
    linear,
    loss::{binary_cross_entropy_with_logit, mse},
    ops::pixel_shuffle,
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
        Task::InferSrcnn { middle, side } => {
            let build = |vb: VarBuilder| Srcnn::new(&networks::srcnn(1, middle), &vb);
            infer(build, (1, 1, side, side))
        }
        Task::InferGenerator { side } => infer(|vb| Generator::new(&vb), (1, 3, side, side)),
    }
}

/// A network of fresh variables and an optimizer for them.
fn learner<M>(build: impl FnOnce(VarBuilder) -> Result<M>) -> Result<(VarMap, M, AdamW)> {
    let variables = VarMap::new();
    let network = build(VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu))?;
    let adam = ParamsAdamW { lr: LEARNING_RATE, weight_decay: 0., ..ParamsAdamW::default() };
    let optimizer = AdamW::new(variables.all_vars(), adam)?;
    Ok((variables, network, optimizer))
}

/// The network on the values of `variables`, without gradients for them.
fn detached<M>(variables: &VarMap, build: impl FnOnce(VarBuilder) -> Result<M>) -> Result<M> {
    let variables =
        variables.data().lock().map_err(|_| candle_core::Error::msg("another thread panicked"))?;
    let values: HashMap<String, Tensor> =
        variables.iter().map(|(name, variable)| (name.clone(), variable.as_detached_tensor())).collect();
    build(VarBuilder::from_tensors(values, DType::F32, &Device::Cpu))
}

fn train_srcnn(channels: usize, middle: usize, side: usize) -> Result<Step> {
    let (_, model, mut optimizer) = learner(|vb| Srcnn::new(&networks::srcnn(channels, middle), &vb))?;
    let xs = Tensor::rand(0f32, 1., (BATCH, channels, side, side), &Device::Cpu)?;
    let hr = xs.rand_like(0., 1.)?;
    Ok(Box::new(move || {
        let loss = mse(&model.forward(&xs)?, &hr)?;
        optimizer.backward_step(&loss)?;
        loss.to_scalar::<f32>().map(drop)
    }))
}

fn infer<M: Module + 'static>(
    build: impl Fn(VarBuilder) -> Result<M>,
    shape: (usize, usize, usize, usize),
) -> Result<Step> {
    let variables = VarMap::new();
    build(VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu))?;
    let model = detached(&variables, build)?;
    let xs = Tensor::rand(0f32, 1., shape, &Device::Cpu)?;
    Ok(Box::new(move || model.forward(&xs).map(drop)))
}

fn train_srgan() -> Result<Step> {
    let (g_variables, generator, mut of_generator) = learner(|vb| Generator::new(&vb))?;
    let (d_variables, discriminator, mut of_discriminator) = learner(|vb| Discriminator::new(&vb))?;
    let lr = Tensor::rand(0f32, 1., (BATCH, 3, GAN_SIDE, GAN_SIDE), &Device::Cpu)?;
    let hr = Tensor::rand(0f32, 1., (BATCH, 3, SCALE * GAN_SIDE, SCALE * GAN_SIDE), &Device::Cpu)?;
    let ones = Tensor::ones((BATCH, 1), hr.dtype(), hr.device())?;
    let zeros = ones.zeros_like()?;
    let real = (&ones * REAL)?;
    Ok(Box::new(move || {
        let sr = detached(&g_variables, |vb| Generator::new(&vb))?.forward(&lr)?;
        let (of_hr, of_sr) = (discriminator.forward(&hr)?, discriminator.forward(&sr)?);
        let judged = (binary_cross_entropy_with_logit(&of_hr, &real)?
            + binary_cross_entropy_with_logit(&of_sr, &zeros)?)?;
        of_discriminator.backward_step(&judged)?;

        let sr = generator.forward(&lr)?;
        let of_sr = detached(&d_variables, |vb| Discriminator::new(&vb))?.forward(&sr)?;
        let adversarial = binary_cross_entropy_with_logit(&of_sr, &ones)?;
        let loss = ((&sr - &hr)?.abs()?.mean_all()? + (adversarial * ADVERSARIAL_WEIGHT)?)?;
        of_generator.backward_step(&loss)?;
        (judged + loss)?.to_scalar::<f32>().map(drop)
    }))
}

fn conv(spec: &ConvSpec, vb: &VarBuilder) -> Result<Conv2d> {
    let config = Conv2dConfig { padding: spec.kernel / 2, stride: spec.stride, ..Conv2dConfig::default() };
    conv2d(spec.channels_in, spec.channels_out, spec.kernel, config, vb.pp(&spec.name))
}

fn convs(specs: &[ConvSpec], vb: &VarBuilder) -> Result<Vec<Conv2d>> {
    specs.iter().map(|spec| conv(spec, vb)).collect()
}

/// See [`networks::srcnn`].
pub(super) struct Srcnn {
    convs: Vec<Conv2d>,
}

impl Srcnn {
    pub(super) fn new(specs: &[ConvSpec], vb: &VarBuilder) -> Result<Self> {
        Ok(Self { convs: convs(specs, vb)? })
    }
}

impl Module for Srcnn {
    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        let mut xs = xs.clone();
        for (index, conv) in self.convs.iter().enumerate() {
            xs = if index == 0 { xs.apply(conv)? } else { xs.relu()?.apply(conv)? };
        }
        Ok(xs)
    }
}

/// See [`networks::generator`].
pub(super) struct Generator {
    convs: Vec<Conv2d>,
}

impl Generator {
    pub(super) fn new(vb: &VarBuilder) -> Result<Self> {
        Ok(Self { convs: convs(&networks::generator(), vb)? })
    }
}

impl Module for Generator {
    fn forward(&self, lr: &Tensor) -> Result<Tensor> {
        let [head, blocks @ .., tail] = &self.convs[..] else {
            candle_core::bail!("a generator without a tail")
        };
        let mut features = lr.apply(head)?;
        for block in blocks.chunks_exact(2) {
            features = (&features + features.apply(&block[0])?.relu()?.apply(&block[1])?)?;
        }
        let (_, _, height, width) = lr.dims4()?;
        pixel_shuffle(&features.apply(tail)?, SCALE)?
            + lr.upsample_nearest2d(SCALE * height, SCALE * width)?
    }
}

/// See [`networks::discriminator`].
pub(super) struct Discriminator {
    convs: Vec<Conv2d>,
    head: Linear,
}

impl Discriminator {
    pub(super) fn new(vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            convs: convs(&networks::discriminator(), vb)?,
            head: linear(LAST_WIDTH, 1, vb.pp("head"))?,
        })
    }
}

impl Module for Discriminator {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let leaky = Activation::LeakyRelu(SLOPE);
        let features =
            self.convs.iter().try_fold(images.clone(), |xs, conv| xs.apply(conv)?.apply(&leaky))?;
        features.mean((2, 3))?.apply(&self.head)
    }
}
