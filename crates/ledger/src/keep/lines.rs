//! The record as JSON lines: out of one ledger, into another.
//!
//! A first line with the key for secrets and what must come out; a line for each long text; for each entry a
//! line, and one for each of its changes with what the source said; a last line, so that a cut file is found.
//! The lines are described in docs/LEDGER.md.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::compare::digest;
use super::replay::Replay;
use super::{Exported, Imported};
use crate::change::Change;
use crate::database::{Begin, Value, all, one_int};
use crate::pack::{hex, sum, unhex};
use crate::read::entries;
use crate::record::{self, Entry};
use crate::row::Head;
use crate::schema::{BODIES, META, TEXTS, VERSION};
use crate::tables::broken;
use crate::{Ledger, LedgerError, patiently, write};

const FORMAT: &str = "gabion.ledger/1";
const PAGE: i64 = 2_000;
/// Longest line in bytes.
const LONGEST: u64 = 1 << 30;
/// Rows of texts and bodies that wait.
const WAITING: usize = 500;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Ledger {
        format: String,
        secrets_key: String,
        head: Head,
        changes: u64,
        tables: String,
        /// The version whose tables were digested; those of version 1 did not tell.
        #[serde(default = "first_version")]
        version: i64,
    },
    Text {
        digest: String,
        body: String,
    },
    Entry(EntryLine),
    Change(ChangeLine),
    End {
        head: Head,
    },
}

fn first_version() -> i64 {
    1
}

#[derive(Serialize, Deserialize)]
struct EntryLine {
    entry: i64,
    /// Microseconds since 1970.
    at: i64,
    author: String,
    role: String,
    kind: String,
    summary: String,
    first: i64,
    changes: i64,
    digest: String,
    prev: String,
}

#[derive(Serialize, Deserialize)]
struct ChangeLine {
    id: i64,
    /// As it was hashed, byte for byte.
    change: Box<RawValue>,
    /// What the source said, by its row; nothing where retention took it out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    said: BTreeMap<i64, Option<String>>,
}

