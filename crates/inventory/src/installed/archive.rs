//! What stands in a zip archive that may want to fill the memory?
//!
//! In: bytes. Out: names and contents, bounded in number, size and ratio by a [`Budget`] that all archives
//! within one file share. Never: an entry's name used as a path. Of entries with the same name the last
//! counts, as the `zip` crate has it; [`repeated`] tells of the others.

use std::collections::HashSet;
use std::io::{Cursor, Read};

/// Most archives within each other, the outermost counted.
pub(super) const MAX_DEPTH: usize = 5;
/// Most bytes unpacked out of one file, all that is nested included.
const MAX_UNPACKED: u64 = 512 << 20;
/// Most entries of one file, all that is nested included.
const MAX_ENTRIES: usize = 1_000_000;
/// Most entries of one archive: each costs some hundred bytes while it is open.
const MAX_ENTRIES_EACH: usize = 250_000;
/// Most bytes that a packed byte may become. Archives and class files stay below 20; deflate ends at 1032.
const MAX_RATIO: u64 = 200;
/// What may come out besides, for small files of repeated text.
const RATIO_SLACK: u64 = 1 << 20;
/// Fewest bytes of an entry in the central directory (APPNOTE.TXT 4.3.12).
const SMALLEST_ENTRY: usize = 46;

/// With which an entry of the central directory begins.
const SIGNATURE: &[u8] = b"PK\x01\x02";

/// An open archive.
pub(super) type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

/// What may still be unpacked out of one file.
pub(super) struct Budget {
    bytes: u64,
    entries: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: MAX_UNPACKED, entries: MAX_ENTRIES }
    }
}

/// Whether a file is an archive of Java, by its name.
pub(super) fn is_java(name: &str) -> bool {
    const ENDINGS: &[&str] =
        &["jar", "war", "ear", "jpi", "hpi", "par", "sar", "nar", "kar", "lpkg"];
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, end)| end);
    ending.is_some_and(|ending| ENDINGS.iter().any(|e| e.eq_ignore_ascii_case(ending)))
}

/// The content of one entry of an archive of which nothing else is wanted; at most 1 MiB. `None` when
/// there is no such entry; the error says why it could not be read.
pub(super) fn single(bytes: &[u8], name: &str) -> Result<Option<Vec<u8>>, String> {
    let mut budget = Budget::default();
    let mut archive = budget.open(bytes)?;
    let Some(index) = archive.index_for_name(name) else { return Ok(None) };
    budget.content(&mut archive, index, 1 << 20).map(Some)
}

impl Budget {
    /// Opens an archive, which may begin with something else (a shell script that starts it).
    pub fn open<'a>(&mut self, bytes: &'a [u8]) -> Result<Archive<'a>, String> {
        let most = self.entries.min(MAX_ENTRIES_EACH);
        if bytes.len() / SMALLEST_ENTRY > most && entries_at_most(bytes) > most {
            return Err(format!("more than {most} entries; it was not read"));
        }
        let archive =
            Archive::new(Cursor::new(bytes)).map_err(|e| format!("no zip archive: {e}"))?;
        self.entries = self.entries.checked_sub(archive.len()).ok_or_else(|| {
            format!("more than {MAX_ENTRIES} entries in all archives of the file; it was not read")
        })?;
        Ok(archive)
    }

    /// The whole content of an entry of at most `limit` bytes.
    pub fn content(
        &mut self,
        archive: &mut Archive<'_>,
        index: usize,
        limit: u64,
    ) -> Result<Vec<u8>, String> {
        let packed = archive.by_index_data(index).map_err(|e| e.to_string())?.compressed_size();
        let by_ratio = packed.saturating_mul(MAX_RATIO).saturating_add(RATIO_SLACK);
        let left = self.bytes;
        let allowed = limit.min(by_ratio).min(left);
        let content = self.begin(archive, index, allowed.saturating_add(1))?;
        if content.len() as u64 <= allowed {
            return Ok(content);
        }
        Err(if allowed == limit {
            format!("larger than {limit} bytes; it was not read")
        } else if allowed == left {
            format!("more than {MAX_UNPACKED} bytes unpacked from the file; it was not read")
        } else {
            format!("unpacks to more than {MAX_RATIO} times its size; it was not read")
        })
    }

    /// The first bytes of an entry, at most `limit` of them.
    pub fn begin(
        &mut self,
        archive: &mut Archive<'_>,
        index: usize,
        limit: u64,
    ) -> Result<Vec<u8>, String> {
        let entry = archive.by_index(index).map_err(|e| e.to_string())?;
        let mut content = Vec::new();
        entry.take(limit).read_to_end(&mut content).map_err(|e| e.to_string())?;
        self.bytes = self.bytes.saturating_sub(content.len() as u64);
        Ok(content)
    }
}

