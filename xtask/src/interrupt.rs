//! Ctrl-C and SIGTERM: the first asks the run to leave what can be resumed and to stop, the second ends the process at once.
//!
//! While a network trains, the training loop stops by itself and commits a checkpoint. At any other time there is nothing
//! to save that is not saved already, so a thread of its own ends the process, however long the work in hand may take.

use std::{
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
    iterator::Signals,
};

use crate::{exit::ExitKind, failure::Failure};

/// Which signal arrived, and what may be done about it.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    signal: Option<ExitKind>,
    work: Work,
    left: String,
    again: String,
}

/// What the process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Reading: it can be left at any moment.
    Reading,
    /// Training: it stops by itself after the step in hand.
    Training,
    /// Measuring and drawing what is trained: it stops by itself after the image in hand, or is left.
    Finishing,
}

/// How long [`Work::Finishing`] may take to stop by itself.
const PATIENCE: Duration = Duration::from_millis(800);

impl Interrupt {
    /// Starts to listen; `again` is the command that does the work again, or goes on with it.
    pub(crate) fn listen(again: String) -> Result<Self, Failure> {
        let left = "stopped while preparing; nothing was written".to_owned();
        let state = Arc::new(Mutex::new(State { signal: None, work: Work::Reading, left, again }));
        // From here on a signal is seen by the thread below, even if it arrives before that has begun.
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(Failure::internal)?;
        let armed = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            // The order matters: the first signal finds the second handler unarmed, and arms it.
            flag::register_conditional_default(number, armed.clone()).map_err(Failure::internal)?;
            flag::register(number, armed.clone()).map_err(Failure::internal)?;
        }
        let seen = state.clone();
        let watch = move || {
            if let Some(number) = signals.forever().next() {
                lock(&seen).signal =
                    Some(if number == SIGINT { ExitKind::Interrupted } else { ExitKind::Terminated });
                leave(&seen);
            }
        };
        thread::Builder::new().name("signals".into()).spawn(watch).map_err(Failure::internal)?;
        Ok(Self { state })
    }

    /// From here on the training loop asks [`Interrupt::requested`], and commits a checkpoint before it stops.
    pub(crate) fn training(&self, again: &str) {
        let state = &mut *lock(&self.state);
        (state.work, state.again) = (Work::Training, again.to_owned());
    }

    /// From here on, and until the next training, nothing is lost at any moment.
    pub(crate) fn between_runs(&self, again: &str) {
        let state = &mut *lock(&self.state);
        state.work = Work::Reading;
        state.left = "stopped between two runs; those that are finished are kept".to_owned();
        again.clone_into(&mut state.again);
    }

    /// From here on all that matters is committed, as `left` says.
    pub(crate) fn finishing(&self, left: String) {
        let state = &mut *lock(&self.state);
        (state.work, state.left) = (Work::Finishing, left);
    }

    /// Whether a signal arrived.
    pub(crate) fn requested(&self) -> bool {
        lock(&self.state).signal.is_some()
    }

    /// An error once a signal arrived: what is left, and how to go on.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        lock(&self.state).failure().map_or(Ok(()), Err)
    }
}

impl State {
    fn failure(&self) -> Option<Failure> {
        self.signal.map(|exit| Failure::stopped(exit, &self.left, &self.again))
    }
}

/// Ends the process as soon as that loses nothing, unless it ends by itself before.
fn leave(state: &Mutex<State>) {
    let mut since = Instant::now();
    loop {
        let state = lock(state);
        match state.work {
            Work::Training => since = Instant::now(),
            Work::Finishing if since.elapsed() < PATIENCE => {}
            Work::Reading | Work::Finishing => {
                if let Some(failure) = state.failure() {
                    failure.report();
                    process::exit(failure.exit() as i32);
                }
            }
        }
        drop(state);
        thread::sleep(Duration::from_millis(10));
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
