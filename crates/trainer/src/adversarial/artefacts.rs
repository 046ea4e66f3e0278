//! What a generator adds to images that no loss asked for, measured on the validation images.

use plumage_imaging::{Planes, colour};
use plumage_metrics::{TestImage, checkerboard_db, colour_drift};
use plumage_record::Artefacts;

use crate::TrainError;

/// Images on which the spread over draws of the noise is measured, and draws.
const NOISE_IMAGES: u64 = 4;
const NOISE_DRAWS: u64 = 4;

/// Sums over the images so far.
#[derive(Default)]
pub(crate) struct ArtefactSums {
    images: u64,
    /// Of the images that are large enough for it.
    checkerboard: Option<(f64, u64)>,
    drift: f64,
    noise: Option<(f64, u64)>,
}

impl ArtefactSums {
    /// Adds the `sr` of an image; `drawn` makes it again with other noise, or nothing where there is none.
    pub(crate) fn add(
        &mut self,
        sr: &Planes,
        image: &TestImage,
        drawn: impl Fn(u64) -> Result<Option<Planes>, TrainError>,
    ) -> Result<(), TrainError> {
        let [sr_luma, hr_luma] = [sr, &image.hr].map(colour::rgb_to_y);
        let patterns = [&sr_luma, &hr_luma].map(|y| checkerboard_db(y, image.scale));
        if let [Ok(of_sr), Ok(of_hr)] = patterns {
            let (sum, count) = self.checkerboard.unwrap_or_default();
            self.checkerboard = Some((sum + of_sr - of_hr, count + 1));
        }
        let brightness = LEVELS * (mean(&sr_luma.values) - mean(&hr_luma.values));
        self.drift += brightness.hypot(colour_drift(sr, &image.hr)?.distance());
        if self.images < NOISE_IMAGES
            && let Some(spread) = spread_of((0..NOISE_DRAWS).map(drawn))?
        {
            let (sum, count) = self.noise.unwrap_or_default();
            self.noise = Some((sum + spread, count + 1));
        }
        self.images += 1;
        Ok(())
    }

    /// The means.
    pub(crate) fn mean(&self) -> Artefacts {
        let mean = |(sum, count): (f64, u64)| sum / count as f64;
        Artefacts {
            val_checkerboard_db: self.checkerboard.map(mean),
            val_drift_levels: self.drift / self.images as f64,
            val_noise_levels: self.noise.map(mean),
        }
    }
}

/// 8-bit levels in the range of an image.
const LEVELS: f64 = 255.;

/// The standard deviation of a pixel over draws of the noise, as the root mean square over pixels, in 8-bit levels; none
/// where there is no noise.
fn spread_of(
    draws: impl Iterator<Item = Result<Option<Planes>, TrainError>>,
) -> Result<Option<f64>, TrainError> {
    let Some(draws) = draws.collect::<Result<Option<Vec<Planes>>, _>>()? else { return Ok(None) };
    let count = draws.len() as f64;
    let variance = |pixel: usize| {
        let mean = draws.iter().map(|draw| draw.values[pixel]).sum::<f64>() / count;
        draws.iter().map(|draw| (draw.values[pixel] - mean).powi(2)).sum::<f64>() / (count - 1.)
    };
    let pixels = draws.first().map_or(0, |draw| draw.values.len());
    let mean_variance = (0..pixels).map(variance).sum::<f64>() / pixels as f64;
    Ok(Some(LEVELS * mean_variance.sqrt()))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
