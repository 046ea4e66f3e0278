//! Pictures of any kind through a network: colour or grey, 8 or 16 bits, with or without alpha, whole or row by row.
//!
//! A network on Y gets bicubic chroma, as the papers have it. Alpha is enlarged on its own, bicubically, and the network
//! sees no colour that nobody sees ([`plumage_imaging::invisible`]). Where a picture is flat it stays what it is, to the
//! level ([`plumage_imaging::flat`]).

mod compose;
mod ensemble;
mod rows;
mod window;

use std::sync::Arc;

use candle_core::{Device, Result, Tensor};
use plumage_imaging::{
    Channels, Planes, invisible,
    picture::Pixel,
    resize::{Ratio, RowEnlarger, resize},
};

use self::window::Window;
pub use self::{compose::Band, rows::Enlargement};
use crate::{Grid, ModelConfig, PictureSize, Upscaler};

/// A network, and what it has to be given.
#[derive(Clone, Copy)]
pub struct Enlarger<'a> {
    model: &'a dyn Upscaler,
    view: View,
}

/// What a network sees of a picture.
#[derive(Clone, Copy)]
struct View {
    grid: Grid,
    channels: Channels,
    scale: usize,
}

/// Width and height in LR pixels, and what a pixel is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// What a pixel is made of.
    pub pixel: Pixel,
}

impl Shape {
    fn row_len(self) -> usize {
        self.width * self.pixel.samples()
    }
}

impl<'a> Enlarger<'a> {
    /// `model` was made of `config` for `scale`.
    pub fn new(config: &ModelConfig, model: &'a dyn Upscaler, scale: usize) -> Self {
        let architecture = config.architecture();
        Self { model, view: View { grid: architecture.grid(), channels: architecture.channels(), scale } }
    }

    /// HR size over LR size.
    pub fn scale(&self) -> usize {
        self.view.scale
    }

    /// Multiplications of the network for one HR pixel.
    pub fn macs_per_hr_pixel(&self) -> u64 {
        self.model.macs_per_hr_pixel()
    }

    /// Gets ready for a picture whose rows come about `rows_at_a_time` at a time.
    ///
    /// # Errors
    /// What the network reports of such a picture.
    pub fn rows(&self, shape: Shape, rows_at_a_time: usize) -> Result<Enlargement> {
        Enlargement::new(self, shape, rows_at_a_time)
    }

    /// The whole picture at once, `samples: [H, W, samples]`: a band of all rows, with the bits of [`Enlarger::rows`].
    ///
    /// With `ensemble` the network sees the picture in its eight orientations, and the mean counts (R. Timofte, R. Rothe,
    /// L. Van Gool 2016, <https://arxiv.org/abs/1511.02228>).
    ///
    /// # Errors
    /// What the network reports.
    pub fn whole(&self, samples: &[u16], shape: Shape, ensemble: bool) -> Result<Band> {
        let Shape { height, width, pixel } = shape;
        let View { grid, scale, channels } = self.view;
        let mut lr = samples.to_vec();
        invisible::fill(&mut lr, width, pixel);
        let bicubic = RowEnlarger::new(height, width, scale);
        let input = Window::input(channels, &lr, 0, shape);
        let (input, factor) = match grid {
            Grid::Lr => (input.interleaved(), 1),
            Grid::Hr => (input.enlarged(&bicubic, 0..scale * height), scale),
        };
        let xs = (1, factor * height, factor * width, channels.count());
        let xs = Tensor::from_vec(input, xs, &Device::Cpu)?.permute((0, 3, 1, 2))?.contiguous()?;
        let sr = if ensemble { ensemble::infer(self.model, &xs)? } else { self.model.infer(&xs)? };
        let sr: Vec<f32> = sr.permute((0, 2, 3, 1))?.contiguous()?.flatten_all()?.to_vec1()?;
        Ok(Band {
            view: self.view,
            shape,
            bicubic: Arc::new(bicubic),
            window: lr,
            first: 0,
            wanted: 0..height,
            sr,
        })
    }

