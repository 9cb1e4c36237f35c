//! Is the record whole, and how is it moved? Verify, export, import, backup, retention.
//!
//! In: a ledger, and a head kept elsewhere. Out: what departs from the chain, by name; the record as JSON
//! lines. Never: a repair.

mod compare;
mod lines;
mod replay;
mod verify;

use std::path::Path;

use serde::Serialize;
use vocab::Instant;

use crate::database::{Begin, Value, one_int};
use crate::row::Head;
use crate::sqlite::made_private;
use crate::tables::micros;
use crate::{Ledger, LedgerError, patiently};

/// What [`Ledger::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The end of the chain as stored.
    pub head: Head,
    /// Entries looked at.
    pub entries: u64,
    /// Changes looked at.
    pub changes: u64,
    /// Bodies that retention has taken out; their digests still stand in the chain.
    pub pruned: u64,
    /// What departs; empty when the record is whole. At most a hundred are named.
    pub faults: Vec<Fault>,
    /// Faults beyond those named.
    pub more: u64,
}

/// One thing that departs from what the chain proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The entry; 0 when it is not one entry's.
    pub entry: i64,
    /// The change's number; 0 when it is not one change's.
    pub change: i64,
    /// The table, of rows that depart from what the changes amount to; else empty.
    pub table: String,
    /// One sentence.
    pub what: String,
}

/// What [`Ledger::export`] wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The end of the chain.
    pub head: Head,
    /// Changes written.
    pub changes: u64,
    /// Digest of the tables, hexadecimal.
    pub tables: String,
}

/// What [`Ledger::import`] took in; head and tables are equal to the export's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The end of the chain.
    pub head: Head,
    /// Changes taken in.
    pub changes: u64,
    /// Digest of the tables, hexadecimal.
    pub tables: String,
}

impl Ledger {
    /// A copy that is consistent while others write, in a file that is not there yet, 0600. SQLite: a ledger's
    /// file; PostgreSQL: an export.
    pub fn backup(&mut self, to: &Path) -> Result<(), LedgerError> {
        if to.exists() {
            return Err(LedgerError::NotWritable {
                place: to.display().to_string(),
                what: "there is something already; a backup replaces nothing".to_owned(),
            });
        }
        made_private(to)?;
        let copied = self.copied(to);
        if copied.is_err() {
            // What is half-written is no backup.
            let _ = std::fs::remove_file(to);
        }
        copied
    }

    fn copied(&mut self, to: &Path) -> Result<(), LedgerError> {
        let fault = |source| LedgerError::File { what: to.display().to_string(), source };
        if !self.database.copy_to(to)? {
            let file = std::fs::OpenOptions::new().write(true).open(to).map_err(fault)?;
            let mut out = std::io::BufWriter::new(file);
            self.export(&mut out, &mut |_, _| {})?;
            std::io::Write::flush(&mut out).map_err(fault)?;
        }
        std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(fault)
    }

    /// Retention: takes out what sources said before an instant and what no claim rests on any more. The
    /// digests stay, so that the chain still verifies. How many bodies went. What stands is never touched.
    pub fn prune(&mut self, before: Instant) -> Result<u64, LedgerError> {
        if self.read_only {
            let (place, what) = (self.place.clone(), "it was opened for reading".to_owned());
            return Err(LedgerError::NotWritable { place, what });
        }
        let database = &mut self.database;
        patiently(&self.place, &mut |_| {}, &mut || {
            Ok(database.begin(Begin::Write)?.then_some(()))
        })?;
        let pruned = self.pruned(micros(before));
        let ended = match pruned {
            Ok(_) => self.database.commit(),
            Err(_) => self.database.rollback(),
        };
        let pruned = pruned?;
        ended.map(|()| pruned)
    }

    fn pruned(&mut self, before: i64) -> Result<u64, LedgerError> {
        let database = self.database.as_mut();
        let sql =
            "SELECT COALESCE(MIN(e.first), 9223372036854775807) FROM entries e WHERE e.at >= $1";
        let first = one_int(database, sql, &[Value::Int(before)])?;
        let sql = "UPDATE bodies SET body = NULL WHERE body IS NOT NULL AND id < $1 \
                   AND id NOT IN (SELECT a.claim * 2 FROM attributions a WHERE a.state <> 2)";
        database.execute(sql, &[Value::Int(first.saturating_mul(2))])
    }
}
