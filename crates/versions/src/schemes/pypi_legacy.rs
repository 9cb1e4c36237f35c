//! PyPI before PEP 440: the order that setuptools gave to everything else.
//!
//! Such versions are below all that follow PEP 440. Among themselves they compare by parts: runs of digits,
//! of letters, and of the rest; words below numbers; `-` is `final-`, `dev` is `@`, and `pre`, `preview` and
//! `rc` are `c`; a hyphen before a word below `final` and zeros before any word are dropped. Installers
//! refuse them today, so this is the one order here that allocates.

use std::cmp::Ordering;

use crate::digits::split_while;

/// Refuses what is no version at all: ranges, white space, addresses.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b':');
    if text.bytes().all(known) { Ok(()) } else { Err("a character that no version has") }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    parts(a).cmp(&parts(b))
}

/// In the order of the variants: words are below numbers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    /// Length without leading zeros, then the digits: numeric order.
    Number(usize, String),
}

fn parts(text: &str) -> Vec<Part> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<Part> = Vec::new();
    let mut rest = lower.as_str();
    while let Some(&first) = rest.as_bytes().first() {
        let (token, after) = match first {
            b'.' | b'-' => rest.split_at_checked(1).unwrap_or((rest, "")),
            b'0'..=b'9' => split_while(rest, |b| b.is_ascii_digit()),
            b'a'..=b'z' => split_while(rest, |b| b.is_ascii_lowercase()),
            _ => split_while(rest, |b| !b.is_ascii_alphanumeric() && b != b'.' && b != b'-'),
        };
        rest = after;
        match (token, first) {
            (".", _) => {}
            (digits, b'0'..=b'9') => {
                let digits = digits.trim_start_matches('0');
                found.push(Part::Number(digits.len(), digits.to_owned()));
            }
            (word, _) => push_word(&mut found, renamed(word)),
        }
    }
    push_word(&mut found, "final");
    found
}

fn renamed(word: &str) -> &str {
    match word {
        "pre" | "preview" | "rc" => "c",
        "-" => "final-",
        "dev" => "@",
        other => other,
    }
}

fn push_word(found: &mut Vec<Part>, word: &str) {
    let last_is =
        |found: &[Part], text: &str| matches!(found.last(), Some(Part::Word(w)) if w == text);
    if word < "final" {
        while last_is(found, "final-") {
            found.pop();
        }
    }
    while matches!(found.last(), Some(Part::Number(0, _))) {
        found.pop();
    }
    found.push(Part::Word(word.to_owned()));
}
