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
            shuffle(&self.features, None, (scale, width, last.hr_feats), &mut shuffled);
            self.features.clear();
            last.layer.push(&shuffled, &mut last.made)?;
            let mut known = last.made.len();
            if let Some(skip) = &mut self.skip {
                skip.push(xs)?;
                shuffle(&skip.enlarged, None, (scale, width, channels), &mut last.skipped);
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
            known = known.min(skip.enlarged.len());
            shuffle(&features[..known], Some(&skip.enlarged[..known]), shape, sr);
            skip.enlarged.drain(..known);
        } else {
            shuffle(features, None, shape, sr);
        }
        self.features.drain(..known);
        Ok(())
    }
}

/// Adds to `pixels` the pixel shuffle of whole rows `[rows, W, C * scale^2]`, or of the sum of two.
fn shuffle(
    features: &[f32],
    plus: Option<&[f32]>,
    (scale, width, channels): (usize, usize, usize),
    pixels: &mut Vec<f32>,
) {
    let start = pixels.len();
    pixels.resize(start + features.len(), 0.);
    let row_len = width * channels * scale;
    pixels[start..].par_chunks_exact_mut(row_len).enumerate().for_each(|(y, pixels)| {
        let lr_row = y / scale * row_len * scale..(y / scale + 1) * row_len * scale;
        let (features, plus) = (&features[lr_row.clone()], plus.map(|plus| &plus[lr_row]));
        // A loop of known length is twice as fast.
        match (scale, channels) {
            (2, 1) => shuffle_row(features, plus, (y % 2, 2, 1), pixels),
            (3, 1) => shuffle_row(features, plus, (y % 3, 3, 1), pixels),
            (4, 1) => shuffle_row(features, plus, (y % 4, 4, 1), pixels),
            _ => shuffle_row(features, plus, (y % scale, scale, channels), pixels),
        }
    });
}

/// Row `i` of the `scale` rows that a row of features becomes.
#[inline(always)]
fn shuffle_row(
    features: &[f32],
    plus: Option<&[f32]>,
    (i, scale, channels): (usize, usize, usize),
    pixels: &mut [f32],
) {
    let block = channels * scale * scale;
    let place = |index: usize| index % channels * scale * scale + i * scale + index / channels;
    let blocks = pixels.chunks_exact_mut(channels * scale).zip(features.chunks_exact(block));
    match plus {
        None => blocks.for_each(|(pixels, features)| {
            pixels.iter_mut().enumerate().for_each(|(index, pixel)| *pixel = features[place(index)]);
        }),
        Some(plus) => blocks.zip(plus.chunks_exact(block)).for_each(|((pixels, features), plus)| {
            let sum = |index| features[place(index)] + plus[place(index)];
            pixels.iter_mut().enumerate().for_each(|(index, pixel)| *pixel = sum(index));
        }),
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
