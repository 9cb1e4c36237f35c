//! What is the client allowed to do, and how long may it take? Values in, nothing read from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::address::Address;
use crate::proxy::Proxies;

/// Everything a [`crate::Client`] is built from.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Addresses whose host and port may be asked. Redirects may go to these hosts only.
    pub allow: Vec<Address>,
    /// Bounds in time and number.
    pub limits: Limits,
    /// Proxies, as read once from the environment or the configuration.
    pub proxies: Proxies,
    /// Certificates in PEM that are trusted beside those of the system (a company's own CA).
    pub extra_ca_pem: Option<Vec<u8>>,
    /// What the client calls itself; empty means `gabion/VERSION`.
    pub user_agent: String,
}

/// Bounds on one transfer. A transfer is all attempts at one address together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Resolving a name, connecting, and agreeing on TLS, each.
    pub connect: Duration,
    /// From the request sent to the last header received.
    pub response: Duration,
    /// Between two reads that bring bytes.
    pub stall: Duration,
    /// The window over which at least [`Limits::window_bytes`] must arrive.
    pub window: Duration,
    /// Least number of bytes per window.
    pub window_bytes: u64,
    /// One attempt, redirects and body included.
    pub attempt: Duration,
    /// All attempts and the waits between them.
    pub total: Duration,
    /// Attempts after the first.
    pub retries: u32,
    /// The first wait between attempts; it doubles each time.
    pub backoff: Duration,
    /// The longest wait between attempts, also when the server asks for longer: then it is given up.
    pub longest_wait: Duration,
    /// Redirects followed in one attempt.
    pub redirects: u32,
    /// Bytes of a response's header.
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            response: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            window: Duration::from_secs(60),
            window_bytes: 64 * 1024,
            attempt: Duration::from_secs(60 * 60),
            total: Duration::from_secs(2 * 60 * 60),
            retries: 4,
            backoff: Duration::from_millis(500),
            longest_wait: Duration::from_secs(120),
            redirects: 5,
            header_bytes: 64 * 1024,
        }
    }
}

/// A switch that ends a transfer from another thread: waits, reads and handshakes notice it within
/// a fraction of a second, a connection being opened within [`Limits::connect`].
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Shares a flag that someone else sets, a signal handler for instance.
    pub fn from_flag(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Ends what is under way, and everything after it.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was set.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a client could not be built from its configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The proxy's address is no address, or of a kind that is not spoken.
    #[error("the proxy «{0}» is not understood; expected http://HOST:PORT or https://HOST:PORT")]
    Proxy(String),
    /// The extra CA holds no certificate that can be read.
    #[error("the extra CA file holds no certificate in PEM")]
    NoCertificate,
    /// The extra CA is not PEM.
    #[error("the extra CA file is not PEM")]
    Pem(#[source] std::io::Error),
    /// The user agent has characters that no header may have.
    #[error("the user agent «{0}» has characters that a header cannot carry")]
    UserAgent(String),
}
