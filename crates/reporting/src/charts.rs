//! The charts of a run and of a study: which numbers become which curves.

mod evaluation;
mod gains;
mod learning_rate;
mod loss;
mod psnr;
mod smooth;
mod throughput;
mod versus;

mod adversarial;
mod curves;
mod judge_curves;
mod judge_matrix;
mod roc;
mod sharpness;
mod spectra;

pub use adversarial::{Adversarial, AdversarialStep};
pub use curves::{Curve, Curves, Quantity};
pub use judge_curves::{JudgeCurves, JudgeStep};
pub use judge_matrix::{Estimate, JudgeMatrix, JudgeMeasure};
pub use roc::{Roc, RocCurve};
pub use sharpness::{MethodSharpness, Sharpness};
pub use spectra::{MethodSpectrum, Spectra};

pub(crate) use versus::{over_seconds, over_steps};

use crate::{
    ReportError, plot,
    plot::{Axis, Picture, Spacing},
    records::Records,
};

/// The names of all charts that a run can have, in the order in which a reader wants them.
pub(crate) const NAMES: [&str; 8] =
    ["evaluation", "gains", "psnr", "loss", "losses_g_d", "gradient_shares", "learning_rate", "throughput"];

/// A set with more images than this has a chart of sorted gains instead of a bar for every image.
const MOST_BARS: usize = 20;

/// Draws every chart for which the run has numbers, in the order of [`NAMES`].
pub(crate) fn all(records: &Records) -> Result<Vec<(&'static str, Picture)>, ReportError> {
    let [evaluation, gains, psnr, loss, losses, shares, learning_rate, throughput] = NAMES;
    let bars = evaluation::chart(records).map(|bars| plot::picture(evaluation, &bars));
    let lines = [
        (gains, gains::chart(records)),
        (psnr, psnr::chart(records)),
        (loss, loss::chart(records)),
        (learning_rate, learning_rate::chart(records)),
        (throughput, throughput::chart(records)),
    ];
    let mut pictures = Vec::new();
    if let Some(picture) = bars {
        pictures.push((evaluation, picture?));
    }
    for (name, chart) in lines {
        if let Some(chart) = chart {
            pictures.push((name, plot::picture(name, &chart)?));
        }
    }
    if let Some(duel) = Adversarial::of(records) {
        pictures.extend([(losses, duel.losses()?), (shares, duel.shares()?)]);
        pictures.sort_by_key(|(name, _)| NAMES.iter().position(|known| known == name));
    }
    Ok(pictures)
}

/// The axis of steps: from the beginning of the training to a little beyond the last of `steps`.
fn step_axis(steps: impl Iterator<Item = f64>) -> Axis {
    Axis::between("step", Spacing::Linear, 0., steps.fold(1., f64::max) * 1.02)
}

/// The axis of a PSNR, which shows at least half a decibel, so that noise does not look like progress.
fn decibel_axis(label: String, values: impl Iterator<Item = f64>) -> Axis {
    let values: Vec<f64> = values.filter(|db| db.is_finite()).collect();
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), db| (l.min(*db), h.max(*db)));
    let middle = low / 2. + high / 2.;
    let least = if values.is_empty() { Vec::new() } else { vec![middle - 0.25, middle + 0.25] };
    Axis::around(label, Spacing::Linear, values.into_iter().chain(least))
}

/// Few enough points that each gets a dot.
fn is_sparse(points: &[(f64, f64)]) -> bool {
    points.len() <= 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_of_decibels_shows_at_least_half_a_decibel() {
        for values in [vec![], vec![30.], vec![30., 30.01, f64::INFINITY], vec![28., 33.]] {
            let axis = decibel_axis(String::new(), values.iter().copied());
            assert!(axis.high - axis.low >= 0.5, "{axis:?}");
            assert!(values.iter().filter(|db| db.is_finite()).all(|db| (axis.low..axis.high).contains(db)));
        }
    }
}
