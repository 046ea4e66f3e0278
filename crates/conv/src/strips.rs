//! Inference through a plain sequence of layers in strips of rows: every layer keeps only the rows that its kernel still
//! needs, so memory does not grow with the height of the image, and rows are still in cache when the next layer reads
//! them.

use candle_core::{DType, Module, Result, Storage, Tensor};

use crate::conv2d::on_this_crates_kernels;
use crate::real::Real;
use crate::shape::Shape;
use crate::{ConvOptions, Padding, conv2d};

/// Input rows that enter at a time.
const STRIP_ROWS: usize = 48;

/// Rows of a strip of outputs are a multiple of this, but for the last: tiles of every method then lie in a strip as they
/// lie in the whole image, and outputs are the same to the last bit.
const TILE_ROWS: usize = 12;

/// One convolution with its parameters.
#[derive(Clone, Debug)]
pub struct Layer {
    /// `[C_out, C_in, k, k]`.
    pub weight: Tensor,
    /// `[C_out]`.
    pub bias: Option<Tensor>,
    /// How the convolution is applied.
    pub options: ConvOptions,
}

impl Module for Layer {
    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        conv2d(xs, &self.weight, self.bias.as_ref(), &self.options)
    }
}

/// The output of `layers`, one after the other, without gradients: the same bits as from [`conv2d`] on whole images.
///
/// # Shapes
/// `xs: [B, H, W, C_in]` of the first layer; returns `[B, H', W', C_out]` of the last.
///
/// # Errors
/// Shapes that do not fit, as of [`conv2d`].
pub fn infer_in_strips(xs: &Tensor, layers: &[Layer]) -> Result<Tensor> {
    if !on_this_crates_kernels(xs) {
        return layers.iter().try_fold(xs.clone(), |xs, layer| layer.forward(&xs));
    }
    match xs.dtype() {
        DType::F64 => infer::<f64>(xs, layers),
        _ => infer::<f32>(xs, layers),
    }
}

fn infer<T: Real>(xs: &Tensor, layers: &[Layer]) -> Result<Tensor> {
    let (batch, mut height, mut width, mut channels) = xs.dims4()?;
    let mut stages = Vec::with_capacity(layers.len());
    for layer in layers {
        let stage = Stage::<T>::new(layer, (height, width, channels))?;
        (height, width, channels) =
            (stage.whole.out_height(), stage.whole.out_width(), stage.whole.channels_out);
        stages.push(stage);
    }
    let xs = xs.contiguous()?;
    let (storage, layout) = xs.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else { candle_core::bail!("the input moved off the CPU") };
    let values = &storage.as_slice::<T>()?[layout.start_offset()..][..xs.elem_count()];
    let mut outputs = Vec::with_capacity(batch * height * width * channels);
    let (_, in_height, in_width, in_channels) = xs.dims4()?;
    let row_len = in_width * in_channels;
    for image in values.chunks_exact((in_height * row_len).max(1)) {
        for (index, strip) in image.chunks(STRIP_ROWS * row_len).enumerate() {
            let last = (index + 1) * STRIP_ROWS >= in_height;
            let outputs_of_strip = stages.iter_mut().fold(strip, |rows, stage| stage.take(rows, last));
            outputs.extend_from_slice(outputs_of_strip);
        }
    }
    Tensor::from_vec(outputs, (batch, height, width, channels), xs.device())
}

/// A layer at work on one image, from the top to the bottom.
struct Stage<T> {
    /// The convolution of the whole image, whose borders are made here: its `pad` is 0.
    whole: Shape,
    options: ConvOptions,
    /// Pixels that are added on every side.
    border: usize,
    weight: Vec<T>,
    bias: Vec<T>,
    /// Input rows with their borders that outputs to come will see.
    rows: Vec<T>,
    outputs: Vec<T>,
    at_top: bool,
}

