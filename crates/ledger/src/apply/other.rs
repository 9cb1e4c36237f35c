//! Changes of assets, streams, documents, proposals and settings: few in an entry, written at once.

use super::Batch;
use crate::LedgerError;
use crate::change::{AssetFacts, Change, Document, Statement};
use crate::database::{Value, all};
use crate::schema::{
    APART, ASSETS, DOCUMENTS, PROPOSALS, ROLES, SETTINGS, STATEMENTS, STREAMS, Table, VIEWS,
};
use crate::tables::{FindingRow, lines, micros, packed, unpacked};
use crate::words;

/// Findings whose words are made again in one go.
const PAGE: usize = 1_000;

impl Batch<'_> {
    /// Applies it; the finding that it is about, where the change does not name it.
    pub(super) fn apply_other(&mut self, change: &Change) -> Result<Option<i64>, LedgerError> {
        match change {
            Change::Asset { id, facts, was } => self.asset(*id, facts, was.as_ref())?,
            Change::Stream { id, asset, source, reference } => {
                self.entry.sequences.record("stream", *id);
                let row = vec![
                    Value::Int(*id),
                    Value::Int(*asset),
                    Value::text(source),
                    Value::text(reference),
                ];
                self.database.put(&STREAMS, &[row])?;
            }
            Change::Document(document) => self.document(document)?,
            Change::Proposed { proposal, finding, what, reason } => {
                self.finding(*finding)?;
                self.entry.sequences.record("proposal", *proposal);
                let row = vec![
                    Value::Int(*proposal),
                    Value::Int(*finding),
                    Value::Int(0),
                    Value::Int(self.entry.at),
                    Value::text(&self.entry.author),
                    packed("proposals", *proposal, what, self.packer)?,
                    Value::text(reason),
                ];
                self.database.put(&PROPOSALS, &[row])?;
            }
            Change::Settled { proposal, taken, .. } => return self.settle(*proposal, *taken),
            Change::KeptApart { attribution, finding, .. } => {
                self.attribution(*attribution)?;
                let row = vec![
                    Value::Int(*finding),
                    Value::Int(*attribution),
                    Value::Int(self.entry.entry),
                ];
                self.database.put(&APART, &[row])?;
            }
            Change::Undone { entry } => self.undo(*entry)?,
            Change::Stated { asset, source, statement, .. } => {
                self.state(*asset, source, statement.as_ref())?;
            }
            Change::View { name, filter, .. } => self.pair(&VIEWS, name, filter)?,
            Change::Setting { name, value, .. } => self.pair(&SETTINGS, name, value)?,
            Change::Role { actor, role, .. } => self.pair(&ROLES, actor, role)?,
            _ => {}
        }
        Ok(None)
    }

    fn asset(
        &mut self,
        id: i64,
        facts: &AssetFacts,
        was: Option<&AssetFacts>,
    ) -> Result<(), LedgerError> {
        self.entry.sequences.record("asset", id);
        let row = vec![
            Value::Int(id),
            Value::text(&facts.name),
            Value::Int(i64::from(facts.declared)),
            Value::text(&facts.exposure),
            Value::text(&facts.exposure_source),
            Value::text(&facts.owner),
            Value::text(&facts.criticality),
            Value::Text(lines(&facts.tables)),
        ];
        self.database.put(&ASSETS, &[row])?;
        if was.is_some_and(|was| was.name != facts.name) {
            self.renamed.push(id);
        }
        Ok(())
    }

    fn document(&mut self, document: &Document) -> Result<(), LedgerError> {
        self.entry.sequences.record("document", document.id);
        let row = vec![
            Value::Int(document.id),
            Value::Int(document.stream),
            Value::Int(self.entry.entry),
            Value::Int(micros(document.scanned_at)),
            Value::text(&document.sha256),
            Value::Int(0),
            packed("documents", document.id, document, self.packer)?,
        ];
        self.database.put(&DOCUMENTS, &[row])
    }

    /// What a person states of a source; the entry in which it was first made is its number.
    fn state(
        &mut self,
        asset: i64,
        source: &str,
        statement: Option<&Statement>,
    ) -> Result<(), LedgerError> {
        let key = vec![Value::Int(asset), Value::text(source)];
        let Some(statement) = statement else { return self.database.remove(&STATEMENTS, &[key]) };
        let mut kept = statement.clone();
        if kept.entry == 0 {
            kept.entry = self.entry.entry;
            kept.author.clone_from(&self.entry.author);
            kept.at = Some(crate::tables::instant(self.entry.at));
        }
        let details = packed("statements", asset, &kept, self.packer)?;
        self.database.put(&STATEMENTS, &[[key, vec![details]].concat()])
    }

    fn settle(&mut self, proposal: i64, taken: bool) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT p.finding FROM proposals p WHERE p.id = $1";
        let found = all(self.database, sql, &[Value::Int(proposal)], &mut |row| row.int(0))?;
        let Some(finding) = found.first() else {
            return Err(LedgerError::Unfit(format!("there is no proposal {proposal}")));
        };
        let with = [Value::Int(proposal), Value::Int(if taken { 1 } else { 2 })];
        self.database.execute("UPDATE proposals SET settled = $2 WHERE id = $1", &with)?;
        Ok(Some(*finding))
    }

    /// An entry was taken back: its documents count no more, and it keeps nothing apart. Where it took
    /// another back itself, that one's documents count again.
    fn undo(&mut self, entry: i64) -> Result<(), LedgerError> {
        self.void(entry, true)?;
        self.database.execute("DELETE FROM apart WHERE entry = $1", &[Value::Int(entry)])?;
        let sql = "SELECT c.id, c.body FROM entries e JOIN changes c \
                   ON c.id >= e.first AND c.id < e.first + e.changes \
                   WHERE e.seq = $1 AND c.kind = 'undone'";
        let read = &mut |row: &mut crate::database::Row| Ok((row.int(0)?, row.bytes(1)?));
        for (id, bytes) in all(self.database, sql, &[Value::Int(entry)], read)? {
            let undone: Change = unpacked("changes", id, &bytes, self.packer)?;
            if let Change::Undone { entry } = undone {
                self.void(entry, false)?;
            }
        }
        Ok(())
    }

    fn void(&mut self, entry: i64, void: bool) -> Result<(), LedgerError> {
        let with = [Value::Int(entry), Value::Int(i64::from(void))];
        self.database.execute("UPDATE documents SET void = $2 WHERE entry = $1", &with).map(|_| ())
    }

    /// A name with a value; an empty value takes it out.
    fn pair(&mut self, table: &Table, name: &str, value: &str) -> Result<(), LedgerError> {
        let key = vec![Value::text(name)];
        if value.is_empty() {
            return self.database.remove(table, &[key]);
        }
        self.database.put(table, &[vec![Value::text(name), Value::text(value)]])
    }

    /// An asset has another name: the words of its findings are made again.
    pub(super) fn write_renamed(&mut self) -> Result<(), LedgerError> {
        for asset in std::mem::take(&mut self.renamed) {
            let name = "SELECT s.name FROM assets s WHERE s.id = $1";
            let name = all(self.database, name, &[Value::Int(asset)], &mut |row| row.text(0))?;
            let name = name.into_iter().next().unwrap_or_default();
            let sql = format!(
                "SELECT {} FROM findings f WHERE f.asset = $1 AND f.id > $2 ORDER BY f.id LIMIT {PAGE}",
                FindingRow::COLUMNS
            );
            let mut after = 0;
            loop {
                let packer = &mut *self.packer;
                let with = [Value::Int(asset), Value::Int(after)];
                let read = &mut |row: &mut _| FindingRow::read(row, packer);
                let rows = all(self.database, &sql, &with, read)?;
                let Some(last) = rows.last() else { break };
                after = last.id;
                let words: Vec<(i64, String)> =
                    rows.iter().map(|row| (row.id, words::of(&row.details.facts, &name))).collect();
                self.database.put_words(&words)?;
            }
        }
        Ok(())
    }
}
