//! How the accuracy of a judge grows on the crops that it learns from and on those it does not see.

use super::{is_sparse, step_axis};
use crate::{
    ReportError,
    plot::{self, Axis, Heading, Level, Line, Lines, Picture, Spacing, palette},
};

/// The accuracy of equally trained judges against steps.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeCurves {
    /// What stands above it.
    pub heading: Heading,
    /// The steps of each seed.
    pub seeds: Vec<Vec<JudgeStep>>,
}

/// What a judge scores after some steps, in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JudgeStep {
    /// Steps made.
    pub step: u64,
    /// On the crops of its training.
    pub train_accuracy: f64,
    /// On the crops of other source images, where they were judged.
    pub test_accuracy: Option<f64>,
}

impl JudgeCurves {
    /// The mean over seeds of training and test accuracy, and faintly every seed.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn picture(&self) -> Result<Picture, ReportError> {
        plot::picture("judge_accuracy", &self.lines())
    }

    fn lines(&self) -> Lines {
        let train = |row: &JudgeStep| Some(100. * row.train_accuracy);
        let test = |row: &JudgeStep| Some(100. * row.test_accuracy?);
        let mut lines = Vec::new();
        let mut means = Vec::new();
        for (label, colour, of_row) in [
            ("training crops", palette::BLUE, &train as &dyn Fn(&JudgeStep) -> Option<f64>),
            ("crops of other images", palette::VERMILION, &test),
        ] {
            let of_seed = |rows: &Vec<JudgeStep>| -> Vec<(f64, f64)> {
                rows.iter().filter_map(|row| Some((row.step as f64, of_row(row)?))).collect()
            };
            let seeds: Vec<_> = self.seeds.iter().map(of_seed).collect();
            let mean = mean(&seeds);
            if seeds.len() > 1 {
                lines.extend(seeds.into_iter().map(|points| Line {
                    label: None,
                    points,
                    colour: palette::faint(colour),
                    width_px: 1.2,
                    dotted: false,
                }));
            }
            if !mean.is_empty() {
                let suffix = if self.seeds.len() > 1 { ", mean over seeds" } else { "" };
                let dotted = is_sparse(&mean);
                let label = Some(format!("{label}{suffix}"));
                means.push(Line { label, points: mean, colour, width_px: 2.5, dotted });
            }
        }
        lines.extend(means);
        let values = || lines.iter().flat_map(|line| &line.points).map(|(_, accuracy)| *accuracy);
        let lowest = values().filter(|value| value.is_finite()).fold(50., f64::min);
        let y = Axis::between("right verdicts, per cent", Spacing::Linear, (lowest - 5.).max(0.), 100.);
        let x = step_axis(self.seeds.iter().flatten().map(|row| row.step as f64));
        let chance = Level { label: "chance: 50%".to_owned(), value: 50., colour: palette::QUIET };
        Lines { heading: self.heading.clone(), x, y, lines, levels: vec![chance], marks: Vec::new() }
    }
}

/// The mean of curves at the steps that all of them have.
fn mean(curves: &[Vec<(f64, f64)>]) -> Vec<(f64, f64)> {
    let Some((first, others)) = curves.split_first() else { return Vec::new() };
    let at = |step: f64, curve: &Vec<(f64, f64)>| {
        curve.iter().find(|(other, _)| *other == step).map(|(_, value)| *value)
    };
    let of_step = |&(step, value): &(f64, f64)| {
        let others: Vec<f64> = others.iter().map(|curve| at(step, curve)).collect::<Option<_>>()?;
        Some((step, (value + others.iter().sum::<f64>()) / curves.len() as f64))
    };
    first.iter().filter_map(of_step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_has_the_steps_that_all_seeds_have() {
        let seeds = [vec![(1., 2.), (2., 4.), (3., 9.)], vec![(1., 4.), (3., 1.)]];
        assert_eq!(mean(&seeds), [(1., 3.), (3., 5.)]);
        assert!(mean(&[]).is_empty());
    }
}
