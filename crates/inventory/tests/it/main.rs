//! Integration tests of `inventory`, one binary.
