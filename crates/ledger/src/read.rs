//! What the tables answer: findings and their details, the record's lines. The queue is in `queue.rs`.
//!
//! In: ids, words. Out: rows. Each call is a consistent snapshot of its own. Never: a write, and never a scan
//! of everything where a page is asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{AssetFacts, Change, Document, Statement};
use crate::database::{Database, Row, Value, all};
use crate::fixes::FixRow;
use crate::pack::{Packer, Sum, sum, texts_of, with_texts};
use crate::queue;
use crate::record::{self, Entry};
use crate::row::{ClaimRow, Finding, Fix, HistoryRow, ImportRow, ProposalRow, UnseenRow};
use crate::tables::{self, AttributionRow, FindingRow, Stand, broken, instant, unpacked};
use crate::{Ledger, LedgerError, words};

/// Findings read in one go.
const PAGE: u32 = 1_000;

impl Ledger {
    /// A row of the queue by its number, also when nothing open is left in it.
    pub fn fix(&mut self, id: i64) -> Result<Option<Fix>, LedgerError> {
        self.reading(|ledger| {
            let sql = format!("SELECT {} FROM fixes x WHERE x.id = $1", FixRow::COLUMNS);
            let rows = all(ledger.database.as_mut(), &sql, &[Value::Int(id)], &mut FixRow::read)?;
            Ok(queue::dressed(ledger.database.as_mut(), &mut ledger.packer, rows)?.pop())
        })
    }

    /// Findings that a fix ends, open ones first, the earliest due first.
    pub fn findings_of_fix(&mut self, fix: i64, most: u32) -> Result<Vec<Finding>, LedgerError> {
        let rest = format!(
            "WHERE f.fix = $1 AND f.state <> 2 ORDER BY f.state, f.due, f.band, f.id LIMIT {most}"
        );
        self.select(&rest, &[Value::Int(fix)])
    }

    /// A finding by its number.
    pub fn finding(&mut self, id: i64) -> Result<Option<Finding>, LedgerError> {
        Ok(self.select("WHERE f.id = $1", &[Value::Int(id)])?.pop())
    }

    /// Findings by number; those that there are, in the order of their numbers.
    pub fn findings(&mut self, ids: &[i64]) -> Result<Vec<Finding>, LedgerError> {
        self.select("WHERE f.id = ANY($1) ORDER BY f.id", &[Value::Ints(ids.to_vec())])
    }

    /// Findings whose title, ids, place, rule or asset have these words, the last word of each as a beginning;
    /// the newest first.
    pub fn search(&mut self, text: &str, most: u32) -> Result<Vec<Finding>, LedgerError> {
        self.reading(|ledger| {
            let database = ledger.database.as_mut();
            let Some(hits) = words::hits(database, text, most)? else { return Ok(Vec::new()) };
            let rest = "WHERE f.id = ANY($1) AND f.state <> 2 ORDER BY f.id DESC";
            findings(database, &mut ledger.packer, rest, &[Value::Ints(hits)])
        })
    }

    fn select(&mut self, rest: &str, with: &[Value]) -> Result<Vec<Finding>, LedgerError> {
        self.reading(|ledger| findings(ledger.database.as_mut(), &mut ledger.packer, rest, with))
    }

    /// The claims tied to a finding, with their edges, descriptions put back.
    pub fn claims(&mut self, finding: i64) -> Result<Vec<ClaimRow>, LedgerError> {
        Ok(self.claims_of(&[finding])?.into_iter().map(|(_, claim)| claim).collect())
    }

