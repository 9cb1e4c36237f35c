//! Integration tests of `cli`, one binary.
