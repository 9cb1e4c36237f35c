//! Did the user ask to stop?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Raised by Ctrl-C and the signals that end programs politely.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
}

impl Interrupt {
    /// One that nothing raises.
    pub fn never() -> Self {
        Self::default()
    }

    /// From now on the first Ctrl-C (or SIGTERM, SIGHUP) is only noted, so that what is being written
    /// can be finished or undone; a second one ends the program at once.
    pub fn listen() -> Self {
        let interrupt = Self::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // The order matters: what ends the program looks at the flag before it is set. Where a
            // signal cannot be caught it keeps its usual effect, which is safe, if less polite.
            flag::register_conditional_default(signal, Arc::clone(&interrupt.raised)).ok();
            flag::register(signal, Arc::clone(&interrupt.raised)).ok();
        }
        interrupt
    }

    /// Whether it was raised.
    pub fn raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    /// Raises it, as Ctrl-C does.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::Relaxed);
    }
}
