use candle_core::{Result, bail};

/// One convolution in numbers. The input is `[batch, height, width, channels_in]` with zeros of `pad` on every side;
/// replicated borders are made before, and then `pad` is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels_in: usize,
    pub(crate) channels_out: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) pad: usize,
}

impl Shape {
    /// # Errors
    /// A weight that does not fit the input, nothing to compute, a stride of 0, a kernel that is not square or larger than its input.
    pub(crate) fn new(
        (batch, height, width, channels_in): (usize, usize, usize, usize),
        (channels_out, weight_channels, kernel, kernel_width): (usize, usize, usize, usize),
        stride: usize,
        pad: usize,
    ) -> Result<Self> {
        if weight_channels != channels_in {
            bail!("the weight is for {weight_channels} channels, the input [B, H, W, C] has {channels_in}");
        }
        if kernel != kernel_width {
            bail!("a kernel of {kernel} x {kernel_width} is not square");
        }
        if stride == 0 || kernel == 0 {
            bail!("a convolution needs a kernel and a stride of at least 1");
        }
        if [batch, channels_in, channels_out].contains(&0) {
            bail!("a convolution of {batch} images from {channels_in} to {channels_out} channels is empty");
        }
        if height + 2 * pad < kernel || width + 2 * pad < kernel {
            bail!(
                "a kernel of {kernel} x {kernel} does not fit an input of {height} x {width} with a border of {pad}"
            );
        }
        Ok(Self { batch, height, width, channels_in, channels_out, kernel, stride, pad })
    }

    pub(crate) fn out_height(&self) -> usize {
        (self.height + 2 * self.pad - self.kernel) / self.stride + 1
    }

    pub(crate) fn out_width(&self) -> usize {
        (self.width + 2 * self.pad - self.kernel) / self.stride + 1
    }

    /// Number of input values.
    pub(crate) fn input_len(&self) -> usize {
        self.batch * self.height * self.width * self.channels_in
    }

    /// Number of output values.
    pub(crate) fn output_len(&self) -> usize {
        self.batch * self.out_height() * self.out_width() * self.channels_out
    }

    /// Number of values of one input image.
    pub(crate) fn image_len(&self) -> usize {
        self.height * self.width * self.channels_in
    }

    /// Number of values of one output image.
    pub(crate) fn out_image_len(&self) -> usize {
        self.out_height() * self.out_width() * self.channels_out
    }

    /// Number of weights.
    pub(crate) fn weight_len(&self) -> usize {
        self.channels_out * self.channels_in * self.kernel * self.kernel
    }

    /// The input positions that output position `out` sees through the kernel, where they lie inside `len` pixels:
    /// pairs of a kernel index and an input index.
    pub(crate) fn window(&self, out: usize, len: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (first, pad) = (out * self.stride, self.pad);
        (0..self.kernel).filter_map(move |tap| {
            let at = (first + tap).checked_sub(pad)?;
            (at < len).then_some((tap, at))
        })
    }
}
