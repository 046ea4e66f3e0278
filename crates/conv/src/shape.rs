use candle_core::{Result, bail};

use crate::rows::Image;

/// What a window sees beyond the border of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Border {
    Zeros,
    /// The nearest pixel.
    Replicate,
}

/// One convolution in numbers. The input is `[batch, height, width, channels_in]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels_in: usize,
    pub(crate) channels_out: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// Columns that windows see beyond the border, on the left and on the right.
    pub(crate) pad: usize,
    /// Rows that they see beyond it: as many as columns, but for a strip of an image, whose borders may lie elsewhere.
    pub(crate) above: usize,
    pub(crate) below: usize,
    pub(crate) border: Border,
}

impl Shape {
    /// # Errors
    /// A weight that does not fit the input, nothing to compute, a stride of 0, a kernel that is not square or larger than its input.
    pub(crate) fn new(
        (batch, height, width, channels_in): (usize, usize, usize, usize),
        (channels_out, weight_channels, kernel, kernel_width): (usize, usize, usize, usize),
        stride: usize,
        (pad, border): (usize, Border),
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
        let (above, below) = (pad, pad);
        Ok(Self {
            batch,
            height,
            width,
            channels_in,
            channels_out,
            kernel,
            stride,
            pad,
            above,
            below,
            border,
        })
    }

    pub(crate) fn out_height(&self) -> usize {
        (self.height + self.above + self.below - self.kernel) / self.stride + 1
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

    /// One input image.
    pub(crate) fn image<'a>(&self, values: &'a [f32]) -> Image<'a> {
        let Self { height, width, channels_in: channels, border, .. } = *self;
        Image { values, height, width, channels, border }
    }

    /// One image of the output's gradient, beyond whose border are zeros.
    pub(crate) fn grad_image<'a>(&self, values: &'a [f32]) -> Image<'a> {
        let (height, width) = (self.out_height(), self.out_width());
        Image { values, height, width, channels: self.channels_out, border: Border::Zeros }
    }

    /// The input rows that output row `out` sees: pairs of a kernel row and an input row.
    pub(crate) fn window_rows(&self, out: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        self.window(out, self.above, self.height)
    }

    /// The input columns that output column `out` sees: pairs of a kernel column and an input column.
    pub(crate) fn window_columns(&self, out: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        self.window(out, self.pad, self.width)
    }

    fn window(&self, out: usize, pad: usize, len: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (first, border) = (out * self.stride, self.border);
        (0..self.kernel).filter_map(move |tap| match (first + tap).checked_sub(pad) {
            Some(at) if at < len => Some((tap, at)),
            _ if border == Border::Zeros => None,
            Some(_) => Some((tap, len - 1)),
            None => Some((tap, 0)),
        })
    }
}
