//! Is the record whole, and how is it moved? Verify, export, import, backup.
//!
//! In: a ledger, and a head kept elsewhere. Out: what departs from the chain, by name; the record as JSON
//! lines. Never: a repair.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::row::Head;
use crate::{Ledger, LedgerError, not_yet};

/// What [`Ledger::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The end of the chain as stored.
    pub head: Head,
    /// Entries looked at.
    pub entries: u64,
    /// Changes looked at.
    pub changes: u64,
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
    /// The table, of rows that departs from what the changes amount to; else empty.
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
    /// Computes the chain again. `kept` is a head kept elsewhere: a cut tail is found against it. `deep` also
    /// builds the tables again, in a temporary file, and compares. `progress` is told how many changes of how
    /// many.
    pub fn verify(
        &mut self,
        deep: bool,
        kept: Option<&Head>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Verified, LedgerError> {
        let _ = (deep, kept, progress);
        Err(not_yet(self.place.clone()))
    }

    /// The whole record as JSON lines (docs/LEDGER.md), the key for secrets with it.
    pub fn export(
        &mut self,
        out: &mut dyn io::Write,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Exported, LedgerError> {
        let _ = (out, progress);
        Err(not_yet(self.place.clone()))
    }

    /// Takes an export into an empty ledger, and proves that head and tables are equal before it is kept.
    pub fn import(
        &mut self,
        from: &mut dyn io::BufRead,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Imported, LedgerError> {
        let _ = (from, progress);
        Err(not_yet(self.place.clone()))
    }

    /// A copy that is consistent while others write. SQLite: a ledger's file; PostgreSQL: an export.
    pub fn backup(&mut self, to: &Path) -> Result<(), LedgerError> {
        let _ = to;
        Err(not_yet(self.place.clone()))
    }
}
