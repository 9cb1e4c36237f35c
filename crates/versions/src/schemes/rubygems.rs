//! RubyGems: `Gem::Version`.
//!
//! Segments are runs of digits or of letters; `-` stands for `.pre.`. Words are below numbers and compare by
//! their bytes, absent segments are 0, and zeros before the first word do not count (1.0.0.a = 1.a). A word
//! makes a pre-release. The platform that a Gemfile.lock appends (`1.15.4-java`) is no part of a version:
//! whoever reads the file takes it off.

use std::cmp::Ordering;

use crate::digits::{Number, split_while, tail};

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    if !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return Err("it does not begin with a number");
    }
    let mut last = b'.';
    for byte in text.bytes() {
        match byte {
            b'.' if last == b'.' => return Err("a segment is empty"),
            b'.' | b'-' => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => return Err("a character that no version has"),
        }
        last = byte;
    }
    if matches!(last, b'.' | b'-') { Err("a segment is empty") } else { Ok(()) }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (Segments::new(a), Segments::new(b));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => (x.unwrap_or(Segment::ZERO), y.unwrap_or(Segment::ZERO)),
        };
        match x.cmp(&y) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
}

pub(crate) fn is_prerelease(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_alphabetic() || b == b'-')
}

/// In the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Word(&'a str),
    Number(Number<'a>),
}

impl Segment<'_> {
    const ZERO: Self = Self::Number(Number::ZERO);
}

/// The segments, without the zeros before the first word.
struct Segments<'a> {
    raw: Raw<'a>,
    /// The first word has been met.
    words: bool,
    /// Zeros that were looked at and stay.
    kept: usize,
}

impl<'a> Segments<'a> {
    fn new(text: &'a str) -> Self {
        Self { raw: Raw { rest: text }, words: false, kept: 0 }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let segment = self.raw.next()?;
        if self.kept > 0 {
            self.kept -= 1;
            return Some(segment);
        }
        self.words |= matches!(segment, Segment::Word(_));
        if self.words || segment != Segment::ZERO {
            return Some(segment);
        }
        let (mut ahead, mut zeros) = (self.raw.clone(), 0);
        loop {
            match ahead.next() {
                Some(Segment::ZERO) => zeros += 1,
                Some(Segment::Number(_)) => {
                    self.kept = zeros;
                    return Some(segment);
                }
                word => {
                    self.raw = ahead;
                    self.words = true;
                    return word;
                }
            }
        }
    }
}

#[derive(Clone)]
struct Raw<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Raw<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        loop {
            let first = *self.rest.as_bytes().first()?;
            if first.is_ascii_digit() {
                let (number, rest) = Number::take(self.rest);
                self.rest = rest;
                return Some(Segment::Number(number));
            }
            let (word, rest) = split_while(self.rest, |b| b.is_ascii_alphabetic());
            if !word.is_empty() {
                self.rest = rest;
                return Some(Segment::Word(word));
            }
            self.rest = tail(self.rest);
            if first == b'-' {
                return Some(Segment::Word("pre"));
            }
        }
    }
}
