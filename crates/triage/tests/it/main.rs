//! Integration tests of `triage`, one binary.
