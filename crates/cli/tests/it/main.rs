//! Integration tests of the program as a user meets it, one binary.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a helper that fails is a failed test; files here are our own"
)]

mod exits;
mod fix;
mod import;
mod kill;
mod kill_import;
mod online;
mod outputs;
mod policies;
mod program;
mod queue;
mod roles;
mod secrets;
mod stdin;
