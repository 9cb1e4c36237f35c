//! With what does the program end? The public table of exit codes, and hints for errors.

use std::io;
use std::process::ExitCode;

/// The exit codes. 1 beats 3: a pipeline that asked for a gate learns that it was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Complete, and the gate (if asked for) not hit.
    Complete = 0,
    /// The gate was hit.
    Gate = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Something was not evaluated or not read.
    Incomplete = 3,
    /// Failed.
    Failed = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error with the next step for the user and the code to end with.
#[derive(Debug)]
pub struct Told {
    /// What happened.
    pub error: anyhow::Error,
    /// What to do; printed after `hint:`.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: Exit,
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Told {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// A mistake in what was typed or configured.
pub fn usage(error: impl Into<anyhow::Error>, hint: impl Into<Option<String>>) -> anyhow::Error {
    Told { error: error.into(), hint: hint.into(), exit: Exit::Usage }.into()
}

/// A failure.
pub fn failed(error: impl Into<anyhow::Error>, hint: impl Into<Option<String>>) -> anyhow::Error {
    Told { error: error.into(), hint: hint.into(), exit: Exit::Failed }.into()
}

/// The code of an error.
pub fn of(error: &anyhow::Error) -> Exit {
    error.downcast_ref::<Told>().map_or(Exit::Failed, |told| told.exit)
}

/// The code of a result that was judged before it was written: a reader that went away
/// (`gabion … | head`) is no failure of ours, and changes nothing in the judgement.
///
/// # Errors
/// The result could not be written for any other reason.
pub fn despite_pipe(written: anyhow::Result<()>, judged: Exit) -> anyhow::Result<Exit> {
    match written {
        Err(error) if !is_broken_pipe(&error) => Err(error),
        _ => Ok(judged),
    }
}

/// Whether the reader of our output went away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.map(io::Error::kind).any(|kind| kind == io::ErrorKind::BrokenPipe)
}
