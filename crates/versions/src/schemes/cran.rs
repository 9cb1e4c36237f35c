//! CRAN and Bioconductor: numbers separated by `.` or `-`, which mean the same; of two with one
//! beginning the longer is higher (R, `package_version`, `compareVersion`).

use std::cmp::Ordering;

use crate::digits::{Numbers, is_number};

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    check_numbers(text, is_separator)
}

/// Numbers with one separator between two.
pub(crate) fn check_numbers(
    text: &str,
    separator: impl Fn(u8) -> bool,
) -> Result<(), &'static str> {
    if text.split(|c: char| c.is_ascii() && separator(c as u8)).all(is_number) {
        Ok(())
    } else {
        Err("it is not a list of numbers")
    }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    Numbers::of(a).cmp(Numbers::of(b))
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'-')
}
