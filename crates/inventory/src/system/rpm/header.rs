//! What does one header of rpm's database say?
//!
//! In: a header as it lies in the database (rpm, «RPM package file format»; the magic before it left out):
//! the number of entries, the length of the data, entries of tag, type, offset and count, the data. All
//! numbers are big-endian. Out: a [`DistributionPackage`]. Bounds: every offset and count is checked
//! against the bytes that are there; a text ends at its NUL.

use super::super::DistributionPackage;
use super::super::paths::{matters, relative};

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const VENDOR: u32 = 1011;
const LICENSE: u32 = 1014;
const ARCH: u32 = 1022;
const SOURCE_RPM: u32 = 1044;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;

const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;

/// Most entries of a header (rpm's `hdrchkTags`).
const MAX_ENTRIES: usize = 0xFFFF;
/// Most bytes of all paths together, for each byte of the header: real ones have less than one. A forged
/// header may put one long folder before each of many names.
const MAX_PATHS: usize = 16;
/// Length of one entry.
const ENTRY: usize = 16;

/// The entries and the data that they point into.
struct Header<'a> {
    entries: &'a [u8],
    data: &'a [u8],
}

/// Where a tag's values lie.
struct Entry<'a> {
    kind: u32,
    count: usize,
    /// From its offset to the end of the data.
    bytes: &'a [u8],
}

/// Reads one header; the error says what was expected.
pub(super) fn package(bytes: &[u8]) -> Result<DistributionPackage, String> {
    let header = Header::read(bytes).ok_or("it is cut or forged")?;
    let text = |tag| header.text(tag).map(|t| String::from_utf8_lossy(t).into_owned());
    let name = text(NAME).filter(|name| !name.is_empty()).ok_or("it has no name")?;
    let version = text(VERSION).ok_or_else(|| format!("«{}» has no version", short(&name)))?;
    let version = match text(RELEASE) {
        Some(release) => format!("{version}-{release}"),
        None => version,
    };
    let epoch = header.numbers(EPOCH).and_then(|mut n| n.next()).unwrap_or_default();
    let files = header.files().ok_or_else(|| format!("the files of «{}» are cut", short(&name)))?;
    let source = text(SOURCE_RPM).unwrap_or_default();
    Ok(DistributionPackage {
        source: super::source(&source, &name, &version, epoch),
        version: super::with_epoch(epoch, &version),
        name,
        architecture: text(ARCH).unwrap_or_default(),
        licence: text(LICENSE).unwrap_or_default(),
        vendor: text(VENDOR).filter(|vendor| vendor != "(none)").unwrap_or_default(),
        files,
        line: 0,
    })
}

fn short(name: &str) -> String {
    crate::text::short(name)
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let count = number(bytes, 0)?;
        let length = number(bytes, 4)?;
        if count > MAX_ENTRIES {
            return None;
        }
        let (entries, data) = bytes.get(8..)?.split_at_checked(count * ENTRY)?;
        Some(Self { entries, data: data.get(..length)? })
    }

    /// The first entry of a tag.
    fn entry(&self, tag: u32) -> Option<Entry<'a>> {
        let entries = self.entries.as_chunks::<ENTRY>().0;
        let entry = entries.iter().find(|entry| number(*entry, 0) == Some(tag as usize))?;
        Some(Entry {
            kind: u32::try_from(number(entry, 4)?).ok()?,
            count: number(entry, 12)?,
            bytes: self.data.get(number(entry, 8)?..)?,
        })
    }

    /// The first text of a tag, without its NUL.
    fn text(&self, tag: u32) -> Option<&'a [u8]> {
        let entry = self.entry(tag)?;
        matches!(entry.kind, STRING | STRING_ARRAY | I18N_STRING).then(|| until_nul(entry.bytes))?
    }

    /// The texts of a tag; ends early where the data does.
    fn texts(&self, tag: u32) -> Option<impl Iterator<Item = &'a [u8]> + use<'a>> {
        let entry = self.entry(tag).filter(|e| matches!(e.kind, STRING | STRING_ARRAY))?;
        let mut rest = entry.bytes;
        Some((0..entry.count).map_while(move |_| {
            let text = until_nul(rest)?;
            rest = rest.get(text.len() + 1..)?;
            Some(text)
        }))
    }

    /// The numbers of a tag; ends early where the data does.
    fn numbers(&self, tag: u32) -> Option<impl Iterator<Item = u32> + use<'a>> {
        let entry = self.entry(tag).filter(|e| e.kind == INT32)?;
        let words = entry.bytes.as_chunks::<4>().0;
        Some(words.iter().take(entry.count).map(|word| u32::from_be_bytes(*word)))
    }

    /// The files that matter: base names, each in the folder that its index names. `None` when a folder
    /// is not there, or all paths are longer than [`MAX_PATHS`] allows.
    fn files(&self) -> Option<Vec<String>> {
        let Some(names) = self.texts(BASE_NAMES) else { return Some(Vec::new()) };
        let folders: Vec<&[u8]> = self.texts(DIR_NAMES)?.collect();
        let mut files = Vec::new();
        let mut indexes = self.numbers(DIR_INDEXES)?;
        let mut room = self.data.len().saturating_mul(MAX_PATHS);
        for name in names {
            let folder = folders.get(indexes.next()? as usize)?;
            room = room.checked_sub(folder.len() + name.len())?;
            let path =
                format!("{}{}", String::from_utf8_lossy(folder), String::from_utf8_lossy(name));
            let path = relative(&path);
            if matters(path) {
                files.push(path.to_owned());
            }
        }
        Some(files)
    }
}

fn until_nul(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..bytes.iter().position(|b| *b == 0)?)
}

/// The big-endian number at a place.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*word)).ok()
}
