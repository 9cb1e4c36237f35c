#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do, and read samples and the corpus"
)]
//! The integration tests of `findings`.

mod assign;
mod close;
mod corpus;
mod coverage;
mod identity;
mod labelled;
mod mutation;
mod readers;
mod suggest;
mod walks;
