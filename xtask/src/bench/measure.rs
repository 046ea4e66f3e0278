//! Processes that take turns, and the medians of what they report.

use std::{
    env,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{Peers, Worker, engines::Engine, workloads::Workload};
use crate::failure::Failure;

/// Steps that a median is taken of, at least.
const MIN_STEPS: usize = 5;
/// Steps before the first that counts: caches, pages and thread pools warm up.
const WARM_UP_STEPS: usize = 2;
/// A turn lasts at least so long, so that short steps find their data in the caches, as in a real training.
const TURN: Duration = Duration::from_millis(100);
/// A pause between turns: threads that wait for work by spinning have gone to sleep by then.
const PAUSE: Duration = Duration::from_millis(20);

/// How workloads are measured.
pub(crate) struct Measurement {
    /// Threads of every engine.
    pub(crate) threads: usize,
    /// Time that each engine is given on each workload; five steps are made in any case, but no step is begun past five
    /// budgets.
    pub(crate) budget: Duration,
    /// Engines from outside, if there are any.
    pub(crate) peers: Option<Peers>,
}

/// What one engine needed for one workload.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Measured {
    /// The workload's name.
    pub(crate) workload: &'static str,
    /// `plumage`, `candle`, `torch_eager` and so on.
    pub(crate) engine: String,
    /// Median duration of a step in milliseconds.
    pub(crate) median_ms: f64,
    /// The shortest step in milliseconds.
    pub(crate) min_ms: f64,
    /// Steps that the median is taken of.
    pub(crate) runs: usize,
    /// Arithmetic of the convolutions, computed directly, over the median.
    pub(crate) gflops: f64,
    /// What the processor's fused multiply-adds could do in the same minute; absent where it has none.
    pub(crate) fma_peak_gflops: Option<f64>,
    /// The most memory that the engine's process held, in MiB; absent where the system does not tell.
    pub(crate) peak_rss_mib: Option<f64>,
    /// Threads that computed.
    pub(crate) threads: usize,
}

/// Measures a workload with every engine, ours first; an engine that fails is reported on stderr and left out, but for
/// ours.
pub(crate) fn measure(workload: &Workload, how: &Measurement) -> Result<Vec<Measured>, Failure> {
    let mut contestants = Vec::new();
    for engine in [Engine::Plumage, Engine::Candle] {
        contestants.push(Worker::start(engine.name(), &mut command(engine, workload, how.threads)?)?);
    }
    if let Some(peers) = &how.peers {
        contestants.extend(peers.start(workload, how.threads)?);
    }
    let mut contestants: Vec<_> = contestants.into_iter().map(Contestant::new).collect();
    survivors(&mut contestants, Contestant::warm_up)?;
    let mut peak = plumage_conv::fma_peak_gflops(how.threads);
    while contestants.iter().any(|contestant| !contestant.done(how.budget)) {
        survivors(&mut contestants, |contestant| contestant.take_turn(how.budget))?;
        // The best that is seen: the machine's peak does not vary, only what others leave of it.
        let again = plumage_conv::fma_peak_gflops(how.threads);
        peak = [peak, again].into_iter().flatten().reduce(f64::max);
    }
    let measured = contestants.into_iter().map(|contestant| contestant.measured(workload, how.threads, peak));
    measured.collect()
}

/// Lets every engine act in turn, and drops those that fail.
fn survivors(
    contestants: &mut Vec<Contestant>,
    mut act: impl FnMut(&mut Contestant) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut remaining = Vec::new();
    for mut contestant in contestants.drain(..) {
        match act(&mut contestant) {
            Ok(()) => remaining.push(contestant),
            Err(failure) if contestant.worker.engine() == Engine::Plumage.name() => return Err(failure),
            Err(failure) => drop(failure.report()),
        }
    }
    *contestants = remaining;
    Ok(())
}

/// This program as the process of an engine.
fn command(engine: Engine, workload: &Workload, threads: usize) -> Result<Command, Failure> {
    let mut command = Command::new(env::current_exe().map_err(Failure::internal)?);
    // Candle's products ask this variable, and so does the thread pool.
    command
        .args(["bench-worker", engine.name(), workload.name])
        .env("RAYON_NUM_THREADS", threads.to_string());
    match engine {
        Engine::Plumage => command.env_remove(plumage_conv::CANDLE_THREADS),
        Engine::Candle => command.env(plumage_conv::CANDLE_THREADS, threads.to_string()),
    };
    Ok(command)
}

/// An engine and its times so far.
struct Contestant {
    worker: Worker,
    steps_ms: Vec<f64>,
}

impl Contestant {
    fn new(worker: Worker) -> Self {
        Self { worker, steps_ms: Vec::new() }
    }

    fn warm_up(&mut self) -> Result<(), Failure> {
        self.worker.wait_until_ready()?;
        for _ in 0..WARM_UP_STEPS {
            self.worker.run()?;
        }
        Ok(())
    }

    fn done(&self, budget: Duration) -> bool {
        let spent = Duration::from_secs_f64(self.steps_ms.iter().sum::<f64>() / 1e3);
        spent >= budget && (self.steps_ms.len() >= MIN_STEPS || spent >= budget * MIN_STEPS as u32)
    }

    fn take_turn(&mut self, budget: Duration) -> Result<(), Failure> {
        if self.done(budget) {
            return Ok(());
        }
        thread::sleep(PAUSE);
        let start = Instant::now();
        loop {
            self.steps_ms.push(self.worker.run()?);
            if start.elapsed() >= TURN {
                return Ok(());
            }
        }
    }

    fn measured(self, workload: &Workload, threads: usize, peak: Option<f64>) -> Result<Measured, Failure> {
        let mut steps_ms = self.steps_ms;
        let median_ms = median(&mut steps_ms);
        Ok(Measured {
            workload: workload.name,
            engine: self.worker.engine().to_owned(),
            median_ms: rounded(median_ms),
            min_ms: rounded(steps_ms.first().copied().unwrap_or(f64::NAN)),
            runs: steps_ms.len(),
            gflops: rounded(workload.flops() as f64 / median_ms / 1e6),
            fma_peak_gflops: peak.map(rounded),
            peak_rss_mib: self.worker.finish()?,
            threads,
        })
    }
}

/// To three decimals, which is more than any clock here resolves.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// Sorts; the middle, or the mean of the two beside it.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values {
        [] => f64::NAN,
        values if values.len() % 2 == 1 => values[middle],
        values => (values[middle - 1] + values[middle]) / 2.,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(median(&mut [3., 1., 2.]), 2.);
        assert_eq!(median(&mut [4., 1., 3., 2.]), 2.5);
    }
}