    /// Bytes that [`Enlarger::rows`] takes with the same arguments, rows on their way in and out included, about.
    ///
    /// # Errors
    /// What the network reports of such a picture.
    pub fn bytes(&self, shape: Shape, rows_at_a_time: usize) -> Result<u64> {
        const F32: usize = size_of::<f32>();
        let (samples, channels) = (shape.pixel.samples(), self.view.channels.count());
        let network = self.model.stream_bytes(self.view.size(shape, rows_at_a_time))?;
        let lr_rows = rows_at_a_time + 2 * invisible::REACH + 2 * flat_reach();
        // The samples: read, on their way, as they came, filled, as the network sees them, and in three bands; what the network
        // sees; chroma and alpha.
        let lr_pixel = samples * 8 * size_of::<u16>() + (channels + 3) * F32;
        // What the network made: as it comes, in three bands, and what grows takes room for; what it sees on the HR grid; the
        // samples.
        let hr_pixel = 6 * F32 * channels + samples * size_of::<u16>();
        let hr_rows = (rows_at_a_time + 2 * flat_reach()) * self.view.scale * self.view.scale;
        Ok(network + (shape.width * (lr_rows * lr_pixel + hr_rows * hr_pixel)) as u64)
    }

    /// Bytes that [`Enlarger::whole`] takes, about.
    ///
    /// # Errors
    /// As of [`Enlarger::bytes`].
    pub fn whole_bytes(&self, shape: Shape, ensemble: bool) -> Result<u64> {
        /// Values of the picture as planes, tensors and samples, at most at one time.
        const BYTES_PER_HR_VALUE: u64 = 40;
        let pixels = shape.height as u64 * shape.width as u64 * (self.view.scale * self.view.scale) as u64;
        let values = pixels.saturating_mul(shape.pixel.samples().max(self.view.channels.count()) as u64);
        let times = if ensemble { 2 } else { 1 };
        let strips = 2 * self.bytes(shape, 48)?;
        Ok(values.saturating_mul(BYTES_PER_HR_VALUE * times).saturating_add(strips))
    }
}

impl View {
    /// The picture on the network's grid.
    fn size(&self, Shape { height, width, .. }: Shape, rows_at_a_time: usize) -> PictureSize {
        let factor = if self.grid == Grid::Hr { self.scale } else { 1 };
        PictureSize {
            height: height * factor,
            width: width * factor,
            rows_at_a_time: rows_at_a_time * factor,
        }
    }

    /// Whether the network makes only the luma of a colour picture.
    fn lacks_chroma(&self, shape: Shape) -> bool {
        self.channels == Channels::Y && shape.pixel.colours == 3
    }
}

/// LR rows on each side that the colours of a row are made of, but for what the network sees.
fn flat_reach() -> usize {
    plumage_imaging::flat::REACH
}

/// The colours of whole rows in [0, 1]: `[1 or 3, rows, W]`.
fn colours(rows: &[u16], shape: Shape) -> Planes {
    let (samples, white) = (shape.pixel.samples(), f64::from(shape.pixel.white));
    let plane = |sample: usize| rows.iter().skip(sample).step_by(samples).map(move |&v| f64::from(v) / white);
    let (count, height) = (shape.pixel.colours, rows.len() / shape.row_len());
    Planes::new(count, height, shape.width, (0..count).flat_map(plane).collect())
}

/// The largest difference between the colours of `lr: [H, W, samples]` and of `enlarged`, `scale` times as large, when that
/// is shrunk again bicubically: in units of full intensity. Pixels that are not seen do not count.
pub fn difference_after_shrinking(lr: &[u16], enlarged: &[u16], shape: Shape, scale: usize) -> f64 {
    let large = Shape { height: shape.height * scale, width: shape.width * scale, ..shape };
    let shrunk = resize(&colours(enlarged, large), Ratio::shrink(scale));
    let seen = |place: usize| {
        let pixel = &lr[place * shape.pixel.samples()..][..shape.pixel.samples()];
        !shape.pixel.alpha || pixel.last().is_some_and(|&alpha| alpha > 0)
    };
    let pixels = shape.height * shape.width;
    let pairs = colours(lr, shape).values.into_iter().zip(shrunk.values).enumerate();
    pairs
        .filter(|(index, _)| seen(index % pixels))
        .map(|(_, (a, b))| (a - b.clamp(0., 1.)).abs())
        .fold(0., f64::max)
}
