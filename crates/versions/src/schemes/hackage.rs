//! Hackage and GHC: a list of numbers, compared one by one; of two with one beginning the longer is
//! higher, so 1.0 < 1.0.0 (Cabal, `Distribution.Version`; tags were abolished).

use std::cmp::Ordering;

use super::cran;

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    cran::check_numbers(text, |b| b == b'.')
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    cran::compare(a, b)
}
