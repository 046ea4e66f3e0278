//! A network on the LR grid, row by row.

use candle_core::Result;
use plumage_conv::{Layer, RowStream};

use super::{LrNetwork, REACH, mirror};
use crate::{PictureSize, PictureStream};

/// The convolutions and the bicubic skip side by side, each a few rows behind the picture.
pub(super) struct LrStream {
    layers: RowStream,
    features: Vec<f32>,
    last: Option<Last>,
    skip: Option<Skip>,
    scale: usize,
    width: usize,
    channels: usize,
}

/// The convolution on the HR grid.
struct Last {
    layer: RowStream,
    /// Channels that the shuffle makes for it.
    hr_feats: usize,
    /// What is known of its output, and of the skip's pixels, and has not been added yet.
    made: Vec<f32>,
    skipped: Vec<f32>,
}

impl LrStream {
    pub(super) fn new(network: &LrNetwork, size: PictureSize) -> Result<Self> {
        let PictureSize { height, width, rows_at_a_time } = size;
        Ok(Self {
            layers: RowStream::new(&network.layers, (height, width), rows_at_a_time)?,
            features: Vec::new(),
            last: network.hr_layer()?.map(|layer| Last::new(&layer, network.scale, size)).transpose()?,
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
        let last = network.hr_layer()?.map_or(Ok(0), |layer| {
            let (scale, hr_feats) = (network.scale, layer.weight.dim(1)?);
            let hr = (height * scale, width * scale);
            // What the shuffle makes of a push lies beside it.
            let shuffled = (rows_at_a_time * scale * hr.1 * hr_feats * size_of::<f32>()) as u64;
            Ok::<_, candle_core::Error>(
                shuffled + RowStream::bytes(std::slice::from_ref(&layer), hr, rows_at_a_time * scale)?,
            )
        })?;
        Ok(layers + skip + last)
    }
}

impl PictureStream for LrStream {
    fn push(&mut self, xs: &[f32], sr: &mut Vec<f32>) -> Result<()> {
        self.layers.push(xs, &mut self.features)?;
        let (scale, width, channels) = (self.scale, self.width, self.channels);
        if let Some(last) = &mut self.last {
            let mut shuffled = Vec::new();
            shuffle(&self.features, (scale, width, last.hr_feats), &mut shuffled);
            self.features.clear();
            last.layer.push(&shuffled, &mut last.made)?;
            let mut known = last.made.len();
            if let Some(skip) = &mut self.skip {
                skip.push(xs)?;
                shuffle(&skip.enlarged, (scale, width, channels), &mut last.skipped);
                skip.enlarged.clear();
                known = known.min(last.skipped.len());
                let pairs = last.made[..known].iter_mut().zip(last.skipped.drain(..known));
                pairs.for_each(|(made, skipped)| *made += skipped);
            }
            sr.extend(last.made.drain(..known));
            return Ok(());
        }
        let mut known = self.features.len();
        if let Some(skip) = &mut self.skip {
            skip.push(xs)?;
            known = known.min(skip.enlarged.len());
            let pairs = self.features[..known].iter_mut().zip(&skip.enlarged);
            pairs.for_each(|(feature, pixel)| *feature += pixel);
            skip.enlarged.drain(..known);
        }
        shuffle(&self.features[..known], (scale, width, channels), sr);
        self.features.drain(..known);
        Ok(())
    }
}

/// The pixel shuffle of whole rows `[rows, W, C * scale^2]`.
fn shuffle(features: &[f32], (scale, width, channels): (usize, usize, usize), pixels: &mut Vec<f32>) {
    let block = scale * scale;
    for row in features.chunks_exact(width * channels * block) {
        for i in 0..scale {
            for pixel in row.chunks_exact(channels * block) {
                for j in 0..scale {
                    pixels.extend((0..channels).map(|channel| pixel[channel * block + i * scale + j]));
                }
            }
        }
    }
}

impl Last {
    fn new(layer: &Layer, scale: usize, size: PictureSize) -> Result<Self> {
        let PictureSize { height, width, rows_at_a_time } = size;
        let hr = (height * scale, width * scale);
        Ok(Self {
            layer: RowStream::new(std::slice::from_ref(layer), hr, rows_at_a_time * scale)?,
            hr_feats: layer.weight.dim(1)?,
            made: Vec::new(),
            skipped: Vec::new(),
        })
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
