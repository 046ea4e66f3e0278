//! ROC curves of several classifiers.

use super::{Estimate, JudgeMeasure};
use crate::{
    ReportError,
    plot::{self, Axis, Heading, Line, Lines, Picture, Spacing, palette},
};

/// ROC curves of several classifiers in one chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Roc {
    /// What stands above it.
    pub heading: Heading,
    /// More than six have the colours of the first ones again.
    pub curves: Vec<RocCurve>,
}

/// The ROC curve of one classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    /// What the legend calls it.
    pub name: String,
    /// The area under it.
    pub auc: Estimate,
    /// False and true positive rate, both in [0, 1], from (0, 0) to (1, 1).
    pub points: Vec<(f64, f64)>,
}

impl Roc {
    /// The curves, the area under each in the legend.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn picture(&self) -> Result<Picture, ReportError> {
        plot::picture("roc", &self.lines())
    }

    fn lines(&self) -> Lines {
        let chance = Line {
            label: Some("chance".to_owned()),
            points: vec![(0., 0.), (1., 1.)],
            colour: palette::AXIS,
            width_px: 1.5,
            dotted: false,
        };
        let curve = |(index, curve): (usize, &RocCurve)| Line {
            label: Some(format!(
                "{}: AUC {} ({})",
                curve.name,
                JudgeMeasure::Auc.write(curve.auc.value),
                JudgeMeasure::Auc.write_interval(curve.auc)
            )),
            points: curve.points.clone(),
            colour: palette::nth(index),
            width_px: 2.5,
            dotted: false,
        };
        let rate = |label: &str| Axis::between(label, Spacing::Linear, 0., 1.);
        Lines {
            heading: self.heading.clone(),
            x: rate("false positive rate: real crops called generated"),
            y: rate("true positive rate: generated ones found"),
            lines: [chance].into_iter().chain(self.curves.iter().enumerate().map(curve)).collect(),
            levels: Vec::new(),
            marks: Vec::new(),
        }
    }
}
