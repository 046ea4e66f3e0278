//! One picture, prepared for measuring a network by a protocol.

use image::{DynamicImage, RgbImage};
use plumage_imaging::{
    Channels, Planes, colour,
    crop::{mod_crop, shave},
    resize::{Ratio, resize, resize_to},
};

use crate::{MetricsError, Protocol, error::check_same_shape, psnr_db, ssim, ssim::WINDOW_PX};

/// One picture prepared for measuring a network at a scale: what the network sees, and what it should make of it.
///
/// A grey picture is its own Y; for a network on RGB it is repeated three times, and of what comes back its luma is
/// measured, over the full range as grey has it.
#[derive(Clone, Debug)]
pub struct TestImage {
    /// How the picture was prepared and a result will be measured.
    pub protocol: Protocol,
    /// How many times larger HR is than LR; also the border, in HR pixels, that is not measured.
    pub scale: usize,
    /// What the network works on.
    pub channels: Channels,
    /// `[C, H / scale, W / scale]`, what a network that enlarges sees; not clamped unless the protocol rounds it.
    pub lr: Planes,
    /// `[C, H, W]`, LR enlarged, what a network that sharpens sees; not clamped.
    pub bicubic: Planes,
    /// `[C, H, W]` in [0, 1], what the network should make: both sides are multiples of the scale.
    pub hr: Planes,
    /// The 8-bit picture that SR becomes when it is perfect: `[3, H, W]`, or `[1, H, W]` for grey on a network on Y.
    reference: Planes,
    /// Whether the picture came without colour.
    grey: bool,
    /// `[2, H, W]`, the chroma that a network on Y is given, if there is any.
    chroma: Option<Planes>,
}

/// What one result is worth. Which border, rounding and luma it is by, the [`Protocol`] tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// PSNR of Y in dB; `+inf` for equal pictures, never NaN.
    pub psnr_y_db: Option<f64>,
    /// PSNR over red, green and blue in dB; `+inf` for equal pictures, never NaN. `None` where the protocol has none.
    pub psnr_rgb_db: Option<f64>,
    /// SSIM of Y, in [-1, 1].
    pub ssim: f64,
}

impl Score {
    /// The mean over images, as tables of papers have it: the mean of the decibels, not of the errors. A PSNR that one of
    /// the scores lacks is none; without any score, SSIM is NaN.
    pub fn mean(scores: &[Score]) -> Score {
        let count = scores.len() as f64;
        let mean_db = |db: fn(&Score) -> Option<f64>| {
            let sum: Option<f64> = scores.iter().map(db).sum();
            sum.filter(|_| !scores.is_empty()).map(|sum| sum / count)
        };
        Score {
            psnr_y_db: mean_db(|score| score.psnr_y_db),
            psnr_rgb_db: mean_db(|score| score.psnr_rgb_db),
            ssim: scores.iter().map(|score| score.ssim).sum::<f64>() / count,
        }
    }
}

impl TestImage {
    /// Prepares `image`, of any depth, for a network on `channels` at `scale`.
    ///
    /// # Errors
    /// When the scale is 0, or the picture too small for it.
    pub fn new(
        protocol: Protocol,
        image: &DynamicImage,
        scale: usize,
        channels: Channels,
    ) -> Result<Self, MetricsError> {
        check_size(image.width() as usize, image.height() as usize, scale)?;
        let picture = mod_crop(&Planes::from_image(image), scale).rounded();
        let grey = picture.channels == 1;
        let reference = if channels == Channels::Rgb { repeated(&picture) } else { picture };
        let hr = match channels {
            Channels::Y => luma(protocol, &reference),
            Channels::Rgb => reference.clone(),
        };
        // The whole picture in LR, of which a network on Y sees only a part.
        let small = match protocol {
            Protocol::YMatlab => resize(&reference, Ratio::shrink(scale)),
            Protocol::RgbBasicsr => resize(&reference, Ratio::shrink(scale)).rounded(),
        };
        let enlarged = |planes: &Planes| resize_to(planes, Ratio::enlarge(scale), hr.height, hr.width);
        let chroma = (channels == Channels::Y && !grey).then(|| {
            let ycbcr = colour::rgb_to_ycbcr(&small);
            enlarged(&ycbcr.select(1).stack(&ycbcr.select(2)))
        });
        let lr = match (protocol, channels) {
            (_, Channels::Rgb) => small,
            // Here Y is rounded before it shrinks, so it is not the Y of the small picture.
            (Protocol::YMatlab, Channels::Y) => resize(&hr, Ratio::shrink(scale)),
            (Protocol::RgbBasicsr, Channels::Y) => colour::rgb_to_y(&small),
        };
        let bicubic = enlarged(&lr);
        Ok(Self { protocol, scale, channels, lr, bicubic, hr, reference, grey, chroma })
    }

    /// Memory that a prepared picture of `width` x `height` pixels takes, at most.
    pub fn bytes(width: usize, height: usize, scale: usize, channels: Channels) -> u64 {
        let (pixels, channels) = (width as u64 * height as u64, channels.count() as u64);
        // HR and bicubic, the reference and the chroma in full size; LR.
        let values = pixels * (2 * channels + 5) + pixels * channels / (scale as u64 * scale as u64).max(1);
        values * size_of::<f64>() as u64
    }

