//! What time is it, for timeouts? The one place in this crate that reads a clock or waits.
//!
//! Only a monotonic clock, only for deadlines; the time of the world is never read here.

use std::time::{Duration, Instant};

use crate::config::Cancel;

/// How long a cancelled wait can go unnoticed.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

/// A point on the monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "timeouts and backoff need a monotonic clock; this is the crate's only reader of it"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Waits for `length`, in slices so that a cancel ends it. Returns false when cancelled.
#[expect(
    clippy::disallowed_methods,
    reason = "the one backoff of the program; sliced, so that Ctrl-C ends it"
)]
pub(crate) fn pause(length: Duration, cancel: &Cancel) -> bool {
    let end = now() + length;
    loop {
        if cancel.is_set() {
            return false;
        }
        let left = end.saturating_duration_since(now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(SLICE));
    }
}
