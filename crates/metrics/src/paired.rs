//! Whether a difference that was measured image by image could be chance: an exact or drawn permutation test.
//!
//! Pitman, "Significance tests which may be applied to samples from any populations", 1937,
//! <https://doi.org/10.2307/2984124>: if two methods were alike, their results on an image could be exchanged. Drawn
//! exchanges count the one that was seen among them, so that no p-value is 0: Phipson, Smyth, "Permutation p-values
//! should never be zero", 2010, <https://doi.org/10.2202/1544-6115.1585>.

use plumage_random::{Stream, generator};
use rand::Rng;
use rayon::prelude::*;

use crate::{Interval, MetricsError};

/// The step that tells these draws from those of a bootstrap.
const STEP: u64 = 1;

/// How far two sums may be apart, relative to what was seen, and still be one value added in another order.
const ROUNDING: f64 = 1e-9;

/// How exchanges are drawn where there are too many to try them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permutation {
    /// Seed of the draws.
    pub seed: u64,
    /// How many exchanges are drawn; where 2^images is not more, every one is tried instead.
    pub draws: usize,
}

/// How often chance alone makes a difference at least as large as the one that was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValue {
    /// Of both directions together, in (0, 1].
    pub p: f64,
    /// Whether every exchange was tried.
    pub is_exact: bool,
}

/// A difference, a minus b, with its interval and the test whether it is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// By the bootstrap over images, both methods on the same draws.
    pub interval: Interval,
    /// By exchanging the two methods on images.
    pub test: PValue,
}

impl Permutation {
    /// The p-value of `difference`, which is told on which of `images` images the two methods are exchanged, and whose
    /// sign only changes when they are on all.
    ///
    /// # Errors
    /// Without images or draws, and when a difference is no number.
    pub fn test(
        &self,
        images: usize,
        difference: impl Fn(&[bool]) -> f64 + Sync,
    ) -> Result<PValue, MetricsError> {
        if images == 0 {
            return Err(MetricsError::NothingToMeasure);
        }
        if self.draws == 0 {
            return Err(MetricsError::Resampling);
        }
        let size = |exchanged: &[bool]| match difference(exchanged).abs() {
            size if size.is_nan() => Err(MetricsError::DifferenceIsNan),
            size => Ok(size),
        };
        let seen = size(&vec![false; images])?;
        let all = u32::try_from(images).ok().and_then(|images| 1usize.checked_shl(images));
        let (every, count) = match all.filter(|all| *all <= self.draws) {
            Some(all) => (true, all),
            None => (false, self.draws),
        };
        let is_as_large = |index: usize| -> Result<usize, MetricsError> {
            let exchanged: Vec<bool> = if every {
                (0..images).map(|image| index >> image & 1 == 1).collect()
            } else {
                let mut rng = generator(self.seed, Stream::Bootstrap, STEP, index as u64);
                (0..images).map(|_| rng.random()).collect()
            };
            Ok(usize::from(size(&exchanged)? >= seen * (1.0 - ROUNDING)))
        };
        let as_large: usize = (0..count).into_par_iter().map(is_as_large).sum::<Result<_, _>>()?;
        let as_large = as_large as f64;
        let p = if every { as_large / count as f64 } else { (as_large + 1.0) / (count as f64 + 1.0) };
        Ok(PValue { p, is_exact: every })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test of the mean of differences of two methods on the same images.
    fn test_of(differences: &[f64], draws: usize) -> PValue {
        let signed =
            |(difference, exchanged): (&f64, &bool)| if *exchanged { -difference } else { *difference };
        let mean = |exchanged: &[bool]| {
            differences.iter().zip(exchanged).map(signed).sum::<f64>() / differences.len() as f64
        };
        Permutation { seed: 1, draws }.test(differences.len(), mean).unwrap()
    }

    #[test]
    fn three_differences_worked_by_hand() {
        // Sums of +-1 +-2 +-4: only 7 and -7 are as large as 7, and 5, 7 and their negatives as large as 5.
        assert_eq!(test_of(&[1.0, 2.0, 4.0], 8), PValue { p: 2.0 / 8.0, is_exact: true });
        assert_eq!(test_of(&[-1.0, 2.0, 4.0], 8), PValue { p: 4.0 / 8.0, is_exact: true });
    }

    #[test]
    fn equal_differences_make_the_sign_test() {
        // 9 of 10 coins alike: (1 + 10) / 2^10 in each direction.
        let mut differences = [0.1; 10];
        differences[4] = -0.1;
        assert_eq!(test_of(&differences, 1024).p, 22.0 / 1024.0);
    }

    #[test]
    fn no_difference_is_no_evidence() {
        assert_eq!(test_of(&[0.0; 6], 64).p, 1.0);
        assert_eq!(test_of(&[0.0; 60], 64).p, 1.0);
    }

    #[test]
    fn draws_agree_with_trying_all_and_are_never_0() {
        let differences = [0.3, -0.1, 0.7, 0.2, -0.4, 0.9, 0.5, -0.2, 0.1, 0.6, 0.8, -0.3];
        let (exact, drawn) = (test_of(&differences, 4096), test_of(&differences, 4095));
        assert!(exact.is_exact && !drawn.is_exact);
        assert!((exact.p - drawn.p).abs() < 0.02, "{exact:?} {drawn:?}");
        assert_eq!(test_of(&[1.0; 60], 999).p, 1.0 / 1000.0);
    }

    #[test]
    fn a_difference_that_is_no_number_is_an_error_and_no_evidence() {
        let permutation = Permutation { seed: 1, draws: 8 };
        assert_eq!(permutation.test(3, |_| f64::NAN), Err(MetricsError::DifferenceIsNan));
        let of_two = |exchanged: &[bool]| if exchanged[1] { f64::NAN } else { 1.0 };
        assert_eq!(permutation.test(3, of_two), Err(MetricsError::DifferenceIsNan));
    }
}
