//! The engines that run inside this program: ours, and candle as it comes.

mod candle;
mod plumage;

use candle_core::Result;
use clap::ValueEnum;

use super::workloads::Workload;

/// An engine of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// The networks as Plumage trains and runs them.
    Plumage,
    /// The same networks from candle's own layers, `[B, C, H, W]` throughout.
    Candle,
}

/// Does its workload once every time it is called.
pub(crate) type Step = Box<dyn FnMut() -> Result<()>>;

/// The learning rate of all training steps; any that does not diverge takes as long.
const LEARNING_RATE: f64 = 1e-4;
/// What the discriminator should say of an HR patch.
const REAL: f64 = 0.9;
/// Weight of the adversarial part of the generator's loss.
const ADVERSARIAL_WEIGHT: f64 = 1e-3;

impl Engine {
    /// What the command line and the records call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plumage => "plumage",
            Self::Candle => "candle",
        }
    }

    /// Networks and data of a workload, made once.
    pub(crate) fn prepare(self, workload: &Workload) -> Result<Step> {
        match self {
            Self::Plumage => plumage::prepare(workload.task),
            Self::Candle => candle::prepare(workload.task),
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Module, Tensor};
    use candle_nn::VarBuilder;
    use plumage_models::Parameters;
    use plumage_trainer::gradients::Gradients;

    use super::*;
    use crate::bench::networks;

    /// The same parameters and the same input through both engines, whose inputs and outputs are `[B, C, H, W]`: the output,
    /// and the gradients of half its sum of squares, which weighs every output by itself.
    fn assert_same<M: Module>(
        (parameters, ours): (Parameters, impl Fn(&Tensor) -> Result<Tensor>),
        candles: impl FnOnce(VarBuilder) -> Result<M>,
        input: (usize, usize, usize, usize),
    ) {
        let same = parameters.iter().map(|(name, variable)| (name.to_owned(), variable.as_tensor().clone()));
        let candles = candles(VarBuilder::from_tensors(same.collect(), DType::F32, &Device::Cpu)).unwrap();
        let (batch, channels, height, width) = input;
        let wave = (0..batch * channels * height * width).map(|index| (0.37 * index as f32).sin());
        let xs = Tensor::from_iter(wave, &Device::Cpu).unwrap().reshape(input).unwrap();
        let answer = |ys: Tensor| {
            let loss = (ys.sqr().unwrap().sum_all().unwrap() * 0.5).unwrap();
            let gradients = Gradients::of(&loss, &parameters).unwrap();
            let outputs = ys.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let names = parameters.iter().map(|(name, _)| gradients.get(name).unwrap().to_vec());
            std::iter::once(outputs).chain(names).collect::<Vec<_>>()
        };
        let ours = answer(ours(&xs).unwrap());
        let candles = answer(candles.forward(&xs).unwrap());
        assert_eq!(ours.len(), candles.len());
        for (index, (ours, candles)) in ours.iter().zip(&candles).enumerate() {
            let what = match index {
                0 => "the output",
                _ => parameters.iter().nth(index - 1).unwrap().0,
            };
            let largest = candles.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
            for (ours, candles) in ours.iter().zip(candles) {
                // Both are rounded, candle's sums one after the other.
                assert!((ours - candles).abs() <= 1e-4 * largest, "{what}: {ours}, and candle {candles}");
            }
        }
    }

    #[test]
    fn every_network_has_the_outputs_and_gradients_of_stock_candle() {
        for (channels, middle) in [(1, 1), (1, 5), (3, 5)] {
            let (parameters, model) = plumage::srcnn(channels, middle).unwrap();
            let candles = |vb: VarBuilder| candle::Srcnn::new(&networks::srcnn(channels, middle), &vb);
            assert_same((parameters, |xs: &Tensor| model.forward(xs)), candles, (2, channels, 21, 19));
        }
        let (parameters, generator) = plumage::generator().unwrap();
        // With weights of zero nothing but the skip is left.
        let (none, skip) = plumage::generator().unwrap();
        for (_, weight) in none.iter() {
            weight.set(&weight.zeros_like().unwrap()).unwrap();
        }
        let ours = |xs: &Tensor| {
            let (_, _, height, width) = xs.dims4()?;
            let (scale, features) = (networks::SCALE, (generator.forward(xs)? - skip.forward(xs)?.detach())?);
            features + xs.upsample_nearest2d(scale * height, scale * width)?
        };
        assert_same((parameters, ours), |vb| candle::Generator::new(&vb), (2, 3, 13, 11));

        let (parameters, discriminator) = plumage::discriminator().unwrap();
        let ours = |xs: &Tensor| discriminator.forward(xs)?.unsqueeze(1);
        // Square, since candle takes the padding of a strided gradient from the height alone.
        assert_same((parameters, ours), |vb| candle::Discriminator::new(&vb), (2, 3, 36, 36));
    }
}
