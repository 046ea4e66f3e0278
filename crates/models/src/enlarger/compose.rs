//! The samples of an enlarged picture, of all that was made of it.

use std::ops::Range;

use plumage_imaging::{colour::rgb_of_ycbcr, flat::flat, picture::Pixel, resize::RowEnlarger};
use rayon::prelude::*;

use super::{Shape, View, window::Window};

/// What was made of some rows of a picture. HR means `scale` times as wide and as high.
pub(super) struct Parts<'a> {
    view: View,
    shape: Shape,
    bicubic: &'a RowEnlarger,
    /// The rows themselves: `[rows, W, samples]`.
    lr: &'a [u16],
    /// The first of their HR rows.
    first: usize,
    /// What the network made: `[rows, W, channels]`, HR.
    sr: &'a [f32],
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

impl<'a> Parts<'a> {
    /// Of the rows `wanted` of a picture, of which `window: [rows, W, samples]` has those from `first` on: the wanted ones
    /// and those that their bicubic enlargement is made of. `sr` is what the network made of the wanted ones.
    pub(super) fn new(
        (view, shape, bicubic): (View, Shape, &'a RowEnlarger),
        (window, first): (&'a [u16], usize),
        wanted: Range<usize>,
        sr: &'a [f32],
    ) -> Self {
        let row_len = shape.row_len();
        Self {
            view,
            shape,
            bicubic,
            lr: &window[(wanted.start - first) * row_len..(wanted.end - first) * row_len],
            first: wanted.start * view.scale,
            sr,
            chroma: view.lacks_chroma(shape).then(|| Window::chroma(window, first, shape)),
            alpha: shape.pixel.alpha.then(|| Window::alpha(window, first, shape)),
            flat: flat(window, first, shape.width, shape.pixel, wanted),
        }
    }

    /// Adds the samples to `enlarged`: `[rows, W, samples]`, HR.
    pub(super) fn compose(&self, enlarged: &mut Vec<u16>) {
        let start = enlarged.len();
        let scale = self.view.scale;
        enlarged.resize(start + self.lr.len() * scale * scale, 0);
        let rows = enlarged[start..].par_chunks_exact_mut(self.shape.row_len() * scale).enumerate();
        rows.for_each_init(Scratch::default, |scratch, (y, row)| self.compose_row(y, scratch, row));
    }

    fn compose_row(&self, y: usize, scratch: &mut Scratch, row: &mut [u16]) {
        let Shape { width, pixel, .. } = self.shape;
        let width = width * self.view.scale;
        let Scratch { mirrored, planes } = scratch;
        let mut enlarge = |window: &Window, index: usize, plane: &mut Vec<f32>| {
            plane.resize(width, 0.);
            self.bicubic.enlarge(self.first + y, |row| window.row(index, row), mirrored, plane);
        };
        let channels = self.view.channels.count();
        let sr = &self.sr[y * width * channels..][..width * channels];
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
            for (pixel, &alpha) in row.chunks_exact_mut(pixel.samples()).zip(&*alpha) {
                pixel[self.shape.pixel.colours] = level(alpha, self.shape.pixel.white);
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
        let Pixel { white, .. } = self.shape.pixel;
        let samples = self.shape.pixel.samples();
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
        let Shape { width, pixel, .. } = self.shape;
        let (scale, samples) = (self.view.scale, pixel.samples());
        let lr = &self.lr[y / scale * self.shape.row_len()..][..self.shape.row_len()];
        let flat = &self.flat[y / scale * width..][..width];
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
