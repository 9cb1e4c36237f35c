//! What do the HTTP library's errors mean? Its errors in, ours out.
//!
//! Texts that could hold an address, and with it a credential, are left out.

use std::io;

use ureq::{Error, Timeout};

use crate::config::Limits;
use crate::error::Failure;

/// The failure that an error of the library stands for.
pub(crate) fn explain(error: Error, limits: &Limits) -> Failure {
    match error {
        Error::Timeout(Timeout::PerRead | Timeout::PerWrite) => Failure::Stalled(limits.stall),
        Error::Timeout(Timeout::Resolve) => Failure::Timeout("finding the host"),
        Error::Timeout(Timeout::Connect) => Failure::Timeout("connecting"),
        Error::Timeout(Timeout::RecvResponse) => Failure::Timeout("the answer"),
        Error::Timeout(_) => Failure::Timeout("the transfer"),
        Error::HostNotFound => Failure::HostNotFound,
        Error::LargeResponseHeader(_, limit) => Failure::HeaderTooLarge(limit),
        Error::ConnectProxyFailed(why) => Failure::Proxy(short(&why)),
        Error::InvalidProxyUrl => Failure::Proxy("its address is not understood".to_owned()),
        Error::Tls(why) => Failure::Tls(why.to_owned()),
        Error::TlsRequired => Failure::Tls("the connection is not encrypted".to_owned()),
        Error::Rustls(why) => Failure::Tls(short(&why.to_string())),
        Error::Io(error) => from_io(error),
        Error::ConnectionFailed => Failure::Connection(io::ErrorKind::NotConnected.into()),
        Error::Protocol(why) => Failure::Protocol(short(&why.to_string())),
        Error::Http(_) => Failure::Protocol("a header is not valid".to_owned()),
        // The connection ended in the middle of a chunk's head.
        Error::BodyStalled => Failure::Connection(io::ErrorKind::UnexpectedEof.into()),
        _ => Failure::Protocol("the exchange failed".to_owned()),
    }
}

/// TLS failures come as I/O errors of kind `InvalidData`.
fn from_io(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::InvalidData => Failure::Tls(short(&error.to_string())),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Timeout("connecting"),
        _ => Failure::Connection(error),
    }
}

/// Only the beginning, and nothing a terminal would obey: such a text may repeat what a hostile
/// server sent.
fn short(why: &str) -> String {
    why.chars().filter(|c| !c.is_control()).take(160).collect()
}
