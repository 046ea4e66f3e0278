//! Curves of noisy values, drawn faintly under what they come to.

use plotters::style::RGBColor;

use super::is_sparse;
use crate::plot::{Line, Spacing, palette};

/// The curve as it is where it has few points; else faintly, and smoothed on top of it.
pub(super) fn lines(label: &str, points: Vec<(f64, f64)>, spacing: Spacing, colour: RGBColor) -> Vec<Line> {
    if is_sparse(&points) {
        return vec![Line { label: Some(label.to_owned()), points, colour, width_px: 2.5, dotted: true }];
    }
    let smooth = smoothed(&points, spacing);
    let raw = Line { label: None, points, colour: palette::faint(colour), width_px: 1.2, dotted: false };
    vec![raw, Line { label: Some(label.to_owned()), points: smooth, colour, width_px: 2.5, dotted: false }]
}

/// Each value becomes that of the straight line through those around it (least squares over a tenth of the curve, through
/// their logarithms for a logarithmic axis), so that the curve neither lags nor bends at its ends. Values that are not
/// finite, or have no logarithm, count for nothing.
pub(super) fn smoothed(points: &[(f64, f64)], spacing: Spacing) -> Vec<(f64, f64)> {
    let reach = (points.len() / 20).max(2);
    let around = |index: usize| &points[index.saturating_sub(reach)..(index + reach + 1).min(points.len())];
    type Way = fn(f64) -> f64;
    let (there, back): (Way, Way) = match spacing {
        Spacing::Linear => (|value| value, |value| value),
        Spacing::Log => (f64::ln, f64::exp),
    };
    let smooth =
        |(index, (step, _)): (usize, &(f64, f64))| (*step, back(line_at(*step, around(index), there)));
    points.iter().enumerate().map(smooth).collect()
}

/// The value at `step` of the straight line that is nearest to what `there` makes of `points`; NaN without points.
fn line_at(step: f64, points: &[(f64, f64)], there: fn(f64) -> f64) -> f64 {
    let finite = points.iter().map(|(x, y)| (x - step, there(*y))).filter(|(_, y)| y.is_finite());
    let finite: Vec<(f64, f64)> = finite.collect();
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
        for ((_, before), (_, after)) in curve.iter().zip(smoothed(&curve, Spacing::Log)) {
            assert!((before / after - 1.).abs() < 1e-9);
        }
    }

    #[test]
    fn on_a_linear_axis_smoothing_leaves_a_line_alone_even_below_0() {
        let curve: Vec<_> = (0..100).map(|i| (f64::from(i), 3. - 0.1 * f64::from(i))).collect();
        for ((_, before), (_, after)) in curve.iter().zip(smoothed(&curve, Spacing::Linear)) {
            assert!((before - after).abs() < 1e-9);
        }
    }

    #[test]
    fn smoothing_passes_over_values_without_a_logarithm() {
        let mut gap = vec![(0., 2.); 100];
        (gap[50].1, gap[51].1, gap[52].1) = (f64::NAN, 0., f64::INFINITY);
        assert!(smoothed(&gap, Spacing::Log).iter().all(|(_, value)| (value - 2.).abs() < 1e-9));
        assert!(smoothed(&[(1., f64::NAN); 30], Spacing::Log).iter().all(|(_, value)| value.is_nan()));
    }
}
