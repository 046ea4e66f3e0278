//! How an HR image becomes the LR image that a network sees: steps in a recorded order, one of them the bicubic resize.
//!
//! The order matters and papers differ in it (Zhang et al. 2021, "Designing a Practical Degradation Model for Deep
//! Blind Image Super-Resolution", <https://arxiv.org/abs/2103.14006>), so a config writes it out:
//! `degradation = [{ blur = { sigma_px = 1.0 } }, "bicubic", { noise = { sigma = 2.0 } }, { jpeg = { quality = 80 } }]`.

use std::path::Path;

use plumage_imaging::{
    ImagingError, Planes,
    decode::{self, Limits},
    encode,
    resize::{Ratio, mirror, resize},
};
use plumage_random::fill_normal;
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `degradation = ["bicubic"]`: the steps from HR to LR, first to last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct DegradationConfig(#[schemars(length(min = 1, max = 16))] pub Vec<DegradationStep>);

/// One step of a degradation. Steps before `bicubic` work on HR pixels, those after it on LR pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DegradationStep {
    /// A gaussian blur.
    Blur(BlurConfig),
    /// The MATLAB-compatible bicubic resize by 1 / scale, in floating point and without rounding.
    Bicubic,
    /// White gaussian noise, drawn anew in every epoch.
    Noise(NoiseConfig),
    /// Rounding to 8 bits, JPEG and back.
    Jpeg(JpegConfig),
}

/// `{ blur = { sigma_px = 1.0 } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlurConfig {
    /// Standard deviation of the gaussian in pixels of the image that is blurred.
    #[schemars(range(min = 0.1, max = 20.0))]
    pub sigma_px: f64,
}

/// `{ noise = { sigma = 2.0 } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoiseConfig {
    /// Standard deviation in grey levels, of which there are 255.
    #[schemars(range(min = 0.0, max = 255.0))]
    pub sigma: f64,
}

/// `{ jpeg = { quality = 80 } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JpegConfig {
    /// Quality as libjpeg counts it: 1 is the worst, 100 the best.
    #[schemars(range(min = 1, max = 100))]
    pub quality: u8,
}

impl DegradationConfig {
    /// The rules between several values, each broken one as its path below `degradation` and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let resizes = self.0.iter().filter(|step| **step == DegradationStep::Bicubic).count();
        let message = || format!("a degradation has exactly one \"bicubic\" step, got {resizes}");
        if resizes == 1 { Vec::new() } else { vec![(String::new(), message())] }
    }

    /// Whether the LR image changes from epoch to epoch.
    pub fn is_random(&self) -> bool {
        self.0.iter().any(|step| matches!(step, DegradationStep::Noise(_)))
    }

    /// The LR image of `hr: [C, H, W]` in [0, 1]; returns `[C, H / scale, W / scale]`, about [0, 1]: noise is neither
    /// clamped nor rounded unless a JPEG step follows it. The sides of `hr` are multiples of `scale`.
    ///
    /// `rng` is the generator of this image in this epoch.
    ///
    /// # Errors
    /// When the JPEG of an image cannot be written or read back.
    pub fn apply(&self, hr: &Planes, scale: usize, rng: &mut impl Rng) -> Result<Planes, ImagingError> {
        let mut image = hr.clone();
        for step in &self.0 {
            image = match step {
                DegradationStep::Blur(blur) => blurred(&image, blur.sigma_px),
                DegradationStep::Bicubic => resize(&image, Ratio::shrink(scale)),
                DegradationStep::Noise(noise) => noisy(image, noise.sigma, rng),
                DegradationStep::Jpeg(jpeg) => compressed(&image, jpeg.quality)?,
            };
        }
        Ok(image)
    }
}

fn noisy(mut image: Planes, sigma: f64, rng: &mut impl Rng) -> Planes {
    let mut noise = vec![0f32; image.values.len()];
    fill_normal(rng, 0., (sigma / 255.) as f32, &mut noise);
    for (value, noise) in image.values.iter_mut().zip(noise) {
        *value += f64::from(noise);
    }
    image
}

fn compressed(image: &Planes, quality: u8) -> Result<Planes, ImagingError> {
    let bytes = encode::jpeg(&image.to_image8(), quality)?;
    // The file was made a line ago from an image that was let in: no limit applies to it.
    let limits = Limits { max_pixels: u64::MAX, max_bytes: u64::MAX };
    Ok(Planes::from_image(&decode::read(&bytes, Path::new("degraded.jpg"), &limits)?))
}

