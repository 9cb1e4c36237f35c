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

mod apply;
pub mod change;
mod database;
mod fixes;
mod keep;
mod near;
mod pack;
mod postgres;
mod queue;
mod read;
mod record;
pub mod row;
mod schema;
mod sqlite;
pub mod stage;
mod tables;
mod words;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use vocab::Instant;

pub use change::Change;
pub use keep::{Exported, Fault, Imported, Verified};
pub use near::Tied;
pub use stage::{Stage, Staged};
pub use write::Write;

use database::{Database, Value, all};
use pack::Packer;
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
    database: Box<dyn Database>,
    packer: Packer,
    read_only: bool,
}

impl Ledger {
    /// Opens it, and makes it where `mode` says so.
    pub fn open(place: &Place, mode: Mode) -> Result<Self, LedgerError> {
        let (name, database): (String, Box<dyn Database>) = match place {
            Place::File(path) => {
                (path.display().to_string(), Box::new(sqlite::Sqlite::open(path, mode)?))
            }
            Place::Postgres(url) => {
                let server = postgres::Server::open(url, mode)?;
                (server.place().to_owned(), Box::new(server))
            }
        };
        let mut ledger = Self::over(name, database)?;
        ledger.read_only = mode == Mode::ReadOnly;
        if mode != Mode::ReadOnly {
            ledger.make_key()?;
            ledger.compute_again()?;
        }
        Ok(ledger)
    }

    /// An empty ledger in a private temporary file.
    fn temporary() -> Result<Self, LedgerError> {
        Self::over("a temporary file".to_owned(), Box::new(sqlite::Sqlite::temporary()?))
    }

    fn over(place: String, database: Box<dyn Database>) -> Result<Self, LedgerError> {
        let packer = Packer::new().map_err(|e| LedgerError::Database {
            place: place.clone(),
            what: format!("the dictionary of the record cannot be used: {e}"),
        })?;
        Ok(Self { place, database, packer, read_only: false })
    }

    /// The key for hashes of secrets (HMAC-SHA-256); made with the ledger from the system's randomness.
    pub fn secrets_key(&mut self) -> Result<[u8; 32], LedgerError> {
        let sql = "SELECT m.value FROM meta m WHERE m.name = 'secrets_key'";
        let found = all(self.database.as_mut(), sql, &[], &mut |row| row.fixed(0))?;
        found.first().copied().ok_or_else(|| LedgerError::Broken {
            table: "meta",
            id: 0,
            what: "the key for hashes of secrets is missing".to_owned(),
        })
    }

    fn make_key(&mut self) -> Result<(), LedgerError> {
        if self.secrets_key().is_ok() {
            return Ok(());
        }
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|e| LedgerError::Database {
            place: self.place.clone(),
            what: format!("the system gives no randomness: {e}"),
        })?;
        // Of two that make it at once, the first one's stands.
        let sql =
            "INSERT INTO meta (name, value) VALUES ('secrets_key', $1) ON CONFLICT DO NOTHING";
        patiently(&self.place, &mut |_| {}, &mut || match self
            .database
            .execute(sql, &[Value::Bytes(key.to_vec())])
        {
            Err(LedgerError::Busy(_)) => Ok(None),
            other => other.map(Some),
        })?;
        Ok(())
    }

    /// Computes the rows of the queue that a migration has marked, as they stand at the last entry.
    fn compute_again(&mut self) -> Result<(), LedgerError> {
        let sql = "SELECT COUNT(*) FROM fixes x WHERE x.wakes IS NOT NULL AND x.wakes <= 0";
        if database::one_int(self.database.as_mut(), sql, &[])? == 0 {
            return Ok(());
        }
        patiently(&self.place, &mut |_| {}, &mut || {
            Ok(self.database.begin(database::Begin::Write)?.then_some(()))
        })?;
        let database = self.database.as_mut();
        let at = "SELECT e.at FROM entries e ORDER BY e.seq DESC LIMIT 1";
        let done = database::one_int(database, at, &[]).and_then(|at| {
            let mut touched = fixes::Touched::default();
            touched.wake(database, 0)?;
            touched.settle(database, at)
        });
        match done {
            Ok(()) => self.database.commit(),
            Err(error) => {
                // Nothing was written, so that either end is right; the error of the work comes first.
                let _ = self.database.rollback();
                Err(error)
            }
        }
    }

    /// The end of the chain.
    pub fn head(&mut self) -> Result<Head, LedgerError> {
        write::head(self.database.as_mut()).map(|(head, _)| head)
    }

    /// Takes the one writer's place. While another writes it waits, some ten minutes at most, and tells
    /// `waiting` how long so far.
    pub fn write<'l>(
        &'l mut self,
        author: Author,
        at: Instant,
        waiting: &mut dyn FnMut(Duration),
    ) -> Result<Write<'l>, LedgerError> {
        if self.read_only {
            let (place, what) = (self.place.clone(), "it was opened for reading".to_owned());
            return Err(LedgerError::NotWritable { place, what });
        }
        let database = &mut self.database;
        patiently(&self.place, waiting, &mut || {
            Ok(database.begin(database::Begin::Write)?.then_some(()))
        })?;
        Write::begin(self, author, at)
    }

    /// Does something in one consistent snapshot.
    fn reading<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        self.database.begin(database::Begin::Read)?;
        let answer = read(self);
        // Nothing was written, so that either end is right; the answer's error comes first.
        let ended = self.database.rollback();
        let answer = answer?;
        ended.map(|()| answer)
    }
}

/// Tries again until it is there, some ten minutes at most, and tells how long so far.
#[expect(
    clippy::disallowed_methods,
    reason = "another process holds the one writer's place; \
     neither database can wake us up and let the caller tell that it waits"
)]
fn patiently<T>(
    place: &str,
    waiting: &mut dyn FnMut(Duration),
    attempt: &mut dyn FnMut() -> Result<Option<T>, LedgerError>,
) -> Result<T, LedgerError> {
    const LONGEST: Duration = Duration::from_secs(600);
    let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(2));
    loop {
        if let Some(done) = attempt()? {
            return Ok(done);
        }
        if waited >= LONGEST {
            return Err(LedgerError::Busy(place.to_owned()));
        }
        waiting(waited);
        std::thread::sleep(pause);
        waited += pause;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

/// Who appends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The actor's name.
    pub name: String,
    /// The actor's role at that time.
    pub role: String,
}

impl LedgerError {
    /// Whether there is no ledger at all.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }
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
    /// A change that does not fit the tables: it names what is not there.
    #[error("a change does not fit the ledger: {0}")]
    Unfit(String),
    /// A file of the record cannot be read or written.
    #[error("{what}: {source}")]
    File {
        /// What was tried.
        what: String,
        /// The system's words.
        source: std::io::Error,
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
