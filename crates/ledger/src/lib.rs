//! What is remembered: one append-only, hash-chained record, and the tables that follow from it.
//!
//! In: [`change::Change`]s, appended in one transaction per import or decision ([`Write`]). Out: the head of
//! the chain, rows for the queue and its details, the record itself as JSON lines. SQLite in a file, or
//! PostgreSQL; the same statements and the same story test on both. Never: a decision about what is the
//! same or what is closed (`findings` decides, `app` maps), and never a secret's value.
//!
//! Words here: an *entry* is one committed import or decision, a link of the chain; it holds *changes*. The
//! tables (findings, attributions, fixes …) are what the changes amount to and can be built again from them.
//! An *attribution* is one source's standing claim about a finding; it is tied to it by an edge.

pub mod change;
mod keep;
mod read;
pub mod row;
pub mod stage;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use vocab::Instant;

pub use change::Change;
pub use keep::{Exported, Fault, Imported, Verified};
pub use stage::{Stage, Staged};
pub use write::Write;

use row::Head;

/// Where the ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A server: `postgres://…`. The password never reaches an error.
    Postgres(String),
}

/// How a ledger is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Made when there is none, and brought forward when an earlier version wrote it.
    Create,
    /// [`LedgerError::Missing`] when there is none; brought forward when an earlier version wrote it.
    Existing,
    /// Never writes a byte.
    ReadOnly,
}

/// An open ledger.
pub struct Ledger {
    place: String,
}

impl Ledger {
    /// Opens it, and makes it where `mode` says so.
    pub fn open(place: &Place, mode: Mode) -> Result<Self, LedgerError> {
        let _ = mode;
        Err(not_yet(match place {
            Place::File(path) => path.display().to_string(),
            Place::Postgres(_) => "a server".to_owned(),
        }))
    }

    /// The key for hashes of secrets (HMAC-SHA-256); made with the ledger from the system's randomness.
    pub fn secrets_key(&mut self) -> Result<[u8; 32], LedgerError> {
        Err(not_yet(self.place.clone()))
    }

    /// The end of the chain.
    pub fn head(&mut self) -> Result<Head, LedgerError> {
        Err(not_yet(self.place.clone()))
    }

    /// Takes the one writer's place. While another writes it waits, some ten minutes at most, and tells
    /// `waiting` how long so far.
    pub fn write<'l>(
        &'l mut self,
        author: Author,
        at: Instant,
        waiting: &mut dyn FnMut(Duration),
    ) -> Result<Write<'l>, LedgerError> {
        let _ = (author, at, waiting);
        Err(not_yet(self.place.clone()))
    }
}

fn not_yet(place: String) -> LedgerError {
    LedgerError::Database { place, what: "not yet".to_owned() }
}

/// Who appends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The actor's name.
    pub name: String,
    /// The actor's role at that time.
    pub role: String,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It was written by a newer version.
    #[error(
        "{place} was written by a newer Gabion (ledger version {found}, this one reads up to {known})"
    )]
    Newer {
        /// The ledger.
        place: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// There is none and it must not be made.
    #[error("there is no ledger at {0}")]
    Missing(String),
    /// It cannot be written: permissions, read-only, disk full.
    #[error("the ledger at {place} cannot be written: {what}; nothing of this entry was kept")]
    NotWritable {
        /// The ledger.
        place: String,
        /// In words.
        what: String,
    },
    /// Somebody else writes and did not end in time.
    #[error("another process has been writing to {0} all the time")]
    Busy(String),
    /// The database said something else.
    #[error("the ledger at {place}: {what}")]
    Database {
        /// The ledger.
        place: String,
        /// In the database's words, without passwords.
        what: String,
    },
    /// What is stored does not read.
    #[error("the ledger's {table} {id} does not read: {what}")]
    Broken {
        /// The table.
        table: &'static str,
        /// The row.
        id: i64,
        /// What was met.
        what: String,
    },
}
