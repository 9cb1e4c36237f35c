//! Bitnami: SemVer in which what follows the hyphen is a revision of the packaging, and therefore newer
//! (1.2.3 < 1.2.3-1 < 1.2.3-2), as Bitnami's go-version library has it.
//!
//! Upstream's own pre-releases reach the advisories too. An identifier that begins with a letter
//! (`-rc1`, `-beta.2`) is one of these and stays below the release, where SemVer has it.

use std::cmp::Ordering;

use super::semver::{self, SemVer, compare_identifiers};

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    semver::parse(text)
}

pub(crate) fn compare(a: &SemVer<'_>, b: &SemVer<'_>) -> Ordering {
    a.compare_numbers(b)
        .then_with(|| kind(a).cmp(&kind(b)))
        .then_with(|| compare_identifiers(a.pre, b.pre))
}

pub(crate) fn is_prerelease(version: &SemVer<'_>) -> bool {
    kind(version) < 0
}

/// -1 for a pre-release, 0 for a release, 1 for a revision of it.
fn kind(version: &SemVer<'_>) -> i8 {
    match version.pre.as_bytes().first() {
        None => 0,
        Some(byte) if byte.is_ascii_digit() => 1,
        Some(_) => -1,
    }
}
