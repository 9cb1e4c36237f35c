//! Which crates does a Rust project hold?
//!
//! In: `Cargo.lock`, or `Cargo.toml` where no lock file covers it. Out: a [`crate::Reading`]. Start at
//! [`lock`]; a manifest names ranges only.

pub mod lock;
pub mod manifest;
mod scan;

use crate::Format;

/// The formats of the Rust family.
pub const FORMATS: &[Format] = &[
    Format::lock("Cargo.lock", &["Cargo.lock"], lock::read),
    Format::manifest("Cargo.toml", &["Cargo.toml"], &["Cargo.lock"], manifest::read)
        .or_in_parents(),
];
