//! The samples of an enlarged picture, of all that was made of it.

use std::{ops::Range, sync::Arc};

use plumage_imaging::{colour::rgb_of_ycbcr, flat::flat, picture::Pixel, resize::RowEnlarger};
use rayon::prelude::*;

use super::{Shape, View, window::Window};

/// Rows of a picture with what the network made of them. HR means `scale` times as wide and as high.
pub struct Band {
    pub(super) view: View,
    pub(super) shape: Shape,
    pub(super) bicubic: Arc<RowEnlarger>,
    /// The rows, and those that their bicubic enlargement is made of, and that say where it is flat: `[rows, W, samples]`.
    pub(super) window: Vec<u16>,
    /// Which row of the picture is the first of these.
    pub(super) first: usize,
    /// The rows that are enlarged.
    pub(super) wanted: Range<usize>,
    /// What the network made of them: `[rows, W, channels]`, HR.
    pub(super) sr: Vec<f32>,
}

/// What a band is composed of beside what the network made.
struct Parts<'a> {
    band: &'a Band,
    /// Cb and Cr, where the network made luma and the picture has colour.
    chroma: Option<Window>,
    /// Alpha, where the picture has it.
    alpha: Option<Window>,
    /// Which of the LR pixels stay as they are.
    flat: Vec<bool>,
}

/// Memory that many rows are made in, one after the other.
#[derive(Default)]
struct Scratch {
    mirrored: Vec<f32>,
    planes: [Vec<f32>; 2],
}

impl Band {
    /// The samples of the enlarged rows: `[scale * rows, scale * W, samples]`. Any thread may make them, while the network is
    /// at work on the next.
    pub fn compose(&self) -> Vec<u16> {
        let Self { view, shape, first, .. } = *self;
        let parts = Parts {
            band: self,
            chroma: view.lacks_chroma(shape).then(|| Window::chroma(&self.window, first, shape)),
            alpha: shape.pixel.alpha.then(|| Window::alpha(&self.window, first, shape)),
            flat: flat(&self.window, first, shape.width, shape.pixel, self.wanted.clone()),
        };
        let row_len = shape.row_len() * view.scale;
        let mut enlarged = vec![0; self.wanted.len() * view.scale * row_len];
        let rows = enlarged.par_chunks_exact_mut(row_len).enumerate();
        rows.for_each_init(Scratch::default, |scratch, (y, row)| parts.compose_row(y, scratch, row));
        enlarged
    }
}

