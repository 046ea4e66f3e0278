//! Curves over a number, whatever they mean: as a picture by itself, or in a page where their values can be read.

use crate::{
    Heading, Picture, ReportError, plot,
    plot::{Axis, Level, Line, Lines, Spacing, palette},
};

/// A chart of curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// What is shown.
    pub heading: Heading,
    /// What the curves run over.
    pub x: Quantity,
    /// What they show.
    pub y: Quantity,
    /// In the order of the legend.
    pub curves: Vec<Curve>,
    /// Values to compare with, each with its name.
    pub levels: Vec<(String, f64)>,
}

/// What an axis shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its name with its unit.
    pub label: String,
    /// Whether equal ratios, and not differences, are equally far apart; values that are not positive are not shown then.
    pub logarithmic: bool,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What the legend calls it.
    pub name: String,
    /// From left to right; it is broken where a value is not finite.
    pub points: Vec<(f64, f64)>,
}

impl Curves {
    /// The chart as SVG and PNG; `name` is for the error.
    ///
    /// # Errors
    /// [`ReportError::Draw`].
    pub fn picture(&self, name: &str) -> Result<Picture, ReportError> {
        plot::picture(name, &self.lines())
    }

    pub(crate) fn lines(&self) -> Lines {
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let levels = self.levels.iter().map(|(_, value)| *value);
        let line = |(index, curve): (usize, &Curve)| Line {
            label: Some(curve.name.clone()),
            points: curve.points.clone(),
            colour: palette::nth(index),
            width_px: 2.5,
            dotted: super::is_sparse(&curve.points),
        };
        Lines {
            heading: self.heading.clone(),
            x: self.x.axis(points().map(|(x, _)| *x)),
            y: self.y.axis(points().map(|(_, y)| *y).chain(levels)),
            lines: self.curves.iter().enumerate().map(line).collect(),
            levels: (self.levels.iter())
                .map(|(label, value)| Level { label: label.clone(), value: *value, colour: palette::QUIET })
                .collect(),
            marks: Vec::new(),
        }
    }
}

impl Quantity {
    /// A quantity on an even axis.
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), logarithmic: false }
    }

    /// A quantity on a logarithmic axis.
    pub fn logarithmic(label: impl Into<String>) -> Self {
        Self { label: label.into(), logarithmic: true }
    }

    fn axis(&self, values: impl Iterator<Item = f64>) -> Axis {
        let spacing = if self.logarithmic { Spacing::Log } else { Spacing::Linear };
        Axis::around(&self.label, spacing, values)
    }
}
