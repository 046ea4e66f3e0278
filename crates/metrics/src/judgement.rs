//! Accuracy and AUC of a judge over several seeds, and the difference of two, with intervals over source images.
//!
//! A cell of the matrix of `protocol.md` is the mean over seeds of what each of the equally trained judges scores; a
//! replicate draws images, and every seed is measured on the same ones. The interval tells how far the images matter,
//! not how far the seeds do: their spread is told apart, by [`of_each_seed`].

use std::collections::BTreeSet;

use crate::{
    Bootstrap, Difference, Interval, MetricsError, Permutation, Verdict,
    verdict::{accuracy, auc, check, check_both_kinds, rightness, weighted_auc},
};

/// What a judge is measured by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// [`accuracy`](crate::accuracy()), in [0, 1].
    Accuracy {
        /// The score between real and generated: 0 for logits, 0.5 for probabilities.
        threshold: f64,
    },
    /// [`auc`](crate::auc()), in [0, 1].
    Auc,
}

/// The measure for the verdicts of each seed.
///
/// # Errors
/// Those of [`accuracy`](crate::accuracy()) and [`auc`](crate::auc()).
pub fn of_each_seed(measure: Measure, seeds: &[&[Verdict]]) -> Result<Vec<f64>, MetricsError> {
    let of_seed = |verdicts: &&[Verdict]| match measure {
        Measure::Accuracy { threshold } => accuracy(verdicts, threshold),
        Measure::Auc => auc(verdicts),
    };
    seeds.iter().map(of_seed).collect()
}

/// The mean over seeds of the measure, with its bootstrap interval over source images.
///
/// # Errors
/// Without seeds, when a seed has verdicts of other images than the first, and those of
/// [`accuracy`](crate::accuracy()), [`auc`](crate::auc()) and [`Bootstrap::interval`].
pub fn judged(
    measure: Measure,
    seeds: &[&[Verdict]],
    bootstrap: &Bootstrap,
) -> Result<Interval, MetricsError> {
    let images = images_of(seeds)?;
    let seeds = sorted_seeds(measure, seeds, &images)?;
    bootstrap.interval(images.len(), |times| {
        let weight = |image: usize| f64::from(times[image]);
        mean(seeds.iter().map(|seed| seed.measured(measure, weight)))
    })
}

/// The measure of `a` minus that of `b`: two judges on the same images, or one judge on two test sets made of them. The
/// n-th seed of the one belongs to the n-th of the other.
///
/// # Errors
/// When the numbers of seeds or the images differ, and those of [`judged`] and [`Permutation::test`].
pub fn judged_difference(
    measure: Measure,
    a: &[&[Verdict]],
    b: &[&[Verdict]],
    bootstrap: &Bootstrap,
    permutation: &Permutation,
) -> Result<Difference, MetricsError> {
    if a.len() != b.len() {
        let reason = format!("{} seeds against {}", a.len(), b.len());
        return Err(MetricsError::Unpaired { reason });
    }
    let images = images_of(&[a, b].concat())?;
    let (a, b) = (sorted_seeds(measure, a, &images)?, sorted_seeds(measure, b, &images)?);
    let interval = bootstrap.interval(images.len(), |times| {
        let weight = |image: usize| f64::from(times[image]);
        mean(a.iter().zip(&b).map(|(a, b)| a.measured(measure, weight) - b.measured(measure, weight)))
    })?;
    let both: Vec<Seed> = a.iter().zip(&b).map(|(a, b)| a.beside(b, images.len())).collect();
    let test = permutation.test(images.len(), |exchanged| {
        // In a pair of seeds image i is numbered i in a and i + n in b; each side takes one of the two.
        let side = |is_a: bool| {
            move |place: usize| {
                let (image, of_a) = (place % exchanged.len(), place < exchanged.len());
                f64::from(u8::from((of_a != exchanged[image]) == is_a))
            }
        };
        mean(both.iter().map(|both| both.measured(measure, side(true)) - both.measured(measure, side(false))))
    })?;
    Ok(Difference { interval, test })
}

/// The verdicts of one seed in ascending order of scores, each with the place of its image among all images.
struct Seed {
    ascending: Vec<(Verdict, usize)>,
}

