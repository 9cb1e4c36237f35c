//! Which packages does an R or Julia project take?
//!
//! In: renv's lock file, Julia's manifest. Out: a [`crate::Reading`]. Never: a DESCRIPTION or
//! Project.toml resolved. Start reading at [`renv::read`].

pub mod julia;
pub mod renv;

use crate::Format;

/// The formats of R and of Julia.
pub const FORMATS: &[Format] = &[
    Format::lock("renv.lock", &["renv.lock"], renv::read),
    Format::lock(
        "Manifest.toml",
        &["Manifest.toml", "JuliaManifest.toml", "Manifest-v*.toml", "JuliaManifest-v*.toml"],
        julia::read,
    ),
];
