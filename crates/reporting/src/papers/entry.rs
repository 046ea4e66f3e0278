//! A network of ours with the records of its runs.

use plumage_record::{Manifest, TimingRow};

use super::Network;
use crate::{
    ReportError,
    records::Records,
    scores::{BICUBIC, SetScores},
    tables::Cell,
};

/// A network and what its runs left, in the order of its runs.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) network: &'a Network,
    pub(super) runs: Vec<Records>,
}

/// What the runs of a network score on a set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scored {
    /// PSNR on Y in dB and SSIM of bicubic interpolation.
    pub(super) bicubic: Option<(f64, f64)>,
    /// The same of the network, one a run.
    pub(super) ours: Vec<(f64, f64)>,
}

/// How far a run was after some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// Minutes of training.
    pub(super) minutes: f64,
    /// Minutes of processor time, where they were counted.
    pub(super) cpu_minutes: Option<f64>,
    /// Mean PSNR on Y.
    pub(super) psnr_y_db: f64,
}

impl<'a> Entry<'a> {
    /// Reads the runs of a network.
    pub(super) fn read(network: &'a Network) -> Result<Self, ReportError> {
        let read = |run: &super::Run| {
            let mut records = Records::read(&run.folder)?;
            records.evaluation.extend(run.more.iter().cloned());
            Ok::<_, ReportError>(records)
        };
        Ok(Self { network, runs: network.runs.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// What it scores on a set under a protocol at its own scale; none where it was not measured there.
    pub(super) fn scored(&self, set: &str, protocol: &str) -> Option<Scored> {
        let (mut bicubic, mut ours) = (None, Vec::new());
        for run in &self.runs {
            let sets = SetScores::of(&run.evaluation);
            let is_it =
                |of: &&SetScores| of.set == set && of.protocol == protocol && of.scale == self.network.scale;
            let Some(of_set) = sets.iter().find(is_it) else { continue };
            for (index, method) in of_set.methods.iter().enumerate() {
                let Some(mean) = of_set.mean(index) else { continue };
                let Some(psnr) = mean.psnr_y_db else { continue };
                if *method == BICUBIC {
                    bicubic = Some((psnr, mean.ssim))
                } else {
                    ours.push((psnr, mean.ssim))
                }
            }
        }
        if ours.is_empty() { None } else { Some(Scored { bicubic, ours }) }
    }

    /// How far its first run was at every time at which its weights were kept.
    pub(super) fn moments(&self, set: &str, protocol: &str) -> Vec<Moment> {
        let Some(run) = self.runs.first() else { return Vec::new() };
        let rows = run.curve.iter().filter(|row| row.set == set && row.protocol == protocol);
        let moment = |row: &plumage_record::CurveRow| {
            let rows = run.timing.iter().position(|time| time.step >= row.step)? + 1;
            let time = run.timing.get(rows - 1)?;
            Some(Moment {
                minutes: (time.elapsed_s - stood_still_s(&run.timing[..rows])) / 60.,
                cpu_minutes: time.cpu_s.map(|seconds| seconds / 60.),
                psnr_y_db: row.psnr_y_db?,
            })
        };
        rows.filter_map(moment).collect()
    }

    /// Minutes of training of its first run, those in which the process stood still left out.
    pub(super) fn minutes(&self) -> Option<f64> {
        let training_s = self.manifests().next()?.training_s;
        Some(training_s / 60. - self.stood_still_minutes())
    }

    /// Minutes in which the process of its first run stood still.
    pub(super) fn stood_still_minutes(&self) -> f64 {
        self.runs.first().map_or(0., |run| stood_still_s(&run.timing) / 60.)
    }

    /// The manifests of its runs.
    pub(super) fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.runs.iter().filter_map(|run| run.manifest.as_ref())
    }
}

impl Scored {
    /// Mean PSNR of the runs.
    pub(super) fn psnr_db(&self) -> f64 {
        mean(&self.values(|score| score.0))
    }

    /// PSNR of the runs as a cell: with several of them, the spread is shown.
    pub(super) fn psnr_cell(&self) -> Cell {
        spread(&self.values(|score| score.0), 2)
    }

    /// SSIM of the runs as a cell.
    pub(super) fn ssim_cell(&self) -> Cell {
        Cell::number(Some(mean(&self.values(|score| score.1))), 4)
    }

    fn values(&self, of: fn(&(f64, f64)) -> f64) -> Vec<f64> {
        self.ours.iter().map(of).collect()
    }
}

/// Seconds in which a process stood still, since it was halted or another one had the processor: those of every interval between
/// two rows in which more than half a minute passed and less than a tenth of it was computed, less what was computed.
fn stood_still_s(timing: &[TimingRow]) -> f64 {
    const LEAST_S: f64 = 30.;
    const BUSY: f64 = 0.1;
    let of_interval = |rows: &[TimingRow]| {
        let passed = rows[1].elapsed_s - rows[0].elapsed_s;
        let computed = rows[1].cpu_s? - rows[0].cpu_s?;
        (passed > LEAST_S && computed < BUSY * passed).then_some(passed - computed)
    };
    timing.windows(2).filter_map(of_interval).sum()
}

/// One number, or the mean of several with their standard deviation; none of none.
pub(super) fn spread(values: &[f64], decimals: usize) -> Cell {
    match values {
        [] => Cell::Missing,
        [value] => Cell::number(Some(*value), decimals),
        values => {
            let value = mean(values);
            let squares = values.iter().map(|one| (one - value).powi(2)).sum::<f64>();
            Cell::Spread { value, spread: (squares / (values.len() - 1) as f64).sqrt(), decimals }
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_in_which_a_process_stood_still_is_told_from_that_of_slow_work() {
        let row = |(elapsed_s, cpu_s): (f64, f64)| TimingRow {
            step: 0,
            elapsed_s,
            cpu_s: Some(cpu_s),
            images_per_s: None,
        };
        let of = |rows: &[(f64, f64)]| stood_still_s(&rows.iter().copied().map(row).collect::<Vec<_>>());
        // Halted for 100 seconds, of which 2 were computed; slow for 100; halted for a moment.
        assert_eq!(of(&[(0., 0.), (100., 2.), (200., 52.), (210., 52.)]), 98.);
        assert_eq!(of(&[(5., 5.)]), 0.);
        let uncounted =
            [TimingRow { cpu_s: None, ..row((0., 0.)) }, TimingRow { cpu_s: None, ..row((100., 0.)) }];
        assert_eq!(stood_still_s(&uncounted), 0.);
    }

    #[test]
    fn the_spread_is_the_standard_deviation_of_a_sample() {
        assert_eq!(spread(&[], 2), Cell::Missing);
        assert_eq!(spread(&[32.4], 2), Cell::Number { value: 32.4, decimals: 2 });
        let Cell::Spread { value, spread, .. } = spread(&[1., 2., 3.], 2) else { panic!() };
        assert_eq!((value, spread), (2., 1.));
    }
}
