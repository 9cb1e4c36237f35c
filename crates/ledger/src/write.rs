//! What one import or decision appends: one transaction, one link of the chain.
//!
//! In: [`Change`]s in their order. Out: the tables as they are after them, and the new head. Dropped without
//! [`Write::commit`], nothing of it was. Never: a decision; what a change means for the tables follows from
//! the change and the tables alone, so that a replay gives the same ones.

use crate::change::{AssetFacts, Claim, Document, Key};
use crate::row::{Attribution, EntryRow, Finding, Head, Ids, Stream};
use crate::{Change, Ledger, LedgerError, not_yet};

/// The one writer's transaction.
pub struct Write<'l> {
    ledger: &'l mut Ledger,
}

impl Write<'_> {
    /// The next number.
    pub fn next(&mut self, ids: Ids) -> Result<i64, LedgerError> {
        let _ = ids;
        self.not_yet()
    }

    /// The asset of this name.
    pub fn asset(&mut self, name: &str) -> Result<Option<(i64, AssetFacts)>, LedgerError> {
        let _ = name;
        self.not_yet()
    }

    /// The stream of a source on an asset and branch, with its last document.
    pub fn stream(
        &mut self,
        asset: i64,
        source: &str,
        reference: &str,
    ) -> Result<Option<Stream>, LedgerError> {
        let _ = (asset, source, reference);
        self.not_yet()
    }

    /// A document with these bytes that the stream has taken in with this scope, and that was not taken back.
    pub fn document_known(
        &mut self,
        stream: i64,
        sha256: &str,
        scope: &str,
    ) -> Result<Option<Document>, LedgerError> {
        let _ = (stream, sha256, scope);
        self.not_yet()
    }

    /// Claims of the stream by their names, live and retired.
    pub fn by_names(
        &mut self,
        stream: i64,
        keys: &[Key],
    ) -> Result<Vec<(Key, Attribution)>, LedgerError> {
        let _ = (stream, keys);
        self.not_yet()
    }

    /// Live claims of the stream by their buckets.
    pub fn by_buckets(
        &mut self,
        stream: i64,
        keys: &[Key],
    ) -> Result<Vec<(Key, Attribution)>, LedgerError> {
        let _ = (stream, keys);
        self.not_yet()
    }

    /// Live claims of the stream by their content without the file.
    pub fn by_moved(
        &mut self,
        stream: i64,
        keys: &[Key],
    ) -> Result<Vec<(Key, Attribution)>, LedgerError> {
        let _ = (stream, keys);
        self.not_yet()
    }

    /// Findings of the asset by keys across sources; not void ones.
    pub fn by_links(&mut self, asset: i64, keys: &[Key]) -> Result<Vec<(Key, i64)>, LedgerError> {
        let _ = (asset, keys);
        self.not_yet()
    }

    /// Claims that no rule may tie to this finding.
    pub fn kept_apart(&mut self, finding: i64) -> Result<Vec<i64>, LedgerError> {
        let _ = finding;
        self.not_yet()
    }

    /// Live claims of the stream by number, those above `after`.
    pub fn live(
        &mut self,
        stream: i64,
        after: i64,
        most: u32,
    ) -> Result<Vec<Attribution>, LedgerError> {
        let _ = (stream, after, most);
        self.not_yet()
    }

    /// Findings by number; those that there are, in the order of their numbers.
    pub fn findings(&mut self, ids: &[i64]) -> Result<Vec<Finding>, LedgerError> {
        let _ = ids;
        self.not_yet()
    }

    /// The standing claim, descriptions put back.
    pub fn claim(&mut self, attribution: i64) -> Result<Option<Claim>, LedgerError> {
        let _ = attribution;
        self.not_yet()
    }

    /// Claims tied to a finding, live and retired.
    pub fn attributions_of(&mut self, finding: i64) -> Result<Vec<Attribution>, LedgerError> {
        let _ = finding;
        self.not_yet()
    }

    /// An entry with its changes, to take it back.
    pub fn entry(&mut self, entry: i64) -> Result<Option<(EntryRow, Vec<Change>)>, LedgerError> {
        let _ = entry;
        self.not_yet()
    }

    /// Records a change and applies it to the tables.
    pub fn append(&mut self, change: &Change) -> Result<(), LedgerError> {
        let _ = change;
        self.not_yet()
    }

    /// One link of the chain. `kind`: `import`, `decision`, `proposal`, `closure`, `verify`, `undo`,
    /// `setting`. Without a change there is no entry, and the head stays.
    pub fn commit(self, kind: &str, summary: &str) -> Result<Head, LedgerError> {
        let _ = (kind, summary);
        self.not_yet()
    }

    fn not_yet<T>(&self) -> Result<T, LedgerError> {
        Err(not_yet(self.ledger.place.clone()))
    }
}
