//! The rpm family: `[epoch:]version[-release]` (rpm.org, «Version comparison»; rpmio `rpmvercmp`).
//!
//! Version and release split into runs of digits and of letters, all else only separates. At one place the
//! order is `~`, (end), `^`, letters, numbers. No release is below every release.
//!
//! **Epochs.** In the order itself a missing epoch is 0, as rpm has it, which keeps the order total. Against
//! the bounds of advisories see [`compare_with_bound`].

use std::cmp::Ordering;

use crate::digits::{Number, split, split_while, tail};

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let known = |b: u8| {
        b.is_ascii_alphanumeric()
            || !b.is_ascii()
            || matches!(b, b'.' | b'_' | b'+' | b'-' | b'~' | b'^' | b':')
    };
    if text.bytes().all(known) { Ok(()) } else { Err("a character that no version has") }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Parts::of(a), Parts::of(b));
    a.epoch.unwrap_or_default().cmp(&b.epoch.unwrap_or_default()).then_with(|| a.compare(&b))
}

/// An installed version against the bound of an advisory.
///
/// An installed version without epoch has epoch 0: that is how rpm prints it, and a bound with a higher
/// epoch then counts as newer. A bound without epoch under an installed one that has an epoch says nothing
/// of epochs (many feeds drop them); read as 0 it would clear every installed version. So epochs are left out
/// there. A bound without release covers all releases, as in rpm's own dependencies.
pub(crate) fn compare_with_bound(version: &str, bound: &str) -> Ordering {
    let (mut a, b) = (Parts::of(version), Parts::of(bound));
    if b.release.is_none() {
        a.release = None;
    }
    let epochs = match b.epoch {
        Some(epoch) => a.epoch.unwrap_or_default().cmp(&epoch),
        None => Ordering::Equal,
    };
    epochs.then_with(|| a.compare(&b))
}

/// A text without any number has a place in the order but names no release.
pub(crate) fn is_release(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// rpm marks what comes before a release with a tilde.
pub(crate) fn is_prerelease(text: &str) -> bool {
    Parts::of(text).version.contains('~')
}

struct Parts<'a> {
    epoch: Option<Number<'a>>,
    version: &'a str,
    release: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// An epoch is digits before the first colon; a colon after anything else is a part of the version.
    fn of(text: &'a str) -> Self {
        let (digits, rest) = split(text);
        let (epoch, rest) = match rest.strip_prefix(':') {
            Some(rest) => (Some(Number::of(digits)), rest),
            None => (None, text),
        };
        match rest.rsplit_once('-') {
            Some((version, release)) => Self { epoch, version, release: Some(release) },
            None => Self { epoch, version: rest, release: None },
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        compare_part(self.version, other.version).then_with(|| {
            match (self.release, other.release) {
                (Some(a), Some(b)) => compare_part(a, b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            }
        })
    }
}

fn compare_part(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let (x, rest_a) = token(a);
        let (y, rest_b) = token(b);
        match x.cmp(&y) {
            Ordering::Equal if x == Token::End => return Ordering::Equal,
            Ordering::Equal => (a, b) = (rest_a, rest_b),
            unequal => return unequal,
        }
    }
}

/// In the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    Tilde,
    End,
    Caret,
    Letters(&'a str),
    Number(Number<'a>),
}

/// The first token and what follows it; separators before it are dropped.
fn token(text: &str) -> (Token<'_>, &str) {
    let counts = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'~' | b'^');
    let start = text.bytes().position(counts).unwrap_or(text.len());
    let rest = text.get(start..).unwrap_or("");
    match rest.as_bytes().first() {
        None => (Token::End, ""),
        Some(b'~') => (Token::Tilde, tail(rest)),
        Some(b'^') => (Token::Caret, tail(rest)),
        Some(byte) if byte.is_ascii_digit() => {
            let (number, rest) = Number::take(rest);
            (Token::Number(number), rest)
        }
        Some(_) => {
            let (letters, rest) = split_while(rest, |b| b.is_ascii_alphabetic());
            (Token::Letters(letters), rest)
        }
    }
}
