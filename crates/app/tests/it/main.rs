//! Integration tests of `app`, one binary.
