//! What the verdicts of all judges come to: accuracy and AUC with intervals, differences of methods, ROC curves.

use plumage_metrics::{Difference, Measure, Verdict, judged, judged_difference, of_each_seed, roc_curve};
use plumage_record::{JudgeDifferenceRow, JudgeRocRow, JudgeRow};

use super::{Contest, Judging, StatisticsConfig, Verdicts, feature::Energies};
use crate::TrainError;

/// Rows of judge.csv, judge_differences.csv and judge_roc.csv.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// How well, by what was trained on and tested on.
    pub cells: Vec<JudgeRow>,
    /// How much better on one method than on another.
    pub differences: Vec<JudgeDifferenceRow>,
    /// ROC curves.
    pub roc: Vec<JudgeRocRow>,
}

/// Names of the measures, in the order of tables. Scores are negated logits: 0 parts real from generated.
const MEASURES: [(&str, Measure); 2] =
    [("accuracy", Measure::Accuracy { threshold: 0. }), ("auc", Measure::Auc)];

/// Points of a ROC curve.
const ROC_POINTS: usize = 101;

/// What the verdicts of all judges of a study come to.
///
/// # Errors
/// [`MetricsError`](plumage_metrics::MetricsError) for a score that is no number.
pub fn findings(
    run: &Judging,
    verdicts: &[Verdicts],
    statistics: &StatisticsConfig,
) -> Result<Findings, TrainError> {
    let mut found = Findings::default();
    for &patch_px in run.patches_px {
        let size = OfSize { run, patch_px, verdicts, statistics };
        let energies = Energies::of(run, patch_px)?;
        for trained_on in Contest::all(run.methods.len()) {
            for tested_on in trained_on.tests(run.methods.len()) {
                let seeds = size.seeds(trained_on, tested_on);
                size.add_cells(&mut found, "cnn", (trained_on, tested_on), &seeds)?;
                let stand_in = vec![energies.verdicts(run, trained_on, tested_on)];
                size.add_cells(&mut found, "gradient_energy", (trained_on, tested_on), &stand_in)?;
                if !trained_on.is_control() && !tested_on.is_control() {
                    size.add_roc(&mut found, (trained_on, tested_on), &seeds)?;
                }
            }
        }
        size.add_differences(&mut found)?;
    }
    Ok(found)
}

/// The verdicts on crops of one size.
struct OfSize<'a> {
    run: &'a Judging<'a>,
    patch_px: usize,
    verdicts: &'a [Verdicts],
    statistics: &'a StatisticsConfig,
}

