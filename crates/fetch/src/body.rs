//! How does a body get from the connection to its sink, and what ends it early?

use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use crate::clock;
use crate::config::{Cancel, Limits};
use crate::error::Failure;

/// Bytes asked for in one read.
const CHUNK: usize = 64 * 1024;

/// Where a body goes. An attempt that fails half-way is followed by a [`Sink::restart`].
pub trait Sink: Write {
    /// Forgets what was written, for the next attempt.
    fn restart(&mut self) -> io::Result<()>;
}

impl Sink for Vec<u8> {
    fn restart(&mut self) -> io::Result<()> {
        self.clear();
        Ok(())
    }
}

impl Sink for std::fs::File {
    fn restart(&mut self) -> io::Result<()> {
        self.rewind()?;
        self.set_len(0)
    }
}

/// How far a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the body in this attempt.
    pub received: u64,
    /// Bytes that the server declared.
    pub total: Option<u64>,
    /// Number of the attempt, from 1; a new one starts at 0 bytes.
    pub attempt: u32,
}

/// What [`copy`] goes by.
pub(crate) struct Bounds<'a> {
    pub(crate) limit: u64,
    pub(crate) declared: Option<u64>,
    pub(crate) attempt: u32,
    pub(crate) limits: &'a Limits,
    pub(crate) cancel: &'a Cancel,
}

/// Copies a body to its end and returns its length. Errors of `reader` come back through `explain`.
pub(crate) fn copy(
    reader: &mut dyn Read,
    sink: &mut dyn Sink,
    bounds: &Bounds<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    explain: &dyn Fn(io::Error, u64) -> Failure,
) -> Result<u64, Failure> {
    let mut chunk = vec![0; CHUNK];
    let mut received = 0_u64;
    let mut pace = Pace::new(bounds.limits);
    loop {
        if bounds.cancel.is_set() {
            return Err(Failure::Cancelled);
        }
        let count = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(explain(error, received)),
        };
        received = received.saturating_add(count as u64);
        if received > bounds.limit {
            return Err(Failure::TooLarge { limit: bounds.limit, declared: bounds.declared });
        }
        let bytes = chunk.get(..count).unwrap_or_default();
        sink.write_all(bytes).map_err(Failure::Sink)?;
        let now = Progress { received, total: bounds.declared, attempt: bounds.attempt };
        if progress(now).is_break() {
            return Err(Failure::Cancelled);
        }
        pace.check(count as u64)?;
    }
    match bounds.declared {
        Some(declared) if declared != received => {
            Err(Failure::Truncated { received, declared: Some(declared) })
        }
        _ => Ok(received),
    }
}

/// The least speed: a server that sends a byte now and then holds no one for hours.
struct Pace<'a> {
    limits: &'a Limits,
    since: Instant,
    bytes: u64,
}

impl<'a> Pace<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self { limits, since: clock::now(), bytes: 0 }
    }

    fn check(&mut self, count: u64) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(count);
        let now = clock::now();
        if now.saturating_duration_since(self.since) < self.limits.window {
            return Ok(());
        }
        if self.bytes < self.limits.window_bytes {
            return Err(Failure::TooSlow { bytes: self.bytes, window: self.limits.window });
        }
        self.since = now;
        self.bytes = 0;
        Ok(())
    }
}
