//! What a run costs, over all the processes that worked on it.

use std::time::Instant;

/// Time spent on a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Seconds that have passed.
    pub elapsed_s: f64,
    /// Seconds of processor time, all threads together; none where the system does not tell, or an earlier process did not.
    pub cpu_s: Option<f64>,
}

/// Counts on from what was spent before.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    before: Spent,
    started: Instant,
    cpu_started_s: Option<f64>,
}

impl Clock {
    /// Starts now, with `before` spent already.
    pub fn resume(before: Spent) -> Self {
        Self { before, started: Instant::now(), cpu_started_s: process_cpu_s() }
    }

    /// What has been spent by now.
    pub fn spent(&self) -> Spent {
        let cpu_s = |before: f64| Some(before + process_cpu_s()? - self.cpu_started_s?);
        Spent {
            elapsed_s: self.before.elapsed_s + self.started.elapsed().as_secs_f64(),
            cpu_s: self.before.cpu_s.and_then(cpu_s),
        }
    }
}

/// Processor time of this process since it began.
#[cfg(unix)]
fn process_cpu_s() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

#[cfg(not(unix))]
fn process_cpu_s() -> Option<f64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_on_from_what_was_spent_before() {
        let before = Spent { elapsed_s: 100., cpu_s: Some(150.) };
        let clock = Clock::resume(before);
        let busy = (0..2_000_000u64).fold(0u64, |sum, i| std::hint::black_box(sum ^ i));
        let spent = clock.spent();
        assert!(spent.elapsed_s > before.elapsed_s, "{busy}");
        assert_eq!(spent.cpu_s.is_some(), cfg!(unix));
        assert!(spent.cpu_s.is_none_or(|cpu_s| cpu_s > 150. && cpu_s < 160.));
    }

    #[test]
    fn processor_time_that_was_not_counted_once_is_never_known() {
        assert_eq!(Clock::resume(Spent { elapsed_s: 1., cpu_s: None }).spent().cpu_s, None);
    }
}
