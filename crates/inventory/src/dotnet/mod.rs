//! Which packages does a .NET project take?
//!
//! In: NuGet's lock file, packages.config, the dependency list of a built program, project files with
//! `PackageReference`. Out: a [`crate::Reading`]. Never: an MSBuild condition or import evaluated.
//! Start reading at [`lock::read`].

pub mod config;
pub mod deps;
pub mod lock;
pub mod paket;
pub mod project;

use crate::Format;

/// The formats of the .NET family.
pub const FORMATS: &[Format] = &[
    Format::lock("packages.lock.json", &["packages.lock.json", "packages.*.lock.json"], lock::read),
    Format::lock("packages.config", &["packages.config", "packages.*.config"], config::read),
    Format::lock("deps.json", &["*.deps.json"], deps::read),
    Format::lock("paket.lock", &["paket.lock"], paket::read),
    Format::manifest(
        "csproj",
        &["*.csproj", "*.fsproj", "*.vbproj"],
        &["packages.lock.json"],
        project::read,
    ),
    Format::lock("Directory.Packages.props", &["Directory.Packages.props"], project::read)
        .asks_only(),
];
