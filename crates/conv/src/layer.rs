use candle_core::{Module, Result, Tensor};

use crate::{ConvOptions, chain};

/// One convolution with its parameters, alone or in a chain.
#[derive(Clone, Debug)]
pub struct Layer {
    /// `[C_out, C_in, k, k]`.
    pub weight: Tensor,
    /// `[C_out]`.
    pub bias: Option<Tensor>,
    /// How the convolution is applied.
    pub options: ConvOptions,
    /// The layer of a chain, counted from 0, whose output is added before the activation, as at the end of a residual block;
    /// it comes before this one, and its output has the same shape.
    pub plus: Option<usize>,
}

impl Layer {
    /// The same layer without gradients for its parameters.
    pub fn detached(&self) -> Self {
        let (weight, bias) = (self.weight.detach(), self.bias.as_ref().map(Tensor::detach));
        Self { weight, bias, ..*self }
    }
}

impl Module for Layer {
    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        chain(xs, std::slice::from_ref(self))
    }
}
