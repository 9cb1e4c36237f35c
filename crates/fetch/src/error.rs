//! What went wrong, where, and does trying again help?

use std::io;
use std::time::Duration;

use crate::address::AddressError;

/// A transfer that failed. `Display` names the address without credentials and query values;
/// the cause is its source.
#[derive(Debug, thiserror::Error)]
#[error("{address}{}", attempts_note(*attempts))]
pub struct Error {
    /// The address asked (not the one a redirect led to), safe to show.
    pub address: String,
    /// Attempts made, 0 when nothing was sent.
    pub attempts: u32,
    /// What went wrong in the last attempt.
    #[source]
    pub failure: Failure,
}

impl Error {
    /// Whether the same request may succeed later without anyone changing anything.
    pub fn retry_helps(&self) -> bool {
        self.failure.retry_helps()
    }
}

fn attempts_note(attempts: u32) -> String {
    if attempts > 1 { format!(" (after {attempts} attempts)") } else { String::new() }
}

/// The kinds of failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The host is not among the configured ones.
    #[error("the host {0} is not among the configured addresses")]
    HostNotAllowed(String),
    /// A redirect to a host that is not among the configured ones.
    #[error("it redirects to {0}, which is not among the configured addresses")]
    RedirectElsewhere(String),
    /// A redirect whose target is missing or may not be asked.
    #[error("it redirects to an address that is refused")]
    RedirectRefused(#[source] AddressError),
    /// A redirect without a target.
    #[error("it redirects without saying where")]
    RedirectNowhere,
    /// More redirects than the limit.
    #[error("it redirects more than {0} times")]
    TooManyRedirects(u32),
    /// A status that brings no body.
    #[error("the server answered {status}{}", wait_note(*.retry_after))]
    Status {
        /// The HTTP status.
        status: u16,
        /// How long the server asks to wait, when it says so.
        retry_after: Option<Duration>,
    },
    /// The body is larger than the limit.
    #[error("the body is larger than the limit of {limit} bytes{}", declared_note(*.declared))]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
        /// What the server declared, when it did.
        declared: Option<u64>,
    },
    /// Neither a length nor chunks: a cut would go unseen.
    #[error("the server does not say where the body ends, so a cut would go unseen")]
    NoLength,
    /// The body ended early.
    #[error("the body was cut off after {received} bytes{}", declared_note(*.declared))]
    Truncated {
        /// Bytes that arrived.
        received: u64,
        /// What the server declared, when it did.
        declared: Option<u64>,
    },
    /// More bytes than declared.
    #[error("the server sent more than the {declared} bytes it declared")]
    Surplus {
        /// Bytes taken, as declared.
        declared: u64,
    },
    /// A body in an encoding that was not asked for.
    #[error("the body comes encoded as «{0}» although it was asked for as it is")]
    Encoded(String),
    /// No byte for as long as the stall timeout.
    #[error("nothing came for {} s", .0.as_secs_f32())]
    Stalled(Duration),
    /// Bytes come, but too few.
    #[error("only {bytes} bytes came in {} s", .window.as_secs_f32())]
    TooSlow {
        /// Bytes in the last window.
        bytes: u64,
        /// Length of the window.
        window: Duration,
    },
    /// A phase took too long.
    #[error("{0} took too long")]
    Timeout(&'static str),
    /// The name does not resolve.
    #[error("the host is not found")]
    HostNotFound,
    /// Connecting, sending or receiving failed.
    #[error("the connection failed")]
    Connection(#[source] io::Error),
    /// No agreement on TLS, or a certificate that is not trusted.
    #[error("no trusted connection: {0}")]
    Tls(String),
    /// The proxy refused or was not understood.
    #[error("the proxy refused: {0}")]
    Proxy(String),
    /// What came is not HTTP as it should be.
    #[error("the answer is not valid HTTP: {0}")]
    Protocol(String),
    /// The header is larger than the limit.
    #[error("the header of the answer is larger than {0} bytes")]
    HeaderTooLarge(usize),
    /// The bytes could not be written where they should go.
    #[error("what came could not be written")]
    Sink(#[source] io::Error),
    /// Ended by request.
    #[error("cancelled")]
    Cancelled,
}

impl Failure {
    /// Whether the same request may succeed later without anyone changing anything.
    pub fn retry_helps(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502..=504),
            Self::Truncated { .. }
            | Self::Stalled(_)
            | Self::TooSlow { .. }
            | Self::Timeout(_)
            | Self::HostNotFound
            | Self::Connection(_) => true,
            _ => false,
        }
    }

    /// Whether nobody was there to be asked: on a machine without a network every attempt ends so, at
    /// once, and waiting longer and longer would only look like work.
    pub(crate) fn is_unreachable(&self) -> bool {
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
        match self {
            Self::HostNotFound => true,
            Self::Connection(e) => {
                matches!(e.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable)
            }
            _ => false,
        }
    }

    /// How long the server asks to wait.
    pub(crate) fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn declared_note(declared: Option<u64>) -> String {
    declared.map_or_else(String::new, |bytes| format!(" ({bytes} declared)"))
}

fn wait_note(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| format!(" and asks to wait {} s", wait.as_secs()))
}
