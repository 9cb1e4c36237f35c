//! Integration tests of `formats`, one binary.

mod sarif;
mod text;
mod vex;
mod vex_matching;
