//! Integration tests of `remedy`, one binary.