/// Gaussian blur, cut off at three standard deviations; the image is reflected at its edges, edge pixels included.
fn blurred(image: &Planes, sigma_px: f64) -> Planes {
    let radius = (3. * sigma_px).ceil() as isize;
    let weights: Vec<f64> = (-radius..=radius)
        .map(|offset| (-((offset * offset) as f64) / (2. * sigma_px * sigma_px)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
    let (height, width) = (image.height, image.width);

    let mut values = Vec::with_capacity(image.values.len());
    for c in 0..image.channels {
        let plane = image.plane(c);
        let down = |y: usize, x: usize| -> f64 {
            let taps = (y as isize - radius..).zip(&weights);
            taps.map(|(row, weight)| weight * plane[mirror(row, height) * width + x]).sum()
        };
        let columns: Vec<f64> =
            (0..height).flat_map(|y| (0..width).map(move |x| (y, x))).map(|(y, x)| down(y, x)).collect();
        for row in columns.chunks_exact(width) {
            for x in 0..width {
                let taps = (x as isize - radius..).zip(&weights);
                values.push(taps.map(|(column, weight)| weight * row[mirror(column, width)]).sum());
            }
        }
    }
    Planes::new(image.channels, height, width, values)
}

#[cfg(test)]
mod tests {
    use plumage_random::{Stream, generator};

    use super::*;

    fn steps(toml: &str) -> DegradationConfig {
        #[derive(Deserialize)]
        struct File {
            degradation: DegradationConfig,
        }
        toml::from_str::<File>(&format!("degradation = {toml}")).unwrap().degradation
    }

    fn applied(toml: &str, hr: &Planes, scale: usize) -> Planes {
        steps(toml).apply(hr, scale, &mut generator(1, Stream::Degrade, 0, 0)).unwrap()
    }

    /// `[1, 12, 16]` with detail in it.
    fn picture() -> Planes {
        let values = (0..192).map(|i| f64::from((i * 37 + i * i * 11) % 256) / 255.).collect();
        Planes::new(1, 12, 16, values)
    }

    #[test]
    fn bicubic_alone_is_the_resize_without_rounding() {
        assert_eq!(applied("[\"bicubic\"]", &picture(), 4), resize(&picture(), Ratio::shrink(4)));
    }

    #[test]
    fn every_step_is_read_from_toml_in_its_order() {
        let config = steps(
            r#"[{ blur = { sigma_px = 1.5 } }, "bicubic", { noise = { sigma = 2.0 } }, { jpeg = { quality = 80 } }]"#,
        );
        let expected = [
            DegradationStep::Blur(BlurConfig { sigma_px: 1.5 }),
            DegradationStep::Bicubic,
            DegradationStep::Noise(NoiseConfig { sigma: 2.0 }),
            DegradationStep::Jpeg(JpegConfig { quality: 80 }),
        ];
        assert_eq!(config.0, expected);
        assert!(config.validate().is_empty() && config.is_random());
        assert_eq!(steps("[\"bicubic\", \"bicubic\"]").validate().len(), 1);
        assert_eq!(steps("[{ jpeg = { quality = 80 } }]").validate().len(), 1);
    }

    #[test]
    fn the_order_of_the_steps_matters() {
        let blur_first = applied(r#"[{ blur = { sigma_px = 1.0 } }, "bicubic"]"#, &picture(), 2);
        let blur_last = applied(r#"["bicubic", { blur = { sigma_px = 1.0 } }]"#, &picture(), 2);
        assert_eq!((blur_first.height, blur_first.width), (6, 8));
        assert_ne!(blur_first, blur_last);
    }

    #[test]
    fn a_blur_spreads_a_point_into_a_gaussian_and_keeps_its_sum() {
        let mut point = Planes::new(1, 9, 9, vec![0.; 81]);
        point.values[40] = 1.;
        let blurred = blurred(&point, 1.);
        let weight = |offset: f64| (-offset * offset / 2.).exp();
        let sum: f64 = (-3..=3).map(|offset| weight(f64::from(offset))).sum();
        assert!((blurred.values[40] - (1. / sum).powi(2)).abs() < 1e-15);
        assert!((blurred.values[41] - weight(1.) / sum.powi(2)).abs() < 1e-15);
        assert!((blurred.values[49] - weight(1.) / sum.powi(2)).abs() < 1e-15);
        assert!((blurred.values.iter().sum::<f64>() - 1.).abs() < 1e-12);
    }

    #[test]
    fn a_blur_wider_than_the_picture_reflects_it_again_and_again() {
        let flat = Planes::new(1, 2, 3, vec![0.25; 6]);
        assert!(blurred(&flat, 5.).values.iter().all(|value| (value - 0.25).abs() < 1e-12));
        let positions: Vec<usize> = (-4..6).map(|position| mirror(position, 2)).collect();
        assert_eq!(positions, [0, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
    }

    #[test]
    fn noise_has_the_asked_deviation_and_is_not_rounded() {
        let grey = Planes::new(1, 200, 200, vec![0.5; 40_000]);
        let noisy = applied(r#"["bicubic", { noise = { sigma = 10.0 } }]"#, &grey, 1);
        let mean = noisy.values.iter().sum::<f64>() / 40_000.;
        let variance = noisy.values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 40_000.;
        assert!(
            (mean - 0.5).abs() < 0.001 && (variance.sqrt() * 255. - 10.).abs() < 0.2,
            "{mean} {variance}"
        );
        assert!(noisy.values.iter().any(|value| (value * 255.).fract() != 0.));
    }

    #[test]
    fn jpeg_leaves_8_bit_values_near_the_picture() {
        for channels in [1, 3] {
            let smooth =
                Planes::new(channels, 16, 16, (0..256 * channels).map(|i| (i % 16) as f64 / 20.).collect());
            let jpeg = applied(r#"["bicubic", { jpeg = { quality = 95 } }]"#, &smooth, 1);
            assert_eq!(jpeg.channels, channels);
            assert_eq!(jpeg, jpeg.rounded());
            let largest =
                jpeg.values.iter().zip(&smooth.values).map(|(a, b)| (a - b).abs()).fold(0., f64::max);
            assert!(largest > 0. && largest < 0.03, "{largest}");
        }
    }
}