impl Ledger {
    /// The whole record as JSON lines (docs/LEDGER.md), the key for secrets with it.
    pub fn export(
        &mut self,
        out: &mut dyn std::io::Write,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Exported, LedgerError> {
        self.reading(|ledger| {
            let secrets_key = hex(&ledger.secrets_key()?);
            let (head, _) = write::head(ledger.database.as_mut())?;
            let sql = "SELECT COUNT(*) FROM changes c";
            let changes = one_int(ledger.database.as_mut(), sql, &[])?.unsigned_abs();
            let tables = digest(ledger)?;
            let exported = Exported { head: head.clone(), changes, tables: tables.clone() };
            let format = FORMAT.to_owned();
            let version = VERSION;
            let head_now = head.clone();
            put(
                out,
                &Line::Ledger { format, secrets_key, head: head_now, changes, tables, version },
            )?;
            ledger.export_texts(out)?;
            ledger.export_entries(out, changes, progress)?;
            put(out, &Line::End { head })?;
            Ok(exported)
        })
    }

    fn export_texts(&mut self, out: &mut dyn std::io::Write) -> Result<(), LedgerError> {
        let mut after = Vec::new();
        loop {
            let packer = &mut self.packer;
            let sql = "SELECT x.digest, x.body FROM texts x WHERE x.digest > $1 ORDER BY x.digest LIMIT 200";
            let page =
                all(self.database.as_mut(), sql, &[Value::Bytes(after.clone())], &mut |row| {
                    let (digest, body) = (row.bytes(0)?, row.bytes(1)?);
                    Ok((
                        digest,
                        packer.unpack(&body).map_err(|e| broken("texts", 0, &e.to_string()))?,
                    ))
                })?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after.clone_from(last);
            for (digest, body) in page {
                put(out, &Line::Text { digest: hex(&digest), body })?;
            }
        }
    }

    fn export_entries(
        &mut self,
        out: &mut dyn std::io::Write,
        total: u64,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), LedgerError> {
        let (mut after, mut done) = (0, 0);
        loop {
            let rest = "WHERE e.seq > $1 ORDER BY e.seq LIMIT 1";
            let next = entries(self.database.as_mut(), rest, &[Value::Int(after)])?;
            let Some(entry) = next.into_iter().next() else { return Ok(()) };
            after = entry.seq;
            let (mut from, end) = (entry.first, entry.first.saturating_add(entry.changes));
            put(out, &Line::Entry(line(entry)))?;
            while from < end {
                let until = end.min(from.saturating_add(PAGE));
                done += self.export_changes(out, from, until)?;
                from = until;
                progress(done, total);
            }
        }
    }

    fn export_changes(
        &mut self,
        out: &mut dyn std::io::Write,
        from: i64,
        until: i64,
    ) -> Result<u64, LedgerError> {
        let packer = &mut self.packer;
        let fault = |table, id, e: &dyn std::fmt::Display| broken(table, id, &e.to_string());
        let sql = "SELECT b.id, b.body FROM bodies b WHERE b.id >= $1 AND b.id < $2";
        let with = [Value::Int(from * 2), Value::Int(until * 2)];
        let mut said: BTreeMap<i64, BTreeMap<i64, Option<String>>> = BTreeMap::new();
        for (id, body) in all(self.database.as_mut(), sql, &with, &mut |row| {
            let id = row.int(0)?;
            let pruned = row.0.get(1) == Some(&Value::Null);
            Ok((id, if pruned { None } else { Some(row.bytes(1)?) }))
        })? {
            let body = body.map(|body| packer.unpack(&body)).transpose();
            let body = body.map_err(|e| fault("bodies", id, &e))?;
            said.entry(id / 2).or_default().insert(id, body);
        }
        let sql = "SELECT c.id, c.body FROM changes c WHERE c.id >= $1 AND c.id < $2 ORDER BY c.id";
        let with = [Value::Int(from), Value::Int(until)];
        let page = all(self.database.as_mut(), sql, &with, &mut |row| {
            let id = row.int(0)?;
            Ok((id, packer.unpack(&row.bytes(1)?).map_err(|e| fault("changes", id, &e))?))
        })?;
        let count = page.len() as u64;
        for (id, json) in page {
            let change = RawValue::from_string(json).map_err(|e| fault("changes", id, &e))?;
            let said = said.remove(&id).unwrap_or_default();
            put(out, &Line::Change(ChangeLine { id, change, said }))?;
        }
        Ok(count)
    }

    /// Takes an export into an empty ledger, and proves that head and tables are equal before it is kept.
    pub fn import(
        &mut self,
        from: &mut dyn BufRead,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Imported, LedgerError> {
        if self.read_only {
            let (place, what) = (self.place.clone(), "it was opened for reading".to_owned());
            return Err(LedgerError::NotWritable { place, what });
        }
        let database = &mut self.database;
        patiently(&self.place, &mut |_| {}, &mut || {
            Ok(database.begin(Begin::Write)?.then_some(()))
        })?;
        let taken = self.take_in(from, progress);
        let ended = match taken {
            Ok(_) => self.database.commit(),
            Err(_) => self.database.rollback(),
        };
        let taken = taken?;
        ended.map(|()| taken)
    }

    fn take_in(
        &mut self,
        from: &mut dyn BufRead,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Imported, LedgerError> {
        if write::head(self.database.as_mut())?.0.entry != 0 {
            return Err(LedgerError::Unfit(format!("{} is not empty", self.place)));
        }
        let unfit = |number: u64, what: &str| LedgerError::Unfit(format!("line {number}: {what}"));
        let mut taking = Taking::default();
        let (mut promised, mut ended) = (None, None);
        let mut number = 0;
        while let Some(text) = next_line(from)? {
            number += 1;
            let line: Line =
                serde_json::from_str(&text).map_err(|e| unfit(number, &e.to_string()))?;
            match line {
                Line::Ledger { format, secrets_key, head, changes, tables, version } => {
                    let key = unhex::<32>(&secrets_key).filter(|_| format == FORMAT && number == 1);
                    let key = key.ok_or_else(|| unfit(number, "it is no export of a ledger"))?;
                    let row = vec![Value::text("secrets_key"), Value::Bytes(key.to_vec())];
                    self.database.put(&META, &[row])?;
                    promised = Some((head, changes, tables, version));
                }
                _ if promised.is_none() => {
                    return Err(unfit(number, "it is no export of a ledger"));
                }
                Line::End { head } => {
                    ended = Some(head);
                    break;
                }
                line => taking.line(line, self).map_err(|e| unfit(number, &e.to_string()))?,
            }
            if number % 1_000 == 0 {
                progress(taking.changes, promised.as_ref().map_or(0, |(_, changes, ..)| *changes));
            }
        }
        let (Some((head, changes, tables, version)), Some(end)) = (promised, ended) else {
            return Err(LedgerError::Unfit(
                "the export is cut: its last line is missing".to_owned(),
            ));
        };
        taking.flush(self)?;
        let hash = taking.replay.finish(self.database.as_mut(), &mut self.packer)?;
        let built = digest(self)?;
        let found = write::head(self.database.as_mut())?.0;
        if end != head || found != head || hex(&hash) != head.hash || taking.changes != changes {
            let what = format!(
                "the head is {} {}, not {} {}",
                found.entry, found.hash, head.entry, head.hash
            );
            return Err(LedgerError::Unfit(what));
        }
        // Tables of another version have other columns; the chain has proved the changes that they follow from.
        if version == VERSION && built != tables {
            let what = "the tables are not those of the ledger that was exported".to_owned();
            return Err(LedgerError::Unfit(what));
        }
        Ok(Imported { head, changes, tables: built })
    }
}

/// An import in course.
#[derive(Default)]
struct Taking {
    replay: Replay,
    changes: u64,
    texts: Vec<Vec<Value>>,
    bodies: Vec<Vec<Value>>,
}

impl Taking {
    fn line(&mut self, line: Line, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let Ledger { database, packer, .. } = &mut *ledger;
        let pack = |packer: &mut crate::pack::Packer, text: &str| {
            packer.pack(text).map(Value::Bytes).map_err(|e| broken("bodies", 0, &e.to_string()))
        };
        match line {
            Line::Text { digest, body } => {
                let digest = unhex::<32>(&digest).filter(|digest| sum(body.as_bytes()) == *digest);
                let digest =
                    digest.ok_or_else(|| LedgerError::Unfit("the text was changed".to_owned()))?;
                self.texts.push(vec![Value::Bytes(digest.to_vec()), pack(packer, &body)?]);
            }
            Line::Entry(line) => {
                let entry = entry(line)
                    .ok_or_else(|| LedgerError::Unfit("its digests do not read".to_owned()))?;
                self.replay.entry(entry, database.as_mut(), packer)?;
            }
            Line::Change(ChangeLine { id, change, said }) => {
                let json = change.get().to_owned();
                self.check(id, &json, &said)?;
                for (row, body) in said {
                    let body = body.map(|body| pack(packer, &body)).transpose()?;
                    self.bodies.push(vec![Value::Int(row), body.unwrap_or(Value::Null)]);
                }
                self.changes += 1;
                self.replay.change(id, json, database.as_mut(), packer)?;
            }
            Line::Ledger { .. } | Line::End { .. } => {}
        }
        if self.texts.len() + self.bodies.len() >= WAITING {
            self.flush(ledger)?;
        }
        Ok(())
    }

    /// What the source said is what the change has the digest of.
    fn check(
        &self,
        id: i64,
        json: &str,
        said: &BTreeMap<i64, Option<String>>,
    ) -> Result<(), LedgerError> {
        let unfit = |what: &str| LedgerError::Unfit(format!("change {id}: {what}"));
        let mut change: Change = serde_json::from_str(json).map_err(|e| unfit(&e.to_string()))?;
        let (claim, was) = record::claims_of(&mut change);
        let mut own = 0;
        for claim in [claim, was].into_iter().flatten() {
            let Some(place) = record::said(claim).filter(|place| place.row / 2 == id) else {
                continue;
            };
            let body =
                said.get(&place.row).ok_or_else(|| unfit("what the source said is missing"))?;
            own += 1;
            if body.as_ref().is_some_and(|body| sum(body.as_bytes()) != place.digest) {
                return Err(unfit("what the source said was changed"));
            }
        }
        if own == said.len() { Ok(()) } else { Err(unfit("it says more than was hashed")) }
    }

    fn flush(&mut self, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let database = ledger.database.as_mut();
        database.put(&TEXTS, &std::mem::take(&mut self.texts))?;
        database.put(&BODIES, &std::mem::take(&mut self.bodies))
    }
}

fn line(entry: Entry) -> EntryLine {
    EntryLine {
        entry: entry.seq,
        at: entry.at,
        author: entry.author,
        role: entry.role,
        kind: entry.kind,
        summary: entry.summary,
        first: entry.first,
        changes: entry.changes,
        digest: hex(&entry.digest),
        prev: hex(&entry.prev),
    }
}

fn entry(line: EntryLine) -> Option<Entry> {
    Some(Entry {
        seq: line.entry,
        at: line.at,
        author: line.author,
        role: line.role,
        kind: line.kind,
        summary: line.summary,
        first: line.first,
        changes: line.changes,
        digest: unhex(&line.digest)?,
        prev: unhex(&line.prev)?,
    })
}

fn put(out: &mut dyn std::io::Write, line: &Line) -> Result<(), LedgerError> {
    let fault =
        |source| LedgerError::File { what: "the export cannot be written".to_owned(), source };
    serde_json::to_writer(&mut *out, line).map_err(|e| fault(e.into()))?;
    out.write_all(b"\n").map_err(fault)
}

/// The next line, bounded.
fn next_line(from: &mut dyn BufRead) -> Result<Option<String>, LedgerError> {
    let mut line = Vec::new();
    let read = from.take(LONGEST).read_until(b'\n', &mut line);
    let fault = |source| LedgerError::File { what: "the export cannot be read".to_owned(), source };
    if read.map_err(fault)? == 0 {
        return Ok(None);
    }
    let text = String::from_utf8(line);
    text.map(Some).map_err(|_| LedgerError::Unfit("a line is no text".to_owned()))
}
