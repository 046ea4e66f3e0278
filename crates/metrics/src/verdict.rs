//! What a classifier says of crops, real against generated: accuracy, ROC curve and the area under it.
//!
//! Hanley, McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve", 1982,
//! <https://doi.org/10.1148/radiology.143.1.7063747>. Generated is the positive class, as in Wang et al.,
//! "CNN-generated images are surprisingly easy to spot... for now", 2020, <https://arxiv.org/abs/1912.11035>.

use std::cmp::Ordering;

use crate::MetricsError;

/// What a classifier says of one crop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The source image that the crop was cut from. Crops of one image are not independent: intervals draw images.
    pub image: u64,
    /// Any real number: the higher, the more the crop is taken for generated. A logit or a probability will do.
    pub score: f64,
    /// Whether the crop was generated in truth.
    pub is_generated: bool,
}

/// A point of a ROC curve: what comes of calling every crop generated whose score is at least some threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// The share of the real crops that are called generated, in [0, 1].
    pub false_positive_rate: f64,
    /// The share of the generated crops that are called generated, in [0, 1].
    pub true_positive_rate: f64,
}

/// The share of right verdicts, in [0, 1], where a score above `threshold` (0 for logits, 0.5 for probabilities) says
/// generated and one below it real. A score that equals it says neither, and is half right.
///
/// # Errors
/// Without any verdict, or with a score that is no number.
pub fn accuracy(verdicts: &[Verdict], threshold: f64) -> Result<f64, MetricsError> {
    check(verdicts)?;
    let right: f64 = verdicts.iter().map(|verdict| rightness(verdict, threshold)).sum();
    Ok(right / verdicts.len() as f64)
}

/// How right a verdict is: 1, 0, or a half where the score is the threshold.
pub(crate) fn rightness(verdict: &Verdict, threshold: f64) -> f64 {
    let says_generated = match verdict.score.partial_cmp(&threshold) {
        Some(Ordering::Greater) => 1.0,
        Some(Ordering::Less) => 0.0,
        _ => 0.5,
    };
    if verdict.is_generated { says_generated } else { 1.0 - says_generated }
}

/// The ROC curve from (0, 0) to (1, 1), a point for every distinct score, the highest first: crops of one score are
/// crossed at once, by a slanted line, so the area under the curve is [`auc`].
///
/// # Errors
/// Unless there are both real and generated crops, with scores that are numbers.
pub fn roc_curve(verdicts: &[Verdict]) -> Result<Vec<RocPoint>, MetricsError> {
    let (real, generated) = check_both_kinds(verdicts)?;
    let mut sorted: Vec<&Verdict> = verdicts.iter().collect();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let (mut real_above, mut generated_above) = (0usize, 0usize);
    let mut points = vec![RocPoint { false_positive_rate: 0.0, true_positive_rate: 0.0 }];
    for tied in sorted.chunk_by(|a, b| a.score == b.score) {
        let generated_here = tied.iter().filter(|verdict| verdict.is_generated).count();
        generated_above += generated_here;
        real_above += tied.len() - generated_here;
        points.push(RocPoint {
            false_positive_rate: real_above as f64 / real as f64,
            true_positive_rate: generated_above as f64 / generated as f64,
        });
    }
    Ok(points)
}

/// The area under the ROC curve, in [0, 1]: the probability that a generated crop scores higher than a real one, where
/// equal scores count half (the Mann-Whitney statistic). 0.5 is chance.
///
/// # Errors
/// Unless there are both real and generated crops, with scores that are numbers.
pub fn auc(verdicts: &[Verdict]) -> Result<f64, MetricsError> {
    check_both_kinds(verdicts)?;
    let mut sorted: Vec<&Verdict> = verdicts.iter().collect();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    Ok(weighted_auc(sorted.into_iter().map(|verdict| (*verdict, 1.0))))
}

/// The area under the ROC curve of verdicts in ascending order of their scores, each counted as often as its weight
/// says; NaN where one of the two kinds has no weight.
pub(crate) fn weighted_auc(ascending: impl Iterator<Item = (Verdict, f64)>) -> f64 {
    let (mut real_below, mut generated, mut pairs) = (0.0, 0.0, 0.0);
    let (mut score, mut real_here, mut generated_here) = (f64::NAN, 0.0, 0.0);
    for (verdict, weight) in ascending {
        if verdict.score != score {
            pairs += generated_here * (real_below + real_here / 2.0);
            real_below += real_here;
            generated += generated_here;
            (score, real_here, generated_here) = (verdict.score, 0.0, 0.0);
        }
        if verdict.is_generated { generated_here += weight } else { real_here += weight }
    }
    pairs += generated_here * (real_below + real_here / 2.0);
    pairs / ((real_below + real_here) * (generated + generated_here))
}

/// An error without any verdict, or with a score that is no number.
pub(crate) fn check(verdicts: &[Verdict]) -> Result<(), MetricsError> {
    if verdicts.is_empty() {
        return Err(MetricsError::NothingToMeasure);
    }
    match verdicts.iter().find(|verdict| verdict.score.is_nan()) {
        Some(verdict) => Err(MetricsError::ScoreIsNan { image: verdict.image }),
        None => Ok(()),
    }
}

