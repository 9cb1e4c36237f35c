//! Swift packages: git tags that are SemVer 2.0.0, with or without a leading `v` (Swift Package Manager,
//! «PackageDescription», `Version`).

use super::semver::{self, SemVer};

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    semver::parse(text)
}
