//! What does a change mean for the tables?
//!
//! In: changes as the record keeps them, in their order. Out: the tables after them. It follows from the
//! changes, their entry's instant and the tables alone, so that a replay gives the same tables. Never: a
//! decision; what is the same and what has ended was decided before.
//!
//! A batch of changes loads the rows that it needs, works on them in memory and writes them once.

mod claim;
mod finding;
mod other;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::LedgerError;
use crate::change::{Change, Key};
use crate::database::{Database, Value, all};
use crate::fixes::{FixRow, Touched};
use crate::pack::{Packer, unhex};
use crate::record;
use crate::row::Ids;
use crate::schema::{ATTRIBUTIONS, COUNTERS, FINDINGS, FIXES, LINKS, NAMES, SEQUENCES, Table};
use crate::tables::{AttributionRow, FindingRow};
use crate::words;

/// The numbers given out so far, as the changes have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sequences {
    recorded: BTreeMap<String, i64>,
    given: BTreeMap<&'static str, i64>,
}

impl Sequences {
    pub(crate) fn load(database: &mut dyn Database) -> Result<Self, LedgerError> {
        let sql = "SELECT q.name, q.value FROM sequences q";
        let rows = all(database, sql, &[], &mut |row| Ok((row.text(0)?, row.int(1)?)))?;
        Ok(Self { recorded: rows.into_iter().collect(), given: BTreeMap::new() })
    }

    /// The last number that a change has.
    pub(crate) fn last(&self, name: &str) -> i64 {
        self.recorded.get(name).copied().unwrap_or(0)
    }

    /// A number that was given to nothing yet. It is kept once a change has it.
    pub(crate) fn next(&mut self, name: &'static str) -> i64 {
        let recorded = self.last(name);
        let given = self.given.entry(name).or_default();
        *given = recorded.max(*given).saturating_add(1);
        *given
    }

    /// A change has this number.
    pub(crate) fn record(&mut self, name: &str, number: i64) {
        match self.recorded.get_mut(name) {
            Some(last) => *last = number.max(*last),
            None => {
                self.recorded.insert(name.to_owned(), number);
            }
        }
    }

    fn rows(&self) -> Vec<Vec<Value>> {
        let row = |(name, value): (&String, &i64)| vec![Value::text(name), Value::Int(*value)];
        self.recorded.iter().map(row).collect()
    }
}

/// The name of a sequence.
pub(crate) const fn sequence(ids: Ids) -> &'static str {
    match ids {
        Ids::Asset => "asset",
        Ids::Stream => "stream",
        Ids::Document => "document",
        Ids::Finding => "finding",
        Ids::Attribution => "attribution",
        Ids::Proposal => "proposal",
    }
}

/// What an entry has done to the tables and is not written yet.
pub(crate) struct Applying {
    pub(crate) entry: i64,
    pub(crate) at: i64,
    pub(crate) author: String,
    pub(crate) sequences: Sequences,
    touched: Touched,
    counters: BTreeMap<(&'static str, String), i64>,
    woken: bool,
}

impl Applying {
    pub(crate) fn new(entry: i64, at: i64, author: String, sequences: Sequences) -> Self {
        let (touched, counters) = (Touched::default(), BTreeMap::new());
        Self { entry, at, author, sequences, touched, counters, woken: false }
    }

    /// At the end of an entry: the rows of the queue, the counters, the numbers.
    pub(crate) fn finish(&mut self, database: &mut dyn Database) -> Result<(), LedgerError> {
        self.touched.settle(database, self.at)?;
        let changed = std::mem::take(&mut self.counters);
        let (mut put, mut gone) = (Vec::new(), Vec::new());
        let sql = "SELECT c.value FROM counters c WHERE c.kind = $1 AND c.key = $2";
        for ((kind, key), by) in changed.into_iter().filter(|(_, by)| *by != 0) {
            let key = vec![Value::text(kind), Value::text(&key)];
            let count = crate::database::one_int(database, sql, &key)? + by;
            if count == 0 {
                gone.push(key);
            } else {
                put.push([key, vec![Value::Int(count)]].concat());
            }
        }
        database.put(&COUNTERS, &put)?;
        database.remove(&COUNTERS, &gone)?;
        database.put(&SEQUENCES, &self.sequences.rows())
    }
}

/// Whether a change reads what changes before it may have left unwritten.
pub(crate) fn wants_written(change: &Change) -> bool {
    matches!(change, Change::Detached { .. } | Change::Undone { .. })
}

/// The rows that some changes need, and what becomes of them.
pub(crate) struct Batch<'b> {
    pub(crate) database: &'b mut dyn Database,
    pub(crate) packer: &'b mut Packer,
    entry: &'b mut Applying,
    findings: HashMap<i64, FindingRow>,
    changed_findings: BTreeSet<i64>,
    changed_words: BTreeSet<i64>,
    attributions: HashMap<i64, AttributionRow>,
    changed_attributions: BTreeSet<i64>,
    fixes: HashMap<(i64, Vec<u8>), i64>,
    new_fixes: Vec<FixRow>,
    names: BTreeMap<(i64, Key, i64), bool>,
    links: BTreeMap<(i64, Key, i64), bool>,
    renamed: Vec<i64>,
}