    /// What the network's output `sr: [C, H, W]` is worth; rounding, chroma and border are the protocol's.
    ///
    /// # Errors
    /// When `sr` has not the shape of [`hr`](Self::hr), or holds NaN or infinity.
    pub fn score(&self, sr: &Planes) -> Result<Score, MetricsError> {
        check_same_shape(sr, &self.hr)?;
        if sr.values.iter().any(|value| !value.is_finite()) {
            return Err(MetricsError::NotFinite);
        }
        match self.protocol {
            Protocol::YMatlab => {
                let y = match self.channels {
                    Channels::Y => sr.rounded(),
                    Channels::Rgb => self.luma_of(&sr.rounded()),
                };
                self.score_of(&y, None)
            }
            Protocol::RgbBasicsr => {
                let picture = self.coloured(sr).rounded();
                let psnr_rgb_db = psnr_db(&shave(&picture, self.scale), &shave(&self.reference, self.scale))?;
                self.score_of(&self.luma_of(&picture), Some(psnr_rgb_db))
            }
        }
    }

    /// The network's output `sr: [C, H, W]` for people to look at: a network on Y gets bicubic chroma.
    ///
    /// # Panics
    /// When `sr` has not the shape of [`hr`](Self::hr).
    pub fn picture(&self, sr: &Planes) -> RgbImage {
        self.coloured(sr).to_rgb8()
    }

    /// Y of the network's output `sr: [C, H, W]` as an 8-bit picture of HR's kind has it, `[1, H, W]` of values k/255:
    /// rounded, and within 16 to 235 unless HR is grey. Levels that no HR picture has would give SR away.
    ///
    /// # Errors
    /// When `sr` has not the shape of [`hr`](Self::hr), or holds NaN or infinity.
    pub fn y_of_8_bit(&self, sr: &Planes) -> Result<Planes, MetricsError> {
        check_same_shape(sr, &self.hr)?;
        if sr.values.iter().any(|value| !value.is_finite()) {
            return Err(MetricsError::NotFinite);
        }
        let y = match self.channels {
            Channels::Y => sr.clone(),
            Channels::Rgb => self.luma_of(&sr.rounded()),
        };
        let (black, white) = if self.grey { (0.0, 1.0) } else { (16.0 / 255.0, 235.0 / 255.0) };
        Ok(y.map(|value| value.clamp(black, white)).rounded())
    }

    fn score_of(&self, y: &Planes, psnr_rgb_db: Option<f64>) -> Result<Score, MetricsError> {
        let y = shave(y, self.scale);
        let reference = shave(&self.luma_of(&self.reference), self.scale);
        Ok(Score { psnr_y_db: Some(psnr_db(&y, &reference)?), psnr_rgb_db, ssim: ssim(&y, &reference)? })
    }

    /// `sr` with its chroma, if it lacks one: RGB `[3, H, W]`, or grey `[1, H, W]`.
    fn coloured(&self, sr: &Planes) -> Planes {
        match &self.chroma {
            Some(chroma) => colour::ycbcr_to_rgb(&sr.clone().stack(chroma)),
            None => sr.clone(),
        }
    }

    /// Y of an 8-bit picture as it is measured: `[1, H, W]`.
    fn luma_of(&self, picture: &Planes) -> Planes {
        if !self.grey || picture.channels == 1 {
            return luma(self.protocol, picture);
        }
        let full_range = colour::rgb_to_y(picture).map(|y| (255.0 * y - 16.0) / 219.0);
        match self.protocol {
            Protocol::YMatlab => full_range.rounded(),
            Protocol::RgbBasicsr => full_range,
        }
    }
}

/// Y of an 8-bit picture, rounded or not as the protocol has it: `[1, H, W]`. Grey is its own Y.
fn luma(protocol: Protocol, picture: &Planes) -> Planes {
    match protocol {
        Protocol::YMatlab => colour::y_rounded(picture),
        Protocol::RgbBasicsr => colour::rgb_to_y(picture),
    }
}

/// Grey as RGB; RGB as it is.
fn repeated(picture: &Planes) -> Planes {
    match picture.channels {
        1 => picture.clone().stack(picture).stack(picture),
        _ => picture.clone(),
    }
}

/// An error unless a window of SSIM is left of a picture that is cut to a multiple of `scale`, then by `scale` all round.
///
/// # Errors
/// [`MetricsError::ScaleOfZero`], [`MetricsError::TooSmall`].
pub fn check_size(width: usize, height: usize, scale: usize) -> Result<(), MetricsError> {
    if scale == 0 {
        return Err(MetricsError::ScaleOfZero);
    }
    let smallest_px = WINDOW_PX.div_ceil(scale).saturating_add(2).saturating_mul(scale);
    if width < smallest_px || height < smallest_px {
        return Err(MetricsError::TooSmall { width, height, scale, smallest_px });
    }
    Ok(())
}
