//! Integration tests of `vocab`, one binary.