    /// The claims tied to any of the findings, each with its finding.
    pub fn claims_of(&mut self, findings: &[i64]) -> Result<Vec<(i64, ClaimRow)>, LedgerError> {
        self.reading(|ledger| {
            let Ledger { database, packer, .. } = ledger;
            let sql = format!(
                "SELECT {}, t.source, t.reference FROM attributions a \
                 JOIN streams t ON t.id = a.stream WHERE a.finding = ANY($1) AND a.state <> 2 \
                 ORDER BY a.id",
                AttributionRow::COLUMNS
            );
            let with = [Value::Ints(findings.to_vec())];
            let rows = all(database.as_mut(), &sql, &with, &mut |row| {
                let width = AttributionRow::WIDTH;
                Ok((AttributionRow::read(row, packer)?, row.text(width)?, row.text(width + 1)?))
            })?;
            let rest = "JOIN attributions a ON a.claim = c.id WHERE a.finding = ANY($1)";
            let mut said: BTreeMap<i64, String> = BTreeMap::new();
            for (id, mut change) in changes(database.as_mut(), packer, rest, &with)? {
                if let Some(claim) = record::claims_of(&mut change).0 {
                    said.insert(id, std::mem::take(&mut claim.body));
                }
            }
            let mut claims = Vec::new();
            for (row, source, reference) in rows {
                let claim = ClaimRow {
                    attribution: row.id,
                    source,
                    reference,
                    live: row.stand == Stand::Live,
                    standing: row.standing,
                    unseen: unseen(database.as_mut(), row.stream, &row.unseen)?,
                    ground: row.ground,
                    edge: row.edge,
                    body: said.remove(&row.claim).unwrap_or_default(),
                };
                claims.push((row.finding, claim));
            }
            Ok(claims)
        })
    }

    /// What happened to a finding, in order.
    pub fn history(&mut self, finding: i64) -> Result<Vec<HistoryRow>, LedgerError> {
        self.reading(|ledger| {
            let Ledger { database, packer, .. } = ledger;
            let sql = "SELECT c.id, e.seq, e.at, e.author FROM changes c \
                       JOIN entries e ON e.seq = c.entry WHERE c.finding = $1 OR c.other = $1";
            let with = [Value::Int(finding)];
            let when: BTreeMap<i64, (i64, i64, String)> =
                all(database.as_mut(), sql, &with, &mut |row| {
                    Ok((row.int(0)?, (row.int(1)?, row.int(2)?, row.text(3)?)))
                })?
                .into_iter()
                .collect();
            let rest = "WHERE c.finding = $1 OR c.other = $1 ORDER BY c.id";
            let mut rows = Vec::new();
            for (id, change) in changes(database.as_mut(), packer, rest, &with)? {
                let Some((entry, at, author)) = when.get(&id).cloned() else { continue };
                rows.push(HistoryRow { entry, at: instant(at), author, change });
            }
            Ok(rows)
        })
    }

    /// Proposals that wait: of one finding, or all.
    pub fn proposals(&mut self, finding: Option<i64>) -> Result<Vec<ProposalRow>, LedgerError> {
        let packer = &mut self.packer;
        let sql = format!(
            "SELECT p.id, p.finding, p.what, p.reason, p.author, p.at FROM proposals p \
             WHERE p.settled = 0 {} ORDER BY p.id",
            if finding.is_some() { "AND p.finding = $1" } else { "" }
        );
        let with: Vec<Value> = finding.map(Value::Int).into_iter().collect();
        all(self.database.as_mut(), &sql, &with, &mut |row| {
            let id = row.int(0)?;
            Ok(ProposalRow {
                id,
                finding: row.int(1)?,
                what: unpacked("proposals", id, &row.bytes(2)?, packer)?,
                reason: row.text(3)?,
                author: row.text(4)?,
                at: instant(row.int(5)?),
            })
        })
    }

    /// What persons state of sources: asset, source, statement; of one asset or all.
    pub fn statements(
        &mut self,
        asset: Option<i64>,
    ) -> Result<Vec<(i64, String, Statement)>, LedgerError> {
        let packer = &mut self.packer;
        let of = if asset.is_some() { "WHERE y.asset = $1" } else { "" };
        let sql = format!(
            "SELECT y.asset, y.source, y.details FROM statements y {of} ORDER BY y.asset, y.source"
        );
        let with: Vec<Value> = asset.map(Value::Int).into_iter().collect();
        all(self.database.as_mut(), &sql, &with, &mut |row| {
            let asset = row.int(0)?;
            Ok((asset, row.text(1)?, unpacked("statements", asset, &row.bytes(2)?, packer)?))
        })
    }

