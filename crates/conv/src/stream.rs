//! Inference through a chain of layers while the rows of an image come in: rows of the output leave as soon as they are
//! known, so that neither image is ever in memory as a whole.

use candle_core::{Result, bail};

use crate::Layer;
use crate::plan::plan;
use crate::strips::{Rows, Stage, advance};

/// A chain of layers at work on one image, from the top to the bottom, on the CPU in f32.
///
/// The rows that leave have the same bits as those of [`crate::infer_in_strips`], however many come in at a time.
pub struct RowStream {
    stages: Vec<Stage<f32>>,
    /// The input rows of every layer, then those of the output.
    rows: Vec<Rows<f32>>,
    /// Rows that a layer computes at a time.
    at_a_time: usize,
}

impl RowStream {
    /// For an image of `height` x `width` pixels that comes in about `rows` rows at a time.
    ///
    /// # Errors
    /// As of [`crate::chain`]; weights that are not f32.
    pub fn new(layers: &[Layer], (height, width): (usize, usize), rows: usize) -> Result<Self> {
        let stages = stages(layers, (height, width))?;
        let mut all: Vec<_> = (0..stages.len()).map(|index| Rows::of_inputs(&stages, index, rows)).collect();
        all.push(Rows::of_output(&stages));
        Ok(Self { stages, rows: all, at_a_time: rows.max(1) })
    }

    /// Takes the next rows and adds to `output` those that they make known.
    ///
    /// # Shapes
    /// `xs: [rows, W, C_in]` of the first layer; adds `[rows', W', C_out]` of the last, where rows' may be 0.
    ///
    /// # Errors
    /// Values that are no whole rows, and rows below the last one of the image.
    pub fn push(&mut self, xs: &[f32], output: &mut Vec<f32>) -> Result<()> {
        let whole = &self.stages[0].whole;
        let row_len = whole.width * whole.channels_in;
        let end = self.rows[0].end() + xs.len() / row_len;
        if !xs.len().is_multiple_of(row_len) || end > whole.height {
            bail!("{} values are no rows of {row_len}, or {end} more than {}", xs.len(), whole.height);
        }
        self.rows[0].push(xs);
        while advance(&mut self.stages, &mut self.rows, &mut [], self.at_a_time) {
            if let Some(last) = self.rows.last_mut() {
                output.extend_from_slice(last.all());
                last.forget_before(last.end());
            }
        }
        Ok(())
    }

    /// Bytes that [`RowStream::new`] takes with the same arguments, but for the prepared weights.
    ///
    /// # Errors
    /// As of [`RowStream::new`].
    pub fn bytes(layers: &[Layer], (height, width): (usize, usize), rows: usize) -> Result<u64> {
        let stages = stages(layers, (height, width))?;
        let inputs = (0..stages.len()).map(|index| {
            let (rows, row_len) = Rows::needed(&stages, index, rows);
            rows * row_len
        });
        let output = stages.last().map_or(0, |last| rows * last.whole.out_width() * last.whole.channels_out);
        Ok((inputs.sum::<usize>() + 2 * output) as u64 * size_of::<f32>() as u64)
    }
}

fn stages(layers: &[Layer], (height, width): (usize, usize)) -> Result<Vec<Stage<f32>>> {
    let channels = layers.first().map_or(Ok(0), |layer| layer.weight.dim(1))?;
    let steps = plan((1, height, width, channels), layers)?;
    layers.iter().zip(&steps).map(|(layer, step)| Stage::new(layer, step)).collect()
}
