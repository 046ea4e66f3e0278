//! Inference through a chain of layers in strips of rows: every layer keeps only the rows that windows still need, so
//! memory does not grow with the height of the image, and rows are still in cache when the next layer reads them.

use std::ops::Range;

use candle_core::{DType, Result, Storage, Tensor};

use crate::chain::{chain, on_this_crates_kernels};
use crate::epilogue::{Epilogue, Then};
use crate::plan::{Step, plan};
use crate::pool::zeros;
use crate::real::Real;
use crate::shape::Shape;
use crate::{Activation, Layer};

/// Input rows that enter at a time.
const STRIP_ROWS: usize = 48;

/// The output of `layers` without gradients: the same bits as from [`chain`] on whole images.
///
/// # Shapes
/// `xs: [B, H, W, C_in]` of the first layer; returns `[B, H', W', C_out]` of the last.
///
/// # Errors
/// As of [`chain`].
pub fn infer_in_strips(xs: &Tensor, layers: &[Layer]) -> Result<Tensor> {
    let steps = plan(xs.dims4()?, layers)?;
    if !on_this_crates_kernels(xs) {
        let detached: Vec<_> = layers.iter().map(Layer::detached).collect();
        return chain(&xs.detach(), &detached);
    }
    match xs.dtype() {
        DType::F64 => infer::<f64>(xs, layers, &steps),
        _ => infer::<f32>(xs, layers, &steps),
    }
}

fn infer<T: Real>(xs: &Tensor, layers: &[Layer], steps: &[Step]) -> Result<Tensor> {
    let mut stages = Vec::with_capacity(layers.len());
    for (layer, step) in layers.iter().zip(steps) {
        stages.push(Stage::<T>::new(layer, step)?);
    }
    let xs = xs.contiguous()?;
    let (storage, layout) = xs.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else { candle_core::bail!("the input moved off the CPU") };
    let values = &storage.as_slice::<T>()?[layout.start_offset()..][..xs.elem_count()];
    let (first, last) = (&steps[0].shape, &steps[steps.len() - 1].shape);
    let mut ys = zeros(last.output_len());
    let images = ys.chunks_exact_mut(last.out_image_len()).zip(values.chunks_exact(first.image_len()));
    for (ys, image) in images {
        // The last rows are those of the output.
        let mut rows: Vec<_> =
            (0..stages.len()).map(|index| Rows::of_inputs(&stages, index, STRIP_ROWS)).collect();
        for strip in image.chunks(STRIP_ROWS * first.width * first.channels_in) {
            rows[0].push(strip);
            while advance(&mut stages, &mut rows, ys, STRIP_ROWS) {}
        }
        stages.iter_mut().for_each(|stage| stage.done = 0);
    }
    let dims = (last.batch, last.out_height(), last.out_width(), last.channels_out);
    Tensor::from_vec(ys, dims, xs.device())
}

/// Lets every layer compute what it can, `most` rows or the next whole tile: at the end of an image, where all that waited
/// becomes known, none needs more room than elsewhere. Says whether there was anything to compute.
///
/// `rows` are those of the inputs, and of the output if that is not `output`.
pub(crate) fn advance<T: Real>(
    stages: &mut [Stage<T>],
    rows: &mut [Rows<T>],
    output: &mut [T],
    most: usize,
) -> bool {
    let mut any = false;
    for (index, stage) in stages.iter_mut().enumerate() {
        any |= stage.advance(index, rows, output, most);
    }
    for (index, rows) in rows.iter_mut().take(stages.len()).enumerate() {
        rows.forget_before(first_needed(stages, index));
    }
    any
}

/// The first row of the input of layer `index` that a window, or an addition, will still see.
fn first_needed<T: Real>(stages: &[Stage<T>], index: usize) -> usize {
    let adding = stages.iter().filter(|stage| stage.plus.is_some_and(|plus| plus + 1 == index));
    let by_addition = adding.map(|stage| stage.done);
    by_addition.fold(stages[index].first_seen(), usize::min)
}

/// A layer at work on one image, from the top to the bottom.
pub(crate) struct Stage<T: Real> {
    pub(crate) whole: Shape,
    activation: Activation,
    plus: Option<usize>,
    prepared: T::Prepared,
    /// Output rows that have been computed.
    done: usize,
}

impl<T: Real> Stage<T> {
    pub(crate) fn new(layer: &Layer, step: &Step) -> Result<Self> {
        let whole = Shape { batch: 1, ..step.shape };
        let weight = layer.weight.flatten_all()?.to_vec1()?;
        let bias = match &layer.bias {
            Some(bias) => bias.to_vec1()?,
            None => vec![T::default(); whole.channels_out],
        };
        let prepared = T::prepare(&whole, &weight, &bias);
        Ok(Self { whole, activation: step.activation, plus: step.plus, prepared, done: 0 })
    }

    /// The first input row that the next output row sees.
    fn first_seen(&self) -> usize {
        (self.done * self.whole.stride).saturating_sub(self.whole.above).min(self.whole.height)
    }