    /// The sources of an asset with their branches: number, source, branch.
    pub fn streams(&mut self, asset: i64) -> Result<Vec<(i64, String, String)>, LedgerError> {
        let sql =
            "SELECT t.id, t.source, t.reference FROM streams t WHERE t.asset = $1 ORDER BY t.id";
        let read = &mut |row: &mut Row| Ok((row.int(0)?, row.text(1)?, row.text(2)?));
        all(self.database.as_mut(), sql, &[Value::Int(asset)], read)
    }

    /// The names of all sources, each once, by name.
    pub fn source_names(&mut self) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT DISTINCT t.source FROM streams t ORDER BY t.source";
        all(self.database.as_mut(), sql, &[], &mut |row| row.text(0))
    }

    /// The latest document of a stream that was not taken back.
    pub fn last_document(&mut self, stream: i64) -> Result<Option<Document>, LedgerError> {
        let packer = &mut self.packer;
        let sql = "SELECT d.id, d.details FROM documents d WHERE d.stream = $1 AND d.void = 0 \
                   ORDER BY d.scanned_at DESC, d.id DESC LIMIT 1";
        let found = all(self.database.as_mut(), sql, &[Value::Int(stream)], &mut |row| {
            let id = row.int(0)?;
            unpacked("documents", id, &row.bytes(1)?, packer)
        })?;
        Ok(found.into_iter().next())
    }

    /// The asset of this name.
    pub fn asset(&mut self, name: &str) -> Result<Option<(i64, AssetFacts)>, LedgerError> {
        let sql = format!("SELECT {} FROM assets s WHERE s.name = $1", tables::ASSET_COLUMNS);
        let with = [Value::text(name)];
        Ok(all(self.database.as_mut(), &sql, &with, &mut |row| tables::asset(row, 0))?.pop())
    }

    /// All assets, by name.
    pub fn assets(&mut self) -> Result<Vec<(i64, AssetFacts)>, LedgerError> {
        let sql = format!("SELECT {} FROM assets s ORDER BY s.name", tables::ASSET_COLUMNS);
        all(self.database.as_mut(), &sql, &[], &mut |row| tables::asset(row, 0))
    }

    /// The latest imports, the last first; not those that were taken back.
    pub fn imports(&mut self, most: u32) -> Result<Vec<ImportRow>, LedgerError> {
        let packer = &mut self.packer;
        let sql = format!(
            "SELECT d.id, d.entry, d.details FROM documents d WHERE d.void = 0 \
             ORDER BY d.id DESC LIMIT {most}"
        );
        all(self.database.as_mut(), &sql, &[], &mut |row| {
            let id = row.int(0)?;
            let document: Document = unpacked("documents", id, &row.bytes(2)?, packer)?;
            Ok(ImportRow { entry: row.int(1)?, counts: document.counts, document })
        })
    }

    /// Saved views: name and filter.
    pub fn views(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        let sql = "SELECT v.name, v.filter FROM views v ORDER BY v.name";
        all(self.database.as_mut(), sql, &[], &mut |row| Ok((row.text(0)?, row.text(1)?)))
    }

    /// A setting.
    pub fn setting(&mut self, name: &str) -> Result<Option<String>, LedgerError> {
        self.value("SELECT g.value FROM settings g WHERE g.name = $1", name)
    }

    /// Every setting, by name.
    pub fn settings(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        let sql = "SELECT g.name, g.value FROM settings g ORDER BY g.name";
        all(self.database.as_mut(), sql, &[], &mut |row| Ok((row.text(0)?, row.text(1)?)))
    }

    /// The role given to an actor.
    pub fn role(&mut self, actor: &str) -> Result<Option<String>, LedgerError> {
        self.value("SELECT r.role FROM roles r WHERE r.actor = $1", actor)
    }

    fn value(&mut self, sql: &str, key: &str) -> Result<Option<String>, LedgerError> {
        let database = self.database.as_mut();
        Ok(all(database, sql, &[Value::text(key)], &mut |row| row.text(0))?.pop())
    }

    /// Every finding by number, of one asset or all, until `each` answers false. Void ones are left out.
    pub fn each_finding(
        &mut self,
        asset: Option<i64>,
        open_only: bool,
        each: &mut dyn FnMut(Finding) -> bool,
    ) -> Result<(), LedgerError> {
        let state = if open_only { "f.state = 0" } else { "f.state <> 2" };
        let asset_is = if asset.is_some() { "AND f.asset = $2" } else { "" };
        let rest = format!("WHERE f.id > $1 AND {state} {asset_is} ORDER BY f.id LIMIT {PAGE}");
        self.reading(|ledger| {
            let Ledger { database, packer, .. } = ledger;
            let mut after = 0;
            loop {
                let mut with = vec![Value::Int(after)];
                with.extend(asset.map(Value::Int));
                let page = findings(database.as_mut(), packer, &rest, &with)?;
                let Some(last) = page.last() else { return Ok(()) };
                after = last.id;
                for finding in page {
                    if !each(finding) {
                        return Ok(());
                    }
                }
            }
        })
    }
}

