//! What one import or decision appends: one transaction, one link of the chain.
//!
//! In: [`Change`]s in their order. Out: the tables as they are after them, and the new head. Dropped without
//! [`Write::commit`], nothing of it was. Never: a decision; what a change means for the tables follows from
//! the change and the tables alone, so that a replay gives the same ones.
//!
//! Changes wait in memory and are written a thousand at a time; a read writes those that wait first. So read
//! in chunks, then append: to alternate row by row is slow on a server.

use std::collections::HashSet;

use crate::apply::{Applying, Batch, Sequences, sequence, wants_written};
use crate::change::{AssetFacts, Change, Claim, Document, Edge, Key, Statement};
use crate::database::{Database, Row, Value, all, clean};
use crate::pack::{Packer, Sum, hex, sum, without_long};
use crate::read;
use crate::record::{self, Changes, Entry, Said};
use crate::row::{Attribution, EntryRow, Finding, Head, Ids, Stream};
use crate::schema::{BODIES, CHANGES, ENTRIES, TEXTS};
use crate::tables::{self, AttributionRow, broken, micros, unpacked};
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

    /// The asset of this name.
    pub fn asset(&mut self, name: &str) -> Result<Option<(i64, AssetFacts)>, LedgerError> {
        let sql = format!("SELECT {} FROM assets s WHERE s.name = $1", tables::ASSET_COLUMNS);
        let found =
            all(self.fresh()?, &sql, &[Value::text(name)], &mut |row| tables::asset(row, 0))?;
        Ok(found.into_iter().next())
    }

    /// The stream of a source on an asset and branch, with its last document.
    pub fn stream(
        &mut self,
        asset: i64,
        source: &str,
        reference: &str,
    ) -> Result<Option<Stream>, LedgerError> {
        let sql = "SELECT t.id FROM streams t \
                   WHERE t.asset = $1 AND t.source = $2 AND t.reference = $3";
        let with = [Value::Int(asset), Value::text(source), Value::text(reference)];
        let found = all(self.fresh()?, sql, &with, &mut |row| row.int(0))?;
        let Some(id) = found.first().copied() else { return Ok(None) };
        let sql = "SELECT d.id, d.details FROM documents d WHERE d.stream = $1 AND d.void = 0 \
                   ORDER BY d.scanned_at DESC, d.id DESC LIMIT 1";
        let last = self.documents(sql, &[Value::Int(id)])?.into_iter().next();
        Ok(Some(Stream { id, asset, last }))
    }

    /// The other streams of a source on an asset, which are its other branches: number and branch, the oldest
    /// first.
    pub fn siblings(
        &mut self,
        asset: i64,
        source: &str,
        stream: i64,
    ) -> Result<Vec<(i64, String)>, LedgerError> {
        let sql = "SELECT t.id, t.reference FROM streams t \
                   WHERE t.asset = $1 AND t.source = $2 AND t.id <> $3 ORDER BY t.id";
        let with = [Value::Int(asset), Value::text(source), Value::Int(stream)];
        all(self.fresh()?, sql, &with, &mut |row| Ok((row.int(0)?, row.text(1)?)))
    }

    /// Documents by number, with the stream that each belongs to.
    pub fn documents_of(&mut self, ids: &[i64]) -> Result<Vec<Document>, LedgerError> {
        let sql = "SELECT d.id, d.details FROM documents d WHERE d.id = ANY($1) ORDER BY d.id";
        self.documents(sql, &[Value::Ints(ids.to_vec())])
    }

    /// What a person states of a source on an asset.
    pub fn statement(
        &mut self,
        asset: i64,
        source: &str,
    ) -> Result<Option<Statement>, LedgerError> {
        self.flush()?;
        let Ledger { database, packer, .. } = &mut *self.ledger;
        let sql = "SELECT y.details FROM statements y WHERE y.asset = $1 AND y.source = $2";
        let with = [Value::Int(asset), Value::text(source)];
        let found = all(database.as_mut(), sql, &with, &mut |row| {
            unpacked("statements", asset, &row.bytes(0)?, packer)
        })?;
        Ok(found.into_iter().next())
    }

    /// All streams of an asset: number, source, branch, the oldest first.
    pub fn streams(&mut self, asset: i64) -> Result<Vec<(i64, String, String)>, LedgerError> {
        let sql =
            "SELECT t.id, t.source, t.reference FROM streams t WHERE t.asset = $1 ORDER BY t.id";
        let read = &mut |row: &mut Row| Ok((row.int(0)?, row.text(1)?, row.text(2)?));
        all(self.fresh()?, sql, &[Value::Int(asset)], read)
    }

    /// How many claims of the stream stand.
    pub fn standing(&mut self, stream: i64) -> Result<i64, LedgerError> {
        let sql = "SELECT COUNT(*) FROM attributions a WHERE a.stream = $1 AND a.state = 0";
        crate::database::one_int(self.fresh()?, sql, &[Value::Int(stream)])
    }

    /// Proposals on a finding, waiting and settled: number, whether it waits, what.
    pub fn proposals_of(
        &mut self,
        finding: i64,
    ) -> Result<Vec<(i64, bool, serde_json::Value)>, LedgerError> {
        self.flush()?;
        let Ledger { database, packer, .. } = &mut *self.ledger;
        let sql =
            "SELECT p.id, p.settled, p.what FROM proposals p WHERE p.finding = $1 ORDER BY p.id";
        all(database.as_mut(), sql, &[Value::Int(finding)], &mut |row| {
            let id = row.int(0)?;
            Ok((id, row.int(1)? == 0, unpacked("proposals", id, &row.bytes(2)?, packer)?))
        })
    }

    /// A document with these bytes that the stream has taken in with this scope, and that was not taken
    /// back; the latest one.
    pub fn document_known(
        &mut self,
        stream: i64,
        sha256: &str,
        scope: &str,
    ) -> Result<Option<Document>, LedgerError> {
        let sql = "SELECT d.id, d.details FROM documents d \
                   WHERE d.stream = $1 AND d.sha256 = $2 AND d.void = 0 ORDER BY d.id DESC";
        let found = self.documents(sql, &[Value::Int(stream), Value::text(sha256)])?;
        Ok(found.into_iter().find(|document| document.scope == scope))
    }

    fn documents(&mut self, sql: &str, with: &[Value]) -> Result<Vec<Document>, LedgerError> {
        self.flush()?;
        let packer = &mut self.ledger.packer;
        all(self.ledger.database.as_mut(), sql, with, &mut |row| {
            let id = row.int(0)?;
            unpacked("documents", id, &row.bytes(1)?, packer)
        })
    }

    /// Claims of the stream by their names, live and retired.
    pub fn by_names(
        &mut self,
        stream: i64,
        keys: &[Key],
    ) -> Result<Vec<(Key, Attribution)>, LedgerError> {
        self.by_keys(
            "n.key FROM names n JOIN attributions a ON a.id = n.attribution \
             WHERE n.stream = $1 AND n.key = ANY($2) ORDER BY n.key, a.id",
            stream,
            keys,
        )
    }

    /// Live claims of the stream by their buckets.
    pub fn by_buckets(
        &mut self,
        stream: i64,
        keys: &[Key],
    ) -> Result<Vec<(Key, Attribution)>, LedgerError> {
        self.by_keys(
            "a.bucket FROM attributions a WHERE a.stream = $1 AND a.state = 0 \
             AND a.bucket = ANY($2) ORDER BY a.bucket, a.id",
            stream,
            keys,
        )
    }

    fn by_keys(
        &mut self,
        rest: &str,
        stream: i64,
        keys: &[Key],
    ) -> Result<Vec<(Key, Attribution)>, LedgerError> {
        self.flush()?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT {}, {rest}", AttributionRow::COLUMNS);
        let packer = &mut self.ledger.packer;
        all(self.ledger.database.as_mut(), &sql, &[Value::Int(stream), many(keys)], &mut |row| {
            let attribution = AttributionRow::read(row, packer)?.attribution();
            Ok((row.fixed(AttributionRow::WIDTH)?, attribution))
        })
    }

    /// Findings of the asset by keys across sources; not void ones.
    pub fn by_links(&mut self, asset: i64, keys: &[Key]) -> Result<Vec<(Key, i64)>, LedgerError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT DISTINCT l.key, a.finding FROM links l \
                   JOIN attributions a ON a.id = l.attribution JOIN findings f ON f.id = a.finding \
                   WHERE l.asset = $1 AND l.key = ANY($2) AND f.state <> 2 ORDER BY l.key, a.finding";
        let with = [Value::Int(asset), many(keys)];
        all(self.fresh()?, sql, &with, &mut |row| Ok((row.fixed(0)?, row.int(1)?)))
    }

    /// Claims that no rule may tie to this finding.
    pub fn kept_apart(&mut self, finding: i64) -> Result<Vec<i64>, LedgerError> {
        let sql = "SELECT k.attribution FROM apart k WHERE k.finding = $1 ORDER BY k.attribution";
        all(self.fresh()?, sql, &[Value::Int(finding)], &mut |row| row.int(0))
    }

    /// Live claims of the stream by number, those above `after`.
    pub fn live(
        &mut self,
        stream: i64,
        after: i64,
        most: u32,
    ) -> Result<Vec<Attribution>, LedgerError> {
        let rest =
            format!("WHERE a.stream = $1 AND a.state = 0 AND a.id > $2 ORDER BY a.id LIMIT {most}");
        self.attributions(&rest, &[Value::Int(stream), Value::Int(after)])
    }

    /// Claims of the stream by number, those above `after`, live and retired.
    pub fn of_stream(
        &mut self,
        stream: i64,
        after: i64,
        most: u32,
    ) -> Result<Vec<Attribution>, LedgerError> {
        let rest = format!(
            "WHERE a.stream = $1 AND a.state <> 2 AND a.id > $2 ORDER BY a.id LIMIT {most}"
        );
        self.attributions(&rest, &[Value::Int(stream), Value::Int(after)])
    }

    /// Claims by their numbers.
    pub fn claims_of(&mut self, ids: &[i64]) -> Result<Vec<Attribution>, LedgerError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.attributions("WHERE a.id = ANY($1) ORDER BY a.id", &[Value::Ints(ids.to_vec())])
    }

    /// Claims tied to a finding, live and retired.
    pub fn attributions_of(&mut self, finding: i64) -> Result<Vec<Attribution>, LedgerError> {
        let rest = "WHERE a.finding = $1 AND a.state <> 2 ORDER BY a.id";
        self.attributions(rest, &[Value::Int(finding)])
    }

    fn attributions(
        &mut self,
        rest: &str,
        with: &[Value],
    ) -> Result<Vec<Attribution>, LedgerError> {
        self.flush()?;
        let sql = format!("SELECT {} FROM attributions a {rest}", AttributionRow::COLUMNS);
        let packer = &mut self.ledger.packer;
        let read = &mut |row: &mut Row| AttributionRow::read(row, packer);
        let rows = all(self.ledger.database.as_mut(), &sql, with, read)?;
        Ok(rows.into_iter().map(AttributionRow::attribution).collect())
    }

    /// The claims tied to a finding, live and retired: number, stream, edge.
    pub fn edges_of(&mut self, finding: i64) -> Result<Vec<(i64, i64, Edge)>, LedgerError> {
        let sql = format!(
            "SELECT {} FROM attributions a WHERE a.finding = $1 AND a.state <> 2 ORDER BY a.id",
            AttributionRow::COLUMNS
        );
        self.flush()?;
        let packer = &mut self.ledger.packer;
        let with = [Value::Int(finding)];
        let rows = all(self.ledger.database.as_mut(), &sql, &with, &mut |row| {
            AttributionRow::read(row, packer)
        })?;
        Ok(rows.into_iter().map(|row| (row.id, row.stream, row.edge)).collect())
    }

    /// Findings by number; those that there are, in the order of their numbers.
    pub fn findings(&mut self, ids: &[i64]) -> Result<Vec<Finding>, LedgerError> {
        self.flush()?;
        let rest = "WHERE f.id = ANY($1) ORDER BY f.id";
        let Ledger { database, packer, .. } = &mut *self.ledger;
        read::findings(database.as_mut(), packer, rest, &[Value::Ints(ids.to_vec())])
    }

    /// The open findings of these fixes of an asset, by number.
    pub fn open_of_fixes(
        &mut self,
        asset: i64,
        keys: &[String],
    ) -> Result<Vec<Finding>, LedgerError> {
        self.flush()?;
        let keys = keys.iter().map(|key| crate::apply::fix_key(key, "")).collect();
        let rest = "WHERE f.state = 0 AND f.fix IN (SELECT x.id FROM fixes x \
                    WHERE x.asset = $1 AND x.key = ANY($2)) ORDER BY f.id";
        let Ledger { database, packer, .. } = &mut *self.ledger;
        read::findings(database.as_mut(), packer, rest, &[Value::Int(asset), Value::Keys(keys)])
    }

    /// Findings that are closed as duplicates of this one.
    pub fn duplicates_of(&mut self, finding: i64) -> Result<Vec<i64>, LedgerError> {
        let sql = "SELECT DISTINCT c.finding FROM changes c \
                   WHERE c.other = $1 AND c.kind = 'closed' ORDER BY c.finding";
        let ids = all(self.fresh()?, sql, &[Value::Int(finding)], &mut |row| row.int(0))?;
        let mut found = self.findings(&ids)?;
        found.retain(|f| {
            let of = f.closure.as_ref().map(|closure| closure.duplicate_of);
            f.state == "closed" && of == Some(finding)
        });
        Ok(found.into_iter().map(|f| f.id).collect())
    }

    /// The standing claim, descriptions put back.
    pub fn claim(&mut self, attribution: i64) -> Result<Option<Claim>, LedgerError> {
        self.flush()?;
        let rest = "JOIN attributions a ON a.claim = c.id WHERE a.id = $1";
        let Ledger { database, packer, .. } = &mut *self.ledger;
        let found = read::changes(database.as_mut(), packer, rest, &[Value::Int(attribution)])?;
        let change = found.into_iter().next().map(|(_, mut change)| {
            let (claim, _) = record::claims_of(&mut change);
            claim.map(std::mem::take)
        });
        Ok(change.flatten())
    }

    /// An entry with its changes, to take it back.
    pub fn entry(&mut self, entry: i64) -> Result<Option<(EntryRow, Vec<Change>)>, LedgerError> {
        self.flush()?;
        let Ledger { database, packer, .. } = &mut *self.ledger;
        let with = [Value::Int(entry)];
        let found = read::entries(database.as_mut(), "WHERE e.seq = $1", &with)?;
        let Some(found) = found.into_iter().next() else { return Ok(None) };
        let rest = "WHERE c.id >= $1 AND c.id < $2 ORDER BY c.id";
        let with = [Value::Int(found.first), Value::Int(found.first + found.changes)];
        let changes = read::changes(database.as_mut(), packer, rest, &with)?;
        let row = EntryRow {
            entry: found.seq,
            at: tables::instant(found.at),
            author: found.author,
            role: found.role,
            kind: found.kind,
            summary: found.summary,
            changes: found.changes,
        };
        Ok(Some((row, changes.into_iter().map(|(_, change)| change).collect())))
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

fn many(keys: &[Key]) -> Value {
    Value::Keys(keys.iter().map(|key| key.to_vec()).collect())
}
