//! Which formats are there, and which of them is this?
//!
//! A [`Format`] is a row: an id for `--format`, a title, a test of the document's shape, and the reader. The
//! list is [`formats()`]; each row stands in the file of its reader. Recognition is by content alone: file
//! names lie. No two formats may claim the same document (a test over the corpus holds that).

use crate::readers;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::shape::{HEAD, LONG_HEAD, Shape};

/// A format that can be read.
pub struct Format {
    /// For `--format` and in the ledger; never changes (`trivy`, `nessus-csv`).
    pub id: &'static str,
    /// For people (`Trivy JSON`).
    pub title: &'static str,
    /// Whether a document with this shape is one.
    pub detects: fn(&Shape) -> bool,
    /// Reads one.
    pub read: fn(&mut Source<'_>, &mut dyn Sink) -> Result<(), Stop>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// All formats, the most specific first.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    readers::ALL.iter().flat_map(|group| group.iter().copied())
}

/// The format of that id.
pub fn by_id(id: &str) -> Option<&'static Format> {
    formats().find(|format| format.id.eq_ignore_ascii_case(id))
}

/// The format of a document; `None` when nothing fits. A document whose first megabyte does not tell is
/// looked at further.
///
/// # Errors
/// When the bytes cannot be read.
pub fn recognise(source: &mut Source<'_>) -> Result<Option<&'static Format>, Stop> {
    for head in [HEAD, LONG_HEAD] {
        let shape = Shape::of(source, head)?;
        if let Some(format) = formats().find(|format| (format.detects)(&shape)) {
            return Ok(Some(format));
        }
    }
    Ok(None)
}
