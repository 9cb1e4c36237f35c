//! Which bytes stand at this place of the index, and are they the ones that were written?
//!
//! In: the bytes of an index. Out: rows, strings and lists, each read within bounds and only from blocks
//! whose checksum was right (checked at the first use of a block). Never panics, whatever the bytes
//! are: also a forged index with right checksums only gives errors.

use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::xxh3_64;

use super::IndexError;
use super::layout::{self, BLOCK, DATA, Extent, NONE, SECTIONS, Section, number, wide};

/// An opened index: extents are checked, blocks are checked as they are used.
#[derive(Debug)]
pub struct File<'a> {
    bytes: &'a [u8],
    extents: [Extent; SECTIONS],
    /// One bit a block: checked and right.
    checked: Vec<AtomicU64>,
}

impl<'a> File<'a> {
    /// Checks header, table and lengths.
    pub fn open(bytes: &'a [u8]) -> Result<Self, IndexError> {
        let extents = layout::parse_header(bytes)?;
        let (checks, _) = extents[Section::Checks as usize];
        let blocks = (checks - DATA).div_ceil(BLOCK);
        let checked = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { bytes, extents, checked })
    }

    /// Checks every block, also those that were checked before.
    pub fn verify(&self) -> Result<(), IndexError> {
        self.checked.iter().for_each(|word| word.store(0, Ordering::Relaxed));
        let (checks, _) = self.extents[Section::Checks as usize];
        (0..(checks - DATA).div_ceil(BLOCK)).try_for_each(|block| self.check(block))
    }

    /// The length of a section in bytes.
    pub fn length(&self, section: Section) -> usize {
        self.extents[section as usize].1
    }

    /// How many rows of `N` numbers a section has.
    pub fn rows<const N: usize>(&self, section: Section) -> usize {
        self.length(section) / (N * 4)
    }

    /// Bytes of a section.
    #[inline]
    pub fn get(&self, section: Section, at: usize, length: usize) -> Result<&'a [u8], IndexError> {
        let (offset, whole) = self.extents[section as usize];
        let out_of_bounds = IndexError::Malformed { what: "a place outside its section" };
        let Some(end) = at.checked_add(length).filter(|end| *end <= whole) else {
            return Err(out_of_bounds);
        };
        let bytes = self.bytes.get(offset + at..offset + end).ok_or(out_of_bounds)?;
        if length > 0 {
            let (first, last) = ((offset + at - DATA) / BLOCK, (offset + end - 1 - DATA) / BLOCK);
            for block in first..=last {
                self.check(block)?;
            }
        }
        Ok(bytes)
    }

    /// A row of `N` numbers.
    #[inline]
    pub fn row<const N: usize>(
        &self,
        section: Section,
        index: usize,
    ) -> Result<[u32; N], IndexError> {
        let at = index
            .checked_mul(N * 4)
            .ok_or(IndexError::Malformed { what: "a row number out of range" })?;
        let bytes = self.get(section, at, N * 4)?;
        Ok(std::array::from_fn(|i| number(bytes, i * 4)))
    }

    /// A string.
    #[inline]
    pub fn text(&self, place: u32) -> Result<&'a str, IndexError> {
        let at = place as usize;
        let head = self.get(Section::Strings, at, 2)?;
        let length = head.first_chunk().map_or(0, |two| u16::from_le_bytes(*two)) as usize;
        let bytes = self.get(Section::Strings, at + 2, length)?;
        std::str::from_utf8(bytes)
            .map_err(|_| IndexError::Malformed { what: "a string not in UTF-8" })
    }

    /// A string that may be absent.
    pub fn optional_text(&self, place: u32) -> Result<Option<&'a str>, IndexError> {
        if place == NONE { Ok(None) } else { self.text(place).map(Some) }
    }

    /// The members of a list.
    pub fn list(&self, place: u32) -> Result<Vec<u32>, IndexError> {
        if place == NONE {
            return Ok(Vec::new());
        }
        let at = place as usize * 4;
        let count = number(self.get(Section::Lists, at, 4)?, 0) as usize;
        let bytes = self.get(Section::Lists, at + 4, count.saturating_mul(4))?;
        Ok((0..count).map(|i| number(bytes, i * 4)).collect())
    }

    /// The strings of a list.
    pub fn texts(&self, place: u32) -> Result<Vec<&'a str>, IndexError> {
        self.list(place)?.into_iter().map(|text| self.text(text)).collect()
    }

    /// The first row whose leading u64 is not below `key`, in a section sorted by it.
    pub fn lower_bound<const N: usize>(
        &self,
        section: Section,
        key: u64,
    ) -> Result<usize, IndexError> {
        let (mut low, mut high) = (0, self.rows::<N>(section));
        while low < high {
            let middle = low + (high - low) / 2;
            if wide(self.get(section, middle * N * 4, 8)?, 0) < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    #[inline]
    fn check(&self, block: usize) -> Result<(), IndexError> {
        let bit = 1u64 << (block % 64);
        let word = self.checked.get(block / 64).ok_or(IndexError::Header)?;
        if word.load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        self.check_now(block)?;
        word.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }

    #[cold]
    fn check_now(&self, block: usize) -> Result<(), IndexError> {
        let (checks, _) = self.extents[Section::Checks as usize];
        let start = DATA + block * BLOCK;
        let end = (start + BLOCK).min(checks);
        let bytes = self.bytes.get(start..end).ok_or(IndexError::Header)?;
        if xxh3_64(bytes) == wide(self.bytes, checks + block * 8) {
            Ok(())
        } else {
            Err(IndexError::Damaged { offset: start as u64 })
        }
    }
}