impl<'b> Batch<'b> {
    /// Loads what the changes need.
    pub(crate) fn load<'c>(
        database: &'b mut dyn Database,
        packer: &'b mut Packer,
        entry: &'b mut Applying,
        changes: impl Iterator<Item = &'c Change> + Clone,
    ) -> Result<Self, LedgerError> {
        if !entry.woken {
            entry.woken = true;
            entry.touched.wake(database, entry.at)?;
        }
        let mut batch = Self {
            database,
            packer,
            entry,
            findings: HashMap::new(),
            changed_findings: BTreeSet::new(),
            changed_words: BTreeSet::new(),
            attributions: HashMap::new(),
            changed_attributions: BTreeSet::new(),
            fixes: HashMap::new(),
            new_fixes: Vec::new(),
            names: BTreeMap::new(),
            links: BTreeMap::new(),
            renamed: Vec::new(),
        };
        let (mut findings, mut attributions, mut keys) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for change in changes {
            needs(change, &mut findings, &mut attributions, &mut keys);
        }
        batch.load_attributions(attributions.into_iter().collect(), &mut findings)?;
        batch.load_findings(findings.into_iter().collect())?;
        batch.referenced(&mut keys);
        batch.load_fixes(keys.into_iter().collect())?;
        Ok(batch)
    }

    fn load_attributions(
        &mut self,
        ids: Vec<i64>,
        findings: &mut BTreeSet<i64>,
    ) -> Result<(), LedgerError> {
        if ids.is_empty() {
            return Ok(());
        }
        let columns = AttributionRow::COLUMNS;
        let sql = format!("SELECT {columns} FROM attributions a WHERE a.id = ANY($1)");
        let packer = &mut *self.packer;
        let read = &mut |row: &mut _| AttributionRow::read(row, packer);
        for row in all(self.database, &sql, &[Value::Ints(ids)], read)? {
            findings.insert(row.finding);
            self.attributions.insert(row.id, row);
        }
        Ok(())
    }

    fn load_findings(&mut self, ids: Vec<i64>) -> Result<(), LedgerError> {
        if ids.is_empty() {
            return Ok(());
        }
        let sql = format!("SELECT {} FROM findings f WHERE f.id = ANY($1)", FindingRow::COLUMNS);
        let packer = &mut *self.packer;
        let read = &mut |row: &mut _| FindingRow::read(row, packer);
        for row in all(self.database, &sql, &[Value::Ints(ids)], read)? {
            self.findings.insert(row.id, row);
        }
        Ok(())
    }

    /// The keys that findings of pull requests have or would have.
    fn referenced(&self, keys: &mut BTreeSet<Vec<u8>>) {
        let references: BTreeSet<&str> = self
            .findings
            .values()
            .map(|row| row.reference.as_str())
            .filter(|reference| !reference.is_empty())
            .collect();
        let plain: Vec<Vec<u8>> = keys.iter().cloned().collect();
        for reference in references {
            let of = |key: &Vec<u8>| [key.as_slice(), b"@", reference.as_bytes()].concat();
            keys.extend(plain.iter().map(of));
        }
        // One that enters the queue takes its own action's row there.
        keys.extend(
            self.findings
                .values()
                .filter(|row| !row.reference.is_empty())
                .map(|row| fix_key(&row.details.fix.key, "")),
        );
    }

    fn load_fixes(&mut self, keys: Vec<Vec<u8>>) -> Result<(), LedgerError> {
        if keys.is_empty() {
            return Ok(());
        }
        let sql = "SELECT x.asset, x.key, x.id FROM fixes x WHERE x.key = ANY($1)";
        let read =
            &mut |row: &mut crate::database::Row| Ok(((row.int(0)?, row.bytes(1)?), row.int(2)?));
        self.fixes.extend(all(self.database, sql, &[Value::Keys(keys)], read)?);
        Ok(())
    }

    /// What is known of a claim's last words.
    pub(crate) fn known(&self, attribution: i64) -> Option<record::Said> {
        let row = self.attributions.get(&attribution)?;
        Some(record::Said { row: record::new_row(row.claim), digest: row.said })
    }

    /// Applies one change; the finding and the other one that it is about.
    pub(crate) fn apply(
        &mut self,
        id: i64,
        change: &Change,
    ) -> Result<(Option<i64>, Option<i64>), LedgerError> {
        let (_, finding, other) = record::labels(change);
        let by_claim = match change {
            Change::Opened { .. }
            | Change::Facts { .. }
            | Change::Clocked { .. }
            | Change::Fix { .. }
            | Change::Closed { .. }
            | Change::Reopened { .. }
            | Change::Decided { .. }
            | Change::Commented { .. }
            | Change::Entered { .. }
            | Change::Voided { .. } => {
                self.apply_to_finding(change)?;
                None
            }
            Change::Attributed { .. }
            | Change::Observed { .. }
            | Change::Retired { .. }
            | Change::Returned { .. }
            | Change::Unseen { .. }
            | Change::Seen { .. }
            | Change::Handed { .. }
            | Change::Linked { .. }
            | Change::Detached { .. } => self.apply_to_claim(id, change)?,
            _ => self.apply_other(change)?,
        };
        Ok((finding.or(by_claim), other))
    }

    /// Writes every row that was changed.
    pub(crate) fn write(mut self) -> Result<(), LedgerError> {
        let fixes: Vec<Vec<Value>> = self.new_fixes.iter().map(FixRow::values).collect();
        self.database.put(&FIXES, &fixes)?;
        let mut rows = Vec::new();
        for id in &self.changed_findings {
            if let Some(row) = self.findings.get(id) {
                rows.push(row.values(self.packer)?);
            }
        }
        self.database.put(&FINDINGS, &rows)?;
        let mut rows = Vec::new();
        for id in &self.changed_attributions {
            if let Some(row) = self.attributions.get(id) {
                rows.push(row.values(self.packer)?);
            }
        }
        self.database.put(&ATTRIBUTIONS, &rows)?;
        let (names, links) = (std::mem::take(&mut self.names), std::mem::take(&mut self.links));
        self.write_keys(&NAMES, names)?;
        self.write_keys(&LINKS, links)?;
        self.write_words()?;
        if self.entry.touched.is_many() {
            self.entry.touched.settle(self.database, self.entry.at)?;
        }
        Ok(())
    }

    fn write_keys(
        &mut self,
        table: &Table,
        keys: BTreeMap<(i64, Key, i64), bool>,
    ) -> Result<(), LedgerError> {
        let (mut put, mut gone) = (Vec::new(), Vec::new());
        for ((of, key, attribution), stands) in keys {
            let row = vec![Value::Int(of), Value::Bytes(key.to_vec()), Value::Int(attribution)];
            if stands { put.push(row) } else { gone.push(row) }
        }
        self.database.put(table, &put)?;
        self.database.remove(table, &gone)
    }

    fn write_words(&mut self) -> Result<(), LedgerError> {
        let changed = std::mem::take(&mut self.changed_words);
        let rows: Vec<&FindingRow> =
            changed.iter().filter_map(|id| self.findings.get(id)).collect();
        let assets: BTreeSet<i64> = rows.iter().map(|row| row.asset).collect();
        if assets.is_empty() {
            return self.write_renamed();
        }
        let with = [Value::Ints(assets.into_iter().collect())];
        let sql = "SELECT s.id, s.name FROM assets s WHERE s.id = ANY($1)";
        let names = all(self.database, sql, &with, &mut |row| Ok((row.int(0)?, row.text(1)?)))?;
        let names: BTreeMap<i64, String> = names.into_iter().collect();
        let name = |asset: &i64| names.get(asset).map_or("", String::as_str);
        let words: Vec<(i64, String)> = rows
            .iter()
            .map(|row| (row.id, words::of(&row.details.facts, name(&row.asset))))
            .collect();
        self.database.put_words(&words)?;
        self.write_renamed()
    }
}

