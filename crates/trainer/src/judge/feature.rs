//! The judge that stands beside every other: one number of a crop, its gradient energy, and a threshold.

use plumage_imaging::Planes;
use plumage_metrics::{Verdict, gradient_energy};

use super::{Contest, Judging, Pictures, Verdicts};
use crate::TrainError;

/// A threshold on the gradient energy, and on which side of it crops are called generated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Threshold {
    energy: f64,
    /// 1 where sharp crops are called generated, -1 where blurred ones are.
    sign: f64,
}

impl Threshold {
    /// The one that is right most often on verdicts whose score is the energy.
    pub(super) fn fit(verdicts: &[Verdict]) -> Self {
        let mut ascending: Vec<&Verdict> = verdicts.iter().collect();
        ascending.sort_by(|a, b| a.score.total_cmp(&b.score));
        // Right verdicts if all above the threshold are called generated; it begins below all.
        let mut right = verdicts.iter().filter(|verdict| verdict.is_generated).count();
        let (mut most, mut best) = (0, Self { energy: f64::NEG_INFINITY, sign: 1. });
        for (index, verdict) in ascending.iter().enumerate() {
            right = if verdict.is_generated { right - 1 } else { right + 1 };
            let next = ascending.get(index + 1).map_or(verdict.score, |next| next.score);
            // Between equal scores there is no threshold, and beyond the last nothing to decide.
            if next == verdict.score {
                continue;
            }
            for (right, sign) in [(right, 1.), (verdicts.len() - right, -1.)] {
                if right > most {
                    (most, best) = (right, Self { energy: (verdict.score + next) / 2., sign });
                }
            }
        }
        best
    }

    /// A score above 0 says generated.
    pub(super) fn score(self, energy: f64) -> f64 {
        self.sign * (energy - self.energy)
    }
}

/// The gradient energy of the fixed crops of training and test images.
pub(super) struct Energies {
    train: Verdicts,
    test: Verdicts,
}

impl Energies {
    /// Of crops of so many pixels a side.
    pub(super) fn of(run: &Judging, side: usize) -> Result<Self, TrainError> {
        Ok(Self { train: energies(run, run.train, side)?, test: energies(run, run.test, side)? })
    }

    /// What the threshold that is fitted to one contest says in another.
    pub(super) fn verdicts(&self, run: &Judging, trained_on: Contest, tested_on: Contest) -> Vec<Verdict> {
        let threshold = Threshold::fit(&self.train.in_contest(trained_on, run.train, f64::from));
        self.test.in_contest(tested_on, run.test, |energy| threshold.score(f64::from(energy)))
    }
}

fn energies(run: &Judging, pictures: &Pictures, side: usize) -> Result<Verdicts, TrainError> {
    let mut energies = Vec::new();
    for (index, image) in pictures.images.iter().enumerate() {
        for crop in pictures.fixed_crops(index, run.crops_per_image, side) {
            for version in 0..=run.methods.len() {
                let mut values = Vec::with_capacity(side * side);
                image.cut(version, crop, &mut values);
                let values = values.into_iter().map(f64::from).collect();
                energies.push(gradient_energy(&Planes::new(1, side, side, values))? as f32);
            }
        }
    }
    Ok(Verdicts::new(pictures, run.crops_per_image, run.methods.len(), energies))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(real: &[f64], generated: &[f64]) -> Vec<Verdict> {
        let of = |scores: &[f64], is_generated| {
            let one = move |&score| Verdict { image: 0, score, is_generated };
            scores.iter().map(one).collect::<Vec<_>>()
        };
        [of(real, false), of(generated, true)].concat()
    }

    #[test]
    fn a_threshold_finds_its_place_and_its_direction() {
        assert_eq!(
            Threshold::fit(&verdicts(&[5., 6., 9.], &[1., 2., 3.])),
            Threshold { energy: 4., sign: -1. }
        );
        assert_eq!(
            Threshold::fit(&verdicts(&[1., 2., 2.5], &[4., 1.5, 8.])),
            Threshold { energy: 3.25, sign: 1. }
        );
        let threshold = Threshold { energy: 4., sign: -1. };
        assert!(threshold.score(3.) > 0. && threshold.score(5.) < 0.);
    }

    #[test]
    fn equal_energies_are_not_parted() {
        let threshold = Threshold::fit(&verdicts(&[2., 2., 7.], &[2., 2., 2.]));
        assert_eq!(threshold, Threshold { energy: 4.5, sign: -1. });
        // Nothing can be told: everything is called generated, and is right as often as not.
        let all_alike = Threshold::fit(&verdicts(&[2.; 3], &[2.; 3]));
        assert_eq!(all_alike, Threshold { energy: f64::NEG_INFINITY, sign: 1. });
    }
}