impl Parts<'_> {
    fn compose_row(&self, y: usize, scratch: &mut Scratch, row: &mut [u16]) {
        let Band { view, shape: Shape { width, pixel, .. }, .. } = *self.band;
        let width = width * view.scale;
        let first = self.band.wanted.start * view.scale;
        let Scratch { mirrored, planes } = scratch;
        let mut enlarge = |window: &Window, index: usize, plane: &mut Vec<f32>| {
            plane.resize(width, 0.);
            self.band.bicubic.enlarge(first + y, |row| window.row(index, row), mirrored, plane);
        };
        let channels = view.channels.count();
        let sr = &self.band.sr[y * width * channels..][..width * channels];
        match (pixel.colours, &self.chroma) {
            (1, _) => self.paint(row, |pixels, [grey]| {
                let sr = sr[pixels.start * channels..pixels.end * channels].chunks_exact(channels);
                grey.iter_mut()
                    .zip(sr)
                    .for_each(|(grey, sr)| *grey = sr.iter().sum::<f32>() / channels as f32);
            }),
            (_, None) => self.paint(row, |pixels, [red, green, blue]| {
                let sr = sr[pixels.start * channels..pixels.end * channels].chunks_exact(channels);
                for (((red, green), blue), sr) in red.iter_mut().zip(green).zip(blue).zip(sr) {
                    [*red, *green, *blue] = [sr[0], sr[1], sr[2]];
                }
            }),
            (_, Some(chroma)) => {
                let [cb, cr] = planes;
                enlarge(chroma, 0, cb);
                enlarge(chroma, 1, cr);
                self.paint(row, |pixels, [red, green, blue]| {
                    let ycbcr = sr[pixels.clone()].iter().zip(&cb[pixels.clone()]).zip(&cr[pixels]);
                    let rgb = red.iter_mut().zip(green).zip(blue);
                    for (((red, green), blue), ((&y, &cb), &cr)) in rgb.zip(ycbcr) {
                        [*red, *green, *blue] = rgb_of_ycbcr([y, cb, cr]);
                    }
                });
            }
        }
        self.keep_flat(y, row);
        if let Some(window) = &self.alpha {
            let [alpha, _] = planes;
            enlarge(window, 0, alpha);
            for (samples, &alpha) in row.chunks_exact_mut(pixel.samples()).zip(&*alpha) {
                samples[pixel.colours] = level(alpha, pixel.white);
            }
        }
    }

    /// Puts colours into a row; `colours` gives those of some pixels, plane by plane, in [0, 1].
    fn paint<const COLOURS: usize>(
        &self,
        row: &mut [u16],
        colours: impl Fn(Range<usize>, [&mut [f32]; COLOURS]),
    ) {
        /// Pixels whose planes lie side by side in the fastest memory.
        const PIXELS: usize = 256;
        let Shape { pixel: Pixel { white, .. }, .. } = self.band.shape;
        let samples = self.band.shape.pixel.samples();
        let mut planes = [[0f32; PIXELS]; COLOURS];
        let mut levels = [[0u16; PIXELS]; COLOURS];
        for (block, row) in row.chunks_mut(PIXELS * samples).enumerate() {
            let pixels = row.len() / samples;
            let first = block * PIXELS;
            colours(first..first + pixels, planes.each_mut().map(|plane| &mut plane[..pixels]));
            for (levels, plane) in levels.iter_mut().zip(&planes) {
                levels.iter_mut().zip(plane).for_each(|(sample, &value)| *sample = level(value, white));
            }
            for (x, pixel) in row.chunks_exact_mut(samples).enumerate() {
                pixel.iter_mut().zip(&levels).for_each(|(sample, levels)| *sample = levels[x]);
            }
        }
    }

    /// Puts the LR pixels where nothing is to be made up.
    fn keep_flat(&self, y: usize, row: &mut [u16]) {
        let Band { view: View { scale, .. }, shape, first, ref window, ref wanted, .. } = *self.band;
        let (pixel, samples, lr_row) = (shape.pixel, shape.pixel.samples(), y / scale);
        let lr = &window[(wanted.start - first + lr_row) * shape.row_len()..][..shape.row_len()];
        let flat = &self.flat[lr_row * shape.width..][..shape.width];
        let blocks = row.chunks_exact_mut(scale * samples).zip(lr.chunks_exact(samples)).zip(flat);
        for ((block, lr), _) in blocks.filter(|(_, flat)| **flat) {
            for hr in block.chunks_exact_mut(samples) {
                hr[..pixel.colours].copy_from_slice(&lr[..pixel.colours]);
            }
        }
    }
}

/// The sample nearest to `value` in [0, 1]; what is outside is cut off, and NaN, which no trained network makes, is 0.
#[inline]
fn level(value: f32, white: u16) -> u16 {
    /// Beside it nothing is left of a float but whole numbers, in its last bits: a way to round that vectors have, too.
    const WHOLE: f32 = 8_388_608.;
    let white = f32::from(white);
    ((value * white).max(0.).min(white) + WHOLE).to_bits() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_the_nearest_to_itself_and_what_is_no_level_is_cut_off() {
        for white in [255, 65_535] {
            for sample in 0..=white {
                assert_eq!(level(f32::from(sample) / f32::from(white), white), sample);
            }
            assert_eq!([-1., f32::NEG_INFINITY, f32::NAN].map(|value| level(value, white)), [0; 3]);
            assert_eq!([1.001, 2., f32::INFINITY].map(|value| level(value, white)), [white; 3]);
        }
    }
}
