//! Debian, Ubuntu and Echo: `[epoch:]upstream[-revision]` (deb-version(7), Debian Policy 5.6.12).
//!
//! Epochs compare as numbers (none is 0), then upstream version and revision by turns of non-digits and
//! digits. Among non-digits `~` comes before the end, the end before letters, letters before the rest.
//! No revision equals revision 0.

use std::cmp::Ordering;

use crate::digits::{Number, is_number, tail};

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let rest = match text.split_once(':') {
        Some((epoch, rest)) if is_number(epoch) => rest,
        Some(_) => return Err("the epoch is not a number"),
        None => text,
    };
    check_characters(rest)
}

/// Refuses what no version of Debian's kind has.
pub(crate) fn check_characters(text: &str) -> Result<(), &'static str> {
    let known =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-' | b'~' | b':' | b'_');
    if !text.bytes().all(known) {
        return Err("a character that no version has");
    }
    if text.bytes().any(|b| b.is_ascii_digit()) { Ok(()) } else { Err("it has no number") }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Parts::of(a), Parts::of(b));
    a.epoch
        .cmp(&b.epoch)
        .then_with(|| compare_part(a.upstream, b.upstream))
        .then_with(|| compare_part(a.revision, b.revision))
}

struct Parts<'a> {
    epoch: Number<'a>,
    upstream: &'a str,
    revision: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) => (Number::of(epoch), rest),
            None => (Number::ZERO, text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Self { epoch, upstream, revision }
    }
}

/// The comparison of one part, non-digits and digits by turns.
pub(crate) fn compare_part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = without_common(a, b);
    while !a.is_empty() || !b.is_empty() {
        loop {
            let (x, y) = (weight(a), weight(b));
            if x != y {
                return x.cmp(&y);
            }
            if x == 0 {
                break;
            }
            (a, b) = (tail(a), tail(b));
        }
        let ((x, rest_a), (y, rest_b)) = (Number::take(a), Number::take(b));
        if x != y {
            return x.cmp(&y);
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

/// Both without what they begin with in common, cut before a number and not inside one.
fn without_common<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    let same = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let digits = a.bytes().take(same).rev().take_while(u8::is_ascii_digit).count();
    let start = same - digits;
    (a.get(start..).unwrap_or(a), b.get(start..).unwrap_or(b))
}

/// The weight of the first byte among non-digits; 0 for a digit or the end.
#[inline]
fn weight(text: &str) -> i16 {
    match text.as_bytes().first() {
        None => 0,
        Some(b'~') => -1,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i16::from(*byte),
        Some(byte) => i16::from(*byte) + 256,
    }
}
