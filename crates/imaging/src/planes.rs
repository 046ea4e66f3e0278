//! The picture that everything computes on.

use image::{DynamicImage, GrayImage, RgbImage};

/// A planar picture `[C, H, W]`, row-major, in `f64`.
///
/// Unless a function says otherwise the values are in [0, 1], where an 8-bit v is v/255 and a 16-bit v is v/65535.
/// Values outside the range are allowed (a bicubic filter overshoots) and clamped only when they become 8-bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// Number of planes: 1 for grey or Y, 3 for RGB or YCbCr.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
    /// `channels * height * width` values.
    pub values: Vec<f64>,
}

impl Planes {
    /// A picture of the given values, plane by plane and row by row.
    ///
    /// # Panics
    /// When a side is 0 or the number of values is not `channels * height * width`: both are mistakes in the program.
    pub fn new(channels: usize, height: usize, width: usize, values: Vec<f64>) -> Self {
        assert!(channels > 0 && height > 0 && width > 0, "no planes of [{channels}, {height}, {width}]");
        assert_eq!(values.len(), channels * height * width, "values of [{channels}, {height}, {width}]");
        Self { channels, height, width, values }
    }

    /// The pixels of a decoded picture in [0, 1]: 1 plane for grey, 3 for colour, alpha dropped.
    ///
    /// # Panics
    /// When the picture is empty, which [`decode`](crate::decode) never returns.
    pub fn from_image(image: &DynamicImage) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        match image {
            DynamicImage::ImageLuma8(grey) => Self::from_samples(height, width, 1, 1, grey, 255.0),
            DynamicImage::ImageLumaA8(grey) => Self::from_samples(height, width, 2, 1, grey, 255.0),
            DynamicImage::ImageRgb8(rgb) => Self::from_samples(height, width, 3, 3, rgb, 255.0),
            DynamicImage::ImageRgba8(rgba) => Self::from_samples(height, width, 4, 3, rgba, 255.0),
            DynamicImage::ImageLuma16(grey) => Self::from_samples(height, width, 1, 1, grey, 65535.0),
            DynamicImage::ImageLumaA16(grey) => Self::from_samples(height, width, 2, 1, grey, 65535.0),
            DynamicImage::ImageRgba16(rgba) => Self::from_samples(height, width, 4, 3, rgba, 65535.0),
            other => Self::from_samples(height, width, 3, 3, &other.to_rgb16(), 65535.0),
        }
    }

    /// Keeps the first `channels` of every `samples_per_pixel` interleaved samples.
    fn from_samples<T: Copy + Into<f64>>(
        height: usize,
        width: usize,
        samples_per_pixel: usize,
        channels: usize,
        samples: &[T],
        white: f64,
    ) -> Self {
        let mut values = Vec::with_capacity(channels * height * width);
        for channel in 0..channels {
            values.extend(samples.chunks_exact(samples_per_pixel).map(|pixel| pixel[channel].into() / white));
        }
        Self::new(channels, height, width, values)
    }

    /// One plane, `height * width` values.
    pub fn plane(&self, channel: usize) -> &[f64] {
        let size = self.height * self.width;
        &self.values[channel * size..][..size]
    }

    /// The planes `[1, H, W]` or `[3, H, W]` as 8-bit RGB, rounded half away from zero and clamped.
    ///
    /// # Panics
    /// When there are neither 1 nor 3 planes.
    pub fn to_rgb8(&self) -> RgbImage {
        let mut rgb = RgbImage::new(self.width as u32, self.height as u32);
        let [red, green, blue] = match self.channels {
            1 => [self.plane(0); 3],
            3 => [self.plane(0), self.plane(1), self.plane(2)],
            count => panic!("{count} planes are not a picture"),
        };
        for (pixel, ((&r, &g), &b)) in rgb.pixels_mut().zip(red.iter().zip(green).zip(blue)) {
            pixel.0 = [to_8_bit(r), to_8_bit(g), to_8_bit(b)];
        }
        rgb
    }

    /// The planes `[1, H, W]` as 8-bit grey or `[3, H, W]` as 8-bit RGB, rounded half away from zero and clamped.
    ///
    /// # Panics
    /// When there are neither 1 nor 3 planes.
    pub fn to_image8(&self) -> DynamicImage {
        if self.channels != 1 {
            return DynamicImage::ImageRgb8(self.to_rgb8());
        }
        let mut grey = GrayImage::new(self.width as u32, self.height as u32);
        for (pixel, &value) in grey.iter_mut().zip(&self.values) {
            *pixel = to_8_bit(value);
        }
        DynamicImage::ImageLuma8(grey)
    }

    /// The same picture with every value rounded to the nearest k/255, as if it had been through an 8-bit file.
    pub fn rounded(&self) -> Self {
        self.map(|value| f64::from(to_8_bit(value)) / 255.0)
    }

    /// The same picture with `f` of every value.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.iter().map(|&value| f(value)).collect(), ..*self }
    }

    /// The one plane `channel` as a picture `[1, H, W]`.
    pub fn select(&self, channel: usize) -> Self {
        Self::new(1, self.height, self.width, self.plane(channel).to_vec())
    }

    /// The planes of `self`, then those of `other`, which has the same size.
    ///
    /// # Panics
    /// When the sizes differ.
    pub fn stack(mut self, other: &Self) -> Self {
        assert_eq!((self.height, self.width), (other.height, other.width), "stacked planes differ in size");
        self.values.extend_from_slice(&other.values);
        self.channels += other.channels;
        self
    }
}

/// The 8-bit value nearest to `value` in [0, 1], as MATLAB's `uint8(255 * value)` has it.
///
/// Half a level is rarely representable in units of 1/255, so what is within 1e-9 of a tie counts as one and goes up.
fn to_8_bit(value: f64) -> u8 {
    // `as` saturates: below 0 is 0, above 255 is 255.
    (value * 255.0 + 1e-9).round() as u8
}
