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
mod corpus_files;
mod coverage;
mod cut;
mod identity;
mod labelled;
mod misread;
mod mutation;
mod nothing;
mod readers;
mod recognition;
mod retold;
mod stated;
mod suggest;
mod told;
mod walks;
