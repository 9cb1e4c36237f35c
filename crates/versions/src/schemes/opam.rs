//! opam: Debian's comparison applied to the whole text, without epoch and revision (opam manual,
//! «Version ordering»).

use std::cmp::Ordering;

use super::dpkg;

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    dpkg::check_characters(text)
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    dpkg::compare_part(a, b)
}

/// A tilde comes before the end: the manual's way to mark what comes before a release.
pub(crate) fn is_prerelease(text: &str) -> bool {
    text.contains('~')
}
