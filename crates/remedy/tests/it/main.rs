//! Integration tests of `remedy`, one binary.

mod commands;
mod edit;
mod plans;
mod properties;
mod write;
