//! A network on the LR grid, row by row.

use candle_core::Result;
use plumage_conv::RowStream;

use super::{LrNetwork, REACH, mirror};
use crate::{PictureSize, PictureStream};

/// The convolutions and the bicubic skip side by side, each a few rows behind the picture.
pub(super) struct LrStream {
    layers: RowStream,
    features: Vec<f32>,
    skip: Option<Skip>,
    scale: usize,
    width: usize,
    channels: usize,
}

impl LrStream {
    pub(super) fn new(network: &LrNetwork, size: PictureSize) -> Result<Self> {
        let PictureSize { height, width, rows_at_a_time } = size;
        Ok(Self {
            layers: RowStream::new(&network.layers, (height, width), rows_at_a_time)?,
            features: Vec::new(),
            skip: network.bicubic.is_some().then(|| Skip::new(network, size)).transpose()?,
            scale: network.scale,
            width,
            channels: network.layers[0].weight.dim(1)?,
        })
    }

    pub(super) fn bytes(network: &LrNetwork, size: PictureSize) -> Result<u64> {
        let PictureSize { height, width, rows_at_a_time } = size;
        let layers = RowStream::bytes(&network.layers, (height, width), rows_at_a_time)?;
        let skip = network.bicubic.as_ref().map_or(Ok(0), |layer| {
            let mirrored = (height + 2 * REACH, width + 2 * REACH);
            RowStream::bytes(std::slice::from_ref(layer), mirrored, rows_at_a_time + REACH)
        })?;
        Ok(layers + skip)
    }
}

impl PictureStream for LrStream {
    fn push(&mut self, xs: &[f32], sr: &mut Vec<f32>) -> Result<()> {
        self.layers.push(xs, &mut self.features)?;
        let mut known = self.features.len();
        if let Some(skip) = &mut self.skip {
            skip.push(xs)?;
            known = known.min(skip.enlarged.len());
            let pairs = self.features[..known].iter_mut().zip(&skip.enlarged);
            pairs.for_each(|(feature, pixel)| *feature += pixel);
            skip.enlarged.drain(..known);
        }
        self.shuffle(known, sr);
        self.features.drain(..known);
        Ok(())
    }
}

impl LrStream {
    /// The pixel shuffle of the first `known` values, which are whole rows `[rows, W, C * scale^2]`.
    fn shuffle(&self, known: usize, sr: &mut Vec<f32>) {
        let Self { scale, width, channels, .. } = *self;
        let (block, row_len) = (scale * scale, width * channels * scale * scale);
        for row in self.features[..known].chunks_exact(row_len) {
            for i in 0..scale {
                for pixel in row.chunks_exact(channels * block) {
                    for j in 0..scale {
                        sr.extend((0..channels).map(|channel| pixel[channel * block + i * scale + j]));
                    }
                }
            }
        }
    }
}

/// The bicubic enlargement before the shuffle.
struct Skip {
    layer: RowStream,
    /// What is known of it and has not been added yet.
    enlarged: Vec<f32>,
    /// The rows of the picture that its mirrored rows will still need.
    rows: Vec<f32>,
    /// Which row of the picture is the first of them.
    first: usize,
    /// The next row of the picture with its mirrored rows.
    next: usize,
    height: usize,
    width: usize,
    channels: usize,
}

impl Skip {
    fn new(network: &LrNetwork, PictureSize { height, width, rows_at_a_time }: PictureSize) -> Result<Self> {
        let mirrored = (height + 2 * REACH, width + 2 * REACH);
        let channels = network.layers[0].weight.dim(1)?;
        let layer = RowStream::new(network.bicubic.as_slice(), mirrored, rows_at_a_time + REACH)?;
        let (enlarged, rows) = (Vec::new(), Vec::new());
        Ok(Self { layer, enlarged, rows, first: 0, next: 0, height, width, channels })
    }

    fn push(&mut self, xs: &[f32]) -> Result<()> {
        let Self { height, width, channels, .. } = *self;
        self.rows.extend_from_slice(xs);
        let row_len = width * channels;
        let end = self.first + self.rows.len() / row_len;
        let mut mirrored = Vec::new();
        while self.next < height + 2 * REACH && mirror(self.next, height) < end {
            let row = &self.rows[(mirror(self.next, height) - self.first) * row_len..][..row_len];
            for column in 0..width + 2 * REACH {
                mirrored.extend_from_slice(&row[mirror(column, width) * channels..][..channels]);
            }
            self.next += 1;
        }
        let needed = end.saturating_sub(REACH).min(self.next.saturating_sub(REACH));
        let forgotten = needed.saturating_sub(self.first);
        self.rows.drain(..forgotten * row_len);
        self.first += forgotten;
        self.layer.push(&mirrored, &mut self.enlarged)
    }
}
