//! How well judges that were trained on one method tell real crops from those of another: the matrix of the study.

use crate::{
    ReportError,
    plot::{self, Heading, HeatCell, HeatMap, Picture},
};

/// A value and the interval it is known to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value itself.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// What a judge was measured by; 0.5 is chance, 1 is never wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgeMeasure {
    /// The share of right verdicts, written in per cent.
    Accuracy,
    /// The area under the ROC curve, written as a fraction.
    Auc,
}

/// The results of judges by what they were trained on and what they were tested on.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeMatrix {
    /// What stands above it, with the confidence of the intervals and what they were drawn over.
    pub heading: Heading,
    /// What the values are.
    pub measure: JudgeMeasure,
    /// What the judge of each row learnt to tell from real crops.
    pub trained_on: Vec<String>,
    /// What it was tested on, by column.
    pub tested_on: Vec<String>,
    /// Values in [0, 1] by row, then by column; none where nothing was measured.
    pub cells: Vec<Vec<Option<Estimate>>>,
}

impl JudgeMeasure {
    /// The name, as it is written in a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Auc => "AUC",
        }
    }

    /// The value as people read it.
    pub(crate) fn write(self, value: f64) -> String {
        match self {
            _ if value.is_nan() => "–".to_owned(),
            Self::Accuracy => format!("{:.1}%", 100. * value),
            Self::Auc => format!("{value:.3}"),
        }
    }

    /// The interval as people read it, without the unit that the value has.
    pub(crate) fn write_interval(self, estimate: Estimate) -> String {
        match self {
            _ if estimate.low.is_nan() || estimate.high.is_nan() => "–".to_owned(),
            Self::Accuracy => format!("{:.1}–{:.1}", 100. * estimate.low, 100. * estimate.high),
            Self::Auc => format!("{:.3}–{:.3}", estimate.low, estimate.high),
        }
    }
}

impl JudgeMatrix {
    /// The matrix as a heat map: white is chance, blue better, vermilion worse; a frame says that the interval contains
    /// chance.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn picture(&self) -> Result<Picture, ReportError> {
        plot::picture("judge_matrix", &self.heat_map())
    }

    fn heat_map(&self) -> HeatMap {
        let measure = self.measure;
        let cell = |estimate: &Estimate| HeatCell {
            value: estimate.value,
            label: measure.write(estimate.value),
            detail: measure.write_interval(*estimate),
            is_framed: (estimate.low..=estimate.high).contains(&0.5),
        };
        let of_row =
            |row: &Vec<Option<Estimate>>| row.iter().map(|estimate| estimate.as_ref().map(cell)).collect();
        let says = |value: f64| match measure {
            JudgeMeasure::Accuracy => format!("{:.0}%", 100. * value),
            JudgeMeasure::Auc => format!("{value}"),
        };
        let key = [0., 0.25, 0.5, 0.75, 1.].map(|value| {
            let chance = if value == 0.5 { ", chance" } else { "" };
            (value, format!("{}{chance}", says(value)))
        });
        HeatMap {
            heading: self.heading.clone(),
            row_label: "trained on".to_owned(),
            rows: self.trained_on.clone(),
            column_label: "tested on".to_owned(),
            columns: self.tested_on.clone(),
            cells: self.cells.iter().map(of_row).collect(),
            middle: 0.5,
            key: key.into(),
            frame_says: format!("the interval contains {}", says(0.5)),
        }
    }
}
