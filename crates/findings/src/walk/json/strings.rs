//! How does a JSON document with an endless string pass through little memory?
//!
//! In: the bytes of a JSON document, as UTF-8. Out: the same, but of a string past [`MAX_RECORD`] only so much that it is
//! still past the bound, so that whoever counts drops its record; the parser holds a string whole before anybody can
//! count. Never: a judgement whether it is JSON.

use std::io::{self, Read};

use crate::walk::MAX_RECORD;

/// A reader without endless strings.
pub(in crate::walk) struct Strings<R> {
    inner: R,
    state: State,
    /// Characters of the string so far, one byte each at least.
    length: usize,
    /// The last character was half of one that is written as two.
    half: bool,
    most: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    String,
    /// Behind a backslash.
    Escape,
    /// In the digits of a character by number: how many there were, and its value.
    Digits(u8, u16),
    /// In a string past the bound; whether behind a backslash.
    Past(bool),
}

impl<R: Read> Strings<R> {
    pub(in crate::walk) fn new(inner: R) -> Self {
        Self { inner, state: State::Outside, length: 0, half: false, most: MAX_RECORD }
    }

    /// Moves what stays to the front; how much that is.
    fn pass(&mut self, bytes: &mut [u8]) -> usize {
        let mut kept = 0;
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = self.plain(rest);
            if plain > 0 {
                bytes.copy_within(at..at + plain, kept);
                (at, kept) = (at + plain, kept + plain);
                continue;
            }
            let byte = rest.first().copied().unwrap_or_default();
            if self.stays(byte) {
                if let Some(slot) = bytes.get_mut(kept) {
                    *slot = byte;
                }
                kept += 1;
            }
            at += 1;
        }
        kept
    }

    /// How many bytes from here on need no look: outside up to a quote, in a string up to a quote or backslash.
    fn plain(&mut self, rest: &[u8]) -> usize {
        match self.state {
            State::Outside => rest.iter().position(|b| *b == b'"').unwrap_or(rest.len()),
            State::String if !self.half && self.length < self.most => {
                let rest = rest.get(..self.most - self.length).unwrap_or(rest);
                let length =
                    rest.iter().position(|b| matches!(b, b'"' | b'\\')).unwrap_or(rest.len());
                self.length += length;
                length
            }
            _ => 0,
        }
    }

    fn stays(&mut self, byte: u8) -> bool {
        match (self.state, byte) {
            (State::Outside, _) => {
                (self.state, self.length, self.half) = (State::String, 0, false);
            }
            (State::String | State::Past(false), b'"') => self.state = State::Outside,
            (State::Past(behind), _) => {
                self.state = State::Past(!behind && byte == b'\\');
                return false;
            }
            // Cut where a character begins, and not between the halves of one.
            (State::String, _) if self.length > self.most && !self.half && byte & 0xc0 != 0x80 => {
                self.state = State::Past(byte == b'\\');
                return false;
            }
            (State::String, b'\\') => self.state = State::Escape,
            (State::Escape, b'u') => self.state = State::Digits(0, 0),
            (State::Digits(count, value), _) => {
                let digit = char::from(byte).to_digit(16).unwrap_or(0);
                let value = (value << 4) | u16::try_from(digit).unwrap_or(0);
                self.state = State::Digits(count + 1, value);
                if count == 3 {
                    self.half = !self.half && (0xd800..0xdc00).contains(&value);
                    self.state = State::String;
                    self.length += 1;
                }
            }
            (State::String | State::Escape, _) => {
                (self.state, self.half) = (State::String, false);
                self.length += 1;
            }
        }
        true
    }
}

impl<R: Read> Read for Strings<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(buffer)?;
            let Some(bytes) = buffer.get_mut(..read).filter(|bytes| !bytes.is_empty()) else {
                return Ok(0);
            };
            match self.pass(bytes) {
                0 => {}
                kept => return Ok(kept),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out with so many characters of a string, read in pieces of that size.
    fn passed(document: &str, most: usize, piece: usize) -> String {
        let mut strings = Strings { most, ..Strings::new(document.as_bytes()) };
        let (mut out, mut buffer) = (Vec::new(), vec![0; piece]);
        loop {
            match strings.read(&mut buffer).unwrap() {
                0 => return String::from_utf8(out).unwrap(),
                read => out.extend_from_slice(&buffer[..read]),
            }
        }
    }

    #[test]
    fn only_what_is_past_the_bound_is_cut() {
        let cases = [
            (r#"{"a\"":"b\\","c":["\u00e9é"]}"#, r#"{"a\"":"b\\","c":["\u00e9é"]}"#),
            (r#"["123456789","x"]"#, r#"["123456","x"]"#),
            (r#"["12345\"89\"\\","x"]"#, r#"["12345\"","x"]"#),
            (r#"["12345éé"]"#, r#"["12345é"]"#),
            (r#"["12345\ud83d\ude00\n\""]"#, r#"["12345\ud83d\ude00"]"#),
            (
                r#"["\u0041\u0041\u0041\u0041\u0041\u0041\u0041\u0041"]"#,
                r#"["\u0041\u0041\u0041\u0041\u0041\u0041"]"#,
            ),
        ];
        for (document, expect) in cases {
            for piece in [1, 2, 3, 64] {
                let out = passed(document, 5, piece);
                assert_eq!(out, expect, "{piece}");
                let value: serde_json::Value = serde_json::from_str(&out).unwrap();
                assert!(value.is_array() || value.is_object());
            }
        }
    }
}
