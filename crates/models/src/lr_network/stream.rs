//! A network on the LR grid, row by row.

use candle_core::Result;
use plumage_conv::{Layer, RowStream};
use rayon::prelude::*;

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
            let features = &self.features;
            shuffle(|index| features[index], features.len(), (scale, width, last.hr_feats), &mut shuffled);
            self.features.clear();
            last.layer.push(&shuffled, &mut last.made)?;
            let mut known = last.made.len();
            if let Some(skip) = &mut self.skip {
                skip.push(xs)?;
                let enlarged = &skip.enlarged;
                let shape = (scale, width, channels);
                shuffle(|index| enlarged[index], enlarged.len(), shape, &mut last.skipped);
                skip.enlarged.clear();
                known = known.min(last.skipped.len());
                let pairs = last.made[..known].iter_mut().zip(last.skipped.drain(..known));
                pairs.for_each(|(made, skipped)| *made += skipped);
            }
            sr.extend(last.made.drain(..known));
            return Ok(());
        }
        let (features, shape) = (&self.features, (scale, width, channels));
        let mut known = features.len();
        if let Some(skip) = &mut self.skip {
            skip.push(xs)?;
            let enlarged = &skip.enlarged;
            known = known.min(enlarged.len());
            shuffle(|index| features[index] + enlarged[index], known, shape, sr);
            skip.enlarged.drain(..known);
        } else {
            shuffle(|index| features[index], known, shape, sr);
        }
        self.features.drain(..known);
        Ok(())
    }
}

/// Adds to `pixels` the pixel shuffle of `len` values of whole rows `[rows, W, C * scale^2]`.
fn shuffle(
    value: impl Fn(usize) -> f32 + Sync,
    len: usize,
    (scale, width, channels): (usize, usize, usize),
    pixels: &mut Vec<f32>,
) {
    let block = scale * scale;
    let start = pixels.len();
    pixels.resize(start + len, 0.);
    let rows = pixels[start..].par_chunks_exact_mut(width * scale * channels).enumerate();
    rows.for_each(|(y, row)| {
        let first = y / scale * width * channels * block + y % scale * scale;
        for (x, pixels) in row.chunks_exact_mut(scale * channels).enumerate() {
            for (j, pixel) in pixels.chunks_exact_mut(channels).enumerate() {
                for (channel, to) in pixel.iter_mut().enumerate() {
                    *to = value(first + (x * channels + channel) * block + j);
                }
            }
        }
    });
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
            let pixel = |column| &row[mirror(column, width) * channels..][..channels];
            (0..REACH).for_each(|column| mirrored.extend_from_slice(pixel(column)));
            mirrored.extend_from_slice(row);
            (width + REACH..width + 2 * REACH).for_each(|column| mirrored.extend_from_slice(pixel(column)));
            self.next += 1;
        }
        let needed = end.saturating_sub(REACH).min(self.next.saturating_sub(REACH));
        let forgotten = needed.saturating_sub(self.first);
        self.rows.drain(..forgotten * row_len);
        self.first += forgotten;
        self.layer.push(&mirrored, &mut self.enlarged)
    }
}
