//! Which findings of an asset could be meant by one of them, and what keeps two apart?
//!
//! In: words, a class, numbers of findings. Out: numbers and small rows, in a few statements for many findings, so that
//! a question costs the same whatever is stored. Never: what the answers mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{Change, Document};
use crate::database::{Value, all};
use crate::read::changes;
use crate::tables::unpacked;
use crate::{Ledger, LedgerError, words};

/// Where a claim of a finding stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tied {
    /// The finding.
    pub finding: i64,
    /// The stream.
    pub stream: i64,
    /// The path of its first place, as the source writes it.
    pub path: String,
    /// The line.
    pub line: u32,
}

impl Ledger {
    /// Findings of the asset that hold all of these words as they are in title, ids, place or rule; no void ones, the
    /// newest first.
    pub fn holding(
        &mut self,
        (asset, name): (i64, &str),
        text: &str,
        most: u32,
    ) -> Result<Vec<i64>, LedgerError> {
        let dialect = self.database.dialect();
        if words::whole(text, dialect).is_none() {
            return Ok(Vec::new());
        }
        // The asset's name stands among the words: paths are alike over many repositories.
        let search = words::whole(&format!("{text} {name}"), dialect).unwrap_or_default();
        let with = [Value::Text(search), Value::Int(asset)];
        let sql = words::of_asset(most, dialect);
        self.reading(|ledger| all(ledger.database.as_mut(), &sql, &with, &mut |row| row.int(0)))
    }

    /// Findings of a class among the asset's newest `visited`, no void ones, the newest first.
    pub fn of_class(
        &mut self,
        asset: i64,
        class: &str,
        visited: u32,
        most: u32,
    ) -> Result<Vec<i64>, LedgerError> {
        let sql = format!(
            "SELECT f.id FROM (SELECT g.id, g.class, g.state FROM findings g WHERE g.asset = $1 \
             ORDER BY g.id DESC LIMIT {visited}) f \
             WHERE f.class = $2 AND f.state <> 2 ORDER BY f.id DESC LIMIT {most}"
        );
        let with = [Value::Int(asset), Value::text(class)];
        self.reading(|ledger| all(ledger.database.as_mut(), &sql, &with, &mut |row| row.int(0)))
    }

    /// The claims of findings: stream and place.
    pub fn tied(&mut self, findings: &[i64]) -> Result<Vec<Tied>, LedgerError> {
        let sql = "SELECT a.finding, a.stream, a.path, a.line FROM attributions a \
                   WHERE a.finding = ANY($1) AND a.state <> 2 ORDER BY a.finding, a.id";
        let with = [Value::Ints(findings.to_vec())];
        self.reading(|ledger| {
            all(ledger.database.as_mut(), sql, &with, &mut |row| {
                Ok(Tied {
                    finding: row.int(0)?,
                    stream: row.int(1)?,
                    path: row.text(2)?,
                    line: u32::try_from(row.int(3)?).unwrap_or(0),
                })
            })
        })
    }

    /// Of each stream its source, and the tool that its latest document names.
    pub fn sources(
        &mut self,
        streams: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, (String, String)>, LedgerError> {
        let streams = Value::Ints(streams.iter().copied().collect());
        self.reading(|ledger| {
            let Ledger { database, packer, .. } = ledger;
            let sql = "SELECT t.id, t.source, (SELECT d.details FROM documents d \
                       WHERE d.stream = t.id AND d.void = 0 \
                       ORDER BY d.scanned_at DESC, d.id DESC LIMIT 1) \
                       FROM streams t WHERE t.id = ANY($1)";
            let rows = all(database.as_mut(), sql, &[streams], &mut |row| {
                let id = row.int(0)?;
                let source = row.text(1)?;
                if row.0.get(2) == Some(&Value::Null) {
                    return Ok((id, (source, String::new())));
                }
                let document: Document = unpacked("documents", id, &row.bytes(2)?, packer)?;
                Ok((id, (source, document.tool)))
            })?;
            Ok(rows.into_iter().collect())
        })
    }

    /// Findings that hold what a person took out of this one, or from which this one's claims were taken.
    pub fn split_from(&mut self, finding: i64) -> Result<BTreeSet<i64>, LedgerError> {
        let sql = "SELECT a.finding FROM apart k JOIN attributions a ON a.id = k.attribution \
                   WHERE k.finding = $1 AND a.finding <> $1 \
                   UNION SELECT k.finding FROM attributions a JOIN apart k ON k.attribution = a.id \
                   WHERE a.finding = $1 AND k.finding <> $1";
        let with = [Value::Int(finding)];
        self.reading(|ledger| all(ledger.database.as_mut(), sql, &with, &mut |row| row.int(0)))
            .map(|found| found.into_iter().collect())
    }

    /// Findings that were closed as duplicates and opened again by a decision, this one or of this one: which, and of
    /// which one.
    pub fn reopened(&mut self, finding: i64) -> Result<Vec<(i64, i64)>, LedgerError> {
        self.reading(|ledger| {
            let Ledger { database, packer, .. } = ledger;
            let sql = "SELECT DISTINCT c.finding FROM changes c \
                       WHERE c.other = $1 AND c.kind = 'closed' AND c.finding IS NOT NULL";
            let mut ids =
                all(database.as_mut(), sql, &[Value::Int(finding)], &mut |row| row.int(0))?;
            ids.push(finding);
            let rest = "JOIN entries e ON e.seq = c.entry WHERE c.finding = ANY($1) \
                        AND c.kind = 'reopened' AND e.kind = 'decision'";
            let found = changes(database.as_mut(), packer, rest, &[Value::Ints(ids)])?;
            let of = |(_, change)| match change {
                Change::Reopened { finding, was, .. } if was.duplicate_of > 0 => {
                    Some((finding, was.duplicate_of))
                }
                _ => None,
            };
            Ok(found.into_iter().filter_map(of).collect())
        })
    }

    /// What was proposed for any of these findings and refused: the finding, and the proposal.
    pub fn refused(
        &mut self,
        findings: &[i64],
    ) -> Result<Vec<(i64, serde_json::Value)>, LedgerError> {
        let sql = "SELECT p.id, p.finding, p.what FROM proposals p \
                   WHERE p.settled = 2 AND p.finding = ANY($1) ORDER BY p.id";
        let with = [Value::Ints(findings.to_vec())];
        self.reading(|ledger| {
            let Ledger { database, packer, .. } = ledger;
            all(database.as_mut(), sql, &with, &mut |row| {
                let id = row.int(0)?;
                Ok((row.int(1)?, unpacked("proposals", id, &row.bytes(2)?, packer)?))
            })
        })
    }
}
