//! What is known of the exploitation of a CVE?
//!
//! One file a feed: each reads the feed's bytes into rows, within bounds, and says what it left out.
//! Nothing here decides a due time. Start reading at [`CveSignals`], what all feeds together say.

use std::io::BufRead;

use vocab::Instant;

pub mod cve_record;
pub mod epss;
pub mod exploits;
pub mod kev;

pub use cve_record::{Automatable, CveRecord, Exploitation, Ssvc, TechnicalImpact};
pub use epss::Epss;
pub use exploits::{Exploit, ExploitSource, Maturity};
pub use kev::{Kev, KevChange};

/// The longest line of a line-wise feed, in bytes.
pub const MAX_LINE: usize = 16 << 20;
/// The largest feed that is read as one document, in bytes.
pub const MAX_DOCUMENT: usize = 256 << 20;
/// The most rows of a feed.
pub const MAX_ROWS: u64 = 20_000_000;

/// Why a feed was not read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Reading failed.
    #[error("the feed cannot be read to its end")]
    Read(#[source] std::io::Error),
    /// The document is past its bound.
    #[error("the feed has {0} bytes, more than {MAX_DOCUMENT}")]
    TooLarge(usize),
    /// A line is past its bound.
    #[error("line {0} is longer than {MAX_LINE} bytes")]
    LongLine(u64),
    /// More rows than any such feed has.
    #[error("more than {MAX_ROWS} rows")]
    TooManyRows,
    /// More dated copies of a catalogue than are kept.
    #[error("more than {} dated copies", kev::MAX_COPIES)]
    TooManyCopies,
    /// The bytes are no JSON of the expected shape.
    #[error("the feed has not the expected shape")]
    Shape(#[source] serde_json::Error),
    /// The feed lacks what makes it this feed.
    #[error("the feed has no {0}")]
    Missing(&'static str),
    /// Not one row of the feed could be read; there were this many, perhaps none.
    #[error("no row could be read of {0}")]
    NothingRead(u64),
}

/// What was read of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedSummary {
    /// Rows that were taken.
    pub records: u64,
    /// Rows that could not be read, or not in full.
    pub skipped: u64,
    /// The first row that could not be read, and why.
    pub first_skipped: Option<String>,
    /// KEV alone: rows are lost, so what is absent from the rest may yet be listed.
    pub incomplete: bool,
    /// The time of the data, as the feed says it.
    pub data_time: Option<Instant>,
    /// The feed's own version (KEV's catalogue, EPSS's model).
    pub version: Option<String>,
}

impl FeedSummary {
    /// Notes a row that could not be read.
    pub fn skip(&mut self, place: impl std::fmt::Display, why: impl std::fmt::Display) {
        self.skipped += 1;
        if self.first_skipped.is_none() {
            self.first_skipped = Some(format!("{place}: {why}"));
        }
    }

    /// An error when no row was read. No feed is ever empty; taken for one, it would say «no» of
    /// every CVE.
    pub(crate) fn some(self) -> Result<Self, FeedError> {
        if self.records == 0 { Err(FeedError::NothingRead(self.skipped)) } else { Ok(self) }
    }
}

/// All that the feeds say of one CVE.
#[derive(Debug, Clone, PartialEq)]
pub struct CveSignals {
    /// The name, normalised (`CVE-2024-3094`).
    pub cve: String,
    /// In CISA's catalogue of known exploited vulnerabilities now.
    pub kev: Option<Kev>,
    /// What the dated copies of the catalogue tell, oldest first; also of CVEs that were removed.
    pub kev_history: Vec<KevChange>,
    /// EPSS's score of the day.
    pub epss: Option<Epss>,
    /// Working public exploits, one row a source.
    pub exploits: Vec<Exploit>,
    /// CISA's SSVC decision points.
    pub ssvc: Option<Ssvc>,
    /// CVSS vectors of the CVE's own numbering authority.
    pub cna_vectors: Vec<String>,
    /// CVSS vectors that CISA added.
    pub adp_vectors: Vec<String>,
    /// CWE names.
    pub cwes: Vec<String>,
    /// When the CVE was published.
    pub published: Option<Instant>,
    /// Rejected: it gives no signals (docs/ARCHITECTURE.md, «The clock», rule 7).
    pub rejected: bool,
    /// Disputed: changes nothing, is shown.
    pub disputed: bool,
}

impl CveSignals {
    /// When the first working public exploit is known to have been there; never before the CVE was
    /// published where that is known. `None` when there is none, or none with a date.
    pub fn exploit_first_seen(&self) -> Option<Instant> {
        self.exploits.iter().filter_map(|e| e.first).min()
    }
}

/// Takes the number of a line and its bytes.
pub(crate) type EachLine<'e> = &'e mut dyn FnMut(u64, &[u8]) -> Result<(), FeedError>;

/// Hands each line of a feed to `each`, with its number from 1; empty lines are passed over.
pub(crate) fn lines(reader: &mut dyn BufRead, each: EachLine<'_>) -> Result<(), FeedError> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let limit = MAX_LINE as u64 + 1;
        let mut bounded = std::io::Read::take(&mut *reader, limit);
        let read = bounded.read_until(b'\n', &mut line).map_err(FeedError::Read)?;
        if read == 0 {
            break;
        }
        if read as u64 == limit && line.last() != Some(&b'\n') {
            return Err(FeedError::LongLine(number));
        }
        if number > MAX_ROWS {
            return Err(FeedError::TooManyRows);
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            each(number, text)?;
        }
    }
    Ok(())
}
