//! Integration tests of `triage`, one binary.
#![expect(clippy::expect_used, reason = "a fixture that fails is a failed test")]

mod cvss;
mod diff;
mod gabion_24h;
mod given;
mod policy_files;
mod properties;
mod published_tables;
mod rules;
mod sheets;
mod why;
