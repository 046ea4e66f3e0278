//! A numbered axis, linear or logarithmic, with ticks at round numbers.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use crate::number;

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    Linear,
    /// Values are positive.
    Log,
}

impl Spacing {
    /// Whether an axis spaced like this has a place for the value: a logarithmic one has none for what is not positive.
    fn has_place(self, value: f64) -> bool {
        value.is_finite() && (self == Self::Linear || value >= f64::MIN_POSITIVE)
    }
}

/// An axis from `low` to `high`, where `low < high`, and both are positive on a logarithmic one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) spacing: Spacing,
    pub(crate) low: f64,
    pub(crate) high: f64,
    ticks: Vec<f64>,
}

impl Axis {
    /// An axis on which all `values` have a place, with a little room at both ends; values that are not finite, or not
    /// positive on a logarithmic axis, ask for none. Without any value it runs from 0 to 1, or 0.1 to 1.
    pub(crate) fn around(
        label: impl Into<String>,
        spacing: Spacing,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        // Beyond this a span and its room would overflow.
        let within = |v: f64| v.clamp(-1e250, 1e250);
        let bounds =
            values.into_iter().filter(|v| spacing.has_place(*v)).map(within).fold(None, |bounds, v| {
                match bounds {
                    None => Some((v, v)),
                    Some((low, high)) => Some((f64::min(low, v), f64::max(high, v))),
                }
            });
        let (low, high) = match (bounds, spacing) {
            (None, Spacing::Linear) => (0., 1.),
            (None, Spacing::Log) => (0.1, 1.),
            (Some((low, high)), Spacing::Linear) => {
                let span = high - low;
                let room = if span > 0. { span * 0.05 } else { low.abs().max(1.) * 0.05 };
                (low - room, high + room)
            }
            (Some((low, high)), Spacing::Log) => {
                let room = ((high.ln() - low.ln()) * 0.05).exp().max(1.05);
                ((low / room).max(f64::MIN_POSITIVE), high * room)
            }
        };
        Self::between(label, spacing, low, high)
    }

    /// An axis from exactly `low` to exactly `high`.
    pub(crate) fn between(label: impl Into<String>, spacing: Spacing, low: f64, high: f64) -> Self {
        let ticks = match spacing {
            Spacing::Linear => linear_ticks(low, high),
            Spacing::Log => log_ticks(low, high),
        };
        Self { label: label.into(), spacing, low, high, ticks }
    }

    /// The values that are labelled, in order.
    pub(crate) fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    /// What stands at a tick.
    pub(crate) fn tick_label(&self, tick: f64) -> String {
        number::tick(tick, &self.ticks)
    }

    /// Whether `value` has a place on it.
    pub(crate) fn has_place(&self, value: f64) -> bool {
        self.spacing.has_place(value)
    }

    /// Where `value` lies, 0 at `low` and 1 at `high`.
    pub(crate) fn fraction(&self, value: f64) -> f64 {
        match self.spacing {
            Spacing::Linear => (value - self.low) / (self.high - self.low),
            Spacing::Log => {
                let above_low = |value: f64| value.max(f64::MIN_POSITIVE).ln() - self.low.ln();
                above_low(value) / above_low(self.high)
            }
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        // Nothing is drawn outside, whatever the value: a line that leaves the plot runs along its edge.
        let fraction = self.fraction(*value).clamp(0., 1.);
        limit.0 + (f64::from(limit.1 - limit.0) * fraction).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Only labelled lines: no lighter ones between them.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.tick_label(*value)
    }
}

/// Four to eight round numbers at equal distances within `low..=high`.
fn linear_ticks(low: f64, high: f64) -> Vec<f64> {
    let smallest = (high - low) / 7.;
    let decade = 10f64.powf(smallest.log10().floor());
    let step = [1., 2., 5., 10.].map(|m| m * decade).into_iter().find(|step| *step >= smallest);
    let step = step.unwrap_or(smallest);
    let slack = step * 1e-9;
    let (first, last) = (((low - slack) / step).ceil() as i64, ((high + slack) / step).floor() as i64);
    (first..=last).map(|index| round_to(index as f64 * step, step)).collect()
}

/// Powers of ten, with as many round numbers between them as there is room for.
fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let decades = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
    let with = |factors: &[f64]| -> Vec<f64> {
        let every = decades.clone().flat_map(|d| factors.iter().map(move |f| f * 10f64.powi(d)));
        every.filter(|v| (low..=high).contains(v)).collect()
    };
    let choices = [with(&[1.]), with(&[1., 3.]), with(&[1., 2., 5.])];
    let few_enough = |ticks: &&Vec<f64>| (3..=8).contains(&ticks.len());
    match choices.iter().rev().find(few_enough) {
        Some(ticks) => ticks.clone(),
        None if choices[0].len() > 8 => {
            let every = choices[0].len().div_ceil(8);
            choices[0].iter().copied().step_by(every).collect()
        }
        None => linear_ticks(low, high),
    }
}

/// Takes the last binary digits off a multiple of `step`, so that 0.1 * 3 reads 0.3.
fn round_to(value: f64, step: f64) -> f64 {
    let digits = (2. - step.log10().floor()).clamp(0., 300.);
    format!("{value:.*}", digits as usize).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(linear_ticks(0., 1.), [0., 0.2, 0.4, 0.6, 0.8, 1.]);
        assert_eq!(linear_ticks(28.1, 31.4), [28.5, 29., 29.5, 30., 30.5, 31.]);
        assert_eq!(linear_ticks(27.9, 30.5), [28., 28.5, 29., 29.5, 30., 30.5]);
        assert_eq!(linear_ticks(0.21, 0.52), [0.25, 0.3, 0.35, 0.4, 0.45, 0.5]);
        assert_eq!(log_ticks(0.9e-5, 1.1e-3), [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3]);
        assert_eq!(log_ticks(0.0111, 0.0139), [0.0115, 0.012, 0.0125, 0.013, 0.0135]);
        assert!(log_ticks(1e-30, 1e30).len() <= 8);
    }

    #[test]
    fn an_axis_leaves_room_around_one_value_and_none_for_what_is_not_finite() {
        for spacing in [Spacing::Linear, Spacing::Log] {
            for values in [
                vec![],
                vec![f64::NAN],
                vec![3.],
                vec![f64::INFINITY, 3., f64::NEG_INFINITY],
                vec![f64::MIN, 1e-300, f64::MAX],
            ] {
                let axis = Axis::around("", spacing, values);
                assert!(axis.low < axis.high && axis.low.is_finite() && axis.high.is_finite(), "{axis:?}");
                assert!(axis.ticks.len() <= 12, "{axis:?}");
            }
        }
        let axis = Axis::around("", Spacing::Log, [0., -1., 10.]);
        assert!(axis.low > 9. && axis.high < 11.);
    }

    #[test]
    fn places_are_within_the_plot_whatever_the_value() {
        let axis = Axis::between("", Spacing::Log, 1., 100.);
        let places = [1., 10., 100., 1e9, -1., 0.].map(|v| axis.map(&v, (0, 200)));
        assert_eq!(places, [0, 100, 200, 200, 0, 0]);
    }
}
