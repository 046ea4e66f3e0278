//! Estimates of the course's page, and what two of them say of one another.

use plumage_metrics::{Bootstrap, Interval, mean_interval};
use plumage_record::{JudgeRecords, JudgeRow};

use crate::Estimate;

/// How intervals are drawn here; those of a study of judges are drawn by the study.
pub(super) const BOOTSTRAP: Bootstrap = Bootstrap { seed: 1, replicates: 2000, confidence: 0.95 };

/// What is said of a confidence.
pub(super) const CONFIDENCE: &str = "95%";

/// The mean of a number of every image, with its interval; none without images.
pub(super) fn mean(values: &[f64]) -> Option<Estimate> {
    mean_interval(values, &BOOTSTRAP).ok().map(of_interval)
}

pub(super) fn of_interval(Interval { value, low, high }: Interval) -> Estimate {
    Estimate { value, low, high }
}

/// A number of a method that was judged, as `gradient_energy` of `hr`.
pub(super) fn of_method(judged: &JudgeRecords, method: &str, measure: &str) -> Option<Estimate> {
    let row = judged.methods.iter().find(|row| row.method == method && row.measure == measure)?;
    Some(Estimate { value: row.value, low: row.low, high: row.high })
}

/// A cell of the matrix.
pub(super) fn of_cell(row: &JudgeRow) -> Estimate {
    Estimate { value: row.value, low: row.low, high: row.high }
}

/// How one estimate compares with another, where their intervals tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// The whole interval of the one lies above that of the other.
    More,
    /// It lies below.
    Less,
    /// They overlap.
    Unclear,
}

pub(super) fn compared(one: Estimate, other: Estimate) -> Compared {
    match () {
        () if one.low > other.high => Compared::More,
        () if one.high < other.low => Compared::Less,
        () => Compared::Unclear,
    }
}

/// An estimate with its interval: `1.14 dB (1.02 to 1.27)`.
pub(super) fn written(estimate: Estimate, decimals: usize, unit: &str) -> String {
    let Estimate { value, low, high } = estimate;
    format!("{value:.decimals$}{unit} ({low:.decimals$} to {high:.decimals$})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_that_overlap_tell_nothing() {
        let of = |low, high| Estimate { value: (low + high) / 2., low, high };
        assert_eq!(compared(of(2., 3.), of(0., 1.)), Compared::More);
        assert_eq!(compared(of(0., 1.), of(2., 3.)), Compared::Less);
        assert_eq!(compared(of(0., 2.), of(1., 3.)), Compared::Unclear);
        let unknown = Estimate { value: f64::NAN, low: f64::NAN, high: f64::NAN };
        assert_eq!(compared(unknown, of(1., 3.)), Compared::Unclear);
    }

    #[test]
    fn an_estimate_is_written_with_its_interval_and_unit() {
        let estimate = Estimate { value: 1.144, low: 1.018, high: 1.27 };
        assert_eq!(written(estimate, 2, " dB"), "1.14 dB (1.02 to 1.27)");
    }
}
