//! Where do the words for people lie, out of the way of lookups?
//!
//! In: summary, details and references of advisories, as the builder meets them. Out: zstd blocks of
//! about 64 KiB, compressed as they fill, and from a block's place the text again. Bounded both ways.

use super::IndexError;
use super::advisories::Text;
use super::file::File;
use super::heap::cut;
use super::layout::{NONE, Section, TEXT_BLOCK, number};
use crate::osv::Record;

/// Raw bytes after which a block is closed.
const BLOCK: usize = 64 << 10;
/// The largest raw block that is read: a full one and one text more.
const MAX_BLOCK: usize = 256 << 10;
const MAX_SUMMARY: usize = 1 << 10;
const MAX_DETAILS: usize = 16 << 10;
const MAX_REFERENCES: usize = 32;
const MAX_ADDRESS: usize = 1 << 10;
const LEVEL: i32 = 3;
/// Longest title, in bytes: what a list shows of an advisory, kept outside the blocks.
const MAX_TITLE: usize = 200;

/// Blocks in the making.
#[derive(Debug, Default)]
pub struct Texts {
    open: Vec<u8>,
    /// Compressed blocks with their raw lengths.
    pub blocks: Vec<(Vec<u8>, u32)>,
}

impl Texts {
    /// Adds a record's text; gives block, offset and length.
    pub fn add(&mut self, record: &Record<'_>) -> std::io::Result<[u32; 3]> {
        let start = self.open.len();
        let block = self.blocks.len() as u32;
        let references = record.references.iter().map(|r| r.url.as_str()).filter(|u| !u.is_empty());
        part(&mut self.open, cut(record.summary.as_str(), MAX_SUMMARY));
        part(&mut self.open, &details(record.details.as_str()));
        for url in references.take(MAX_REFERENCES).filter(|url| url.len() <= MAX_ADDRESS) {
            part(&mut self.open, url);
        }
        let length = self.open.len() - start;
        if self.open.len() >= BLOCK {
            self.close()?;
        }
        Ok([block, start as u32, length as u32])
    }

    /// Compresses what is open.
    pub fn close(&mut self) -> std::io::Result<()> {
        if !self.open.is_empty() {
            let packed = zstd::bulk::compress(&self.open, LEVEL)?;
            self.blocks.push((packed, self.open.len() as u32));
            self.open.clear();
        }
        Ok(())
    }
}

/// One line for lists: the summary, else the first line of the details that says something.
pub fn title<'r>(record: &'r Record<'_>) -> &'r str {
    let lines = record.summary.as_str().lines().chain(record.details.as_str().lines());
    let mut lines = lines.map(|line| line.trim_start_matches('#').trim());
    cut(lines.find(|line| !line.is_empty()).unwrap_or(""), MAX_TITLE)
}

fn details(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= MAX_DETAILS {
        return text.into();
    }
    format!("{}\n\n[cut: {} bytes in all]", cut(text, MAX_DETAILS), text.len()).into()
}

fn part(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Reads one text.
pub fn read(file: &File<'_>, block: u32, offset: u32, length: u32) -> Result<Text, IndexError> {
    if block == NONE {
        return Ok(Text::default());
    }
    let malformed = IndexError::Malformed { what: "a block of text" };
    let [low, high, packed, raw]: [u32; TEXT_BLOCK] =
        file.row(Section::TextBlocks, block as usize)?;
    let at = usize::try_from(u64::from(high) << 32 | u64::from(low)).unwrap_or(usize::MAX);
    if raw as usize > MAX_BLOCK {
        return Err(malformed);
    }
    let packed = file.get(Section::Texts, at, packed as usize)?;
    let bytes = zstd::bulk::decompress(packed, raw as usize).map_err(|_| malformed.clone())?;
    let end = (offset as usize).saturating_add(length as usize);
    let mut rest = bytes.get(offset as usize..end).ok_or_else(|| malformed.clone())?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let length = number(rest, 0) as usize;
        let text = rest.get(4..length.saturating_add(4)).ok_or_else(|| malformed.clone())?;
        parts.push(String::from_utf8(text.to_vec()).map_err(|_| malformed.clone())?);
        rest = rest.get(length + 4..).unwrap_or(&[]);
    }
    let mut parts = parts.into_iter();
    Ok(Text {
        summary: parts.next().unwrap_or_default(),
        details: parts.next().unwrap_or_default(),
        references: parts.collect(),
    })
}
