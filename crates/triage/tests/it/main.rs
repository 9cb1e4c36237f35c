//! Integration tests of `triage`, one binary.
#![expect(clippy::expect_used, reason = "a fixture that fails is a failed test")]

mod gabion_24h;
mod given;