/// How many crops are real and how many generated; an error unless there are both.
pub(crate) fn check_both_kinds(verdicts: &[Verdict]) -> Result<(usize, usize), MetricsError> {
    check(verdicts)?;
    let generated = verdicts.iter().filter(|verdict| verdict.is_generated).count();
    let real = verdicts.len() - generated;
    if real == 0 || generated == 0 {
        return Err(MetricsError::OneKind { real, generated });
    }
    Ok((real, generated))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdicts(real: &[f64], generated: &[f64]) -> Vec<Verdict> {
        let of = |scores: &[f64], is_generated| -> Vec<Verdict> {
            (0..).zip(scores).map(|(image, &score)| Verdict { image, score, is_generated }).collect()
        };
        [of(real, false), of(generated, true)].concat()
    }

    #[test]
    fn ties_count_half_in_the_area_worked_by_hand() {
        // 0.4 beats 0.1 and 0.35 and ties with 0.4, 0.8 beats all three, 0.35 beats 0.1 and ties with 0.35:
        // 2.5 + 3 + 1.5 of 9 pairs.
        let verdicts = verdicts(&[0.1, 0.4, 0.35], &[0.4, 0.8, 0.35]);
        assert!((auc(&verdicts).unwrap() - 7.0 / 9.0).abs() < 1e-15);
    }

    #[test]
    fn the_curve_of_scikit_learns_example_is_theirs() {
        // sklearn.metrics.roc_curve([0, 0, 1, 1], [.1, .4, .35, .8], drop_intermediate=False):
        // fpr 0 0 .5 .5 1, tpr 0 .5 .5 1 1; roc_auc_score 0.75.
        let verdicts = verdicts(&[0.1, 0.4], &[0.35, 0.8]);
        let curve = roc_curve(&verdicts).unwrap();
        let places: Vec<_> =
            curve.iter().map(|point| (point.false_positive_rate, point.true_positive_rate)).collect();
        assert_eq!(places, [(0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (1.0, 1.0)]);
        assert_eq!(auc(&verdicts), Ok(0.75));
    }

    #[test]
    fn a_constant_score_is_chance_by_both_measures() {
        let verdicts = verdicts(&[0.5; 3], &[0.5; 3]);
        assert_eq!((accuracy(&verdicts, 0.5), auc(&verdicts)), (Ok(0.5), Ok(0.5)));
        assert_eq!(roc_curve(&verdicts).unwrap().len(), 2, "one slanted line");
    }

    #[test]
    fn minus_zero_and_zero_are_one_score() {
        let verdicts = verdicts(&[-0.0], &[0.0]);
        assert_eq!((accuracy(&verdicts, 0.0), auc(&verdicts)), (Ok(0.5), Ok(0.5)));
    }

    #[test]
    fn accuracy_is_the_share_of_right_verdicts() {
        let verdicts = verdicts(&[-1.0, 2.0], &[3.0, 0.0, 0.5]);
        assert_eq!(accuracy(&verdicts, 0.0), Ok((1.0 + 0.0 + 1.0 + 0.5 + 1.0) / 5.0));
    }

    #[test]
    fn what_cannot_be_judged_is_said() {
        let told = |error: MetricsError| error.to_string();
        assert_eq!(told(accuracy(&[], 0.0).unwrap_err()), "there is nothing to measure");
        assert_eq!(
            told(auc(&verdicts(&[0.1, 0.2], &[])).unwrap_err()),
            "telling real from generated needs crops of both kinds, got 2 real and 0 generated"
        );
        assert_eq!(
            told(auc(&verdicts(&[0.1], &[f64::NAN])).unwrap_err()),
            "the score of a crop of image 0 is NaN: the classifier has diverged"
        );
    }

    proptest! {
        #[test]
        fn the_area_is_that_under_the_curve_and_of_all_pairs(
            real in prop::collection::vec(0u8..6, 1..20), generated in prop::collection::vec(0u8..6, 1..20),
        ) {
            let score = |levels: &[u8]| levels.iter().map(|level| f64::from(*level)).collect::<Vec<_>>();
            let verdicts = verdicts(&score(&real), &score(&generated));
            let pairs = generated.iter().flat_map(|g| real.iter().map(move |r| (g, r)));
            let wins: f64 = pairs.map(|(g, r)| if g > r { 1.0 } else if g == r { 0.5 } else { 0.0 }).sum();
            let by_pairs = wins / (real.len() * generated.len()) as f64;
            let trapezium = |points: &[RocPoint]| {
                let width = points[1].false_positive_rate - points[0].false_positive_rate;
                width * (points[0].true_positive_rate + points[1].true_positive_rate) / 2.0
            };
            let under: f64 = roc_curve(&verdicts).unwrap().windows(2).map(trapezium).sum();
            prop_assert!((auc(&verdicts).unwrap() - by_pairs).abs() < 1e-12);
            prop_assert!((under - by_pairs).abs() < 1e-12);
        }
    }
}
