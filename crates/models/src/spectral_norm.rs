//! Spectral normalisation: weights divided by their largest singular value, so that a layer stretches nothing.
//!
//! T. Miyato, T. Kataoka, M. Koyama, Y. Yoshida, "Spectral Normalization for Generative Adversarial Networks", ICLR 2018,
//! <https://arxiv.org/abs/1802.05957>, with one power iteration a step and the numbers of PyTorch's
//! `torch.nn.utils.spectral_norm`. There a forward pass moves the vector; here it only looks at where the vector would go,
//! and [`SpectralNorm::iterate`] moves it, so that a forward pass is a function of the parameters.

use candle_core::{Result, Tensor, Var};
use candle_nn::{VarBuilder, init::Init};

/// Keeps a vector of zeros from becoming NaN, as in PyTorch.
const EPSILON: f64 = 1e-12;

/// The vector of one layer's power iteration, which is a parameter without gradient: saved and loaded as all others.
#[derive(Clone, Debug)]
pub(crate) struct SpectralNorm {
    /// `[C_out]`, of any length but zero.
    u: Tensor,
}

impl SpectralNorm {
    /// Takes `u: [channels_out]` from `vb`.
    pub(crate) fn new(channels_out: usize, vb: VarBuilder) -> Result<Self> {
        Ok(Self { u: vb.get_with_hints(channels_out, "u", Init::Randn { mean: 0., stdev: 1. })? })
    }

    /// `weight: [C_out, ..]` over its largest singular value as a matrix of `C_out` rows; gradients flow through both, and
    /// not through the vectors.
    pub(crate) fn apply(&self, weight: &Tensor) -> Result<Tensor> {
        let matrix = weight.flatten_from(1)?;
        let (u, v) = self.next(&matrix.detach())?;
        let sigma = u.t()?.matmul(&matrix)?.matmul(&v)?;
        weight.broadcast_div(&sigma.reshape(())?)
    }

    /// Moves the vector on by one iteration with the layer's present weight.
    pub(crate) fn iterate(&self, weight: &Tensor) -> Result<()> {
        let (u, _) = self.next(&weight.detach().flatten_from(1)?)?;
        // A handle on the variable among the parameters.
        Var::from_tensor(&self.u)?.set(&u.flatten_all()?)
    }

    /// The left and the right vector after one iteration, `[C_out, 1]` and `[n, 1]`, for `matrix: [C_out, n]`.
    fn next(&self, matrix: &Tensor) -> Result<(Tensor, Tensor)> {
        let v = unit(&matrix.t()?.matmul(&self.u.detach().unsqueeze(1)?)?)?;
        Ok((unit(&matrix.matmul(&v)?)?, v))
    }
}

fn unit(vector: &Tensor) -> Result<Tensor> {
    let norm = vector.sqr()?.sum_all()?.sqrt()?;
    vector.broadcast_div(&norm.maximum(EPSILON)?)
}
