//! Integration tests of `versions`, one binary.

mod corpus;
