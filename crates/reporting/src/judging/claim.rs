//! What a study says of the claim that judges are worse at telling one method from HR than another.

use plumage_record::{Claim, JudgeDifferenceRow, JudgeRecords};

use super::matrix;
use crate::{JudgeMeasure, words::joined};

/// The claim under one size of crop and one training of the judge.
pub(crate) struct Case<'a> {
    pub(crate) row: &'a JudgeDifferenceRow,
    /// Accuracy on the method that is said to fool judges more, minus that on the other, with its interval.
    pub(crate) difference: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// How often chance alone makes such a difference in the one or other of all comparisons.
    pub(crate) p: f64,
    /// Below this, chance is no explanation.
    level: f64,
}

/// What a comparison says of the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// Its interval lies below 0, and chance is no explanation: the method fools judges more.
    Holds,
    /// It lies above 0 in that way: the other one does.
    Reversed,
    /// Neither.
    Nothing,
}

impl Case<'_> {
    /// Whether the judge knows both sides: it was trained on what it is tested on, or on a mix. Any other says as much of its training
    /// as of what it is tested on.
    pub(crate) fn knows_both(&self) -> bool {
        matches!(self.row.trained_on.as_str(), JudgeDifferenceRow::ITSELF | matrix::MIX)
    }

    pub(crate) fn says(&self) -> Says {
        match self {
            _ if self.p >= self.level => Says::Nothing,
            _ if self.high < 0. => Says::Holds,
            _ if self.low > 0. => Says::Reversed,
            _ => Says::Nothing,
        }
    }
}

/// What all comparisons together say of the claim, with how many of them say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// In none the difference is more than chance makes.
    Nothing,
    /// It holds in so many, and in none the opposite.
    Holds(usize),
    /// The opposite holds in so many, and in none the claim.
    Reversed(usize),
    /// The one in so many, the other in so many.
    Depends(usize, usize),
}

pub(crate) fn outcome(says: &[Says]) -> Outcome {
    let count = |wanted: Says| says.iter().filter(|says| **says == wanted).count();
    match (count(Says::Holds), count(Says::Reversed)) {
        (0, 0) => Outcome::Nothing,
        (holds, 0) => Outcome::Holds(holds),
        (0, reversed) => Outcome::Reversed(reversed),
        (holds, reversed) => Outcome::Depends(holds, reversed),
    }
}

/// The claim under every size of crop and every training, in the order of records; their p are Holm's, since of many
/// comparisons some differ by chance.
pub(crate) fn cases<'a>(records: &'a JudgeRecords, claim: &Claim) -> Vec<Case<'a>> {
    let accuracy = matrix::name(JudgeMeasure::Accuracy);
    let of_row = |row: &'a JudgeDifferenceRow| {
        let pair = (row.a.as_str(), row.b.as_str());
        let (more, than) = (claim.fools_more.as_str(), claim.than.as_str());
        let JudgeDifferenceRow { difference, low, high, p, .. } = *row;
        let level = 1. - records.study.confidence;
        match pair {
            _ if row.measure != accuracy => None,
            _ if pair == (more, than) => Some(Case { row, difference, low, high, p, level }),
            _ if pair == (than, more) => {
                Some(Case { row, difference: -difference, low: -high, high: -low, p, level })
            }
            _ => None,
        }
    };
    let mut cases: Vec<_> = records.differences.iter().filter_map(of_row).collect();
    let adjusted = holm(&cases.iter().map(|case| case.p).collect::<Vec<_>>());
    cases.iter_mut().zip(adjusted).for_each(|(case, p)| case.p = p);
    cases
}

/// S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979: the k-th smallest of n times n + 1 - k, and never
/// smaller than one before it.
fn holm(ps: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ps.len()).collect();
    order.sort_by(|&a, &b| ps[a].total_cmp(&ps[b]));
    let (mut adjusted, mut largest) = (ps.to_vec(), 0f64);
    for (rank, index) in order.into_iter().enumerate() {
        largest = largest.max(ps[index] * (ps.len() - rank) as f64).min(1.);
        adjusted[index] = largest;
    }
    adjusted
}

/// What the study says of the claim, in a paragraph of Markdown; none where nothing was claimed.
pub(super) fn verdict(records: &JudgeRecords) -> Option<String> {
    let claim = records.study.claim.as_ref()?;
    let cases = cases(records, claim);
    let with = |says| cases.iter().filter(|case| case.says() == says).collect::<Vec<_>>();
    let (holds, reversed, nothing) = (with(Says::Holds), with(Says::Reversed), with(Says::Nothing));
    let (more, than) = (format!("`{}`", claim.fools_more), format!("`{}`", claim.than));
    let all = cases.len();
    let says: Vec<Says> = cases.iter().map(Case::says).collect();
    let mut text = match outcome(&says) {
        Outcome::Nothing => format!(
            "**Whether {more} fools judges more than {than} cannot be told**: in none of {all} comparisons is the difference more \
             than chance makes."
        ),
        Outcome::Holds(some) => format!(
            "**{more} fools judges more than {than}**: in {some} of {all} comparisons the difference is more than chance makes, \
             and in none the opposite is."
        ),
        Outcome::Reversed(some) => format!(
            "**The claim that {more} fools judges more than {than} does not hold**: in {some} of {all} comparisons the \
             opposite is more than chance makes, and in none the claim is."
        ),
        Outcome::Depends(_, _) => format!(
            "**Whether {more} fools judges more than {than} depends on the training of the judge and the size of the crops.** It fools judges more that were \
             trained on {}; it is the other way round with judges that were trained on {}.",
            listed(&holds),
            listed(&reversed)
        ),
    };
    if !nothing.is_empty() && nothing.len() < all {
        text += &format!(" Nothing can be told by judges that were trained on {}.", listed(&nothing));
    }
    Some(text)
}

