//! How is a tool of the user's run without handing it the scanned tree?
//!
//! In: which [`Tool`] of a short list, its arguments, a folder that holds copies of what it needs, and
//! limits. Out: an [`Attestation`]: what ran, from where, how long, how it ended, and the end of what it
//! said, without secrets. This is the only place that starts processes.
//! Never: a shell, a tool from inside a scanned tree or from a relative `PATH` entry, the caller's whole
//! environment, an answer typed by a user, a process that outlives its time. It is no jail: a tool that
//! was found on `PATH` is the user's own and trusted as such; what is kept from it is the tree.
//! Start reading at [`Toolbox::run`].

mod environment;
mod interrupt;
mod output;
mod redact;
mod run;
mod tools;

use std::path::PathBuf;

pub use interrupt::Interrupt;
pub use run::{Attestation, Ended, Limits, Order};
pub use tools::{Tool, Toolbox};

/// Why nothing ran.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The tool is not on `PATH`, or only at places that are not trusted.
    #[error("{0} is not installed (no absolute folder of PATH outside the scanned paths has it)")]
    Absent(&'static str),
    /// The tool would use the network, and that was ruled out.
    #[error("{0} uses the network, which --offline rules out")]
    Offline(&'static str),
    /// The process could not be started or watched.
    #[error("cannot run {path}")]
    Start {
        /// The program.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The user asked to stop before it began.
    #[error("stopped before {0} was run")]
    Interrupted(&'static str),
}
