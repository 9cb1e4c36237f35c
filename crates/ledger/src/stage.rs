//! Where a document's claims wait before they are matched: a private temporary file of SQLite, gone with the
//! process, so that memory does not grow with the document.
//!
//! In: claims as they are read. Out: whole buckets in order, with the attribution each was matched to. Never:
//! in the ledger's own file.

use crate::change::Key;
use crate::{LedgerError, not_yet};

/// A claim that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Its place in the document.
    pub ordinal: i64,
    /// Names, the strongest first; true: believed only where it does not repeat over different tuples in
    /// this document.
    pub names: Vec<(Key, bool)>,
    /// What it is, structured.
    pub tuple: Key,
    /// Where nearness is asked for.
    pub bucket: Key,
    /// What stands there.
    pub content: Option<Key>,
    /// Content without the file.
    pub moved: Option<Key>,
    /// The line; 0 when unknown.
    pub line: u32,
    /// Digest of the observations.
    pub digest: Key,
    /// The claim as JSON.
    pub body: String,
}

/// A staged claim with the attribution it was matched to.
pub type Waiting = (Staged, Option<i64>);

/// The claims of one document.
pub struct Stage {
    len: u64,
}

impl Stage {
    /// An empty one.
    pub fn new() -> Result<Self, LedgerError> {
        Err(not_yet("a temporary file".to_owned()))
    }

    /// Puts one in.
    pub fn put(&mut self, staged: &Staged) -> Result<(), LedgerError> {
        let _ = staged;
        Err(not_yet("a temporary file".to_owned()))
    }

    /// After the last: builds the indices and takes the unbelievable names out. How many names that were.
    pub fn seal(&mut self) -> Result<u64, LedgerError> {
        Err(not_yet("a temporary file".to_owned()))
    }

    /// Whole buckets in the order of their keys, those after `after`, until `most_rows` are reached: at least
    /// one bucket, if any is left. `only_unmatched` leaves matched claims out.
    pub fn buckets(
        &mut self,
        after: Option<Key>,
        most_rows: u32,
        only_unmatched: bool,
    ) -> Result<Vec<(Key, Vec<Waiting>)>, LedgerError> {
        let _ = (after, most_rows, only_unmatched);
        Err(not_yet("a temporary file".to_owned()))
    }

    /// Which claim (its ordinal) is which attribution.
    pub fn mark(&mut self, pairs: &[(i64, i64)]) -> Result<(), LedgerError> {
        let _ = pairs;
        Err(not_yet("a temporary file".to_owned()))
    }

    /// Which of these attributions were matched or seen, in the order asked.
    pub fn is_matched(&mut self, attributions: &[i64]) -> Result<Vec<bool>, LedgerError> {
        let _ = attributions;
        Err(not_yet("a temporary file".to_owned()))
    }

    /// Attributions that were seen without a claim of their own (merged aliases).
    pub fn mark_seen(&mut self, attributions: &[i64]) -> Result<(), LedgerError> {
        let _ = attributions;
        Err(not_yet("a temporary file".to_owned()))
    }

    /// Unmatched claims whose `moved` occurs once among the unmatched: `moved` and ordinal, by `moved`, those
    /// after `after`.
    pub fn lonely_moves(
        &mut self,
        after: Option<Key>,
        most: u32,
    ) -> Result<Vec<(Key, i64)>, LedgerError> {
        let _ = (after, most);
        Err(not_yet("a temporary file".to_owned()))
    }

    /// How many wait.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
