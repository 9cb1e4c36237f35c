//! How text becomes small: long texts once, everything compressed with one dictionary.
//!
//! In: text, as a claim or a change has it. Out: bytes to store, and the text again, byte for byte. A
//! dictionary is a part of the stored format: it is never edited; another one gets another number.
//!
//! The first dictionary (version 1) is text alone, so that each small record brings tables of its own. The second
//! has the tables too: it was trained (`zstd --train --maxdict=16384`) on each change, body, detail and edge of a
//! ledger of the samples of `findings`. On a record of 490 bytes it takes half the time and half the room. What is
//! stored with the first one stays and reads; nothing is stored with it any more.
//!
//! A long string of a claim (a description, a remedy) is replaced by U+0001 and its SHA-256 in hexadecimal;
//! a U+0001 that was there is doubled. It is known by its quotes, so that what is no JSON comes back too.

use std::io;

use sha2::{Digest, Sha256};
use zstd::bulk::{Compressor, Decompressor};

const DICTIONARY_1: &[u8] = include_bytes!("dictionary.txt");
const DICTIONARY_2: &[u8] = include_bytes!("dictionary-2.zdict");
/// A string of this many bytes or more is kept once.
const LONG: usize = 240;
/// Most bytes that one stored value may unpack to.
const MOST: usize = 256 << 20;
const LEVEL: i32 = 1;
const PLAIN: u8 = 0;
const ZSTD_1: u8 = 1;
const ZSTD_2: u8 = 2;

/// SHA-256.
pub(crate) type Sum = [u8; 32];

/// SHA-256 of bytes.
pub(crate) fn sum(bytes: &[u8]) -> Sum {
    Sha256::digest(bytes).into()
}

/// Compresses and unpacks; costly to make, cheap to use.
pub(crate) struct Packer {
    small: Compressor<'static>,
    large: Decompressor<'static>,
    large_1: Decompressor<'static>,
}

impl Packer {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            small: Compressor::with_dictionary(LEVEL, DICTIONARY_2)?,
            large: Decompressor::with_dictionary(DICTIONARY_2)?,
            large_1: Decompressor::with_dictionary(DICTIONARY_1)?,
        })
    }

    /// A first byte that says how, the length, the bytes.
    pub(crate) fn pack(&mut self, text: &str) -> io::Result<Vec<u8>> {
        let small = self.small.compress(text.as_bytes())?;
        let (how, bytes) = if small.len() < text.len() {
            (ZSTD_2, small.as_slice())
        } else {
            (PLAIN, text.as_bytes())
        };
        let mut packed = Vec::with_capacity(bytes.len() + 4);
        packed.push(how);
        let mut length = text.len();
        while length >= 0x80 {
            packed.push(u8::try_from(length & 0x7f).unwrap_or(0) | 0x80);
            length >>= 7;
        }
        packed.push(u8::try_from(length).unwrap_or(0));
        packed.extend_from_slice(bytes);
        Ok(packed)
    }

    /// The text again; an error when the bytes are no packed text.
    pub(crate) fn unpack(&mut self, packed: &[u8]) -> io::Result<String> {
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let (how, mut rest) = packed.split_first().ok_or_else(|| wrong("nothing is stored"))?;
        let (mut length, mut shift) = (0_usize, 0_u32);
        loop {
            let (byte, more) = rest.split_first().ok_or_else(|| wrong("its length is cut"))?;
            rest = more;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            if shift > 28 {
                return Err(wrong("its length is none"));
            }
        }
        if length > MOST {
            return Err(wrong("it is too long"));
        }
        let bytes = match *how {
            PLAIN => rest.to_vec(),
            ZSTD_1 => self.large_1.decompress(rest, length)?,
            ZSTD_2 => self.large.decompress(rest, length)?,
            _ => return Err(wrong("it is packed in a way that is not known")),
        };
        if bytes.len() != length {
            return Err(wrong("its length is another"));
        }
        String::from_utf8(bytes).map_err(|_| wrong("it is no text"))
    }
}

/// Takes long strings out: the text with marks in their places, and each with its digest.
pub(crate) fn without_long(body: &str) -> (String, Vec<(Sum, &str)>) {
    let mut texts = Vec::new();
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(open) = rest.find('"') {
        let (before, after) = rest.split_at(open + 1);
        doubled(before, &mut out);
        let Some(end) = closing(after) else {
            rest = after;
            break;
        };
        let (inner, tail) = after.split_at(end);
        if inner.len() >= LONG {
            let digest = sum(inner.as_bytes());
            out.push('\u{1}');
            out.push_str(&hex(&digest));
            texts.push((digest, inner));
        } else {
            doubled(inner, &mut out);
        }
        out.push('"');
        rest = tail.get(1..).unwrap_or_default();
    }
    doubled(rest, &mut out);
    (out, texts)
}