/// The names that several entries of an archive have, of those that `matters`; only the last of each is
/// read, and another reader may take the first (APPNOTE.TXT 4.3.12: name, extra field and comment follow
/// the fixed part, their lengths are at 28, 30 and 32).
pub(super) fn repeated(
    archive: &Archive<'_>,
    bytes: &[u8],
    matters: impl Fn(&str) -> bool,
) -> Vec<String> {
    if !archive.has_duplicate_names() {
        return Vec::new();
    }
    let (mut seen, mut repeated) = (HashSet::new(), Vec::new());
    let start = usize::try_from(archive.central_directory_start()).unwrap_or(usize::MAX);
    let mut rest = bytes.get(start..).unwrap_or_default();
    while let Some(header) = rest.get(..SMALLEST_ENTRY).filter(|h| h.starts_with(SIGNATURE)) {
        let length = |at: usize| match header.get(at..at + 2) {
            Some([low, high]) => usize::from(u16::from_le_bytes([*low, *high])),
            _ => 0,
        };
        let end = SMALLEST_ENTRY + length(28);
        let name = rest.get(SMALLEST_ENTRY..end).unwrap_or_default();
        let text = String::from_utf8_lossy(name);
        if !seen.insert(name) && matters(&text) {
            repeated.push(text.into_owned());
        }
        rest = rest.get(end + length(30) + length(32)..).unwrap_or_default();
    }
    repeated
}

/// An upper bound of the entries, before anything is made of them: the signatures in the bytes.
fn entries_at_most(bytes: &[u8]) -> usize {
    bytes.windows(4).filter(|window| *window == SIGNATURE).count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::io::{Cursor, Write};

    use super::Budget;

    fn two_of(size: usize) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a", "b"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![b'x'; size]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_unpacked_is_counted_over_all_entries() {
        let bytes = two_of(1_000);
        let all = |most: u64| {
            let mut budget = Budget { bytes: most, entries: 2 };
            let mut archive = budget.open(&bytes).unwrap();
            [0, 1].map(|at| budget.content(&mut archive, at, 5_000).map(|content| content.len()))
        };
        assert_eq!(all(2_000), [Ok(1_000), Ok(1_000)]);
        let [first, second] = all(1_999);
        assert_eq!(first, Ok(1_000));
        assert!(second.unwrap_err().contains("bytes unpacked from the file"));
    }

    #[test]
    fn entries_are_counted_over_all_archives() {
        let bytes = two_of(1);
        let mut budget = Budget { bytes: 100, entries: 5 };
        assert!(budget.open(&bytes).is_ok() && budget.open(&bytes).is_ok());
        assert!(budget.open(&bytes).unwrap_err().contains("entries"));
    }

    #[test]
    fn an_entry_has_a_size_and_a_ratio() {
        let bytes = two_of(1_000);
        let mut budget = Budget::default();
        let mut archive = budget.open(&bytes).unwrap();
        assert!(budget.content(&mut archive, 0, 1_000).is_ok());
        assert!(budget.content(&mut archive, 0, 999).unwrap_err().starts_with("larger than 999"));
        let zeros = two_of(4 << 20);
        let mut archive = budget.open(&zeros).unwrap();
        assert!(budget.content(&mut archive, 0, u64::MAX).unwrap_err().contains("200 times"));
    }
}
