//! The mean of what a network makes of a picture in its eight orientations.

use candle_core::{Result, Tensor};

use crate::Upscaler;

/// [`Upscaler::infer`] of `xs: [1, C, h, w]` and its seven mirrored and turned twins, turned back, on average.
pub(super) fn infer(model: &dyn Upscaler, xs: &Tensor) -> Result<Tensor> {
    let mut sum: Option<Tensor> = None;
    for orientation in 0..8 {
        let [rows, columns, sides] = [1, 2, 4].map(|bit| orientation & bit != 0);
        let mut turned = xs.clone();
        for (dim, mirror) in [(2, rows), (3, columns)] {
            turned = if mirror { mirrored(&turned, dim)? } else { turned };
        }
        turned = if sides { turned.transpose(2, 3)?.contiguous()? } else { turned };
        let mut sr = model.infer(&turned)?;
        sr = if sides { sr.transpose(2, 3)?.contiguous()? } else { sr };
        for (dim, mirror) in [(3, columns), (2, rows)] {
            sr = if mirror { mirrored(&sr, dim)? } else { sr };
        }
        sum = Some(match sum {
            Some(sum) => (sum + sr)?,
            None => sr,
        });
    }
    sum.map_or_else(|| xs.zeros_like(), |sum| sum / 8.)
}

fn mirrored(xs: &Tensor, dim: usize) -> Result<Tensor> {
    let places = Tensor::from_iter((0..xs.dim(dim)? as u32).rev(), xs.device())?;
    xs.contiguous()?.index_select(&places, dim)
}
