//! Integration tests of `intel`, one binary.
