//! The integration tests of this crate.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a fixture that fails is a failed test")]

mod earlier;
mod ends;
mod made;
mod moving;
mod near;
mod order;
mod plans;
mod server;
mod staging;
mod story;
mod tampering;
mod unseen;