impl<T: Real> Stage<T> {
    fn new(layer: &Layer, (height, width, channels): (usize, usize, usize)) -> Result<Self> {
        let options = layer.options;
        let dims = layer.weight.dims4()?;
        let border = if options.padding == Padding::Valid { 0 } else { dims.2 / 2 };
        let padded = (1, height + 2 * border, width + 2 * border, channels);
        let whole = Shape::new(padded, dims, options.stride, 0)?;
        let bias = match &layer.bias {
            Some(bias) => bias.to_vec1()?,
            None => vec![T::default(); whole.channels_out],
        };
        if bias.len() != whole.channels_out {
            candle_core::bail!(
                "a bias of {} does not fit {} output channels",
                bias.len(),
                whole.channels_out
            );
        }
        let weight = layer.weight.flatten_all()?.to_vec1()?;
        Ok(Self { whole, options, border, weight, bias, rows: Vec::new(), outputs: Vec::new(), at_top: true })
    }

    /// Takes the next rows of the input, and returns the output rows that can be computed with them.
    fn take(&mut self, rows: &[T], last: bool) -> &[T] {
        let Shape { kernel, stride, width, channels_in, .. } = self.whole;
        if kernel == 1 && stride == 1 {
            self.compute(rows, rows.len() / (width * channels_in));
            return &self.outputs;
        }
        self.append(rows, last);
        let row_len = width * channels_in;
        let seen = self.rows.len() / row_len;
        let mut out_rows = if seen < kernel { 0 } else { (seen - kernel) / stride + 1 };
        if !last {
            out_rows -= out_rows % TILE_ROWS;
        }
        let rows = std::mem::take(&mut self.rows);
        self.compute(&rows, out_rows);
        self.rows = rows;
        if last {
            self.rows.clear();
        } else {
            self.rows.drain(..out_rows * stride * row_len);
        }
        // A deep layer gets no rows of the first strip; its upper border then comes with the first that it gets.
        self.at_top = last || self.rows.is_empty() && self.at_top;
        &self.outputs
    }

    /// Outputs of the first `out_rows` windows from the top of `rows`.
    fn compute(&mut self, rows: &[T], out_rows: usize) {
        self.outputs.resize(out_rows * self.whole.out_width() * self.whole.channels_out, T::default());
        if out_rows > 0 {
            let strip =
                Shape { height: (out_rows - 1) * self.whole.stride + self.whole.kernel, ..self.whole };
            let rows = &rows[..strip.input_len()];
            T::forward(&strip, rows, &self.weight, &self.bias, self.options.activation, &mut self.outputs);
        }
    }

    /// Appends rows with their borders to the left and right, and those above the first and below the last.
    fn append(&mut self, rows: &[T], last: bool) {
        let row_len = (self.whole.width - 2 * self.border) * self.whole.channels_in;
        let mut rows_in = rows.chunks_exact(row_len).peekable();
        if self.at_top
            && let Some(first) = rows_in.peek()
        {
            (0..self.border).for_each(|_| self.append_beyond(first));
        }
        rows_in.for_each(|row| self.append_row(row));
        if last {
            let padded_len = self.whole.width * self.whole.channels_in;
            let side = self.border * self.whole.channels_in;
            let lowest = self.rows[self.rows.len() - padded_len + side..][..row_len].to_vec();
            (0..self.border).for_each(|_| self.append_beyond(&lowest));
        }
    }

    /// Appends a row that lies above or below the image, whose outermost row is `row`.
    fn append_beyond(&mut self, row: &[T]) {
        if self.options.padding == Padding::Replicate {
            self.append_row(row);
        } else {
            self.rows.resize(self.rows.len() + self.whole.width * self.whole.channels_in, T::default());
        }
    }

    fn append_row(&mut self, row: &[T]) {
        let channels = self.whole.channels_in;
        if self.options.padding == Padding::Replicate {
            (0..self.border).for_each(|_| self.rows.extend_from_slice(&row[..channels]));
            self.rows.extend_from_slice(row);
            (0..self.border).for_each(|_| self.rows.extend_from_slice(&row[row.len() - channels..]));
        } else {
            self.rows.resize(self.rows.len() + self.border * channels, T::default());
            self.rows.extend_from_slice(row);
            self.rows.resize(self.rows.len() + self.border * channels, T::default());
        }
    }
}
