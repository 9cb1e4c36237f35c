//! The only network client: how do bytes come in from outside, and what is refused?
//!
//! In goes an [`Address`] on the allow-list, a size limit, and what is already held ([`Validators`]);
//! out come bytes written to a [`Sink`], exactly as served, or one [`Error`] that says which address,
//! what went wrong, and whether trying again helps.
//!
//! What it never does: talk to a host that was not configured, follow a redirect to one, speak plain
//! http to anything but this machine, decode a body, read without a bound in bytes and in time, or
//! show a credential in a message. Files are the caller's: this crate only sees `Write`.
//!
//! Start reading at [`Client::get`] in `client.rs`; the rules about addresses are in `address.rs`,
//! waiting and trying again in `retry.rs`.

mod address;
mod agents;
mod answer;
mod body;
mod client;
mod clock;
mod config;
mod error;
mod explain;
mod proxy;
mod retry;
mod transport;

pub use address::{Address, AddressError};
pub use body::{Progress, Sink};
pub use client::{Client, Fetched, Received, Request, Validators};
pub use config::{Cancel, Config, ConfigError, Limits};
pub use error::{Error, Failure};
pub use proxy::Proxies;
