//! The methods themselves, in numbers that need no judge: error, sharpness, spectrum, faults.

use std::collections::BTreeMap;

use plumage_imaging::{Planes, crop::shave};
use plumage_metrics::{
    Bootstrap, MetricsError, RadialSpectrum, TestImage, checkerboard_db, gradient_energy, mean_interval,
    radial_spectrum,
};
use plumage_record::{MethodRow, SpectrumRow};

use super::StatisticsConfig;
use crate::TrainError;

/// What one method made of one image, in numbers.
#[derive(Clone, Debug)]
pub struct MethodNumbers {
    /// By name with unit.
    values: Vec<(&'static str, f64)>,
    spectrum: RadialSpectrum,
}

/// Below this many cycles per pixel all methods have HR's spectrum, or nothing is left of the image.
const LOWEST_CYCLES: f64 = 1. / 32.;

/// HR's own numbers, of its Y `[1, H, W]` within the border.
///
/// # Errors
/// A picture that is too small for a spectrum.
pub fn of_hr(hr: &Planes, scale: usize) -> Result<MethodNumbers, MetricsError> {
    let values =
        vec![("gradient_energy", gradient_energy(hr)?), ("checkerboard_db", checkerboard_db(hr, scale)?)];
    Ok(MethodNumbers { values, spectrum: radial_spectrum(hr)? })
}

/// The numbers of what a method made of an image: `draws`, its output `[C, H, W]` of each draw of its noise, of which the
/// first is the one that judges see; or the only one.
///
/// # Errors
/// Outputs that are not finite or have not HR's shape; a picture that is too small for a spectrum.
pub fn of_method(
    image: &TestImage,
    draws: &[Planes],
    border_px: usize,
) -> Result<MethodNumbers, MetricsError> {
    let sr = draws.first().ok_or(MetricsError::NothingToMeasure)?;
    let score = image.score(sr)?;
    let within = |planes: &Planes| Ok::<_, MetricsError>(shave(&image.y_of_8_bit(planes)?, border_px));
    let (y, hr) = (within(sr)?, within(&image.hr)?);
    let spectrum = radial_spectrum(&y)?;
    let mean = |planes: &Planes| planes.values.iter().sum::<f64>() / planes.values.len() as f64;
    let mut values = vec![
        ("psnr_y_db", score.psnr_y_db.unwrap_or(f64::NAN)),
        ("ssim", score.ssim),
        ("gradient_energy", gradient_energy(&y)?),
        ("spectrum_distance_db", distance_db(&spectrum, &radial_spectrum(&hr)?)),
        ("checkerboard_db", checkerboard_db(&y, image.scale)?),
        ("brightness_drift_levels", 255. * (mean(&y) - mean(&hr))),
    ];
    if draws.len() > 1 {
        let drawn = draws.iter().map(within).collect::<Result<Vec<_>, _>>()?;
        values.push(("noise_spread_levels", 255. * spread(&drawn)));
    }
    Ok(MethodNumbers { values, spectrum })
}

/// Rows of methods.csv and spectra.csv: every number in the mean over the images of each method.
///
/// # Errors
/// A method without an image.
pub fn rows(
    methods: &[(String, Vec<MethodNumbers>)],
    statistics: &StatisticsConfig,
    seed: u64,
) -> Result<(Vec<MethodRow>, Vec<SpectrumRow>), TrainError> {
    let bootstrap = statistics.bootstrap(seed);
    let (mut numbers, mut spectra) = (Vec::new(), Vec::new());
    for (method, images) in methods {
        numbers.extend(of_images(method, images, &bootstrap)?);
        let all: Vec<_> = images.iter().map(|image| image.spectrum.clone()).collect();
        let rings = RadialSpectrum::mean(&all)?.rings.into_iter().filter(|ring| ring.low > 0.);
        spectra.extend(rings.filter_map(|ring| {
            let density = ring.density?;
            Some(SpectrumRow { method: method.clone(), cycles_per_px: ring.middle(), density })
        }));
    }
    Ok((numbers, spectra))
}

fn of_images(
    method: &str,
    images: &[MethodNumbers],
    bootstrap: &Bootstrap,
) -> Result<Vec<MethodRow>, TrainError> {
    let mut by_measure: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (measure, value) in images.iter().flat_map(|image| &image.values) {
        by_measure.entry(measure).or_default().push(*value);
    }
    let row = |(measure, values): (&str, Vec<f64>)| {
        let interval = mean_interval(&values, bootstrap)?;
        Ok(MethodRow {
            method: method.to_owned(),
            measure: measure.to_owned(),
            value: interval.value,
            low: interval.low,
            high: interval.high,
            images: values.len() as u64,
        })
    };
    by_measure.into_iter().map(row).collect()
}

/// How far a spectrum is from HR's: the mean over rings of the difference in decibels, whichever way.
fn distance_db(sr: &RadialSpectrum, hr: &RadialSpectrum) -> f64 {
    /// White noise of the rounding to 8 bits: what is weaker is no picture.
    const ROUNDING: f64 = 1. / 12.;
    let rings = sr.rings.iter().zip(&hr.rings).filter(|(ring, _)| ring.low >= LOWEST_CYCLES);
    let distances: Vec<f64> = rings
        .filter_map(|(sr, hr)| {
            let (sr, hr) = (sr.density? + ROUNDING, hr.density? + ROUNDING);
            Some(10. * (sr / hr).log10().abs())
        })
        .collect();
    distances.iter().sum::<f64>() / distances.len() as f64
}

/// The root of the mean variance of a pixel over draws.
fn spread(draws: &[Planes]) -> f64 {
    let (count, pixels) = (draws.len() as f64, draws[0].values.len());
    let variance = |pixel: usize| {
        let mean = draws.iter().map(|draw| draw.values[pixel]).sum::<f64>() / count;
        draws.iter().map(|draw| (draw.values[pixel] - mean).powi(2)).sum::<f64>() / (count - 1.)
    };
    ((0..pixels).map(variance).sum::<f64>() / pixels as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use image::DynamicImage;
    use plumage_imaging::Channels;
    use plumage_metrics::Protocol;

    use super::*;

    fn image() -> TestImage {
        let pixel =
            |x: u32, y: u32| image::Rgb([(x * 7 % 200) as u8, (y * 5 % 190) as u8, ((x * y) % 180) as u8]);
        let picture = DynamicImage::ImageRgb8(image::RgbImage::from_fn(60, 48, pixel));
        TestImage::new(Protocol::YMatlab, &picture, 2, Channels::Y).unwrap()
    }

    fn value(numbers: &MethodNumbers, measure: &str) -> Option<f64> {
        numbers.values.iter().find(|(name, _)| *name == measure).map(|(_, value)| *value)
    }

    #[test]
    fn a_perfect_method_has_hrs_numbers_and_a_blurred_one_is_less_sharp() {
        let image = image();
        let perfect = of_method(&image, std::slice::from_ref(&image.hr), 2).unwrap();
        let hr = of_hr(&shave(&image.hr, 2), 2).unwrap();
        assert_eq!(value(&perfect, "psnr_y_db"), Some(f64::INFINITY));
        assert_eq!(value(&perfect, "spectrum_distance_db"), Some(0.));
        assert_eq!(value(&perfect, "brightness_drift_levels"), Some(0.));
        assert_eq!(value(&perfect, "gradient_energy"), value(&hr, "gradient_energy"));
        let blurred = of_method(&image, std::slice::from_ref(&image.bicubic), 2).unwrap();
        assert!(value(&blurred, "gradient_energy") < value(&hr, "gradient_energy"));
        assert!(value(&blurred, "spectrum_distance_db").unwrap() > 1.);
        assert_eq!(value(&blurred, "noise_spread_levels"), None);
    }

    #[test]
    fn drift_and_spread_are_in_levels() {
        let image = image();
        let brighter = image.hr.map(|y| (y + 2. / 255.).min(235. / 255.));
        let numbers = of_method(&image, &[brighter, image.hr.clone()], 2).unwrap();
        assert!((value(&numbers, "brightness_drift_levels").unwrap() - 2.).abs() < 0.01);
        // Two draws that are 2 levels apart have the standard deviation sqrt(2).
        assert!((value(&numbers, "noise_spread_levels").unwrap() - 2f64.sqrt()).abs() < 0.01);
    }
}
