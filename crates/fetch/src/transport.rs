//! What does the HTTP library not watch? Two thin layers around its connections.
//!
//! [`InterruptibleConnector`] lies under TLS and cuts every wait for bytes into slices, so that a
//! cancel is noticed in handshakes, headers and bodies alike. [`SurplusConnector`] lies on top and
//! notices bytes after the end of a body: a server that declared fewer than it sends.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::unversioned::transport::time::Duration as Wait;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    TcpConnector, Transport,
};
use ureq::{Error, Timeout};

use crate::clock;
use crate::config::Cancel;

/// Set when a connection held bytes past the end of a body. One flag per client, which runs one
/// transfer at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surplus(Arc<AtomicBool>);

impl Surplus {
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }

    fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The library's own chain (proxy, TCP, TLS) with both layers in it.
pub(crate) fn connector(cancel: &Cancel, surplus: &Surplus) -> impl Connector<()> {
    ().chain(ConnectProxyConnector::default())
        .chain(TcpConnector::default())
        .chain(InterruptibleConnector { cancel: cancel.clone() })
        .chain(RustlsConnector::default())
        .chain(SurplusConnector { surplus: surplus.clone() })
}

#[derive(Debug)]
struct InterruptibleConnector {
    cancel: Cancel,
}

impl<In: Transport> Connector<In> for InterruptibleConnector {
    type Out = Interruptible<In>;

    fn connect(
        &self,
        _details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Interruptible { inner, cancel: self.cancel.clone() }))
    }
}

struct Interruptible<T> {
    inner: T,
    cancel: Cancel,
}

impl<T: Transport> Transport for Interruptible<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.cancel.is_set() {
            return Err(cancelled());
        }
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let end = (!timeout.after.is_not_happening()).then(|| clock::now() + *timeout.after);
        loop {
            if self.cancel.is_set() {
                return Err(cancelled());
            }
            let left = end.map_or(clock::SLICE, |end| end.saturating_duration_since(clock::now()));
            if left.is_zero() {
                return Err(Error::Timeout(timeout.reason));
            }
            let slice = NextTimeout {
                after: Wait::Exact(left.min(clock::SLICE)),
                reason: Timeout::PerRead,
                ..NextTimeout::default()
            };
            match self.inner.await_input(slice) {
                Err(Error::Timeout(_)) => {}
                other => return other,
            }
        }
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T> fmt::Debug for Interruptible<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Interruptible")
    }
}

/// The client asks its own switch why a transfer ended, so the text here is never shown.
fn cancelled() -> Error {
    Error::Io(std::io::Error::other("cancelled"))
}

#[derive(Debug)]
struct SurplusConnector {
    surplus: Surplus,
}

impl<In: Transport> Connector<In> for SurplusConnector {
    type Out = SurplusWatch<In>;

    fn connect(
        &self,
        _details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let surplus = self.surplus.clone();
        Ok(chained.map(|inner| SurplusWatch { inner, surplus, idle: false }))
    }
}

struct SurplusWatch<T: Transport> {
    inner: T,
    surplus: Surplus,
    /// In the pool between requests: bytes that come then belong to no body of ours.
    idle: bool,
}

impl<T: Transport> Transport for SurplusWatch<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.idle = false;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    /// The library asks this after a body, before it keeps the connection: not open means ended or
    /// bytes waiting, and reading once tells which.
    fn is_open(&mut self) -> bool {
        let open = self.inner.is_open();
        if !open && !self.idle {
            let briefly = NextTimeout {
                after: Wait::Exact(Duration::from_millis(1)),
                reason: Timeout::PerRead,
                ..NextTimeout::default()
            };
            if matches!(self.inner.await_input(briefly), Ok(true)) {
                self.surplus.note();
            }
        }
        self.idle = open;
        open
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T: Transport> Drop for SurplusWatch<T> {
    fn drop(&mut self) {
        if !self.idle && !self.inner.buffers().input().is_empty() {
            self.surplus.note();
        }
    }
}

impl<T: Transport> fmt::Debug for SurplusWatch<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SurplusWatch")
    }
}
