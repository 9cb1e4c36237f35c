//! How do the bytes of an index file lie?
//!
//! ```text
//! header   magic «GABINTEL», format u32, sections u32, total length u64, header checksum u64,
//!          checksum of the checksums u64, block size u32, reserved u32
//! table    one entry a section: kind u32, reserved u32, offset u64, length u64
//! data     the sections of [`Section`], each at a multiple of 8
//! checks   xxh3-64 of every block of 4 KiB of data
//! ```
//! All numbers are little-endian. A string is named by its place in [`Section::Strings`], where a u16
//! length stands before its bytes. A list is named by its place (in u32) in [`Section::Lists`], where
//! its count stands before its members. Nothing here touches a file.

use xxhash_rust::xxh3::xxh3_64;

use super::IndexError;

/// The first bytes of every index.
pub const MAGIC: [u8; 8] = *b"GABINTEL";
/// The format that this build writes and reads; any change of the layout or of the meaning of a field
/// (the order of a `versions` scheme included) raises it.
pub const FORMAT: u32 = 3;
/// Bytes under one checksum.
pub const BLOCK: usize = 4096;
/// Bytes before the section table.
pub const HEADER: usize = 48;
const ENTRY: usize = 24;

/// A string or list that is not there.
pub const NONE: u32 = u32::MAX;
/// An instant that is not there, in seconds since 1970.
pub const NO_TIME: i64 = i64::MIN;

/// The sections in the order in which they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Section {
    /// JSON: [`super::Meta`].
    Meta,
    /// u32: where in `Packages` the packages of a hash bucket begin; one more at the end.
    Buckets,
    /// [`PACKAGE`] numbers a row: hash tag, ecosystem, name, first posting, postings. A package of
    /// another registry (`Maven:https://…`) has a second row under the hash of its base alone.
    Packages,
    /// [`POSTING`] numbers a row: advisory, flags, first interval, intervals, first exact, exacts.
    Postings,
    /// [`INTERVAL`] numbers a row: start (NONE: the beginning), end, how it ends.
    Intervals,
    /// u32: a version by name.
    Exacts,
    /// [`ADVISORY`] numbers a row, see `builder`.
    Advisories,
    /// [`GROUP`] numbers a row: list of advisories, list of ids, list of upstream CVEs (two numbers each).
    Groups,
    /// [`ID`] numbers a row, sorted by the id's bytes: id, group.
    Ids,
    /// [`UPSTREAM`] numbers a row, sorted by key, then group: key of a CVE, group whose records were
    /// made from it.
    Upstreams,
    /// u32: a distribution's statement; postings name one by its row.
    Statements,
    /// Lists of u32.
    Lists,
    /// Strings.
    Strings,
    /// [`CVE`] numbers a row, sorted by key, see `cves`.
    Cves,
    /// [`EPSS`] numbers a row, sorted by key: key, score, percentile (in 1e-9).
    Epss,
    /// [`KEV`] numbers a row, sorted by key, see `cves`.
    Kev,
    /// [`EXPLOIT`] numbers a row, sorted by key, see `cves`.
    Exploits,
    /// [`TEXT_BLOCK`] numbers a row: offset u64 in `Texts`, compressed length, length.
    TextBlocks,
    /// zstd frames.
    Texts,
    /// xxh3-64 of every block before.
    Checks,
}

/// How many sections there are.
pub const SECTIONS: usize = Section::Checks as usize + 1;

/// u32 numbers of a row of each table.
pub const PACKAGE: usize = 5;
/// See [`Section::Postings`].
pub const POSTING: usize = 6;
/// See [`Section::Intervals`].
pub const INTERVAL: usize = 3;
/// See [`Section::Advisories`].
pub const ADVISORY: usize = 18;
/// See [`Section::Groups`].
pub const GROUP: usize = 3;
/// See [`Section::Upstreams`].
pub const UPSTREAM: usize = 3;
/// See [`Section::Ids`].
pub const ID: usize = 2;
/// See [`Section::Cves`].
pub const CVE: usize = 12;
/// See [`Section::Epss`].
pub const EPSS: usize = 4;
/// See [`Section::Kev`].
pub const KEV: usize = 12;
/// See [`Section::Exploits`].
pub const EXPLOIT: usize = 8;
/// See [`Section::TextBlocks`].
pub const TEXT_BLOCK: usize = 4;

/// A posting whose record is withdrawn.
pub const POSTING_WITHDRAWN: u32 = 1;
/// A posting of which a part could not be evaluated.
pub const POSTING_UNREADABLE: u32 = 2;
/// From this bit on a posting's flags hold the number of its statement, counted from 1; 0 for none.
pub const POSTING_STATEMENT: u32 = 8;
/// The most distinct statements; further ones are left out, since they decide nothing.
pub const MAX_STATEMENTS: usize = (1 << (32 - POSTING_STATEMENT)) - 1;

/// An interval without end.
pub const END_NONE: u32 = 0;
/// An interval that ends before the version that fixes it.
pub const END_FIXED: u32 = 1;
/// An interval that ends with its last affected version.
pub const END_LAST: u32 = 2;
/// An interval that ends where the range ceases to speak, exclusive, and no fix is told.
pub const END_LIMIT: u32 = 3;

/// Where a section lies: offset and length in bytes.
pub type Extent = (usize, usize);

