//! Training and validation loss against steps, on a logarithmic axis.

use super::{is_sparse, step_axis};
use crate::{
    plot::{Axis, Heading, Line, Lines, Spacing, palette},
    records::Records,
};

/// None where there is no row.
pub(super) fn chart(records: &Records) -> Option<Lines> {
    let rows = &records.metrics;
    if rows.is_empty() {
        return None;
    }
    let raw: Vec<_> = rows.iter().map(|row| (row.step as f64, row.train_loss)).collect();
    let of_validation =
        |row: &plumage_record::MetricsRow| Some((row.step as f64, row.validation.as_ref()?.loss));
    let validation: Vec<_> = rows.iter().filter_map(of_validation).collect();

    let values = raw.iter().chain(&validation).map(|(_, loss)| *loss);
    let y = Axis::around("loss, mean over values in [0, 1]", Spacing::Log, values);
    let mut lines = Vec::new();
    if is_sparse(&raw) {
        lines.push(line("training", raw, palette::BLUE));
    } else {
        let smooth = line("smoothed", smoothed(&raw), palette::BLUE);
        lines
            .extend([Line { width_px: 1.2, ..line("training", raw, palette::faint(palette::BLUE)) }, smooth]);
    }
    if !validation.is_empty() {
        lines.push(line("validation", validation, palette::VERMILION));
    }
    let x = step_axis(rows.iter().map(|row| row.step as f64));
    let heading = Heading {
        title: format!("{}: training and validation loss", records.name),
        subtitle: records.in_a_line(),
    };
    Some(Lines { heading, x, y, lines, levels: Vec::new(), marks: Vec::new() })
}

fn line(label: &str, points: Vec<(f64, f64)>, colour: plotters::style::RGBColor) -> Line {
    let dotted = is_sparse(&points);
    Line { label: Some(label.to_owned()), points, colour, width_px: 2.5, dotted }
}

/// Each value becomes that of the straight line through the logarithms of those around it (least squares over a tenth
/// of the curve), so that the curve neither lags nor bends at its ends. Values that have no logarithm count for
/// nothing.
fn smoothed(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let reach = (points.len() / 20).max(2);
    let around = |index: usize| &points[index.saturating_sub(reach)..(index + reach + 1).min(points.len())];
    points.iter().enumerate().map(|(index, (step, _))| (*step, line_at(*step, around(index)).exp())).collect()
}

/// The value at `step` of the straight line that is nearest to the logarithms of `points`; NaN without points.
fn line_at(step: f64, points: &[(f64, f64)]) -> f64 {
    let logarithms = points.iter().map(|(x, y)| (x - step, y.ln())).filter(|(_, y)| y.is_finite());
    let finite: Vec<(f64, f64)> = logarithms.collect();
    let count = finite.len() as f64;
    let mean_x = finite.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = finite.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread: f64 = finite.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let together: f64 = finite.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = if spread > 0. { together / spread } else { 0. };
    mean_y - slope * mean_x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_leaves_an_exponential_alone_from_end_to_end() {
        let curve: Vec<_> = (0..100).map(|i| (f64::from(i), (-0.1 * f64::from(i)).exp())).collect();
        for ((_, before), (_, after)) in curve.iter().zip(smoothed(&curve)) {
            assert!((before / after - 1.).abs() < 1e-9);
        }
    }

    #[test]
    fn smoothing_passes_over_values_without_a_logarithm() {
        let mut gap = vec![(0., 2.); 100];
        (gap[50].1, gap[51].1, gap[52].1) = (f64::NAN, 0., f64::INFINITY);
        assert!(smoothed(&gap).iter().all(|(_, value)| (value - 2.).abs() < 1e-9));
        assert!(smoothed(&[(1., f64::NAN); 30]).iter().all(|(_, value)| value.is_nan()));
    }
}