impl Seed {
    /// The measure where a verdict counts as often as the weight of its image says.
    fn measured(&self, measure: Measure, weight: impl Fn(usize) -> f64) -> f64 {
        let weighted = self.ascending.iter().map(|(verdict, image)| (*verdict, weight(*image)));
        match measure {
            Measure::Auc => weighted_auc(weighted),
            Measure::Accuracy { threshold } => {
                let add = |(right, all): (f64, f64), (verdict, weight): (Verdict, f64)| {
                    (right + weight * rightness(&verdict, threshold), all + weight)
                };
                let (right, all) = weighted.fold((0.0, 0.0), add);
                right / all
            }
        }
    }

    /// The verdicts of both, in which the images of `other` stand `images` places farther.
    fn beside(&self, other: &Self, images: usize) -> Self {
        let farther = other.ascending.iter().map(|(verdict, image)| (*verdict, image + images));
        let mut ascending: Vec<_> = self.ascending.iter().copied().chain(farther).collect();
        ascending.sort_by(|(a, _), (b, _)| a.score.total_cmp(&b.score));
        Self { ascending }
    }
}

/// The images of the first seed in ascending order; an error unless all seeds have the same.
fn images_of(seeds: &[&[Verdict]]) -> Result<Vec<u64>, MetricsError> {
    let set = |verdicts: &[Verdict]| verdicts.iter().map(|verdict| verdict.image).collect::<BTreeSet<_>>();
    let first = set(seeds.first().ok_or(MetricsError::NothingToMeasure)?);
    for other in &seeds[1..] {
        if let Some(image) = first.symmetric_difference(&set(other)).next() {
            return Err(MetricsError::Unpaired { reason: format!("image {image} is on one alone") });
        }
    }
    Ok(first.into_iter().collect())
}

