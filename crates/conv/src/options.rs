/// What a convolution reads beyond the border of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Padding {
    /// Zeros, `kernel / 2` on every side.
    Zeros,
    /// The nearest pixel, `kernel / 2` on every side.
    Replicate,
    /// Nothing: the output is `kernel - 1` smaller.
    Valid,
}

/// What is applied to every output value after the bias.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// Nothing.
    None,
    /// max(x, 0); its gradient at 0 is 0, as in PyTorch.
    Relu,
    /// x where it is positive, and this much of x elsewhere.
    LeakyRelu(f32),
}

/// How a convolution is applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvOptions {
    /// Input pixels from one output pixel to the next, 1 or 2.
    pub stride: usize,
    /// What lies beyond the border.
    pub padding: Padding,
    /// What follows the bias.
    pub activation: Activation,
}
