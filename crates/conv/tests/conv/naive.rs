//! Convolution and its gradients as the textbook has them: seven loops in f64.

use plumage_conv::{Activation, ConvOptions, Padding};

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) batch: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels_in: usize,
    pub(crate) channels_out: usize,
    pub(crate) kernel: usize,
    pub(crate) options: ConvOptions,
}

/// What a layer computes, and the gradients of the sum of all products of `ys` and `grad_ys`.
pub(crate) struct Answer {
    pub(crate) ys: Vec<f64>,
    pub(crate) grad_xs: Vec<f64>,
    pub(crate) grad_weight: Vec<f64>,
    pub(crate) grad_bias: Vec<f64>,
    /// The largest sum of magnitudes that a bias gradient is the sum of: its terms may cancel, and their rounding does not.
    pub(crate) bias_terms: f64,
}

impl Layer {
    pub(crate) fn out(&self, len: usize) -> usize {
        let border = if self.options.padding == Padding::Valid { 0 } else { self.kernel / 2 };
        (len + 2 * border - self.kernel) / self.options.stride + 1
    }

    pub(crate) fn output_len(&self) -> usize {
        self.batch * self.out(self.height) * self.out(self.width) * self.channels_out
    }

    /// The inputs of the activation.
    pub(crate) fn sums(&self, xs: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
        let mut sums = Vec::with_capacity(self.output_len());
        self.for_outputs(|image, y, x, c| {
            let mut sum = bias[c];
            self.window(image, y, x, c, |x, w| sum += xs[x] * weight[w]);
            sums.push(sum);
        });
        sums
    }

    /// Output and gradients.
    pub(crate) fn compute(&self, xs: &[f64], weight: &[f64], bias: &[f64], grad_ys: &[f64]) -> Answer {
        let mut ys = self.sums(xs, weight, bias);
        let mut grad_xs = vec![0.; xs.len()];
        let mut grad_weight = vec![0.; weight.len()];
        let mut grad_bias = vec![0.; bias.len()];
        let mut bias_terms = vec![0f64; bias.len()];
        let mut outputs = ys.iter_mut().zip(grad_ys);
        self.for_outputs(|image, y, x, c| {
            let Some((sum, grad)) = outputs.next() else { return };
            let slope = match self.options.activation {
                Activation::LeakyRelu(slope) if *sum <= 0. => f64::from(slope),
                Activation::Relu if *sum <= 0. => 0.,
                _ => 1.,
            };
            *sum *= slope;
            let grad = grad * slope;
            grad_bias[c] += grad;
            bias_terms[c] += grad.abs();
            self.window(image, y, x, c, |x, w| {
                grad_xs[x] += grad * weight[w];
                grad_weight[w] += grad * xs[x];
            });
        });
        let bias_terms = bias_terms.into_iter().fold(0., f64::max);
        Answer { ys, grad_xs, grad_weight, grad_bias, bias_terms }
    }

    /// Calls `visit` with image, row, column and channel of every output.
    fn for_outputs(&self, mut visit: impl FnMut(usize, usize, usize, usize)) {
        for image in 0..self.batch {
            for y in 0..self.out(self.height) {
                for x in 0..self.out(self.width) {
                    (0..self.channels_out).for_each(|c| visit(image, y, x, c));
                }
            }
        }
    }

    /// Calls `visit` with the positions of all pairs of input value and weight that make one output.
    fn window(&self, image: usize, y: usize, x: usize, channel: usize, mut visit: impl FnMut(usize, usize)) {
        for tap_y in 0..self.kernel {
            for tap_x in 0..self.kernel {
                let (Some(y), Some(x)) = (self.seen(y, tap_y, self.height), self.seen(x, tap_x, self.width))
                else {
                    continue;
                };
                for c in 0..self.channels_in {
                    visit(
                        ((image * self.height + y) * self.width + x) * self.channels_in + c,
                        ((channel * self.channels_in + c) * self.kernel + tap_y) * self.kernel + tap_x,
                    );
                }
            }
        }
    }

    fn seen(&self, out: usize, tap: usize, len: usize) -> Option<usize> {
        let at = (out * self.options.stride + tap) as isize;
        let border = (self.kernel / 2) as isize;
        match self.options.padding {
            Padding::Valid => Some(at as usize),
            Padding::Zeros => usize::try_from(at - border).ok().filter(|&at| at < len),
            Padding::Replicate => Some((at - border).clamp(0, len as isize - 1) as usize),
        }
    }
}