/// The hash under which a package of an ecosystem is found.
pub fn hash(base: &str, suffix: Option<&str>, name: &str) -> u64 {
    let suffix = suffix.unwrap_or("");
    let length = base.len() + suffix.len() + name.len() + 2;
    let mut small = [0u8; 256];
    let mut large = Vec::new();
    let buffer: &mut [u8] = match small.get_mut(..length) {
        Some(small) => small,
        None => {
            large.resize(length, 0);
            &mut large
        }
    };
    // The parts are cut from one buffer of exactly their length, so every copy fits.
    let mut at = 0;
    for part in [base, "\u{1f}", suffix, "\u{1f}", name] {
        if let Some(place) = buffer.get_mut(at..at + part.len()) {
            place.copy_from_slice(part.as_bytes());
        }
        at += part.len();
    }
    xxh3_64(buffer)
}

/// The bucket of a hash among `1 << bits`.
pub fn bucket(hash: u64, bits: u32) -> usize {
    if bits == 0 { 0 } else { (hash >> (64 - bits)) as usize }
}

/// Writes header and table for sections of these lengths. `checks` is the checksum of the last section.
pub fn header(extents: &[Extent; SECTIONS], checks: u64) -> Vec<u8> {
    let total = extents.iter().map(|(offset, length)| offset + length).max().unwrap_or(0);
    let mut out = Vec::with_capacity(HEADER + SECTIONS * ENTRY);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&(SECTIONS as u32).to_le_bytes());
    out.extend_from_slice(&(total as u64).to_le_bytes());
    out.extend_from_slice(&0u64.to_le_bytes());
    out.extend_from_slice(&checks.to_le_bytes());
    out.extend_from_slice(&(BLOCK as u32).to_le_bytes());
    out.extend_from_slice(&0u32.to_le_bytes());
    for (kind, (offset, length)) in extents.iter().enumerate() {
        out.extend_from_slice(&(kind as u32).to_le_bytes());
        out.extend_from_slice(&0u32.to_le_bytes());
        out.extend_from_slice(&(*offset as u64).to_le_bytes());
        out.extend_from_slice(&(*length as u64).to_le_bytes());
    }
    let checksum = xxh3_64(&out);
    if let Some(place) = out.get_mut(24..32) {
        place.copy_from_slice(&checksum.to_le_bytes());
    }
    out
}

/// Where the data of an index begins.
pub const DATA: usize = HEADER + SECTIONS * ENTRY;

/// Lays sections of these lengths out, each at a multiple of 8.
pub fn extents(lengths: &[usize; SECTIONS]) -> [Extent; SECTIONS] {
    let mut at = DATA;
    lengths.map(|length| {
        let offset = at.next_multiple_of(8);
        at = offset + length;
        (offset, length)
    })
}

/// Reads and checks header and table; gives the extents of the sections.
pub fn parse_header(bytes: &[u8]) -> Result<[Extent; SECTIONS], IndexError> {
    let magic = bytes.get(..8).unwrap_or(bytes);
    if !MAGIC.starts_with(magic) {
        return Err(IndexError::NotAnIndex);
    }
    let truncated = |expected: u64| IndexError::Truncated { expected, found: bytes.len() as u64 };
    let Some(header) = bytes.get(..HEADER) else { return Err(truncated(DATA as u64)) };
    let found = number(header, 8);
    if found != FORMAT {
        return Err(IndexError::OtherFormat { found, supported: FORMAT });
    }
    let total = wide(header, 16);
    if total > bytes.len() as u64 {
        return Err(truncated(total));
    }
    if total < bytes.len() as u64 {
        return Err(IndexError::TooLong { expected: total, found: bytes.len() as u64 });
    }
    let Some(head) = bytes.get(..DATA) else { return Err(truncated(DATA as u64)) };
    let mut blank = head.to_vec();
    if let Some(place) = blank.get_mut(24..32) {
        place.fill(0);
    }
    let sections = number(header, 12) as usize;
    let block = number(header, 40) as usize;
    if xxh3_64(&blank) != wide(header, 24) || sections != SECTIONS || block != BLOCK {
        return Err(IndexError::Header);
    }
    let mut found = [(0, 0); SECTIONS];
    let mut end = DATA;
    for (kind, extent) in found.iter_mut().enumerate() {
        let at = HEADER + kind * ENTRY;
        let offset = usize::try_from(wide(head, at + 8)).unwrap_or(usize::MAX);
        let length = usize::try_from(wide(head, at + 16)).unwrap_or(usize::MAX);
        let past = offset.checked_add(length).ok_or(IndexError::Header)?;
        if number(head, at) as usize != kind || offset < end || past > bytes.len() {
            return Err(IndexError::Header);
        }
        end = past;
        *extent = (offset, length);
    }
    check_checks(bytes, &found, wide(header, 32))?;
    Ok(found)
}

/// The checksums must be whole themselves, and as many as the data has blocks.
fn check_checks(
    bytes: &[u8],
    extents: &[Extent; SECTIONS],
    expected: u64,
) -> Result<(), IndexError> {
    let (offset, length) = extents[Section::Checks as usize];
    let checks = bytes.get(offset..offset + length).ok_or(IndexError::Header)?;
    if length != (offset - DATA).div_ceil(BLOCK) * 8 {
        return Err(IndexError::Header);
    }
    if xxh3_64(checks) != expected {
        return Err(IndexError::Damaged { offset: offset as u64 });
    }
    Ok(())
}

/// The u32 at a place; 0 past the end.
pub fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
}

/// The u64 at a place; 0 past the end.
pub fn wide(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |eight| u64::from_le_bytes(*eight))
}