    /// Computes what can be computed from the input rows that there are, but `most` rows at a time, into the next layer's
    /// rows or, where there are none, the output. Says whether it was anything.
    fn advance(&mut self, index: usize, rows: &mut [Rows<T>], output: &mut [T], most: usize) -> bool {
        let Shape { height, kernel, stride, above, below, .. } = self.whole;
        let (inputs, outputs) = rows.split_at_mut(index + 1);
        let xs = &inputs[index];
        let (end, tile) = (xs.end(), T::rows_of_tile(&self.prepared));
        let until = if end == height {
            self.whole.out_height()
        } else {
            let seen = (end + above).checked_sub(kernel).map_or(0, |last| last / stride + 1);
            seen - seen % tile
        };
        let until = until.min(self.done + most.next_multiple_of(tile));
        if until <= self.done {
            return false;
        }
        // Rows beyond the border of the image, of this strip.
        let above = above.saturating_sub(self.done * stride);
        let below = (((until - 1) * stride + kernel).saturating_sub(self.whole.above + height)).min(below);
        let first = self.first_seen();
        let last = ((until - 1) * stride + kernel - self.whole.above).min(height);
        let strip = Shape { height: last - first, above, below, ..self.whole };
        let row_len = self.whole.out_width() * self.whole.channels_out;
        let len = (until - self.done) * row_len;
        let ys = match outputs.first_mut() {
            Some(next) => next.grow(len),
            None => &mut output[self.done * row_len..][..len],
        };
        // The output of a layer is the input of the next.
        let plus = self.plus.map(|plus| inputs[plus + 1].range(self.done, until));
        let epilogue = Epilogue { plus, then: Then::Activate(self.activation) };
        T::forward(&strip, xs.range(first, last), &self.prepared, epilogue, ys);
        self.done = until;
        true
    }
}

/// Some neighbouring rows of one layer's input.
pub(crate) struct Rows<T: Real> {
    row_len: usize,
    /// Which row of the image is the first of `values`.
    first: usize,
    values: T::Buffer,
    /// Those that count: before them is what has been forgotten, behind them room for more.
    held: Range<usize>,
}

impl<T: Real> Rows<T> {
    /// Room for the input rows of layer `index` that are needed at a time.
    pub(crate) fn of_inputs(stages: &[Stage<T>], index: usize, strip_rows: usize) -> Self {
        let (rows, row_len) = Self::needed(stages, index, strip_rows);
        Self { row_len, first: 0, values: T::buffer(rows * row_len), held: 0..0 }
    }

    /// Room for the output of the last layer, as it comes.
    pub(crate) fn of_output(stages: &[Stage<T>]) -> Self {
        let row_len = stages.last().map_or(0, |last| last.whole.out_width() * last.whole.channels_out);
        Self { row_len, first: 0, values: T::buffer(0), held: 0..0 }
    }

    /// How many input rows of layer `index` are needed at a time, and their length: those of a strip, those that windows
    /// still see and that wait for a whole tile, and those that wait for a layer that adds them.
    pub(crate) fn needed(stages: &[Stage<T>], index: usize, strip_rows: usize) -> (usize, usize) {
        let adding = stages.iter().rposition(|stage| stage.plus.is_some_and(|plus| plus + 1 == index));
        let waiting = &stages[index..=adding.unwrap_or(index)];
        let held =
            |stage: &Stage<T>| stage.whole.kernel + T::rows_of_tile(&stage.prepared) * stage.whole.stride;
        let whole = &stages[index].whole;
        let rows = whole.height.min(strip_rows + 2 * waiting.iter().map(held).sum::<usize>());
        (rows, whole.width * whole.channels_in)
    }

    /// The row after the last.
    pub(crate) fn end(&self) -> usize {
        self.first + self.held.len() / self.row_len
    }

    fn range(&self, first: usize, end: usize) -> &[T] {
        &self.all()[(first - self.first) * self.row_len..(end - self.first) * self.row_len]
    }

    pub(crate) fn push(&mut self, rows: &[T]) {
        self.grow(rows.len()).copy_from_slice(rows);
    }

    /// Room for `len` more values, to be written.
    fn grow(&mut self, len: usize) -> &mut [T] {
        // Rows move to the front where there is no room behind them.
        if self.held.end + len > self.values.len() {
            let held = self.held.len();
            if held + len > self.values.len() {
                let mut more = T::buffer(held + len);
                more[..held].copy_from_slice(self.all());
                self.values = more;
            } else {
                self.values.copy_within(self.held.clone(), 0);
            }
            self.held = 0..held;
        }
        let start = self.held.end;
        self.held.end += len;
        &mut self.values[start..][..len]
    }

    /// All rows there are.
    pub(crate) fn all(&self) -> &[T] {
        &self.values[self.held.clone()]
    }

    pub(crate) fn forget_before(&mut self, row: usize) {
        let row = row.clamp(self.first, self.end());
        self.held.start += (row - self.first) * self.row_len;
        self.first = row;
        if self.held.is_empty() {
            self.held = 0..0;
        }
    }
}
