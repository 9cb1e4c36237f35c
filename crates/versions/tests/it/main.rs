//! Integration tests of `versions`, one binary.
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod advisories;
mod corpus;
mod oracles;
mod orders;
mod ranges;
mod steps;
mod tables;
