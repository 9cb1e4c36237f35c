//! Integration tests of `fetch`, one binary.
