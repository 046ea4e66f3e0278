//! The networks of the workloads as lists of convolutions: what every engine builds, and what the arithmetic is counted
//! from.

/// Feature maps of the generator.
pub(crate) const FEATURES: usize = 32;
/// Residual blocks of the generator.
pub(crate) const BLOCKS: usize = 6;
/// How much the generator enlarges.
pub(crate) const SCALE: usize = 3;
/// Slope of the discriminator's activations below zero.
pub(crate) const SLOPE: f64 = 0.2;
/// Channels after each convolution of the discriminator.
pub(crate) const WIDTHS: [usize; 4] = [32, 64, 64, 128];

/// A convolution with bias and zeros beyond the border.
#[derive(Clone, Debug)]
pub(crate) struct ConvSpec {
    /// The prefix of its parameters' names.
    pub(crate) name: String,
    /// Channels of the input.
    pub(crate) channels_in: usize,
    /// Channels of the output.
    pub(crate) channels_out: usize,
    /// Side of the square kernel, odd.
    pub(crate) kernel: usize,
    /// Pixels from one window to the next.
    pub(crate) stride: usize,
}

impl ConvSpec {
    fn new(name: impl Into<String>, channels_in: usize, channels_out: usize, kernel: usize) -> Self {
        Self { name: name.into(), channels_in, channels_out, kernel, stride: 1 }
    }

    /// Multiplications of one output pixel, all channels.
    pub(crate) fn macs_per_output_pixel(&self) -> u64 {
        (self.channels_in * self.channels_out * self.kernel * self.kernel) as u64
    }
}

/// SRCNN with kernels 9, `middle` and 5, a ReLU after the first two.
pub(crate) fn srcnn(channels: usize, middle: usize) -> Vec<ConvSpec> {
    vec![
        ConvSpec::new("conv1", channels, 64, 9),
        ConvSpec::new("conv2", 64, 32, middle),
        ConvSpec::new("conv3", 32, channels, 5),
    ]
}

/// SRResNet without batch normalisation: head, two convolutions a residual block with a ReLU between them, and the tail
/// before the pixel shuffle; the input is added to its output, each pixel repeated.
pub(crate) fn generator() -> Vec<ConvSpec> {
    let head = ConvSpec::new("head", 3, FEATURES, 3);
    let block =
        |block| [1, 2].map(|conv| ConvSpec::new(format!("body.{block}.conv{conv}"), FEATURES, FEATURES, 3));
    let tail = ConvSpec::new("tail", FEATURES, 3 * SCALE * SCALE, 3);
    std::iter::once(head).chain((0..BLOCKS).flat_map(block)).chain([tail]).collect()
}

/// Four convolutions of stride 2, each with a leaky ReLU; then the mean over all pixels and a linear layer, `head`.
pub(crate) fn discriminator() -> Vec<ConvSpec> {
    let channels_in = std::iter::once(3).chain(WIDTHS);
    let convs = channels_in.zip(WIDTHS).enumerate();
    convs
        .map(|(index, (channels_in, channels_out))| {
            let name = format!("conv{}", index + 1);
            ConvSpec { stride: 2, ..ConvSpec::new(name, channels_in, channels_out, 3) }
        })
        .collect()
}

/// Channels that the discriminator's linear layer sees.
pub(crate) const LAST_WIDTH: usize = WIDTHS[WIDTHS.len() - 1];
