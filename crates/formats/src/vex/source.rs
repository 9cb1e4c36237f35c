//! How are the bytes of a document taken in: unwrapped, bounded, and with lines to point at?
//!
//! In: bytes as a file has them, also in gzip or bzip2. Out: a text that serde may read, and the line of
//! any piece of it. Never: more than [`MAX_BYTES`] of text or [`MAX_VALUES`] values in it.

use std::borrow::Cow;
use std::io::Read;

use super::{Place, Problem, Refused};

/// Largest document, unwrapped.
pub const MAX_BYTES: usize = 128 << 20;
/// Most values (members, items) of one document. The largest advisories of distributions have a million.
pub const MAX_VALUES: usize = 3_000_000;
/// Most problems kept of one document; one more says that there are others.
pub const MAX_PROBLEMS: usize = 1_000;
/// Longest identifier of a vulnerability, document or author, in bytes.
pub const MAX_NAME: usize = 4 << 10;
/// Most digests kept of one product; no format names more algorithms.
pub const MAX_DIGESTS: usize = 64;
/// Longest explanation kept, in bytes; the rest is left out, which `…` shows.
pub const MAX_TEXT: usize = 4 << 10;
/// Longest piece of an input that a message quotes, in bytes.
const MAX_QUOTE: usize = 120;

impl Refused {
    pub(super) fn new(line: u32, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }

    pub(super) fn json(error: &serde_json::Error) -> Self {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
        Self::new(line, plain(error))
    }
}

/// What serde says, without its own «at line …».
pub(super) fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    shortened(text, MAX_QUOTE * 2).into_owned()
}

/// One element of a list of objects. Serde would take a list for an object as well.
pub(super) fn object<'a, T: serde::Deserialize<'a>>(
    raw: &'a serde_json::value::RawValue,
) -> Result<T, String> {
    if !raw.get().starts_with('{') {
        return Err("expected an object".to_owned());
    }
    serde_json::from_str(raw.get()).map_err(|e| plain(&e))
}

/// The bytes out of gzip or bzip2, if they are in one.
pub(super) fn unwrapped(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Refused> {
    match bytes {
        [0x1f, 0x8b, ..] => bounded(flate2::bufread::MultiGzDecoder::new(bytes)).map(Cow::Owned),
        [b'B', b'Z', b'h', ..] => {
            bounded(bzip2::bufread::MultiBzDecoder::new(bytes)).map(Cow::Owned)
        }
        _ if bytes.len() > MAX_BYTES => Err(too_large()),
        _ => Ok(Cow::Borrowed(bytes)),
    }
}

/// The beginning of the bytes, out of gzip or bzip2; what can be had of it.
pub(super) fn beginning(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut head = Vec::new();
    let limit = length as u64;
    // What comes before a fault is enough to recognise by.
    let _ = match bytes {
        [0x1f, 0x8b, ..] => {
            flate2::bufread::MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut head)
        }
        [b'B', b'Z', b'h', ..] => {
            bzip2::bufread::MultiBzDecoder::new(bytes).take(limit).read_to_end(&mut head)
        }
        _ => bytes.take(limit).read_to_end(&mut head),
    };
    head
}

fn bounded(from: impl Read) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let read = from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|e| Refused::new(0, format!("the compressed document is damaged: {e}")))?;
    if bytes.len() > MAX_BYTES { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> Refused {
    Refused::new(0, format!("more than {} MiB; that much is not read", MAX_BYTES >> 20))
}

/// The text of the bytes, which are UTF-8 with or without a byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Refused> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| {
        let before = bytes.get(..e.valid_up_to()).unwrap_or_default();
        Refused::new(1 + newlines(before), "not UTF-8 text")
    })
}

/// Refuses JSON with more values than are read, before any of them takes memory.
pub(super) fn weigh(text: &str) -> Result<(), Refused> {
    let (mut values, mut quoted) = (0usize, false);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => {
                bytes.next();
            }
            b',' | b'{' | b'[' if !quoted => {
                values += 1;
                if values > MAX_VALUES {
                    let line = 1 + newlines(text.as_bytes().get(..at).unwrap_or_default());
                    return Err(Refused::new(line, format!("more than {MAX_VALUES} values")));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn newlines(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.iter().filter(|b| **b == b'\n').count()).unwrap_or(u32::MAX)
}

/// Tells the lines of pieces of one text, asked for in their order.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line on which a piece of the text begins; 0 when it is no piece of it.
    pub(super) fn line(&mut self, piece: &str) -> u32 {
        let start = (piece.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let Some(at) = start.filter(|at| *at <= self.text.len()) else { return 0 };
        if at < self.at {
            (self.at, self.line) = (0, 1);
        }
        let between = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line = self.line.saturating_add(newlines(between));
        self.at = at;
        self.line
    }
}

/// Collects problems up to their bound.
#[derive(Default)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, place: &Place, what: impl Into<String>) {
        match self.0.len() {
            ..MAX_PROBLEMS => self.0.push(Problem { place: place.clone(), what: what.into() }),
            MAX_PROBLEMS => {
                let what = format!("more than {MAX_PROBLEMS} problems; the others are not listed");
                self.0.push(Problem { place: place.clone(), what });
            }
            _ => {}
        }
    }

    /// An instant, if there is one that can be read; one that cannot is a problem.
    pub(super) fn instant(&mut self, place: &Place, text: Option<&str>) -> Option<vocab::Instant> {
        let text = text.filter(|t| !t.trim().is_empty())?;
        let instant = vocab::instant::parse(text);
        if instant.is_none() {
            self.add(place, format!("«{}» is no date", quote(text)));
        }
        instant
    }
}

/// What a message may quote of an input.
pub(super) fn quote(text: &str) -> Cow<'_, str> {
    shortened(text, MAX_QUOTE)
}

/// An explanation as it is kept.
pub(super) fn explanation(text: &str) -> String {
    shortened(text.trim(), MAX_TEXT).into_owned()
}

/// A name as it is kept.
pub(super) fn name(text: &str) -> String {
    shortened(text.trim(), MAX_NAME).into_owned()
}

fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

/// The words joined into one sentence each, empty ones left out.
pub(super) fn joined<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    explanation(&parts.collect::<Vec<_>>().join("; "))
}

/// An algorithm's name in the one spelling in which digests meet: small letters, no dashes (`sha256`).
pub(super) fn algorithm(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.take(32).map(|c| c.to_ascii_lowercase()).collect()
}

/// A digest in the one spelling in which digests meet; `None` when it is none worth the name (128 bits).
fn digest(algorithm_name: &str, digits: &str) -> Option<(String, String)> {
    let digits = digits.trim();
    let hexadecimal = digits.len() >= 32 && digits.len() <= 256;
    let hexadecimal = hexadecimal && digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| (algorithm(algorithm_name), digits.to_ascii_lowercase()))
}

/// The digests of one product, at most [`MAX_DIGESTS`]: products are copied into what names them, so
/// what one may hold is bounded.
pub(super) fn digests<'a>(
    written: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    written.filter_map(|(name, digits)| digest(name, digits)).take(MAX_DIGESTS).collect()
}
