//! Integration tests of `sandbox`, one binary.