fn sorted_seeds(measure: Measure, seeds: &[&[Verdict]], images: &[u64]) -> Result<Vec<Seed>, MetricsError> {
    let sorted = |verdicts: &&[Verdict]| {
        match measure {
            Measure::Accuracy { .. } => check(verdicts)?,
            Measure::Auc => drop(check_both_kinds(verdicts)?),
        }
        let place = |image: u64| images.partition_point(|other| *other < image);
        let mut ascending: Vec<_> = verdicts.iter().map(|verdict| (*verdict, place(verdict.image))).collect();
        ascending.sort_by(|(a, _), (b, _)| a.score.total_cmp(&b.score));
        Ok(Seed { ascending })
    };
    seeds.iter().map(sorted).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOTSTRAP: Bootstrap = Bootstrap { seed: 5, replicates: 2000, confidence: 0.95 };
    const ACCURACY: Measure = Measure::Accuracy { threshold: 0.0 };

    fn permutation(draws: usize) -> Permutation {
        Permutation { seed: 5, draws }
    }

    /// Crops of images, a real one and a generated one each; the scores are (real, generated).
    fn pairs(scores: &[(f64, f64)]) -> Vec<Verdict> {
        let of_image = |(image, (real, generated)): (u64, &(f64, f64))| {
            [(*real, false), (*generated, true)].map(|(score, is_generated)| Verdict {
                image,
                score,
                is_generated,
            })
        };
        (0..).zip(scores).flat_map(of_image).collect()
    }

    #[test]
    fn a_value_is_the_mean_over_seeds() {
        let (good, bad) = (pairs(&[(-1.0, 1.0), (-2.0, 2.0)]), pairs(&[(-1.0, 1.0), (2.0, -2.0)]));
        for (measure, of_bad) in [(ACCURACY, 0.5), (Measure::Auc, 0.25)] {
            let seeds: [&[Verdict]; 2] = [&good, &bad];
            assert_eq!(of_each_seed(measure, &seeds), Ok(vec![1.0, of_bad]));
            assert_eq!(judged(measure, &seeds, &BOOTSTRAP).unwrap().value, (1.0 + of_bad) / 2.0);
        }
    }

    #[test]
    fn images_are_drawn_and_not_crops() {
        // 100 images of 8 equal crops: accuracy of 80% has the standard error sqrt(.8 * .2 / 100), not / 800.
        let of_image = |image: u64| {
            let score = if image.is_multiple_of(5) { -1.0 } else { 1.0 };
            vec![Verdict { image, score, is_generated: true }; 8]
        };
        let verdicts: Vec<Verdict> = (0..100).flat_map(of_image).collect();
        let found = judged(ACCURACY, &[&verdicts], &BOOTSTRAP).unwrap();
        let half = 1.96 * (0.8f64 * 0.2 / 100.0).sqrt();
        assert_eq!(found.value, 0.8);
        assert!(((found.high - found.low) / 2.0 - half).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn the_interval_of_an_area_contains_chance_where_scores_say_nothing() {
        let scores: Vec<(f64, f64)> =
            (0..60).map(|i| (f64::from(i * 37 % 61), f64::from(i * 23 % 61))).collect();
        let found = judged(Measure::Auc, &[&pairs(&scores)], &BOOTSTRAP).unwrap();
        assert!(found.contains(0.5) && found.high - found.low < 0.25, "{found:?}");
    }

    #[test]
    fn the_order_of_verdicts_and_the_threads_change_nothing() {
        let there = pairs(&[(0.3, 0.4), (0.1, 0.4), (0.5, 0.2), (0.2, 0.9)]);
        let back: Vec<_> = there.iter().rev().copied().collect();
        let on = |threads: usize, verdicts: &[Verdict]| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| judged(Measure::Auc, &[verdicts], &BOOTSTRAP).unwrap())
        };
        assert_eq!(on(1, &there), on(4, &back));
    }

    #[test]
    fn a_judge_does_not_differ_from_itself() {
        let verdicts = pairs(&[(0.3, 0.4), (0.1, 0.4), (0.5, 0.2)]);
        for measure in [ACCURACY, Measure::Auc] {
            let found =
                judged_difference(measure, &[&verdicts], &[&verdicts], &BOOTSTRAP, &permutation(8)).unwrap();
            assert_eq!(found.interval, Interval { value: 0.0, low: 0.0, high: 0.0 });
            assert_eq!(found.test.p, 1.0);
        }
    }

    #[test]
    fn a_judge_that_is_right_against_one_that_is_wrong_has_the_smallest_p_there_is() {
        let right = pairs(&[(-1.0, 1.0); 6]);
        let wrong = pairs(&[(1.0, -1.0); 6]);
        for measure in [ACCURACY, Measure::Auc] {
            let found =
                judged_difference(measure, &[&right], &[&wrong], &BOOTSTRAP, &permutation(64)).unwrap();
            assert_eq!(found.interval.value, 1.0);
            assert_eq!((found.test.p, found.test.is_exact), (2.0 / 64.0, true));
        }
    }

    #[test]
    fn the_test_of_accuracies_is_that_of_their_differences_by_image() {
        let a = pairs(&[(-1.0, 1.0), (-1.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (-1.0, 1.0)]);
        let b = pairs(&[(1.0, 1.0), (1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, 1.0)]);
        let found = judged_difference(ACCURACY, &[&a], &[&b], &BOOTSTRAP, &permutation(32)).unwrap();
        let of_images = [0.5, 1.0, 0.5, -0.5, 0.0];
        let signed =
            |(difference, exchanged): (&f64, &bool)| if *exchanged { -difference } else { *difference };
        let test = permutation(32).test(5, |exchanged| mean(of_images.iter().zip(exchanged).map(signed)));
        assert_eq!(Ok(found.test), test);
        let interval = crate::mean_interval(&of_images, &BOOTSTRAP).unwrap();
        assert!((found.interval.value - interval.value).abs() < 1e-12);
        assert!((found.interval.low - interval.low).abs() < 1e-12);
    }

    #[test]
    fn verdicts_of_different_images_are_not_compared() {
        let (two, three) = (pairs(&[(0.0, 1.0); 2]), pairs(&[(0.0, 1.0); 3]));
        let compared = judged_difference(ACCURACY, &[&two], &[&three], &BOOTSTRAP, &permutation(8));
        let expected = "a paired comparison needs the same images on both sides: image 2 is on one alone";
        assert_eq!(compared.unwrap_err().to_string(), expected);
    }
}
