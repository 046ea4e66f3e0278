//! Ctrl-C and SIGTERM: the first asks the run to commit a checkpoint and stop, the second ends the process at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::failure::Failure;

/// Remembers which signal arrived.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Starts to listen.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let signal = Arc::new(AtomicUsize::new(0));
        let armed = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            // The order matters: the first signal finds the second handler unarmed, and arms it.
            flag::register_conditional_default(number, armed.clone()).map_err(Failure::internal)?;
            flag::register(number, armed.clone()).map_err(Failure::internal)?;
            flag::register_usize(number, signal.clone(), number as usize).map_err(Failure::internal)?;
        }
        Ok(Self { signal })
    }

    /// The exit code of the signal that arrived, if one did: 130 for Ctrl-C, 143 for SIGTERM.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        match self.signal.load(Ordering::SeqCst) {
            0 => None,
            number => Some(128 + number as u8),
        }
    }
}
