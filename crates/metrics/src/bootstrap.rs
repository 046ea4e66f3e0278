//! Intervals by the bootstrap over images.
//!
//! Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13, <https://doi.org/10.1201/9780429246593>:
//! the percentile interval. What is drawn, with replacement, is whole images: crops of one image are not independent,
//! and drawing crops would make intervals too narrow.

use plumage_random::{Stream, generator};
use rand::Rng;
use rayon::prelude::*;

use crate::MetricsError;

/// The step that tells the draws of a bootstrap from those of a [permutation test](crate::Permutation).
const STEP: u64 = 0;

/// How an interval is drawn. Equal ones draw the same images, so intervals of the same images can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Seed of the draws.
    pub seed: u64,
    /// How often all images are drawn; 2000 leaves an error of about a hundredth of the interval's width.
    pub replicates: usize,
    /// The share of intervals that are to contain the truth, in (0, 1), as 0.95.
    pub confidence: f64,
}

/// A value and its percentile interval, in the unit of the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The value on the images as they are.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies within, both ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

impl Bootstrap {
    /// The interval of `statistic`, which is told how often each of `images` images was drawn.
    ///
    /// Each replicate has its own generator, so the number of threads changes nothing. A replicate of which the
    /// statistic is NaN (no real crop was drawn) is left out; if all are, both ends are NaN.
    ///
    /// # Errors
    /// Without images, or when nothing could be drawn by `self`.
    pub fn interval(
        &self,
        images: usize,
        statistic: impl Fn(&[u32]) -> f64 + Sync,
    ) -> Result<Interval, MetricsError> {
        self.crossed([images], |[times]| statistic(times))
    }

    /// The interval of a statistic of units of several kinds, as images and seeds, each of which meets each of the others: `units` says
    /// how many there are of each kind, and each kind is drawn for itself (A. B. Owen, "The pigeonhole bootstrap", 2007,
    /// <https://doi.org/10.1214/07-AOAS122>).
    ///
    /// # Errors
    /// As those of [`Bootstrap::interval`], for any kind.
    pub fn crossed<const KINDS: usize>(
        &self,
        units: [usize; KINDS],
        statistic: impl Fn([&[u32]; KINDS]) -> f64 + Sync,
    ) -> Result<Interval, MetricsError> {
        if units.contains(&0) {
            return Err(MetricsError::NothingToMeasure);
        }
        if self.replicates == 0 || !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(MetricsError::Resampling);
        }
        let replicates: Vec<f64> = (0..self.replicates)
            .into_par_iter()
            .map(|replicate| statistic(self.draw(units, replicate).each_ref().map(Vec::as_slice)))
            .collect();
        let mut defined: Vec<f64> = replicates.into_iter().filter(|value| !value.is_nan()).collect();
        defined.sort_by(f64::total_cmp);
        let beyond = (1.0 - self.confidence) / 2.0;
        Ok(Interval {
            value: statistic(units.map(|units| vec![1; units]).each_ref().map(Vec::as_slice)),
            low: quantile(&defined, beyond),
            high: quantile(&defined, 1.0 - beyond),
        })
    }

    /// How often each unit of each kind is drawn in a replicate.
    fn draw<const KINDS: usize>(&self, units: [usize; KINDS], replicate: usize) -> [Vec<u32>; KINDS] {
        let mut rng = generator(self.seed, Stream::Bootstrap, STEP, replicate as u64);
        units.map(|units| {
            let mut times = vec![0; units];
            for _ in 0..units {
                times[rng.random_range(0..units)] += 1;
            }
            times
        })
    }
}

/// The mean of a number of every image, as a PSNR or a sharpness, with its interval.
///
/// # Errors
/// As those of [`Bootstrap::interval`].
pub fn mean_interval(values: &[f64], bootstrap: &Bootstrap) -> Result<Interval, MetricsError> {
    bootstrap.interval(values.len(), |times| weighted_mean(values, times))
}

pub(crate) fn weighted_mean(values: &[f64], times: &[u32]) -> f64 {
    // What was not drawn counts nothing, also where it is infinite, as the PSNR of equal pictures.
    let drawn = values.iter().zip(times).filter(|(_, times)| **times > 0);
    let sum: f64 = drawn.map(|(value, times)| value * f64::from(*times)).sum();
    sum / f64::from(times.iter().sum::<u32>())
}

