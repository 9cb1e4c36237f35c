//! Integration tests of `formats`, one binary.

mod sarif;
mod text;
