//! Builds tables out of a record: for a deep verify and for an import.
//!
//! In: entries with their changes as they are stored, in order. Out: the tables, and the record, in another
//! ledger. An entry whose changes are not those that were hashed is refused.

use crate::LedgerError;
use crate::apply::{Applying, Batch, Sequences, wants_written};
use crate::change::Change;
use crate::database::{Database, Value};
use crate::pack::{Packer, Sum};
use crate::record::{self, Changes, Entry};
use crate::schema::CHANGES;
use crate::tables::broken;

/// Changes applied in one go.
const WAITING: usize = 1_000;

/// A replay in course.
#[derive(Default)]
pub(super) struct Replay {
    sequences: Option<Sequences>,
    of: Option<(Entry, Applying, Changes)>,
    waiting: Vec<(i64, Change, String)>,
    claims: bool,
    count: i64,
    head: Sum,
}

impl Replay {
    /// The next entry begins.
    pub(super) fn entry(
        &mut self,
        entry: Entry,
        database: &mut dyn Database,
        packer: &mut Packer,
    ) -> Result<(), LedgerError> {
        self.finish(database, packer)?;
        if entry.prev != self.head {
            let what = format!("entry {} does not follow from the one before it", entry.seq);
            return Err(LedgerError::Unfit(what));
        }
        let mut sequences = match self.sequences.take() {
            Some(sequences) => sequences,
            None => Sequences::load(database)?,
        };
        if entry.seq != sequences.last("entry") + 1 || entry.first != sequences.last("change") + 1 {
            return Err(LedgerError::Unfit(format!("entry {} is out of its order", entry.seq)));
        }
        sequences.record("entry", entry.seq);
        let applying = Applying::new(entry.seq, entry.at, entry.author.clone(), sequences);
        self.of = Some((entry, applying, Changes::default()));
        self.count = 0;
        Ok(())
    }

    /// The next change of the entry, as it is stored.
    pub(super) fn change(
        &mut self,
        id: i64,
        json: String,
        database: &mut dyn Database,
        packer: &mut Packer,
    ) -> Result<(), LedgerError> {
        let change: Change =
            serde_json::from_str(&json).map_err(|e| broken("changes", id, &e.to_string()))?;
        if self.claims && wants_written(&change) {
            self.flush(database, packer)?;
        }
        self.claims |= matches!(change, Change::Attributed { .. } | Change::Observed { .. });
        self.waiting.push((id, change, json));
        if self.waiting.len() >= WAITING { self.flush(database, packer) } else { Ok(()) }
    }

    fn flush(
        &mut self,
        database: &mut dyn Database,
        packer: &mut Packer,
    ) -> Result<(), LedgerError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.claims = false;
        let Some((entry, applying, digests)) = &mut self.of else {
            return Err(LedgerError::Unfit("a change stands before every entry".to_owned()));
        };
        if waiting.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::new();
        let changes = waiting.iter().map(|(_, change, _)| change);
        let mut batch = Batch::load(database, packer, applying, changes)?;
        for (id, change, json) in &waiting {
            if *id != entry.first + self.count {
                return Err(LedgerError::Unfit(format!("change {id} is out of its order")));
            }
            let (finding, other) = batch.apply(*id, change)?;
            let (kind, ..) = record::labels(change);
            let digest = record::digest(json);
            digests.add(&digest);
            self.count += 1;
            rows.push(vec![
                Value::Int(*id),
                Value::Int(entry.seq),
                Value::text(kind),
                Value::some_int(finding),
                Value::some_int(other),
                Value::Bytes(digest.to_vec()),
                Value::Bytes(
                    batch.packer.pack(json).map_err(|e| broken("changes", *id, &e.to_string()))?,
                ),
            ]);
        }
        batch.write()?;
        applying.sequences.record("change", entry.first + self.count - 1);
        database.put(&CHANGES, &rows)
    }

    /// The last entry ends; the hash of it.
    pub(super) fn finish(
        &mut self,
        database: &mut dyn Database,
        packer: &mut Packer,
    ) -> Result<Sum, LedgerError> {
        if self.of.is_none() {
            return Ok(self.head);
        }
        self.flush(database, packer)?;
        if let Some((entry, mut applying, digests)) = self.of.take() {
            if digests.digest() != entry.digest || self.count != entry.changes {
                let what =
                    format!("the changes of entry {} are not those that were hashed", entry.seq);
                return Err(LedgerError::Unfit(what));
            }
            applying.finish(database)?;
            entry.write(database)?;
            self.head = entry.hash();
            self.sequences = Some(applying.sequences);
        }
        Ok(self.head)
    }
}
