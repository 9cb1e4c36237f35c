//! What one import or decision appends: one transaction, one link of the chain.
//!
//! In: [`Change`]s in their order. Out: the tables as they are after them, and the new head. Dropped without
//! [`Write::commit`], nothing of it was. Never: a decision; what a change means for the tables follows from
//! the change and the tables alone, so that a replay gives the same ones.
//!
//! Changes wait in memory and are written a thousand at a time; a read writes those that wait first. So read
//! in chunks, then append: to alternate row by row is slow on a server.

mod asks;

use std::collections::HashSet;

use crate::apply::{Applying, Batch, Sequences, sequence, wants_written};
use crate::change::Change;
use crate::database::{Database, Value, all, clean};
use crate::pack::{Packer, Sum, hex, sum, without_long};
use crate::record::{self, Changes, Entry, Said};
use crate::row::{Head, Ids};
use crate::schema::{BODIES, CHANGES, ENTRIES, TEXTS};
use crate::tables::{broken, micros};
use crate::{Author, Instant, Ledger, LedgerError};

/// Changes that wait before they are written.
const WAITING: usize = 1_000;
/// Bytes of bodies that wait before they are written.
const WAITING_BYTES: usize = 8 << 20;
/// Digests of texts that are remembered as stored.
const TEXTS_SEEN: usize = 20_000;

/// The one writer's transaction.
pub struct Write<'l> {
    ledger: &'l mut Ledger,
    pending: Pending,
    ended: bool,
}

/// An entry that is being made.
pub(crate) struct Pending {
    role: String,
    applying: Applying,
    changes: Vec<Change>,
    bytes: usize,
    claims: bool,
    first: i64,
    count: i64,
    digest: Changes,
    prev: Sum,
    texts: HashSet<Sum>,
    /// Something failed half-way: the transaction must not be committed.
    failed: bool,
}

impl<'l> Write<'l> {
    /// After the transaction has begun.
    pub(crate) fn begin(
        ledger: &'l mut Ledger,
        author: Author,
        at: Instant,
    ) -> Result<Self, LedgerError> {
        let pending = Pending::begin(ledger.database.as_mut(), author, at);
        match pending {
            Ok(pending) => Ok(Self { ledger, pending, ended: false }),
            Err(error) => {
                let _ = ledger.database.rollback();
                Err(error)
            }
        }
    }

    /// The next number. It is given out again when no change that is committed has it.
    pub fn next(&mut self, ids: Ids) -> Result<i64, LedgerError> {
        Ok(self.pending.applying.sequences.next(sequence(ids)))
    }

    /// Records a change and applies it to the tables.
    pub fn append(&mut self, change: &Change) -> Result<(), LedgerError> {
        let pending = &mut self.pending;
        if pending.claims && wants_written(change) {
            self.flush()?;
        }
        let pending = &mut self.pending;
        if let Change::Attributed { claim, .. } | Change::Observed { claim, .. } = change {
            pending.claims = true;
            pending.bytes += claim.body.len();
        }
        pending.changes.push(change.clone());
        if pending.changes.len() >= WAITING || pending.bytes >= WAITING_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// One link of the chain. `kind`: `import`, `decision`, `proposal`, `closure`, `verify`, `undo`,
    /// `setting`. Without a change there is no entry, and the head stays.
    pub fn commit(mut self, kind: &str, summary: &str) -> Result<Head, LedgerError> {
        self.flush()?;
        if self.pending.failed {
            return Err(LedgerError::Unfit("a change before it failed".to_owned()));
        }
        let database = self.ledger.database.as_mut();
        if self.pending.count == 0 {
            return head(database).map(|(head, _)| head);
        }
        self.pending.applying.finish(database)?;
        let head = self.pending.entry(kind, summary).write(database)?;
        database.commit()?;
        self.ended = true;
        Ok(head)
    }

    /// The database, after what waits was written.
    fn fresh(&mut self) -> Result<&mut dyn Database, LedgerError> {
        self.flush()?;
        Ok(self.ledger.database.as_mut())
    }

    fn flush(&mut self) -> Result<(), LedgerError> {
        if self.pending.changes.is_empty() {
            return Ok(());
        }
        let Ledger { database, packer, .. } = &mut *self.ledger;
        let done = self.pending.flush(database.as_mut(), packer);
        self.pending.failed |= done.is_err();
        done
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // A connection that cannot roll back is lost, and the database rolls back by itself.
            let _ = self.ledger.database.rollback();
        }
    }
}

impl Pending {
    fn begin(
        database: &mut dyn Database,
        author: Author,
        at: Instant,
    ) -> Result<Self, LedgerError> {
        let (head, prev) = head(database)?;
        let mut sequences = Sequences::load(database)?;
        let entry = head.entry + 1;
        sequences.record("entry", entry);
        let first = sequences.last("change") + 1;
        Ok(Self {
            role: clean(&author.role),
            applying: Applying::new(entry, micros(at), clean(&author.name), sequences),
            changes: Vec::new(),
            bytes: 0,
            claims: false,
            first,
            count: 0,
            digest: Changes::default(),
            prev,
            texts: HashSet::new(),
            failed: false,
        })
    }

