//! To be written: until then the order of plain number lists.

use std::cmp::Ordering;

use super::cran;

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    cran::check(text)
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    cran::compare(a, b)
}

pub(crate) fn is_prerelease(_text: &str) -> bool {
    false
}

pub(crate) fn compare_with_bound(version: &str, bound: &str) -> Ordering {
    compare(version, bound)
}
