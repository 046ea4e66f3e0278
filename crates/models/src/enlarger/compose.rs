//! The samples of an enlarged picture, of all that was made of it.

use plumage_imaging::{Planes, colour::rgb_of_ycbcr};
use rayon::prelude::*;

use super::Shape;

/// What was made of some rows of a picture. HR means `scale` times as wide and as high.
pub(super) struct Parts<'a> {
    /// The rows themselves: `[rows, W, samples]`.
    pub(super) lr: &'a [u16],
    pub(super) shape: Shape,
    pub(super) scale: usize,
    /// What the network made: `[rows, W, channels]`, HR.
    pub(super) sr: &'a [f32],
    pub(super) channels: usize,
    /// Cb and Cr, HR, where the network made luma and the picture has colour.
    pub(super) chroma: Option<Planes>,
    /// Alpha, HR, where the picture has it.
    pub(super) alpha: Option<Planes>,
    /// Which of the LR pixels stay as they are.
    pub(super) flat: Vec<bool>,
}

impl Parts<'_> {
    /// Adds the samples to `enlarged`: `[rows, W, samples]`, HR.
    pub(super) fn compose(&self, enlarged: &mut Vec<u16>) {
        let start = enlarged.len();
        enlarged.resize(start + self.lr.len() * self.scale * self.scale, 0);
        let row_len = self.shape.row_len() * self.scale;
        let rows = enlarged[start..].par_chunks_exact_mut(row_len).enumerate();
        rows.for_each(|(y, row)| self.compose_row(y, row));
    }

    fn compose_row(&self, y: usize, row: &mut [u16]) {
        let Self { shape, scale, channels, .. } = *self;
        let (samples, white) = (shape.pixel.samples(), shape.pixel.white);
        let width = shape.width * scale;
        let lr_row = &self.lr[y / scale * shape.row_len()..][..shape.row_len()];
        let flat = &self.flat[y / scale * shape.width..][..shape.width];
        let sr = &self.sr[y * width * channels..][..width * channels];
        for x in 0..width {
            let sr = &sr[x * channels..][..channels];
            let out = &mut row[x * samples..][..samples];
            let (colours, alpha) = out.split_at_mut(shape.pixel.colours);
            if flat[x / scale] {
                colours.copy_from_slice(&lr_row[x / scale * samples..][..colours.len()]);
            } else {
                match (colours, &self.chroma) {
                    ([grey], _) => *grey = sample(mean(sr), white),
                    (colours, Some(chroma)) => {
                        let place = y * width + x;
                        let pixel = [f64::from(sr[0]), chroma.plane(0)[place], chroma.plane(1)[place]];
                        for (colour, value) in colours.iter_mut().zip(rgb_of_ycbcr(pixel)) {
                            *colour = sample(value, white);
                        }
                    }
                    (colours, None) => {
                        for (colour, &value) in colours.iter_mut().zip(sr) {
                            *colour = sample(f64::from(value), white);
                        }
                    }
                }
            }
            if let ([out], Some(alpha)) = (alpha, &self.alpha) {
                *out = sample(alpha.plane(0)[y * width + x], white);
            }
        }
    }
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64
}

/// The sample nearest to `value` in [0, 1]; what is outside is cut off.
fn sample(value: f64, white: u16) -> u16 {
    // `as` saturates; NaN, which no trained network makes, becomes 0.
    ((value * f64::from(white)).round() as u16).min(white)
}
