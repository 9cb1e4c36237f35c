//! Is this version affected, and what is known about the answer?
//!
//! One file holds what `sync` has learned: [`Builder`] writes it, [`Index`] reads it from bytes that
//! `app` maps. `layout` says how the bytes lie, `file` reads them within bounds and checks them,
//! `evaluate` answers, `advisories` and `cves` tell what is known. Nothing here touches a file system,
//! a network or a clock.

mod advisories;
mod affected;
mod builder;
mod census;
mod cves;
mod evaluate;
mod file;
mod groups;
mod heap;
mod layout;
mod meta;
mod signals;
mod texts;
mod upstream;
mod write;

use std::collections::BTreeMap;

use vocab::{Base, Ecosystem};

pub use advisories::{Advisory, AdvisoryRef, Group, GroupRef, Package, Text};
pub use builder::{BuildError, Builder, Skipped, Summary};
pub use census::{Census, Change, News};
pub use evaluate::{Evaluation, Match};
pub use layout::FORMAT;
pub use meta::{Counts, EcosystemCoverage, MAX_PROBLEMS, Meta, Problem, Source};

pub(crate) use heap::cut;

use file::File;
use layout::Section;

/// Why an index cannot be used. None is repaired here: the remedy (`gabion sync`) is the caller's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// The bytes do not begin as an index does.
    #[error("this is no Gabion index")]
    NotAnIndex,
    /// Another build of Gabion wrote it.
    #[error("the index has format {found}, this program reads format {supported}")]
    OtherFormat {
        /// The file's format.
        found: u32,
        /// The one that is read.
        supported: u32,
    },
    /// The end is missing.
    #[error("the index is truncated: {found} of {expected} bytes")]
    Truncated {
        /// The length that the header tells.
        expected: u64,
        /// The length of the bytes.
        found: u64,
    },
    /// There are bytes behind the end.
    #[error("the index has {found} bytes where its header tells {expected}")]
    TooLong {
        /// The length that the header tells.
        expected: u64,
        /// The length of the bytes.
        found: u64,
    },
    /// Header or section table are altered.
    #[error("the index's header is damaged")]
    Header,
    /// A block is altered.
    #[error("the index is damaged at byte {offset}")]
    Damaged {
        /// Where the block begins.
        offset: u64,
    },
    /// Checksums are right and the content makes no sense: not written by this program.
    #[error("the index is malformed: {what}")]
    Malformed {
        /// What makes no sense.
        what: &'static str,
    },
}

/// An opened index. Cheap to open: header, table and meta are checked, every block at its first use.
#[derive(Debug)]
pub struct Index<'a> {
    file: File<'a>,
    meta: Meta,
    /// log2 of the number of hash buckets.
    bits: u32,
    /// Coverage by `Base as usize`; the last place is for [`Base::Other`] and stays empty.
    known: Vec<Option<EcosystemCoverage>>,
    other: BTreeMap<String, EcosystemCoverage>,
}

impl<'a> Index<'a> {
    /// Opens an index: checks header, lengths and section table and reads the meta section.
    pub fn open(bytes: &'a [u8]) -> Result<Self, IndexError> {
        let file = File::open(bytes)?;
        let json = file.get(Section::Meta, 0, file.length(Section::Meta))?;
        let meta: Meta = serde_json::from_slice(json)
            .map_err(|_| IndexError::Malformed { what: "its meta section" })?;
        let buckets = file.rows::<1>(Section::Buckets).saturating_sub(1);
        if !buckets.is_power_of_two() || buckets > 1 << 31 {
            return Err(IndexError::Malformed { what: "the number of its hash buckets" });
        }
        let mut known = vec![None; Base::ALL.len() + 1];
        let mut other = BTreeMap::new();
        for (name, coverage) in &meta.coverage {
            match Ecosystem::parse(name).base() {
                Base::Other => {
                    other.insert(name.clone(), *coverage);
                }
                base => {
                    if let Some(slot) = known.get_mut(base as usize) {
                        *slot = Some(*coverage);
                    }
                }
            }
        }
        Ok(Self { file, meta, bits: buckets.trailing_zeros(), known, other })
    }

    /// Checks every block of the file (`gabion sync --verify`).
    pub fn verify(&self) -> Result<(), IndexError> {
        self.file.verify()
    }

    /// Sources, ages, coverage and problems.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// What is known of the whole ecosystem; `None` when the index has nothing of it.
    pub fn coverage(&self, ecosystem: &Ecosystem) -> Option<EcosystemCoverage> {
        match ecosystem.base() {
            Base::Other => self.other.get(ecosystem.base_name()).copied(),
            base => self.known.get(base as usize).copied().flatten(),
        }
    }
}

/// For tests and fuzzing only: what a forger could do.
#[doc(hidden)]
pub mod testing {
    use super::layout::{self, BLOCK, DATA, HEADER, SECTIONS, Section};
    use xxhash_rust::xxh3::xxh3_64;

    /// Where the bytes under checksums begin.
    pub fn data_start() -> usize {
        DATA
    }

    /// Makes every checksum right again after the bytes were altered, as far as the table allows.
    pub fn seal(bytes: &mut [u8]) {
        let entry = HEADER + Section::Checks as usize * 24 + 8;
        let checks = usize::try_from(layout::wide(bytes, entry)).unwrap_or(usize::MAX);
        let Some((data, sums)) = bytes.split_at_mut_checked(checks) else { return };
        let Some(blocks) = data.get(DATA..) else { return };
        let (places, _) = sums.as_chunks_mut::<8>();
        for (block, place) in blocks.chunks(BLOCK).zip(places) {
            *place = xxh3_64(block).to_le_bytes();
        }
        let of_sums = xxh3_64(sums);
        let Some(head) = data.get_mut(..HEADER + SECTIONS * 24) else { return };
        if let Some(place) = head.get_mut(32..40) {
            place.copy_from_slice(&of_sums.to_le_bytes());
        }
        if let Some(place) = head.get_mut(24..32) {
            place.fill(0);
        }
        let of_head = xxh3_64(head);
        if let Some(place) = head.get_mut(24..32) {
            place.copy_from_slice(&of_head.to_le_bytes());
        }
    }
}