/// Trainings with the sizes of crops: `mix (16 and 32 px)`.
fn listed(cases: &[&Case]) -> String {
    let mut trainings: Vec<(&str, Vec<String>)> = Vec::new();
    for case in cases {
        let (name, size) = (case.row.trained_on.as_str(), case.row.patch_px.to_string());
        match trainings.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sizes)) => sizes.push(size),
            None => trainings.push((name, vec![size])),
        }
    }
    let words =
        trainings.into_iter().map(|(name, sizes)| format!("{} ({} px)", training(name), joined(&sizes)));
    joined(&words.collect::<Vec<_>>())
}

/// A training as it is written in a sentence.
pub(crate) fn training(name: &str) -> String {
    match name {
        JudgeDifferenceRow::ITSELF => "the very method that they are tested on".to_owned(),
        matrix::MIX => "the mix of all networks".to_owned(),
        name => format!("`{name}`"),
    }
}

/// A share in percentage points, with its sign unless it is 0.
pub(super) fn points(share: f64) -> String {
    let text = format!("{:+.1}", 100. * share);
    if matches!(text.as_str(), "+0.0" | "-0.0") { "0.0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::readme::tests::records;

    fn with(differences: &[(usize, &str, f64)]) -> JudgeRecords {
        let row = |&(patch_px, trained_on, difference): &(usize, &str, f64)| JudgeDifferenceRow {
            patch_px,
            trained_on: trained_on.to_owned(),
            a: "srgan".into(),
            b: "srcnn".into(),
            measure: "accuracy".into(),
            difference,
            low: difference - 0.05,
            high: difference + 0.05,
            p: 0.01,
            is_exact: false,
        };
        JudgeRecords { differences: differences.iter().map(row).collect(), ..records() }
    }

    #[test]
    fn the_sign_is_that_of_the_claim_whichever_way_the_record_has_it() {
        let records = with(&[(16, "mix", 0.2)]);
        let claim = records.study.claim.clone().unwrap();
        let case = &cases(&records, &claim)[0];
        assert_eq!((case.difference, case.low, case.high), (-0.2, -0.25, -0.2 + 0.05));
        assert_eq!(case.says(), Says::Holds);
    }

    #[test]
    fn the_verdict_follows_the_intervals() {
        let told = |differences: &[(usize, &str, f64)]| verdict(&with(differences)).unwrap();
        let holds = told(&[(16, "mix", 0.2), (32, "mix", 0.01)]);
        assert!(holds.starts_with("**`srcnn` fools judges more than `srgan`**: in 1 of 2"), "{holds}");
        assert!(holds.ends_with("trained on the mix of all networks (32 px)."), "{holds}");
        let reversed = told(&[(16, "mix", -0.2)]);
        assert!(reversed.contains("does not hold**: in 1 of 1 comparisons"), "{reversed}");
        let unknown = told(&[(16, "mix", -0.01)]);
        assert!(unknown.contains("cannot be told**: in none of 1 comparisons"), "{unknown}");
        let depends = told(&[
            (16, "srgan", 0.2),
            (16, "srcnn", -0.2),
            (16, "itself", 0.1),
            (32, "srgan", 0.3),
            (32, "srcnn", 0.0),
        ]);
        insta::assert_snapshot!(depends, @"**Whether `srcnn` fools judges more than `srgan` depends on the training of the judge and the size of the crops.** It fools judges more that were trained on `srgan` (16 and 32 px) and the very method that they are tested on (16 px); it is the other way round with judges that were trained on `srcnn` (16 px). Nothing can be told by judges that were trained on `srcnn` (32 px).");
    }

    #[test]
    fn of_many_comparisons_each_has_to_be_the_less_likely() {
        // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005], method="holm")
        let expected = [0.03, 0.06, 0.06, 0.02];
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        assert!(adjusted.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{adjusted:?}");
        assert_eq!(holm(&[0.9, 0.8]), [1., 1.]);
        // Each alone is rare enough, and ten of them are not.
        let many: Vec<_> = (0..10).map(|_| (16, "mix", 0.2)).collect();
        assert!(verdict(&with(&many[..4])).unwrap().starts_with("**`srcnn` fools judges more"));
        assert!(verdict(&with(&many)).unwrap().contains("cannot be told"));
    }

    #[test]
    fn nothing_has_no_sign() {
        assert_eq!([0.1234, -0.1234, 1e-9, -1e-9, -0.0].map(points), ["+12.3", "-12.3", "0.0", "0.0", "0.0"]);
    }

    #[test]
    fn without_a_claim_there_is_no_verdict() {
        let mut records = with(&[]);
        records.study.claim = None;
        assert_eq!(verdict(&records), None);
    }
}