impl OfSize<'_> {
    fn name(&self, contest: Contest) -> String {
        contest.name(self.run.methods).to_owned()
    }

    /// The verdicts of the judges of each seed.
    fn seeds(&self, trained_on: Contest, tested_on: Contest) -> Vec<Vec<Verdict>> {
        let judges = self.run.all().into_iter().zip(self.verdicts);
        let asked =
            judges.filter(|(which, _)| (which.patch_px, which.contest) == (self.patch_px, trained_on));
        asked.map(|(_, verdicts)| verdicts.in_contest(tested_on, self.run.test, f64::from)).collect()
    }

    fn add_cells(
        &self,
        found: &mut Findings,
        judge: &str,
        (trained_on, tested_on): (Contest, Contest),
        seeds: &[Vec<Verdict>],
    ) -> Result<(), TrainError> {
        let bootstrap = self.statistics.bootstrap(self.run.seed);
        let seeds = slices(seeds);
        for (name, measure) in MEASURES {
            let interval = judged(measure, &seeds, &bootstrap)?;
            found.cells.push(JudgeRow {
                patch_px: self.patch_px,
                judge: judge.to_owned(),
                trained_on: self.name(trained_on),
                tested_on: self.name(tested_on),
                measure: name.to_owned(),
                value: interval.value,
                low: interval.low,
                high: interval.high,
                seeds_std: deviation(&of_each_seed(measure, &seeds)?),
                images: self.run.test.images.len() as u64,
                crops: seeds.first().map_or(0, |verdicts| verdicts.len() as u64),
            });
        }
        Ok(())
    }

    /// How much better each judge tells each method than each other one, and how much better each method is told by the
    /// judge of its own.
    fn add_differences(&self, found: &mut Findings) -> Result<(), TrainError> {
        let methods = self.run.methods.len();
        let pairs = || (0..methods).flat_map(|a| (a + 1..methods).map(move |b| (a, b)));
        for trained_on in Contest::all(methods).into_iter().filter(|contest| !contest.is_control()) {
            for (a, b) in pairs() {
                let judges = [trained_on; 2];
                self.add_difference(found, &self.name(trained_on), judges, [a, b])?;
            }
        }
        for (a, b) in pairs() {
            let judges = [a, b].map(Contest::Against);
            self.add_difference(found, JudgeDifferenceRow::ITSELF, judges, [a, b])?;
        }
        Ok(())
    }

    fn add_difference(
        &self,
        found: &mut Findings,
        trained_on: &str,
        judges: [Contest; 2],
        [a, b]: [usize; 2],
    ) -> Result<(), TrainError> {
        let bootstrap = self.statistics.bootstrap(self.run.seed);
        let permutation = self.statistics.permutation(self.run.seed);
        let on_a = self.seeds(judges[0], Contest::Against(a));
        let on_b = self.seeds(judges[1], Contest::Against(b));
        for (name, measure) in MEASURES {
            let Difference { interval, test } =
                judged_difference(measure, &slices(&on_a), &slices(&on_b), &bootstrap, &permutation)?;
            found.differences.push(JudgeDifferenceRow {
                patch_px: self.patch_px,
                trained_on: trained_on.to_owned(),
                a: self.run.methods[a].clone(),
                b: self.run.methods[b].clone(),
                measure: name.to_owned(),
                difference: interval.value,
                low: interval.low,
                high: interval.high,
                p: test.p,
                is_exact: test.is_exact,
            });
        }
        Ok(())
    }

    /// The mean of the seeds' curves at equal false positive rates.
    fn add_roc(
        &self,
        found: &mut Findings,
        (trained_on, tested_on): (Contest, Contest),
        seeds: &[Vec<Verdict>],
    ) -> Result<(), TrainError> {
        let curves = seeds.iter().map(|verdicts| roc_curve(verdicts)).collect::<Result<Vec<_>, _>>()?;
        let points: Vec<Vec<(f64, f64)>> = curves
            .into_iter()
            .map(|curve| {
                curve.iter().map(|point| (point.false_positive_rate, point.true_positive_rate)).collect()
            })
            .collect();
        for index in 0..ROC_POINTS {
            let rate = index as f64 / (ROC_POINTS - 1) as f64;
            let mean = points.iter().map(|curve| highest_at(rate, curve)).sum::<f64>() / points.len() as f64;
            found.roc.push(JudgeRocRow {
                patch_px: self.patch_px,
                trained_on: self.name(trained_on),
                tested_on: self.name(tested_on),
                false_positive_rate: rate,
                true_positive_rate: mean,
            });
        }
        Ok(())
    }
}

fn slices(seeds: &[Vec<Verdict>]) -> Vec<&[Verdict]> {
    seeds.iter().map(Vec::as_slice).collect()
}

/// The sample's standard deviation; none of fewer than two.
fn deviation(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (count - 1.)).sqrt())
}

/// The height of a curve that rises from (0, 0) to (1, 1): where it rises steeply, that at the upper end.
fn highest_at(x: f64, curve: &[(f64, f64)]) -> f64 {
    let after = curve.partition_point(|point| point.0 <= x);
    let Some(&(x0, y0)) = curve[..after].last() else { return 0. };
    let Some(&(x1, y1)) = curve.get(after) else { return y0 };
    y0 + (y1 - y0) * (x - x0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_read_between_its_points_and_at_the_top_of_its_steps() {
        let curve = [(0., 0.), (0., 0.5), (0.5, 0.75), (0.5, 0.9), (1., 1.)];
        let heights = [0., 0.25, 0.5, 0.75, 1.].map(|x| highest_at(x, &curve));
        assert_eq!(heights, [0.5, 0.625, 0.9, 0.95, 1.]);
    }

    #[test]
    fn the_spread_of_seeds_is_that_of_a_sample() {
        assert_eq!(deviation(&[0.5]), None);
        assert!((deviation(&[0.5, 0.7, 0.9]).unwrap() - 0.2).abs() < 1e-12);
    }
}
