//! What does a writer ask of the tables, as they are after all that it appended so far?

use super::Write;
use crate::change::{AssetFacts, Change, Claim, Document, Edge, Key, Statement};
use crate::database::{Row, Value, all};
use crate::read;
use crate::record;
use crate::row::{Attribution, EntryRow, Finding, Stream};
use crate::tables::{self, AttributionRow, unpacked};
use crate::{Ledger, LedgerError};

impl Write<'_> {
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

    /// The other streams of a source on an asset, which are its other branches: number, branch, and whether a claim of it
    /// stands, the oldest first.
    pub fn siblings(
        &mut self,
        asset: i64,
        source: &str,
        stream: i64,
    ) -> Result<Vec<(i64, String, bool)>, LedgerError> {
        let sql = "SELECT t.id, t.reference, (CASE WHEN EXISTS (SELECT 1 FROM attributions a \
                   WHERE a.stream = t.id AND a.state = 0) THEN 1 ELSE 0 END) FROM streams t \
                   WHERE t.asset = $1 AND t.source = $2 AND t.id <> $3 ORDER BY t.id";
        let with = [Value::Int(asset), Value::text(source), Value::Int(stream)];
        let read = &mut |row: &mut Row| Ok((row.int(0)?, row.text(1)?, row.int(2)? == 1));
        all(self.fresh()?, sql, &with, read)
    }

    /// Documents by number, with the stream that each belongs to.
    pub fn documents_of(&mut self, ids: &[i64]) -> Result<Vec<Document>, LedgerError> {
        let sql = "SELECT d.id, d.details FROM documents d WHERE d.id = ANY($1) ORDER BY d.id";
        self.documents(sql, &[Value::Ints(ids.to_vec())])
    }

    /// The last run of a stream before a document that it has taken in.
    pub fn document_before(
        &mut self,
        stream: i64,
        document: i64,
    ) -> Result<Option<Document>, LedgerError> {
        let sql = "SELECT d.id, d.details FROM documents d \
                   WHERE d.stream = $1 AND d.id < $2 AND d.void = 0 \
                   ORDER BY d.scanned_at DESC, d.id DESC LIMIT 1";
        Ok(self.documents(sql, &[Value::Int(stream), Value::Int(document)])?.into_iter().next())
    }

    /// What happened to a finding and its claims, in its order.
    pub fn changes_of(&mut self, finding: i64) -> Result<Vec<Change>, LedgerError> {
        self.flush()?;
        let Ledger { database, packer, .. } = &mut *self.ledger;
        let rest = "WHERE c.finding = $1 OR c.other = $1 ORDER BY c.id";
        let found = read::changes(database.as_mut(), packer, rest, &[Value::Int(finding)])?;
        Ok(found.into_iter().map(|(_, change)| change).collect())
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

    /// A document with these bytes that the stream has taken in, with this scope where one is named, and that was not
    /// taken back; the latest one.
    pub fn document_known(
        &mut self,
        stream: i64,
        sha256: &str,
        scope: Option<&str>,
    ) -> Result<Option<Document>, LedgerError> {
        let sql = "SELECT d.id, d.details FROM documents d \
                   WHERE d.stream = $1 AND d.sha256 = $2 AND d.void = 0 ORDER BY d.id DESC";
        let found = self.documents(sql, &[Value::Int(stream), Value::text(sha256)])?;
        Ok(found.into_iter().find(|document| scope.is_none_or(|scope| document.scope == scope)))
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
}

fn many(keys: &[Key]) -> Value {
    Value::Keys(keys.iter().map(|key| key.to_vec()).collect())
}
