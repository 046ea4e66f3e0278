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

use plumage_record::files;

use crate::{
    ReportError,
    origin::Origin,
    plot::{self, Axis, Picture, Spacing},
    records::Records,
};

/// Where charts lie in a run folder.
pub(crate) const FOLDER: &str = "charts";

/// The names of all charts that a run can have, in the order in which a reader wants them.
pub(crate) const NAMES: [&str; 8] =
    ["evaluation", "gains", "psnr", "loss", "losses_g_d", "gradient_shares", "learning_rate", "throughput"];

/// A set with more images than this has a chart of sorted gains instead of a bar for every image.
const MOST_BARS: usize = 20;

/// Draws every chart for which the run has numbers, in the order of [`NAMES`], each with its origin.
pub(crate) fn all(records: &Records) -> Result<Vec<(&'static str, Picture)>, ReportError> {
    let mut pictures = Vec::new();
    for name in NAMES {
        if let Some(picture) = one(name, records)? {
            let origin = Origin::of(&format!("{FOLDER}/{name}"), &[records], files(name))?;
            pictures.push((name, picture.with_origin(origin.as_ref())?));
        }
    }
    Ok(pictures)
}

/// Draws the chart of that name, without its origin; none where the run has no numbers for it.
pub(crate) fn one(name: &str, records: &Records) -> Result<Option<Picture>, ReportError> {
    let lines = |chart: Option<plot::Lines>| chart.map(|chart| plot::picture(name, &chart)).transpose();
    match name {
        "evaluation" => evaluation::chart(records).map(|bars| plot::picture(name, &bars)).transpose(),
        "gains" => lines(gains::chart(records)),
        "psnr" => lines(psnr::chart(records)),
        "loss" => lines(loss::chart(records)),
        "losses_g_d" => Adversarial::of(records).map(|duel| duel.losses()).transpose(),
        "gradient_shares" => Adversarial::of(records).map(|duel| duel.shares()).transpose(),
        "learning_rate" => lines(learning_rate::chart(records)),
        "throughput" => lines(throughput::chart(records)),
        _ => Ok(None),
    }
}

/// The chart of the loss; none where the run has no rows.
pub(crate) fn loss_lines(records: &Records) -> Option<plot::Lines> {
    loss::chart(records)
}

/// The records that the chart of that name is drawn from.
pub(crate) fn files(name: &str) -> &'static [&'static str] {
    match name {
        "evaluation" | "gains" => &[files::EVALUATION],
        "throughput" => &[files::TIMING],
        _ => &[files::METRICS],
    }
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

    /// A row of adversarial training.
    const METRICS: &str = "step,epoch,learning_rate,train_loss,grad_norm,val_loss,val_psnr_y_db,val_psnr_rgb_db,val_ssim,protocol,\
        d_loss,d_advantage,val_checkerboard_db,val_drift_levels,val_noise_levels,health,g_pixel,g_pixel_share\n\
        1,0,0.001,0.1,,0.2,30,,0.9,y_matlab,0.7,0.5,,,,,0.1,1\n";

    #[test]
    fn every_chart_that_is_listed_is_one_that_can_be_drawn() {
        let run = tempfile::tempdir().unwrap();
        std::fs::write(run.path().join(files::METRICS), METRICS).unwrap();
        std::fs::write(run.path().join(files::TIMING), "step,elapsed_s,cpu_s,images_per_s\n1,0.5,,9\n")
            .unwrap();
        let score =
            |image: usize| format!("a,{image},bicubic,y_matlab,3,30,,0.9\na,{image},b,y_matlab,3,31,,0.9\n");
        let scores: String = (0..MOST_BARS + 1).map(score).collect();
        let scores = format!("set,image,method,protocol,scale,psnr_y_db,psnr_rgb_db,ssim\n{scores}");
        std::fs::write(run.path().join(files::EVALUATION), scores).unwrap();
        let records = Records::read(run.path()).unwrap();
        for name in NAMES {
            assert!(one(name, &records).unwrap().is_some(), "{name}");
        }
        assert_eq!(one("other", &records).unwrap(), None);
    }

    #[test]
    fn an_axis_of_decibels_shows_at_least_half_a_decibel() {
        for values in [vec![], vec![30.], vec![30., 30.01, f64::INFINITY], vec![28., 33.]] {
            let axis = decibel_axis(String::new(), values.iter().copied());
            assert!(axis.high - axis.low >= 0.5, "{axis:?}");
            assert!(values.iter().filter(|db| db.is_finite()).all(|db| (axis.low..axis.high).contains(db)));
        }
    }
}
