//! Semantic Versioning 2.0.0, and the shape that half of the other schemes share.
//!
//! Precedence is that of section 11: numbers, then «a pre-release is lower», then identifiers. This is
//! the order of versions, not of requirements: 1.7.0-rc.1 lies inside `>= 1.6.1`, as OSV means it.
//! More is read than the specification allows, because advisories and lock files hold it: a leading
//! `v`, one or two numbers (the rest is zero), leading zeros, more than three numbers (they order).

use std::cmp::Ordering;

use crate::digits::{Number, Numbers, compare_padded, is_number, split_while, tail, without_v};

/// A version of SemVer's shape, borrowed from its text.
#[derive(Debug, Clone)]
pub(crate) struct SemVer<'a> {
    pub(crate) numbers: [Number<'a>; 3],
    /// Numbers past the third, with a dot before each; mostly empty.
    pub(crate) more: &'a str,
    /// What follows the hyphen; empty when there is none.
    pub(crate) pre: &'a str,
    /// The pre-release is a word and a number in one (`rc1` in Go's own spelling) and means `rc.1`.
    pub(crate) glued: bool,
    /// What follows the plus; empty when there is none.
    pub(crate) build: &'a str,
}

/// Reads a version; a leading `v` is ignored.
#[inline]
pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    let (version, rest) = parse_numbers(without_v(text))?;
    with_tail(version, rest)
}

/// The dotted numbers, and what follows them.
#[inline]
pub(crate) fn parse_numbers(text: &str) -> Result<(SemVer<'_>, &str), &'static str> {
    let mut version =
        SemVer { numbers: [Number::default(); 3], more: "", pre: "", glued: false, build: "" };
    let mut rest = text;
    for (i, slot) in version.numbers.iter_mut().enumerate() {
        if !rest.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return Err(if i == 0 {
                "it does not begin with a number"
            } else {
                "a number is missing"
            });
        }
        (*slot, rest) = Number::take(rest);
        match rest.as_bytes().first() {
            Some(b'.') if i < 2 => rest = tail(rest),
            _ => break,
        }
    }
    if rest.starts_with('.') {
        let (more, after) = split_while(rest, |b| b.is_ascii_digit() || b == b'.');
        if more.ends_with('.') || more.contains("..") {
            return Err("a number is missing");
        }
        (version.more, rest) = (more, after);
    }
    Ok((version, rest))
}

/// The version with pre-release (after a hyphen) and build metadata (after a plus).
#[inline]
pub(crate) fn with_tail<'a>(
    version: SemVer<'a>,
    rest: &'a str,
) -> Result<SemVer<'a>, &'static str> {
    if rest.is_empty() {
        return Ok(version);
    }
    match rest.strip_prefix('-') {
        Some(rest) if rest.starts_with('+') => Err("an identifier is empty"),
        Some(rest) => with_pre(version, rest),
        None if rest.starts_with('+') => with_pre(version, rest),
        None => Err("something other than `-` or `+` follows the numbers"),
    }
}

/// The version with a pre-release, its hyphen already taken, and build metadata.
pub(crate) fn with_pre<'a>(version: SemVer<'a>, rest: &'a str) -> Result<SemVer<'a>, &'static str> {
    match rest.split_once('+') {
        Some(("", build)) => Ok(SemVer { build: identifiers(build)?, ..version }),
        Some((pre, build)) => {
            Ok(SemVer { pre: identifiers(pre)?, build: identifiers(build)?, ..version })
        }
        None => Ok(SemVer { pre: identifiers(rest)?, ..version }),
    }
}

/// Identifiers of letters, digits, hyphens (and `_`, which registries let pass), joined by dots.
fn identifiers(text: &str) -> Result<&str, &'static str> {
    let mut last = b'.';
    for byte in text.bytes() {
        match byte {
            b'.' if last == b'.' => return Err("an identifier is empty"),
            b'.' | b'-' | b'_' => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => return Err("a character that no version has"),
        }
        last = byte;
    }
    if last == b'.' { Err("an identifier is empty") } else { Ok(text) }
}

impl SemVer<'_> {
    /// Precedence; build metadata does not count.
    #[inline]
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.compare_numbers(other).then_with(|| match (self.pre, other.pre) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => compare_identifiers(a, b),
        })
    }

    #[inline]
    pub(crate) fn compare_numbers(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            if self.more.is_empty() && other.more.is_empty() {
                return Ordering::Equal;
            }
            // Each begins with a dot, so the first number of both is an empty one.
            compare_padded(Numbers::of(self.more), Numbers::of(other.more))
        })
    }

    pub(crate) fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }
}

/// Section 11.4: numeric identifiers by value and below the others, these by their bytes; of two lists
/// with one beginning the longer is higher.
pub(crate) fn compare_identifiers(a: &str, b: &str) -> Ordering {
    compare_identifiers_by(a, b, |a, b| a.as_bytes().cmp(b.as_bytes()))
}

/// The same with another order of the identifiers that are not numeric.
pub(crate) fn compare_identifiers_by(
    a: &str,
    b: &str,
    words: impl Fn(&str, &str) -> Ordering,
) -> Ordering {
    compare_identifier_lists(a.split('.'), b.split('.'), words)
}

/// The same for identifiers already taken apart.
pub(crate) fn compare_identifier_lists<'a>(
    mut a: impl Iterator<Item = &'a str>,
    mut b: impl Iterator<Item = &'a str>,
    words: impl Fn(&str, &str) -> Ordering,
) -> Ordering {
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = match (is_number(x), is_number(y)) {
            (true, true) => Number::of(x).cmp(&Number::of(y)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => words(x, y),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}
