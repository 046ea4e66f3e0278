//! Validation PSNR of several runs in one chart.

use super::{decibel_axis, is_sparse};
use crate::{
    decibels::{On, Psnr},
    plot::{Axis, Heading, Level, Line, Lines, Spacing, palette},
    records::Records,
};

/// What a chart of several runs shows of one.
struct Curve {
    name: String,
    /// Step, seconds, PSNR.
    points: Vec<(f64, f64, f64)>,
    baseline_db: Option<f64>,
}

/// PSNR against steps; none where no run has a PSNR on `on` under `protocol`.
pub(crate) fn over_steps(runs: &[Records], on: On, protocol: &str) -> Option<Lines> {
    chart(runs, on, protocol, "step", "steps", |(step, _, db)| (*step, *db))
}

/// PSNR against the seconds of training; none where no run has a PSNR on `on` under `protocol`.
pub(crate) fn over_seconds(runs: &[Records], on: On, protocol: &str) -> Option<Lines> {
    chart(runs, on, protocol, "seconds of training", "training time", |(_, seconds, db)| (*seconds, *db))
}

fn chart(
    runs: &[Records],
    on: On,
    protocol: &str,
    x_label: &str,
    against: &str,
    place: fn(&(f64, f64, f64)) -> (f64, f64),
) -> Option<Lines> {
    let curves = runs.iter().map(|run| Curve::of(run, on, protocol));
    let lines: Vec<Line> = curves
        .clone()
        .enumerate()
        .map(|(index, curve)| {
            let points: Vec<_> = curve.points.iter().map(place).collect();
            let dotted = is_sparse(&points);
            Line { label: Some(curve.name), points, colour: palette::nth(index), width_px: 2.5, dotted }
        })
        .filter(|line| !line.points.is_empty())
        .collect();
    if lines.is_empty() {
        return None;
    }
    let levels = levels(curves);
    let points = || lines.iter().flat_map(|line| &line.points);
    let farthest = points().map(|(x, _)| *x).filter(|x| x.is_finite()).fold(1., f64::max).min(1e250);
    let x = Axis::between(x_label, Spacing::Linear, 0., farthest * 1.02);
    let shown = points().map(|(_, db)| *db).chain(levels.iter().map(|level| level.value));
    let y = decibel_axis(on.label(protocol), shown);
    let heading = Heading {
        title: format!("Validation PSNR against {against}"),
        subtitle: format!("{} runs, each on the validation images of its own experiment", lines.len()),
    };
    Some(Lines { heading, x, y, lines, levels, marks: Vec::new() })
}

/// Bicubic interpolation, once where the runs agree on it, else none: one line could not stand for all.
fn levels(curves: impl Iterator<Item = Curve>) -> Vec<Level> {
    let mut values: Vec<f64> = curves.filter_map(|curve| curve.baseline_db).collect();
    values.dedup_by(|a, b| (*a - *b).abs() < 0.005);
    match values[..] {
        [value] => {
            let label = format!("bicubic: {value:.2} dB");
            vec![Level { label, value, colour: palette::QUIET }]
        }
        _ => Vec::new(),
    }
}

impl Curve {
    fn of(run: &Records, on: On, protocol: &str) -> Self {
        let seconds_at =
            |step: u64| run.timing.iter().find(|row| row.step >= step).map_or(f64::NAN, |row| row.elapsed_s);
        let of_validation = |row: &plumage_record::MetricsRow| {
            let validation = row.validation.as_ref().filter(|v| v.protocol == protocol)?;
            let psnr = Psnr::of_validation(validation).filter(|psnr| psnr.on == on)?;
            Some((row.step as f64, seconds_at(row.step), psnr.db))
        };
        let baseline = run.manifest.as_ref().and_then(|manifest| manifest.bicubic.as_ref());
        let baseline = baseline.filter(|baseline| baseline.protocol == protocol);
        let baseline =
            baseline.and_then(Psnr::of_baseline).filter(|psnr| psnr.on == on && psnr.db.is_finite());
        Self {
            name: run.name.clone(),
            points: run.metrics.iter().filter_map(of_validation).collect(),
            baseline_db: baseline.map(|psnr| psnr.db),
        }
    }
}
