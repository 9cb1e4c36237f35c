//! Integration tests of `formats`, one binary.