/// Since when a claim is unseen, and in how many runs: counted from the documents.
fn unseen(
    database: &mut dyn Database,
    stream: i64,
    stored: &str,
) -> Result<Option<UnseenRow>, LedgerError> {
    let Some(facts) = tables::unseen_facts(stored) else { return Ok(None) };
    let with = [Value::Int(stream), Value::Int(facts.document)];
    let sql = "SELECT d.scanned_at FROM documents d WHERE d.stream = $1 AND d.id = $2";
    let since = all(database, sql, &with, &mut |row| row.int(0))?.pop();
    let sql = "SELECT COUNT(*) FROM documents d WHERE d.stream = $1 AND d.id >= $2 AND d.void = 0";
    let runs = crate::database::one_int(database, sql, &with)?;
    Ok(Some(UnseenRow { since: since.map(instant), runs, missing: facts.missing }))
}

/// Findings with their assets; `rest` is what follows `FROM findings f`.
pub(crate) fn findings(
    database: &mut dyn Database,
    packer: &mut Packer,
    rest: &str,
    with: &[Value],
) -> Result<Vec<Finding>, LedgerError> {
    let sql = format!("SELECT {} FROM findings f {rest}", FindingRow::COLUMNS);
    let rows = all(database, &sql, with, &mut |row| FindingRow::read(row, packer))?;
    let assets = assets_of(database, rows.iter().map(|row| row.asset))?;
    let finding = |row: FindingRow| {
        let facts = assets.get(&row.asset).cloned().unwrap_or_default();
        row.finding(facts)
    };
    Ok(rows.into_iter().map(finding).collect())
}

/// Assets by their numbers.
pub(crate) fn assets_of(
    database: &mut dyn Database,
    ids: impl Iterator<Item = i64>,
) -> Result<BTreeMap<i64, AssetFacts>, LedgerError> {
    let ids: BTreeSet<i64> = ids.collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!("SELECT {} FROM assets s WHERE s.id = ANY($1)", tables::ASSET_COLUMNS);
    let with = [Value::Ints(ids.into_iter().collect())];
    Ok(all(database, &sql, &with, &mut |row| tables::asset(row, 0))?.into_iter().collect())
}

