use crate::pool::Scratch;
use crate::shape::Shape;

/// Output channels of a panel: two vectors of eight.
pub(super) const PANEL: usize = 16;

/// The weights of a convolution in the order in which the kernel reads them: for every sixteen output channels, zeros
/// where there are fewer, `[taps_y, taps_x * C_in, 16]`.
pub(crate) struct Panels {
    pub(super) taps_y: usize,
    /// Contiguous input values that a row of taps covers.
    pub(super) run: usize,
    pub(super) channels_out: usize,
    weight: Scratch,
    bias: Scratch,
}

impl Panels {
    pub(crate) fn forward(shape: &Shape, weight: &[f32], bias: &[f32]) -> Self {
        let (kernel, channels_in) = (shape.kernel, shape.channels_in);
        let mut panels = Self::zeros(kernel, kernel * channels_in, shape.channels_out);
        panels.fill(|tap_y, at, channel_out| {
            let (tap_x, channel_in) = (at / channels_in, at % channels_in);
            weight[((channel_out * channels_in + channel_in) * kernel + tap_y) * kernel + tap_x]
        });
        panels.bias[..bias.len()].copy_from_slice(bias);
        panels
    }

    /// Panels that turn gradients of the output into those of the input: of the given rows and columns of taps, in the
    /// order of the output pixels that they come from.
    pub(super) fn backward(shape: &Shape, weight: &[f32], taps_y: &[usize], taps_x: &[usize]) -> Self {
        let (kernel, channels_in, channels_out) = (shape.kernel, shape.channels_in, shape.channels_out);
        let mut panels = Self::zeros(taps_y.len(), taps_x.len() * channels_out, channels_in);
        panels.fill(|row, at, channel_in| {
            let (tap_y, tap_x, channel_out) = (taps_y[row], taps_x[at / channels_out], at % channels_out);
            weight[((channel_out * channels_in + channel_in) * kernel + tap_y) * kernel + tap_x]
        });
        panels
    }

    fn zeros(taps_y: usize, run: usize, channels_out: usize) -> Self {
        let channels = channels_out.next_multiple_of(PANEL);
        let (weight, bias) = (Scratch::zeros(channels * taps_y * run), Scratch::zeros(channels));
        Self { taps_y, run, channels_out, weight, bias }
    }

    fn fill(&mut self, value: impl Fn(usize, usize, usize) -> f32) {
        let (taps_y, run) = (self.taps_y, self.run);
        for channel in 0..self.channels_out {
            let (panel, lane) = (channel / PANEL, channel % PANEL);
            for tap_y in 0..taps_y {
                for at in 0..run {
                    self.weight[((panel * taps_y + tap_y) * run + at) * PANEL + lane] =
                        value(tap_y, at, channel);
                }
            }
        }
    }

    /// For every panel its first channel, its weights and its sixteen biases.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[f32], &[f32])> {
        let weights = (0..).map(|panel| {
            let len = self.taps_y * self.run * PANEL;
            &self.weight[panel * len..][..len]
        });
        let biases = self.bias.chunks_exact(PANEL).enumerate();
        biases.zip(weights).map(|((panel, bias), weight)| (panel * PANEL, weight, bias))
    }
}
