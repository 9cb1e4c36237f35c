//! Maven: the «Version Order Specification» of the POM reference.
//!
//! A version is split into tokens at `.`, at `-` and between digits and letters (which counts as `-`);
//! empty tokens are 0, case does not count. Null tokens (`0`, empty, `final`, `ga`, `release`) are dropped
//! at the end and before every hyphen. Then the sequences compare token by token:
//! `alpha < beta < milestone < rc = cr < snapshot < (end) < sp < .word < -word < -number < .number`.
//!
//! Maven up to 3.8 runs in circles where a zero stands before a word (2.9.0 < 2.9.0-1 < 2.9.0.RC1 < 2.9.0), since
//! there the end of a version equals a zero. Here null tokens are dropped before every word too, whatever
//! its separator (Maven since 3.9 reads `.RC1` as `-RC1`), the end has a place of its own, and the order is
//! total.

use std::cmp::Ordering;

use crate::digits::{Number, split, tail};

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'~');
    if text.bytes().all(|b| known(b) || !b.is_ascii()) {
        Ok(())
    } else {
        Err("a character that no version has")
    }
}

/// `LATEST`, `stable` and their like have a place in the order but name no release.
pub(crate) fn is_release(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (Tokens::new(a), Tokens::new(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => match compare_tokens(x, y) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

/// Words below the release, and those that Maven orders above it for want of knowing them.
pub(crate) fn is_prerelease(text: &str) -> bool {
    const UNKNOWN_TO_MAVEN: &[&str] = &["pre", "preview", "dev", "ea", "eap", "nightly"];
    Tokens::new(text).any(|token| match token.value {
        Value::Word(Word::Other(word)) => {
            UNKNOWN_TO_MAVEN.iter().any(|known| word.eq_ignore_ascii_case(known))
        }
        Value::Word(_) => rank(Some(token)) < rank(None),
        Value::Number(_) => false,
    })
}

#[derive(Clone, Copy)]
struct Token<'a> {
    /// After `-` or a change between digits and letters; else after `.` or at the beginning.
    hyphen: bool,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Number(Number<'a>),
    Word(Word<'a>),
}

#[derive(Clone, Copy)]
enum Word<'a> {
    Alpha,
    Beta,
    Milestone,
    Candidate,
    Snapshot,
    /// `final`, `ga`, `release`: the same as nothing.
    Release,
    ServicePack,
    Other(&'a str),
}

impl Token<'_> {
    fn is_null(self) -> bool {
        match self.value {
            Value::Number(number) => number.is_zero(),
            Value::Word(word) => matches!(word, Word::Release),
        }
    }
}

fn compare_tokens(a: Option<Token<'_>>, b: Option<Token<'_>>) -> Ordering {
    rank(a).cmp(&rank(b)).then_with(|| match (a.map(|t| t.value), b.map(|t| t.value)) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a.cmp(&b),
        (Some(Value::Word(Word::Other(a))), Some(Value::Word(Word::Other(b)))) => {
            let lower = |byte: u8| byte.to_ascii_lowercase();
            a.bytes().map(lower).cmp(b.bytes().map(lower))
        }
        _ => Ordering::Equal,
    })
}

/// The kinds of tokens in their order; `None` is the end of the version.
fn rank(token: Option<Token<'_>>) -> u8 {
    let Some(token) = token else { return 5 };
    match token.value {
        Value::Word(word) => match word {
            Word::Alpha => 0,
            Word::Beta => 1,
            Word::Milestone => 2,
            Word::Candidate => 3,
            Word::Snapshot => 4,
            // Only left when a number follows, so above the end.
            Word::Release => 6,
            Word::ServicePack => 7,
            Word::Other(_) if !token.hyphen => 8,
            Word::Other(_) => 9,
        },
        Value::Number(_) if token.hyphen => 10,
        Value::Number(_) => 11,
    }
}

/// The tokens of a version without the null ones that are to be dropped.
#[derive(Clone)]
struct Tokens<'a> {
    raw: Raw<'a>,
    /// Null tokens that were looked at and stay, still to be given out.
    kept: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { raw: Raw { rest: text, started: false }, kept: 0 }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.raw.next()?;
        if self.kept > 0 {
            self.kept -= 1;
            return Some(token);
        }
        if !token.is_null() {
            return Some(token);
        }
        // A run of null tokens. What stands before its last hyphen goes; the rest stays only when a
        // dot and a number follow.
        let mut first = token;
        let mut after_first = self.raw.clone();
        let mut more = 0;
        let mut ahead = self.raw.clone();
        loop {
            let Some(next) = ahead.next() else {
                self.raw = ahead;
                return None;
            };
            if !next.is_null() {
                if next.hyphen || matches!(next.value, Value::Word(_)) {
                    self.raw = ahead;
                    return Some(next);
                }
                self.raw = after_first;
                self.kept = more;
                return Some(first);
            }
            if next.hyphen {
                (first, after_first, more) = (next, ahead.clone(), 0);
            } else {
                more += 1;
            }
        }
    }
}

/// The tokens as they stand in the text.
#[derive(Clone)]
struct Raw<'a> {
    rest: &'a str,
    started: bool,
}

impl<'a> Iterator for Raw<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let hyphen = if self.started {
            let byte = *self.rest.as_bytes().first()?;
            if matches!(byte, b'.' | b'-') {
                self.rest = tail(self.rest);
            }
            byte != b'.'
        } else {
            self.started = true;
            false
        };
        let (digits, rest) = split(self.rest);
        if !digits.is_empty() {
            self.rest = rest;
            return Some(Token { hyphen, value: Value::Number(Number::of(digits)) });
        }
        let end = self
            .rest
            .find(|c: char| c.is_ascii_digit() || c == '.' || c == '-')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        if word.is_empty() {
            return Some(Token { hyphen, value: Value::Number(Number::default()) });
        }
        let before_number = rest.as_bytes().first().is_some_and(u8::is_ascii_digit);
        Some(Token { hyphen, value: Value::Word(known(word, before_number)) })
    }
}

fn known(word: &str, before_number: bool) -> Word<'_> {
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    if is("alpha") || (before_number && is("a")) {
        Word::Alpha
    } else if is("beta") || (before_number && is("b")) {
        Word::Beta
    } else if is("milestone") || (before_number && is("m")) {
        Word::Milestone
    } else if is("rc") || is("cr") {
        Word::Candidate
    } else if is("snapshot") {
        Word::Snapshot
    } else if is("final") || is("ga") || is("release") {
        Word::Release
    } else if is("sp") {
        Word::ServicePack
    } else {
        Word::Other(word)
    }
}
