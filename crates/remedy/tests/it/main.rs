//! Integration tests of `remedy`, one binary.

mod commands;
mod plans;
mod properties;
mod write;
