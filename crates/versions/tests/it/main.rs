//! Integration tests of `versions`, one binary.
