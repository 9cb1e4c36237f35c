//! What is the text of a document that may be packed, and in which encoding?
//!
//! In: bytes, plain or in gzip (RFC 1952) or bzip2, several members allowed. Out: its text. Bounded by
//! [`MAX_BYTES`] and, against archives that are nothing but air, by [`MAX_RATIO`].

use std::borrow::Cow;
use std::io::Read;

use super::node::refused;
use super::{Problem, Refused};

/// Longest document in bytes, unpacked.
pub const MAX_BYTES: usize = 512 << 20;
/// Most bytes that a packed byte may become, past `ALWAYS`. Real documents stay below 100.
pub const MAX_RATIO: usize = 256;
/// Unpacked size up to which the ratio is not looked at.
pub const ALWAYS: usize = 32 << 20;
/// How much of a packed document is unpacked to recognise it: first this, then all of that.
pub const HEADS: [usize; 2] = [64 << 10, ALWAYS];

/// How a document is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Bzip2,
}

impl Packing {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1F, 0x8B, 8, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
        }
    }

    fn reader(self, bytes: &[u8]) -> Box<dyn Read + '_> {
        match self {
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(bytes)),
        }
    }
}

/// The first bytes of a document, unpacked as far as they go, at most `limit` where it is packed.
pub fn head(bytes: &[u8], limit: usize) -> Cow<'_, [u8]> {
    let Some(packing) = Packing::of(bytes) else { return Cow::Borrowed(bytes) };
    let mut head = Vec::new();
    // A head is cut by nature: what came before an error is what there is.
    let _ = packing.reader(bytes).take(limit as u64).read_to_end(&mut head);
    Cow::Owned(head)
}

/// The bytes of a document, unpacked.
pub fn whole(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Refused> {
    let Some(packing) = Packing::of(bytes) else {
        return if bytes.len() > MAX_BYTES {
            Err(refused(0, format!("{} bytes; at most {MAX_BYTES} are read", bytes.len())))
        } else {
            Ok(Cow::Borrowed(bytes))
        };
    };
    let name = packing.as_str();
    let limit = bytes.len().saturating_mul(MAX_RATIO).clamp(ALWAYS, MAX_BYTES);
    let mut out = Vec::new();
    let mut reader = packing.reader(bytes).take(limit as u64 + 1);
    if let Err(error) = reader.read_to_end(&mut out) {
        let what = format!("the {name} stream breaks off after {} bytes: {error}", out.len());
        return Err(refused(0, what));
    }
    if out.len() > limit {
        let what = format!(
            "{} bytes of {name} unpack to more than {limit}; no bill of materials does that",
            bytes.len()
        );
        return Err(refused(0, what));
    }
    if Packing::of(&out).is_some() {
        return Err(refused(0, format!("packed twice: {name} in which there is a packed file")));
    }
    Ok(Cow::Owned(out))
}

/// The text of bytes: UTF-8, UTF-16 with a byte order mark, or ISO-8859-1 where an XML declaration says
/// so. Bytes that are none of their encoding are replaced and told.
pub fn text(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<Problem>), Refused> {
    let (text, problem) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_le_bytes)?), None),
        [0xFE, 0xFF, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_be_bytes)?), None),
        _ => utf8(bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes)),
    };
    if text.trim_ascii().is_empty() {
        return Err(refused(1, "the file is empty"));
    }
    Ok((text, problem))
}

fn utf8(bytes: &[u8]) -> (Cow<'_, str>, Option<Problem>) {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return (Cow::Borrowed(text), None),
        Err(error) => error,
    };
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default().to_ascii_lowercase();
    let declares = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    if head.starts_with(b"<?xml") && (declares(b"iso-8859-1") || declares(b"windows-1252")) {
        return (Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()), None);
    }
    let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let breaks = before.iter().filter(|b| **b == b'\n').count();
    let problem = Problem {
        line: u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1),
        place: String::new(),
        what: "a byte that is no UTF-8; such bytes were replaced".to_owned(),
    };
    (String::from_utf8_lossy(bytes), Some(problem))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Refused> {
    let bad = || refused(1, "the file is not well-formed UTF-16");
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(bad());
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| bad())
}
