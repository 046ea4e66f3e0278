//! A picture on its way through a network row by row, so that neither the LR nor the SR picture is in memory as a whole.

use candle_core::Result;
use plumage_conv::{Layer, RowStream};

/// A network at work on one picture, from its top to its bottom.
///
/// What comes out has the same bits as [`Upscaler::infer`](crate::Upscaler::infer) of the whole picture, however many rows
/// come in at a time.
pub trait PictureStream: Send {
    /// Takes the next rows and adds to `sr` those that they make known; after the last row all are known.
    ///
    /// # Shapes
    /// `xs: [rows, W, C]` on the network's [`Grid`](crate::Grid), in [0, 1]; adds `[rows', W', C]` on the HR grid, where
    /// rows' is a multiple of the network's scale and may be 0.
    ///
    /// # Errors
    /// Values that are no whole rows, and rows below the last one of the picture.
    fn push(&mut self, xs: &[f32], sr: &mut Vec<f32>) -> Result<()>;
}

/// The picture that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// Rows on the network's grid.
    pub height: usize,
    /// Columns on the network's grid.
    pub width: usize,
    /// Rows that come at a time, about: the more, the faster, and the more memory it takes.
    pub rows_at_a_time: usize,
}

/// Hands the rows through.
pub(crate) struct Unchanged;

impl PictureStream for Unchanged {
    fn push(&mut self, xs: &[f32], sr: &mut Vec<f32>) -> Result<()> {
        sr.extend_from_slice(xs);
        Ok(())
    }
}

/// Layers whose output is the picture, or what their input lacks.
pub(crate) struct LayerStream {
    layers: RowStream,
    residual: bool,
    /// What is taken from every pixel before the first layer.
    mean: f32,
    /// Input that waits for its output, with `residual`.
    waiting: Vec<f32>,
}

impl LayerStream {
    pub(crate) fn new(layers: &[Layer], size: PictureSize, residual: bool) -> Result<Self> {
        let layers = RowStream::new(layers, (size.height, size.width), size.rows_at_a_time)?;
        Ok(Self { layers, residual, mean: 0., waiting: Vec::new() })
    }

    /// The same with `mean` taken from every pixel before the first layer.
    pub(crate) fn centred(self, mean: f64) -> Self {
        Self { mean: mean as f32, ..self }
    }
}

impl PictureStream for LayerStream {
    fn push(&mut self, xs: &[f32], sr: &mut Vec<f32>) -> Result<()> {
        let start = sr.len();
        if self.mean == 0. {
            self.layers.push(xs, sr)?;
        } else {
            let centred: Vec<f32> = xs.iter().map(|x| x - self.mean).collect();
            self.layers.push(&centred, sr)?;
        }
        if self.residual {
            self.waiting.extend_from_slice(xs);
            let known = sr[start..].iter_mut();
            let done = known.len();
            known.zip(&self.waiting).for_each(|(y, x)| *y += x);
            self.waiting.drain(..done);
        }
        Ok(())
    }
}
