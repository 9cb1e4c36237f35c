//! Packagist: Composer's versions, ordered by PHP's `version_compare` on which Composer rests.
//!
//! Parts are runs of digits or of letters. At one place the order is other words, `dev`, `alpha` = `a`,
//! `beta` = `b`, `RC`, (end), numbers, `pl` = `p` = `patch`; words of one kind are equal and case does not
//! count. Of two with one beginning the longer is higher (1.0 < 1.0.0): against the bounds of
//! advisories [`compare_with_bound`] pads with zeros, as Composer does when it reads them.
//!
//! `dev-main` and `2.x-dev` are branches: they have a place (below all; above all of 2), but what
//! is installed from them is some commit.

use std::cmp::Ordering;

use crate::digits::{Number, split_while, without_v};

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let known =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'#' | b'/');
    if !text.bytes().all(known) {
        return Err("a character that no version has");
    }
    if is_branch(text) || text.bytes().any(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err("it has no number")
    }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    compare_by(a, b, false)
}

/// The order with absent numbers read as zeros: 1.0 = 1.0.0.
pub(crate) fn compare_with_bound(version: &str, bound: &str) -> Ordering {
    compare_by(version, bound, true)
}

pub(crate) fn is_prerelease(text: &str) -> bool {
    Parts::new(text).any(|part| rank(Some(part)) < rank(None))
}

/// `dev-…` or a number left open (`2.x-dev`).
pub(crate) fn is_branch(text: &str) -> bool {
    text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("dev-"))
        || Parts::new(text).any(|part| part == Part::Open)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Number(Number<'a>),
    /// The `x` of a branch: above every number.
    Open,
    Dev,
    Alpha,
    Beta,
    Candidate,
    Patch,
    Other,
}

fn compare_by(a: &str, b: &str, padded: bool) -> Ordering {
    let (mut a, mut b) = (Parts::new(a).peekable(), Parts::new(b).peekable());
    let mut numbers = padded;
    loop {
        let (x, y) = match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return Ordering::Equal,
            pair => pair,
        };
        let order = match (x, y) {
            (Some(Part::Number(x)), Some(Part::Number(y))) => x.cmp(&y),
            (Some(Part::Number(x)), _) if numbers => {
                if x.is_zero() {
                    a.next();
                    continue;
                }
                Ordering::Greater
            }
            (_, Some(Part::Number(y))) if numbers => {
                if y.is_zero() {
                    b.next();
                    continue;
                }
                Ordering::Less
            }
            _ => {
                numbers = false;
                rank(x).cmp(&rank(y))
            }
        };
        if order != Ordering::Equal {
            return order;
        }
        a.next();
        b.next();
    }
}

/// The kinds of parts in their order; `None` is the end.
fn rank(part: Option<Part<'_>>) -> u8 {
    match part {
        Some(Part::Other) => 0,
        Some(Part::Dev) => 1,
        Some(Part::Alpha) => 2,
        Some(Part::Beta) => 3,
        Some(Part::Candidate) => 4,
        None => 5,
        Some(Part::Number(_)) => 6,
        Some(Part::Open) => 7,
        Some(Part::Patch) => 8,
    }
}

/// The parts of a version; what is neither digit nor letter only separates.
#[derive(Clone)]
struct Parts<'a> {
    rest: &'a str,
}

impl<'a> Parts<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: without_v(text) }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        loop {
            let (_, rest) = split_while(self.rest, |b| !b.is_ascii_alphanumeric());
            if rest.as_bytes().first()?.is_ascii_digit() {
                let (number, rest) = Number::take(rest);
                self.rest = rest;
                return Some(Part::Number(number));
            }
            let (word, rest) = split_while(rest, |b| b.is_ascii_alphabetic());
            if word.is_empty() {
                return None;
            }
            self.rest = rest;
            // Composer reads `1.0-stable` as 1.0.
            if !word.eq_ignore_ascii_case("stable") {
                return Some(named(word));
            }
        }
    }
}

/// PHP compares only as many letters as the name in its table has; the shortest decides.
fn named(word: &str) -> Part<'static> {
    let begins =
        |name: &str| word.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    if word.eq_ignore_ascii_case("x") {
        Part::Open
    } else if begins("dev") {
        Part::Dev
    } else if begins("a") {
        Part::Alpha
    } else if begins("b") {
        Part::Beta
    } else if begins("rc") {
        Part::Candidate
    } else if begins("p") {
        Part::Patch
    } else {
        Part::Other
    }
}