    /// Records the changes that wait and applies them.
    fn flush(
        &mut self,
        database: &mut dyn Database,
        packer: &mut Packer,
    ) -> Result<(), LedgerError> {
        let mut changes = std::mem::take(&mut self.changes);
        (self.bytes, self.claims) = (0, false);
        if self.texts.len() > TEXTS_SEEN {
            self.texts.clear();
        }
        let mut rows = Rows::default();
        let mut batch = Batch::load(database, packer, &mut self.applying, changes.iter())?;
        for change in &mut changes {
            let id = self.first + self.count;
            rows.part_bodies(id, change, &batch, &mut self.texts);
            let (finding, other) = batch.apply(id, change)?;
            let (kind, ..) = record::labels(change);
            let json =
                serde_json::to_string(change).map_err(|e| broken("changes", id, &e.to_string()))?;
            let digest = record::digest(&json);
            self.digest.add(&digest);
            self.count += 1;
            rows.changes.push(vec![
                Value::Int(id),
                Value::Int(self.first),
                Value::text(kind),
                Value::some_int(finding),
                Value::some_int(other),
                Value::Bytes(digest.to_vec()),
                Value::Text(json),
            ]);
        }
        batch.write()?;
        self.applying.sequences.record("change", self.first + self.count - 1);
        rows.write(self.applying.entry, database, packer)
    }

    fn entry(&mut self, kind: &str, summary: &str) -> Entry {
        Entry {
            seq: self.applying.entry,
            at: self.applying.at,
            author: self.applying.author.clone(),
            role: self.role.clone(),
            kind: clean(kind),
            summary: clean(summary),
            first: self.first,
            changes: self.count,
            digest: std::mem::take(&mut self.digest).digest(),
            prev: self.prev,
        }
    }
}

/// Rows of the record that wait.
#[derive(Default)]
struct Rows {
    changes: Vec<Vec<Value>>,
    bodies: Vec<(i64, String)>,
    texts: Vec<(Sum, String)>,
}

impl Rows {
    /// Takes what the source said out of a change, and leaves its place and digest.
    fn part_bodies(
        &mut self,
        id: i64,
        change: &mut Change,
        batch: &Batch<'_>,
        texts: &mut HashSet<Sum>,
    ) {
        let known = match change {
            Change::Observed { attribution, .. } => batch.known(*attribution),
            _ => None,
        };
        let (claim, was) = record::claims_of(change);
        if let Some(claim) = claim.filter(|claim| !claim.body.is_empty()) {
            let (body, digest) = self.packed(&claim.body, texts);
            let row = record::new_row(id);
            self.bodies.push((row, body));
            record::refer(claim, Said { row, digest });
        }
        if let Some(was) = was.filter(|was| !was.body.is_empty()) {
            let (body, digest) = self.packed(&was.body, texts);
            let row = match known {
                Some(known) if known.digest == digest => known.row,
                _ => {
                    let row = record::was_row(id);
                    self.bodies.push((row, body));
                    row
                }
            };
            record::refer(was, Said { row, digest });
        }
    }

    fn packed(&mut self, body: &str, seen: &mut HashSet<Sum>) -> (String, Sum) {
        let (packed, texts) = without_long(body);
        for (digest, text) in texts {
            if seen.insert(digest) {
                self.texts.push((digest, text.to_owned()));
            }
        }
        let digest = sum(packed.as_bytes());
        (packed, digest)
    }

    fn write(
        self,
        entry: i64,
        database: &mut dyn Database,
        packer: &mut Packer,
    ) -> Result<(), LedgerError> {
        let mut pack = |table: &'static str, id: i64, text: &str| {
            packer.pack(text).map(Value::Bytes).map_err(|e| broken(table, id, &e.to_string()))
        };
        let mut changes = self.changes;
        for row in &mut changes {
            let [Value::Int(id), of, .., body] = row.as_mut_slice() else { continue };
            *of = Value::Int(entry);
            if let Value::Text(json) = body {
                *body = pack("changes", *id, json)?;
            }
        }
        database.put(&CHANGES, &changes)?;
        let mut rows = Vec::new();
        for (id, body) in &self.bodies {
            rows.push(vec![Value::Int(*id), pack("bodies", *id, body)?]);
        }
        database.put(&BODIES, &rows)?;
        let mut rows = Vec::new();
        for (digest, text) in &self.texts {
            rows.push(vec![Value::Bytes(digest.to_vec()), pack("texts", 0, text)?]);
        }
        database.put(&TEXTS, &rows)
    }
}

impl Entry {
    /// Writes it; the new head.
    pub(crate) fn write(&self, database: &mut dyn Database) -> Result<Head, LedgerError> {
        let hash = self.hash();
        let row = vec![
            Value::Int(self.seq),
            Value::Int(self.at),
            Value::text(&self.author),
            Value::text(&self.role),
            Value::text(&self.kind),
            Value::text(&self.summary),
            Value::Int(self.first),
            Value::Int(self.changes),
            Value::Bytes(self.digest.to_vec()),
            Value::Bytes(self.prev.to_vec()),
            Value::Bytes(hash.to_vec()),
        ];
        database.put(&ENTRIES, &[row])?;
        Ok(Head { entry: self.seq, hash: hex(&hash) })
    }
}

/// The end of the chain, and its hash.
pub(crate) fn head(database: &mut dyn Database) -> Result<(Head, Sum), LedgerError> {
    let sql = "SELECT e.seq, e.hash FROM entries e ORDER BY e.seq DESC LIMIT 1";
    let found: Vec<(i64, Sum)> =
        all(database, sql, &[], &mut |row| Ok((row.int(0)?, row.fixed(1)?)))?;
    let (entry, hash) = found.first().copied().unwrap_or((0, [0; 32]));
    Ok((Head { entry, hash: hex(&hash) }, hash))
}
