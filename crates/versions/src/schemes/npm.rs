//! npm: node-semver in its «loose» mode, by which the registry's old versions are read.
//!
//! Over SemVer: a leading `=` or `v`, and a pre-release that follows the third number without a hyphen
//! (`1.2.3beta.1`). Order and everything else as in SemVer.

use super::semver::{SemVer, parse_numbers, with_pre, with_tail};
use crate::digits::without_v;

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    let text = text.strip_prefix('=').unwrap_or(text).trim_ascii_start();
    let text = without_v(text);
    let (version, rest) = parse_numbers(text)?;
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return with_tail(version, rest);
    }
    // Only after three numbers: `1x` is a range.
    let numbers = text.get(..text.len() - rest.len()).unwrap_or("");
    if numbers.split('.').count() == 3 { with_pre(version, rest) } else { Err("it is a range") }
}
