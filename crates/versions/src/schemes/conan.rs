//! Conan 2: `Version` of the client (docs.conan.io, «Version comparison»).
//!
//! Items are split at dots; trailing zero items do not count. A pre-release (after the first `-`) is lower than
//! the same items without; build metadata (after the last `+`) is higher. Items are numbers, or texts such as
//! the `1w` of openssl/1.1.1w and the `cci` of cci.20210118.
//!
//! The client compares a number with a text as texts, and so runs in circles (9 < 10 < 1a < 9). Here an
//! item is ordered by the number it begins with, then by the rest (1 < 1a < 9 < 10), and a text without one
//! is above all numbers, as the client's byte order mostly has it.

use std::cmp::Ordering;

use crate::digits::Number;

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'~');
    if !text.bytes().all(known) {
        return Err("a character that no version has");
    }
    if text.bytes().any(|b| b.is_ascii_digit()) { Ok(()) } else { Err("it has no number") }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Parts::of(a), Parts::of(b));
    compare_items(a.items, b.items)
        .then_with(|| match (a.pre, b.pre) {
            (Some(a), Some(b)) => compare_items(a, b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        })
        .then_with(|| match (a.build, b.build) {
            (Some(a), Some(b)) => compare_items(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        })
}

pub(crate) fn is_prerelease(text: &str) -> bool {
    Parts::of(text).pre.is_some()
}

struct Parts<'a> {
    items: &'a str,
    pre: Option<&'a str>,
    build: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (text, build) = match text.rsplit_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        match text.split_once('-') {
            Some((items, pre)) => Self { items, pre: Some(pre), build },
            None => Self { items: text, pre: None, build },
        }
    }
}

fn compare_items(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.').map(Item::of), b.split('.').map(Item::of));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (Some(x), Some(y)) => x.cmp(&y),
            // Trailing zeros do not count; anything else makes the longer one higher.
            (Some(x), None) => x.cmp(&Item::ZERO),
            (None, Some(y)) => Item::ZERO.cmp(&y),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Item<'a> {
    /// It begins with a letter.
    text: bool,
    number: Number<'a>,
    rest: &'a str,
}

impl<'a> Item<'a> {
    const ZERO: Self = Self { text: false, number: Number::ZERO, rest: "" };

    fn of(item: &'a str) -> Self {
        let (number, rest) = Number::take(item);
        Self { text: rest.len() == item.len() && !rest.is_empty(), number, rest }
    }
}
