//! Pub: SemVer in which build metadata orders (package `pub_semver`, class `Version`): after all else is
//! equal, none is lowest, and identifiers compare as those of a pre-release.

use std::cmp::Ordering;

use super::semver::{self, SemVer, compare_identifiers};

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    semver::parse(text)
}

pub(crate) fn compare(a: &SemVer<'_>, b: &SemVer<'_>) -> Ordering {
    a.compare(b).then_with(|| match (a.build, b.build) {
        ("", "") => Ordering::Equal,
        ("", _) => Ordering::Less,
        (_, "") => Ordering::Greater,
        (a, b) => compare_identifiers(a, b),
    })
}
