//! Between candle's layout and the one that activations have between layers.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::chain::on_this_crates_kernels;
use crate::pool::zeros;
use crate::real::Real;

/// `[B, C, H, W]` to `[B, H, W, C]`.
///
/// # Errors
/// A tensor that has not four dimensions.
pub fn to_nhwc(xs: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = xs.dims4()?;
    match channels {
        1 => xs.reshape((batch, height, width, 1)),
        _ => permuted(xs, [0, 2, 3, 1]),
    }
}

/// `[B, H, W, C]` to `[B, C, H, W]`.
///
/// # Errors
/// A tensor that has not four dimensions.
pub fn to_nchw(xs: &Tensor) -> Result<Tensor> {
    let (batch, height, width, channels) = xs.dims4()?;
    match channels {
        1 => xs.reshape((batch, 1, height, width)),
        _ => permuted(xs, [0, 3, 1, 2]),
    }
}

/// Pixel shuffle (W. Shi et al. 2016, <https://arxiv.org/abs/1609.05158>) with PyTorch's order of channels: channel
/// `c * scale^2 + i * scale + j` becomes row `i` and column `j` of every block of channel `c`.
///
/// # Shapes
/// `xs: [B, H, W, C * scale^2]`. Returns `[B, scale * H, scale * W, C]`.
///
/// # Errors
/// Channels that are not a multiple of `scale^2`.
pub fn pixel_shuffle(xs: &Tensor, scale: usize) -> Result<Tensor> {
    let (batch, height, width, channels) = xs.dims4()?;
    if scale == 0 || !channels.is_multiple_of(scale * scale) {
        bail!("{channels} channels do not make blocks of {scale} x {scale} pixels");
    }
    let channels = channels / (scale * scale);
    let blocks = xs.reshape(&[batch * height, width, channels, scale, scale][..])?;
    permuted(&blocks, [0, 3, 1, 4, 2])?.reshape((batch, scale * height, scale * width, channels))
}

/// The tensor with its dimensions in another order, written out by all threads.
fn permuted<const N: usize>(xs: &Tensor, order: [usize; N]) -> Result<Tensor> {
    if on_this_crates_kernels(xs) {
        xs.contiguous()?.apply_op1(Permute { order })
    } else {
        xs.permute(order.as_slice())?.contiguous()
    }
}

/// Dimension `i` of the output is dimension `order[i]` of the contiguous input.
struct Permute<const N: usize> {
    order: [usize; N],
}

impl<const N: usize> Permute<N> {
    fn run<T: Real>(&self, xs: &[T], dims: [usize; N]) -> Vec<T> {
        let mut steps = [1; N];
        for dim in (1..N).rev() {
            steps[dim - 1] = steps[dim] * dims[dim];
        }
        let (dims, steps) = (self.order.map(|dim| dims[dim]), self.order.map(|dim| steps[dim]));
        let mut ys = zeros(xs.len());
        if ys.is_empty() {
            return ys;
        }
        // The last two dimensions are one task; the others say where it begins.
        let (outer, [rows, columns]) = (&dims[..N - 2], [dims[N - 2], dims[N - 1]]);
        let [row_step, column_step] = [steps[N - 2], steps[N - 1]];
        ys.par_chunks_exact_mut(rows * columns).enumerate().for_each(|(index, ys)| {
            let (mut index, mut first) = (index, 0);
            for (&dim, &step) in outer.iter().zip(&steps).rev() {
                first += index % dim * step;
                index /= dim;
            }
            for (row, ys) in ys.chunks_exact_mut(columns).enumerate() {
                let xs = xs[first + row * row_step..].iter().step_by(column_step);
                ys.iter_mut().zip(xs).for_each(|(y, &x)| *y = x);
            }
        });
        ys
    }
}

impl<const N: usize> CustomOp1 for Permute<N> {
    fn name(&self) -> &'static str {
        "plumage-permute"
    }

    fn cpu_fwd(&self, xs: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (Ok(dims), Some((start, end))) =
            (<[usize; N]>::try_from(layout.dims()), layout.contiguous_offsets())
        else {
            bail!("{:?} is not contiguous, or has not {N} dimensions", layout.dims());
        };
        let ys = match xs {
            CpuStorage::F32(xs) => CpuStorage::F32(self.run(&xs[start..end], dims)),
            CpuStorage::F64(xs) => CpuStorage::F64(self.run(&xs[start..end], dims)),
            _ => bail!("a tensor is permuted in f32 or f64"),
        };
        Ok((ys, self.order.map(|dim| dims[dim]).as_slice().into()))
    }

    fn bwd(&self, _xs: &Tensor, _ys: &Tensor, grad_ys: &Tensor) -> Result<Option<Tensor>> {
        let mut order = [0; N];
        for (to, &from) in self.order.iter().enumerate() {
            order[from] = to;
        }
        permuted(grad_ys, order).map(Some)
    }
}