/// A key of 128 bits out of hexadecimal.
fn key(text: &str) -> Result<Key, LedgerError> {
    unhex(text).ok_or_else(|| LedgerError::Unfit(format!("«{text}» is no key")))
}

/// A key that may be left out.
fn maybe_key(text: &str) -> Result<Option<Key>, LedgerError> {
    if text.is_empty() { Ok(None) } else { key(text).map(Some) }
}

/// A fix's key as it is stored: 16 bytes, or its text where it is something else. What only a pull request reports
/// is another row than the same action in the queue.
pub(crate) fn fix_key(text: &str, reference: &str) -> Vec<u8> {
    let mut key = unhex::<16>(text).map_or_else(|| text.as_bytes().to_vec(), |key| key.to_vec());
    if !reference.is_empty() {
        key.push(b'@');
        key.extend_from_slice(reference.as_bytes());
    }
    key
}

/// What a change needs to see.
fn needs(
    change: &Change,
    findings: &mut BTreeSet<i64>,
    attributions: &mut BTreeSet<i64>,
    keys: &mut BTreeSet<Vec<u8>>,
) {
    match change {
        Change::Opened { fix, reference, .. } => {
            keys.insert(fix_key(&fix.key, reference));
        }
        Change::Fix { finding, fix, .. } => {
            // Which of the two it is, is known once the finding is read.
            keys.insert(fix_key(&fix.key, ""));
            findings.insert(*finding);
        }
        Change::Observed { attribution, .. }
        | Change::Retired { attribution, .. }
        | Change::Returned { attribution, .. }
        | Change::Unseen { attribution, .. }
        | Change::Seen { attribution, .. }
        | Change::Handed { attribution, .. }
        | Change::Detached { attribution } => {
            attributions.insert(*attribution);
        }
        Change::Linked { attribution, finding, .. }
        | Change::KeptApart { attribution, finding, .. } => {
            attributions.insert(*attribution);
            findings.insert(*finding);
        }
        other => findings.extend(record::labels(other).1),
    }
}
