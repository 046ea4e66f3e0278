//! The layer every network is made of: a convolution with its weights, built by name.

use candle_core::{Result, Tensor, Var};
use candle_nn::{VarBuilder, init};
use plumage_conv::{ConvOptions, Layer, Padding};

/// How the weights of a layer start; the bias starts at zero.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Init {
    /// He et al. 2015, <https://arxiv.org/abs/1502.01852>: N(0, 2 / fan-in), for layers that a ReLU follows.
    He,
    /// N(0, std).
    Normal {
        /// Standard deviation.
        std: f64,
    },
    /// N(0, std), and the same for all the channels that a pixel shuffle makes one block of; see [`icnr`].
    Icnr {
        /// Standard deviation.
        std: f64,
        /// Side of the block, in pixels.
        scale: usize,
    },
}

/// A square convolution with bias and activation over `[B, H, W, C]`.
pub(crate) struct Conv2d(Layer);

impl Conv2d {
    /// Takes `weight: [channels_out, channels_in, kernel, kernel]` and `bias: [channels_out]` from `vb`.
    pub(crate) fn new(
        channels_in: usize,
        channels_out: usize,
        kernel: usize,
        options: ConvOptions,
        init: Init,
        vb: VarBuilder,
    ) -> Result<Self> {
        let std = match init {
            Init::He => (2. / (channels_in * kernel * kernel) as f64).sqrt(),
            Init::Normal { std } | Init::Icnr { std, .. } => std,
        };
        let start = init::Init::Randn { mean: 0., stdev: std };
        let weight = vb.get_with_hints((channels_out, channels_in, kernel, kernel), "weight", start)?;
        if let Init::Icnr { scale, .. } = init {
            // A handle on the variable that `vb` has just drawn.
            Var::from_tensor(&weight)?.set(&icnr(&weight.detach(), scale)?)?;
        }
        let bias = vb.get_with_hints(channels_out, "bias", init::ZERO)?;
        Ok(Self(Layer { weight, bias: Some(bias), options, plus: None }))
    }

    /// The layer as it was built, for [`plumage_conv::chain`]; it shares its parameters.
    pub(crate) fn layer(&self) -> Layer {
        self.0.clone()
    }

    /// The layer for whole pictures, whose padding may differ from training's.
    pub(crate) fn with_padding(&self, padding: Padding) -> Layer {
        let layer = self.layer();
        Layer { options: ConvOptions { padding, ..layer.options }, ..layer }
    }

    /// Multiplications of one output pixel, all channels.
    pub(crate) fn macs_per_output_pixel(&self) -> u64 {
        self.0.weight.elem_count() as u64
    }
}

/// Weights before a pixel shuffle that start like a nearest-neighbour enlargement of one convolution: no checkerboard.
///
/// A. Aitken et al., "Checkerboard artifact free sub-pixel convolution", 2017, <https://arxiv.org/abs/1707.02937>.
///
/// # Shapes
/// `drawn: [C * scale^2, C_in, k, k]`; returns the same shape, where the first of every `scale^2` kernels serves all.
fn icnr(drawn: &Tensor, scale: usize) -> Result<Tensor> {
    let (channels_out, channels_in, kernel, _) = drawn.dims4()?;
    let block = scale * scale;
    let blocks = drawn.reshape((channels_out / block, block, channels_in * kernel * kernel))?;
    blocks.narrow(1, 0, 1)?.broadcast_as(blocks.dims())?.contiguous()?.reshape(drawn.dims())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use candle_core::Device;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Fixture {
        icnr: BTreeMap<usize, Icnr>,
    }

    #[derive(Deserialize)]
    struct Icnr {
        weight: Vec<f64>,
        output: Vec<f64>,
    }

    /// `size * sin(step * i)`, as the script has it.
    fn wave(shape: &[usize], step: f64, size: f64) -> Tensor {
        let count = shape.iter().product::<usize>();
        let values: Vec<f64> = (0..count).map(|i| size * (step * i as f64).sin()).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    fn assert_equal(ours: &Tensor, theirs: &[f64]) {
        let ours = ours.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        assert_eq!(ours.len(), theirs.len());
        assert!(ours.iter().zip(theirs).all(|(ours, theirs)| (ours - theirs).abs() < 1e-12));
    }

    /// `tests/fixtures/gan_parts.py` made the numbers.
    #[test]
    fn icnr_weights_and_the_blocks_that_they_make_are_those_of_pytorch() {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../tests/fixtures/gan_parts.json")).unwrap();
        for (scale, expected) in fixture.icnr {
            let weight = icnr(&wave(&[3 * scale * scale, 2, 3, 3], 0.7, 0.5), scale).unwrap();
            assert_equal(&weight, &expected.weight);
            let ys = wave(&[1, 2, 4, 5], 0.37, 1.).conv2d(&weight, 1, 1, 1, 1).unwrap();
            assert_equal(&candle_nn::ops::pixel_shuffle(&ys, scale).unwrap(), &expected.output);
        }
    }
}
