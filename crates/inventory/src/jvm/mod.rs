//! Which artifacts does a build on the JVM take?
//!
//! In: Maven's pom.xml, the lock files of Gradle and sbt, Gradle's version catalog and verification
//! metadata. Out: a [`crate::Reading`]. Never: a build script, which is a program; an artifact that only
//! a repository outside the tree could tell. Start reading at [`pom::read`].

pub mod gradle;
mod model;
pub mod pom;
mod properties;
pub mod sbt;

use crate::Format;

/// The formats of the JVM family.
pub const FORMATS: &[Format] = &[
    Format::lock("pom.xml", &["pom.xml"], pom::read).asks_only(),
    Format::lock("gradle.lockfile", &["*.lockfile"], gradle::read_lock),
    Format::lock("build.sbt.lock", &["build.sbt.lock"], sbt::read),
    Format::manifest(
        "verification-metadata.xml",
        &["verification-metadata.xml"],
        &["gradle.lockfile"],
        gradle::read_verification,
    )
    .names_all()
    .or_in_parents(),
    Format::manifest(
        "libs.versions.toml",
        &["*.versions.toml"],
        &["gradle.lockfile"],
        gradle::read_catalog,
    )
    .or_in_parents(),
];
