//! Integration tests of `codescan`, one binary.
