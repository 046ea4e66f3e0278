//! Several pictures at a time, as far as memory goes.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use plumage_models::enlarger::Enlarger;

use super::{
    Job,
    proof::{Proof, prove},
};
use crate::{exit::ExitKind, failure::Failure, interrupt::Interrupt, machine::cores};

/// What is done to every picture.
pub(crate) struct Crew<'a> {
    /// The network.
    pub(crate) enlarger: Enlarger<'a>,
    /// Bytes of memory for all pictures that are in work.
    pub(crate) limit: u64,
    /// Whether what was made is compared with what should have been.
    pub(crate) prove: bool,
    /// When to stop.
    pub(crate) interrupt: &'a Interrupt,
}

/// What became of a picture.
pub(crate) struct Outcome {
    /// Which job it was, counted from 0.
    pub(crate) job: usize,
    /// Its time, or why there is no output.
    pub(crate) result: Result<Done, Failure>,
}

/// A picture that was written.
pub(crate) struct Done {
    /// From the first byte read to the last one flushed.
    pub(crate) time: Duration,
    /// What was asked to be proven.
    pub(crate) proof: Option<Proof>,
}

/// Bytes that are free, and whether anybody should begin anything new.
struct Board {
    free: u64,
    next: usize,
    stop: bool,
}

impl Crew<'_> {
    /// Does the jobs, each of which fits the limit; `report` hears of every one when it ends. After a signal, and after an
    /// output that could not be written, no more are begun.
    pub(crate) fn work(&self, jobs: &[Job], report: &(dyn Fn(Outcome) + Sync)) {
        let board = Mutex::new(Board { free: self.limit, next: 0, stop: false });
        let freed = Condvar::new();
        thread::scope(|scope| {
            for _ in 0..cores().min(jobs.len()) {
                scope.spawn(|| {
                    while let Some(index) = self.take(jobs, &board, &freed) {
                        let result = self.one(&jobs[index]);
                        let mut board = lock(&board);
                        board.free += jobs[index].bytes.min(self.limit);
                        board.stop |= result.as_ref().is_err_and(|failure| {
                            matches!(
                                failure.exit(),
                                ExitKind::Output | ExitKind::Interrupted | ExitKind::Terminated
                            )
                        });
                        drop(board);
                        freed.notify_all();
                        report(Outcome { job: index, result });
                    }
                });
            }
        });
    }

    /// The next job, once there is memory for it; none when there are no more.
    fn take(&self, jobs: &[Job], board: &Mutex<Board>, freed: &Condvar) -> Option<usize> {
        let mut board = lock(board);
        loop {
            if board.stop || self.interrupt.requested() {
                return None;
            }
            let job = jobs.get(board.next)?;
            let bytes = job.bytes.min(self.limit);
            if bytes <= board.free {
                board.free -= bytes;
                board.next += 1;
                return Some(board.next - 1);
            }
            board = freed.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn one(&self, job: &Job) -> Result<Done, Failure> {
        let start = Instant::now();
        let mut seen = Vec::new();
        job.run(&self.enlarger, self.interrupt, &mut |batch| {
            if self.prove {
                seen.extend_from_slice(batch);
            }
        })?;
        let time = start.elapsed();
        let proof = self.prove.then(|| prove(job, &self.enlarger, &seen)).transpose()?;
        Ok(Done { time, proof })
    }
}

fn lock<'a>(board: &'a Mutex<Board>) -> MutexGuard<'a, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}