/// The quantile `p` in [0, 1] of values in ascending order, interpolated between neighbours (type 7 of Hyndman, Fan,
/// "Sample quantiles in statistical packages", 1996, <https://doi.org/10.2307/2684934>; NumPy's default).
fn quantile(ascending: &[f64], p: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else { return f64::NAN };
    let place = p * last as f64;
    let (below, share) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(last);
    if ascending[below] == ascending[above] {
        return ascending[below];
    }
    ascending[below] + share * (ascending[above] - ascending[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bootstrap() -> Bootstrap {
        Bootstrap { seed: 1, replicates: 4000, confidence: 0.95 }
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy.quantile([1, 2, 4, 8], [0, 0.025, 0.5, 0.9, 1]) -> 1, 1.075, 3, 6.8, 8
        let found = [0.0, 0.025, 0.5, 0.9, 1.0].map(|p| quantile(&[1.0, 2.0, 4.0, 8.0], p));
        for (found, expected) in found.into_iter().zip([1.0, 1.075, 3.0, 6.8, 8.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn the_interval_of_a_mean_has_the_width_that_theory_gives() {
        // The bootstrap's mean has the variance s^2/n, with the population's s^2 of the values: here (n^2 - 1)/12.
        let values: Vec<f64> = (0..400).map(f64::from).collect();
        let found = mean_interval(&values, &bootstrap()).unwrap();
        let half = 1.959_964 * ((400.0f64.powi(2) - 1.0) / 12.0 / 400.0).sqrt();
        assert_eq!(found.value, 199.5);
        assert!((found.low - (199.5 - half)).abs() < 0.06 * half, "{found:?}");
        assert!((found.high - (199.5 + half)).abs() < 0.06 * half, "{found:?}");
    }

    #[test]
    fn two_images_have_the_binomial_draws() {
        // Both images once with 1/2, one of them twice with 1/4 each: the ends of a 40% interval are the middle.
        let wide = mean_interval(&[0.0, 1.0], &bootstrap()).unwrap();
        let narrow = mean_interval(&[0.0, 1.0], &Bootstrap { confidence: 0.4, ..bootstrap() }).unwrap();
        assert_eq!((wide.low, wide.high, narrow.low, narrow.high), (0.0, 1.0, 0.5, 0.5));
    }

    #[test]
    fn what_differs_between_seeds_makes_the_interval_of_crossed_units_wider() {
        // The mean over 30 images and 4 seeds of the image's number plus the seed's: the variances of both means add up.
        let spread = |units: usize| (units as f64).powi(2) - 1.0;
        let mean = |times: &[u32]| {
            let sum: f64 =
                times.iter().enumerate().map(|(unit, times)| unit as f64 * f64::from(*times)).sum();
            sum / f64::from(times.iter().sum::<u32>())
        };
        let found = bootstrap().crossed([30, 4], |[images, seeds]| mean(images) + 5.0 * mean(seeds)).unwrap();
        let half = 1.959_964 * (spread(30) / 12.0 / 30.0 + 25.0 * spread(4) / 12.0 / 4.0).sqrt();
        assert_eq!(found.value, 14.5 + 7.5);
        assert!(((found.high - found.low) / 2.0 - half).abs() < 0.1 * half, "{found:?} {half}");
        assert_eq!(bootstrap().crossed([3, 0], |_| 1.0), Err(MetricsError::NothingToMeasure));
    }

    #[test]
    fn threads_change_nothing_and_the_seed_changes_the_draws() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i * i % 17)).collect();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| mean_interval(&values, &bootstrap()).unwrap())
        };
        assert_eq!(on(1), on(5));
        assert_ne!(on(1), mean_interval(&values, &Bootstrap { seed: 2, ..bootstrap() }).unwrap());
    }

    #[test]
    fn undefined_replicates_are_left_out() {
        let of_first = |times: &[u32]| if times[0] == 0 { f64::NAN } else { 3.0 };
        let found = bootstrap().interval(2, of_first).unwrap();
        assert_eq!((found.low, found.high), (3.0, 3.0));
        assert!(bootstrap().interval(2, |_| f64::NAN).unwrap().low.is_nan());
    }

    #[test]
    fn an_infinite_value_makes_the_end_infinite_that_it_reaches_and_no_other() {
        let found = mean_interval(&[30.0, 32.0, f64::INFINITY, 31.0, 33.0], &bootstrap()).unwrap();
        assert_eq!((found.value, found.high), (f64::INFINITY, f64::INFINITY));
        assert!((30.0..=33.0).contains(&found.low), "{found:?}");
    }

    #[test]
    fn an_interval_that_cannot_be_drawn_is_an_error() {
        assert_eq!(mean_interval(&[], &bootstrap()), Err(MetricsError::NothingToMeasure));
        for bad in [Bootstrap { replicates: 0, ..bootstrap() }, Bootstrap { confidence: 95.0, ..bootstrap() }]
        {
            assert_eq!(mean_interval(&[1.0], &bad), Err(MetricsError::Resampling));
        }
    }
}