/// Entries; `rest` is what follows `FROM entries e`.
pub(crate) fn entries(
    database: &mut dyn Database,
    rest: &str,
    with: &[Value],
) -> Result<Vec<Entry>, LedgerError> {
    let sql = format!(
        "SELECT e.seq, e.at, e.author, e.role, e.kind, e.summary, e.first, e.changes, e.digest, \
         e.prev FROM entries e {rest}"
    );
    all(database, &sql, with, &mut |row: &mut Row| {
        Ok(Entry {
            seq: row.int(0)?,
            at: row.int(1)?,
            author: row.text(2)?,
            role: row.text(3)?,
            kind: row.text(4)?,
            summary: row.text(5)?,
            first: row.int(6)?,
            changes: row.int(7)?,
            digest: row.fixed(8)?,
            prev: row.fixed(9)?,
        })
    })
}

/// Changes of the record with what was said put back; `rest` is what follows `FROM changes c`. What was
/// pruned comes back empty.
pub(crate) fn changes(
    database: &mut dyn Database,
    packer: &mut Packer,
    rest: &str,
    with: &[Value],
) -> Result<Vec<(i64, Change)>, LedgerError> {
    let sql = format!("SELECT c.id, c.body FROM changes c {rest}");
    let mut found: Vec<(i64, Change)> = all(database, &sql, with, &mut |row| {
        let id = row.int(0)?;
        Ok((id, unpacked("changes", id, &row.bytes(1)?, packer)?))
    })?;
    let mut wanted = BTreeSet::new();
    for (_, change) in &mut found {
        let (claim, was) = record::claims_of(change);
        wanted.extend(claim.and_then(|claim| record::said(claim)).map(|said| said.row));
        wanted.extend(was.and_then(|claim| record::said(claim)).map(|said| said.row));
    }
    if wanted.is_empty() {
        return Ok(found);
    }
    let bodies = bodies(database, packer, wanted)?;
    for (id, change) in &mut found {
        let (claim, was) = record::claims_of(change);
        for claim in [claim, was].into_iter().flatten() {
            let Some(said) = record::said(claim) else { continue };
            claim.body = match bodies.get(&said.row) {
                Some(body) => body.clone().unwrap_or_default(),
                None => return Err(broken("changes", *id, "what the source said is missing")),
            };
        }
    }
    Ok(found)
}

/// What sources said, with long texts put back; `None` where it was pruned.
fn bodies(
    database: &mut dyn Database,
    packer: &mut Packer,
    rows: BTreeSet<i64>,
) -> Result<BTreeMap<i64, Option<String>>, LedgerError> {
    let sql = "SELECT b.id, b.body FROM bodies b WHERE b.id = ANY($1)";
    let with = [Value::Ints(rows.into_iter().collect())];
    let mut found = all(database, sql, &with, &mut |row| {
        let id = row.int(0)?;
        if row.0.get(1) == Some(&Value::Null) {
            return Ok((id, None));
        }
        let body =
            packer.unpack(&row.bytes(1)?).map_err(|e| broken("bodies", id, &e.to_string()))?;
        Ok((id, Some(body)))
    })?;
    let digests: BTreeSet<Sum> =
        found.iter().filter_map(|(_, body)| body.as_deref()).flat_map(texts_of).collect();
    let mut texts: BTreeMap<Sum, String> = BTreeMap::new();
    if !digests.is_empty() {
        let sql = "SELECT x.body FROM texts x WHERE x.digest = ANY($1)";
        let with = [Value::Keys(digests.iter().map(|digest| digest.to_vec()).collect())];
        for text in all(database, sql, &with, &mut |row| {
            packer.unpack(&row.bytes(0)?).map_err(|e| broken("texts", 0, &e.to_string()))
        })? {
            texts.insert(sum(text.as_bytes()), text);
        }
    }
    for (id, body) in &mut found {
        if let Some(packed) = body {
            let whole = with_texts(packed, &mut |digest| texts.get(digest).map(String::as_str));
            *packed = whole.ok_or_else(|| broken("bodies", *id, "a long text of it is missing"))?;
        }
    }
    Ok(found.into_iter().collect())
}