/// Where the string ends whose first quote was taken: the place of its last quote.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

fn doubled(text: &str, out: &mut String) {
    for (at, part) in text.split('\u{1}').enumerate() {
        if at > 0 {
            out.push_str("\u{1}\u{1}");
        }
        out.push_str(part);
    }
}

/// Digests of the texts that a body without long strings refers to.
pub(crate) fn texts_of(packed: &str) -> Vec<Sum> {
    let mut found = Vec::new();
    let _ = with_texts(packed, &mut |digest| {
        found.push(*digest);
        Some("")
    });
    found
}

/// Puts long strings back; `None` when one is missing or the text is none of ours.
pub(crate) fn with_texts<'t>(
    packed: &str,
    text: &mut dyn FnMut(&Sum) -> Option<&'t str>,
) -> Option<String> {
    let mut out = String::with_capacity(packed.len());
    let mut rest = packed;
    while let Some(at) = rest.find('\u{1}') {
        let (before, marked) = rest.split_at(at);
        out.push_str(before);
        let marked = marked.get(1..)?;
        if let Some(after) = marked.strip_prefix('\u{1}') {
            out.push('\u{1}');
            rest = after;
            continue;
        }
        let digest = unhex::<32>(marked.get(..64)?)?;
        out.push_str(text(&digest)?);
        rest = marked.get(64..)?;
    }
    out.push_str(rest);
    Some(out)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| DIGITS.get(usize::from(n)).map_or('0', |d| char::from(*d));
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Bytes out of hexadecimal of exactly this length.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (to, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| pair.get(at).and_then(|d| char::from(*d).to_digit(16));
        *to = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LONG, Packer, texts_of, with_texts, without_long};

    fn round(body: &str) -> usize {
        let (packed, texts) = without_long(body);
        assert_eq!(texts_of(&packed).len(), texts.len());
        let again = with_texts(&packed, &mut |digest| {
            texts.iter().find(|(d, _)| d == digest).map(|(_, t)| *t)
        });
        assert_eq!(again.as_deref(), Some(body));
        texts.len()
    }

    #[test]
    fn a_long_string_is_taken_out_at_the_bound_and_comes_back() {
        assert_eq!(round(&format!("{{\"a\":\"{}\"}}", "x".repeat(LONG - 1))), 0);
        assert_eq!(round(&format!("{{\"a\":\"{}\"}}", "x".repeat(LONG))), 1);
        assert_eq!(round(&format!("\"{}\\\"\" and {}", "x".repeat(LONG), "y".repeat(LONG))), 1);
        assert_eq!(round("\u{1}\"\u{1}\u{1}"), 0);
    }

    #[test]
    fn bytes_that_are_no_packed_text_are_refused() {
        let mut packer = Packer::new().unwrap();
        let packed = packer.pack(&"an observation ".repeat(40)).unwrap();
        for cut in 0..packed.len() {
            assert!(packer.unpack(&packed[..cut]).is_err(), "{cut}");
        }
        assert!(packer.unpack(&[7, 0]).is_err());
        assert!(packer.unpack(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
    }

    #[test]
    fn what_was_packed_with_the_first_dictionary_reads() {
        let text = "{\"kind\":\"observed\",\"attribution\":1}".repeat(3);
        let mut first = zstd::bulk::Compressor::with_dictionary(1, super::DICTIONARY_1).unwrap();
        let mut packed = vec![super::ZSTD_1, u8::try_from(text.len()).unwrap()];
        packed.extend(first.compress(text.as_bytes()).unwrap());
        let mut packer = Packer::new().unwrap();
        assert_eq!(packer.unpack(&packed).unwrap(), text);
        // By its number it is told which dictionary it wants.
        packed[0] = super::ZSTD_2;
        assert_ne!(packer.unpack(&packed).ok().as_deref(), Some(text.as_str()));
        let again = packer.pack(&text).unwrap();
        assert_eq!(again[0], super::ZSTD_2);
        assert_eq!(packer.unpack(&again).unwrap(), text);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(body in "([a-z{}:,\"\\\\\u{1}]|[x]{300}){0,40}") {
            round(&body);
            let mut packer = Packer::new().unwrap();
            let packed = packer.pack(&body).unwrap();
            prop_assert_eq!(packer.unpack(&packed).unwrap(), body);
        }
    }
}
