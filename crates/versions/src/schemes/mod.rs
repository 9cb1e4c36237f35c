//! The schemes, one file each: how a version is read, and which of two is newer.
//!
//! Files with SemVer's shape give `parse`, the others `check` (is this a version?) and `compare` (a total
//! order over what `check` lets pass). None allocates.

pub(crate) mod apk;
pub(crate) mod bitnami;
pub(crate) mod conan;
pub(crate) mod cran;
pub(crate) mod dpkg;
pub(crate) mod github_actions;
pub(crate) mod go;
pub(crate) mod hackage;
pub(crate) mod hex;
pub(crate) mod maven;
pub(crate) mod npm;
pub(crate) mod nuget;
pub(crate) mod opam;
pub(crate) mod packagist;
pub(crate) mod pub_dev;
pub(crate) mod pypi;
mod pypi_legacy;
pub(crate) mod rpm;
pub(crate) mod rubygems;
pub(crate) mod semver;
pub(crate) mod swift;
