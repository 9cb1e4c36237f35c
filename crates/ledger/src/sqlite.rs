//! The ledger in a file of SQLite.
//!
//! WAL, `synchronous = FULL`: what was committed outlives a power cut. `BEGIN IMMEDIATE` takes the one
//! writer's place. A new file is 0600 from its first byte, also where an empty one stood; SQLite gives its two side
//! files the same mode. The
//! page cache is bounded, so that an import's memory does not grow with the file.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};

use crate::database::{Begin, Database, Dialect, Each, Row, Value, all};
use crate::schema::{self, Table};
use crate::{LedgerError, Mode};

/// «Gabi», so that `file` and other programs can tell whose file it is.
const APPLICATION_ID: i64 = 0x4761_6269;
/// Pages kept in memory, in KiB.
const CACHE_KIB: i64 = 65_536;
/// Largest journal that is kept between two writers, in bytes.
const JOURNAL_KEPT: i64 = 64 << 20;

/// How long a read waits while another process puts right what a killed one left.
const READS_WAIT: Duration = Duration::from_secs(20);

pub(crate) struct Sqlite {
    connection: Connection,
    path: String,
}

impl Sqlite {
    /// Opens a file; `mode` says whether it may be made and brought forward.
    pub(crate) fn open(path: &Path, mode: Mode) -> Result<Self, LedgerError> {
        let place = path.display().to_string();
        if !path.exists() {
            if mode != Mode::Create {
                return Err(LedgerError::Missing(place));
            }
            made_private(path)?;
        } else if mode != Mode::ReadOnly
            && path.metadata().is_ok_and(|m| m.is_file() && m.len() == 0)
        {
            become_private(path)?;
        }
        let connection = match mode {
            Mode::ReadOnly => read_only(path),
            Mode::Create | Mode::Existing => Connection::open_with_flags(
                path,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            ),
        };
        let connection = connection.map_err(|e| said(&place, &e))?;
        let mut opened = Self { connection, path: place };
        opened.settle()?;
        let place = opened.path.clone();
        crate::patiently(&place, &mut |_| {}, &mut || match opened.forward(mode) {
            // Another opens it at the same time.
            Err(LedgerError::Busy(_)) => opened.rollback().map(|()| None),
            other => other.map(Some),
        })?;
        Ok(opened)
    }

    /// An empty ledger in a private temporary file that is gone with the value.
    pub(crate) fn temporary() -> Result<Self, LedgerError> {
        let place = "a temporary file".to_owned();
        let connection = Connection::open("").map_err(|e| said(&place, &e))?;
        let mut opened = Self { connection, path: place };
        opened.settle()?;
        opened.script("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        opened.forward(Mode::Create)?;
        Ok(opened)
    }

    fn settle(&mut self) -> Result<(), LedgerError> {
        rusqlite::vtab::array::load_module(&self.connection).map_err(|e| said(&self.path, &e))?;
        self.connection.set_prepared_statement_cache_capacity(256);
        self.waits(READS_WAIT)?;
        self.script(&format!(
            "PRAGMA temp_store = FILE; PRAGMA foreign_keys = ON; \
             PRAGMA trusted_schema = OFF; PRAGMA cache_size = -{CACHE_KIB}; \
             PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {JOURNAL_KEPT};"
        ))
    }

    /// Brings it to this program's version, in one transaction.
    fn forward(&mut self, mode: Mode) -> Result<(), LedgerError> {
        let mut found = self.pragma("user_version")?;
        if found > schema::VERSION {
            let (place, known) = (self.path.clone(), schema::VERSION);
            return Err(LedgerError::Newer { place, found, known });
        }
        let id = self.pragma("application_id")?;
        if id != APPLICATION_ID && (id != 0 || found != 0 || !self.is_empty()?) {
            return Err(LedgerError::Database {
                place: self.path.clone(),
                what: "the file is no ledger".to_owned(),
            });
        }
        if mode == Mode::ReadOnly && found == schema::VERSION {
            return Ok(());
        }
        if mode == Mode::ReadOnly {
            return Err(LedgerError::NotWritable {
                place: self.path.clone(),
                what: format!("it is of version {found}; open it for writing once"),
            });
        }
        self.journal()?;
        if found == schema::VERSION {
            return Ok(());
        }
        crate::patiently(&self.path.clone(), &mut |_| {}, &mut || {
            Ok(self.begin(Begin::Write)?.then_some(()))
        })?;
        // Another process may have done it meanwhile.
        found = self.pragma("user_version")?;
        while let Some(sql) = schema::migration(found + 1, Dialect::Sqlite) {
            self.script(&sql)?;
            found += 1;
        }
        self.script(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {found};"
        ))?;
        self.commit()
    }

    /// A copy made by `backup` has the other journal until it is opened for writing.
    fn journal(&mut self) -> Result<(), LedgerError> {
        let found = all(self, "PRAGMA journal_mode", &[], &mut |row| row.text(0))?;
        if found.first().is_some_and(|mode| mode == "wal" || mode == "off") {
            return Ok(());
        }
        // Changing it waits for nobody: with another that opens the ledger now it is tried again.
        crate::patiently(&self.path.clone(), &mut |_| {}, &mut || match self
            .script("PRAGMA journal_mode = WAL")
        {
            Err(LedgerError::Busy(_)) => Ok(None),
            other => other.map(Some),
        })
    }

    fn is_empty(&mut self) -> Result<bool, LedgerError> {
        Ok(crate::database::one_int(self, "SELECT count(*) FROM sqlite_schema", &[])? == 0)
    }

    fn pragma(&mut self, name: &str) -> Result<i64, LedgerError> {
        crate::database::one_int(self, &format!("PRAGMA {name}"), &[])
    }

    fn waits(&self, time: Duration) -> Result<(), LedgerError> {
        self.connection.busy_timeout(time).map_err(|e| self.fault(&e))
    }

    fn fault(&self, error: &rusqlite::Error) -> LedgerError {
        said(&self.path, error)
    }
}

/// An empty file that nobody else may read, whatever the umask.
pub(crate) fn made_private(path: &Path) -> Result<(), LedgerError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(LedgerError::NotWritable {
            place: path.display().to_string(),
            what: format!("it cannot be made: {e}"),
        }),
    }
}

/// What stood there empty becomes a new ledger, and is as private as one that was made; so are side files that stood
/// beside it, which SQLite would take as they are.
fn become_private(path: &Path) -> Result<(), LedgerError> {
    #[cfg(unix)]
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        let private = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600);
        match std::fs::set_permissions(&file, private) {
            Err(e) if ending.is_empty() || e.kind() != std::io::ErrorKind::NotFound => {
                return Err(LedgerError::NotWritable {
                    place: PathBuf::from(file).display().to_string(),
                    what: format!("it is empty and cannot be made private: {e}"),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Opens without a byte written to the file. In a folder where nothing may be written and nobody writes, the
/// file is taken as it is.
fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags)?;
    if opened.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).is_ok() {
        return Ok(opened);
    }
    let mut journal = path.as_os_str().to_owned();
    journal.push("-wal");
    if PathBuf::from(journal).metadata().is_ok_and(|m| m.len() > 0) {
        return Ok(opened);
    }
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                name.push(char::from(*byte));
            }
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    name.push_str("?immutable=1");
    Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_URI)
}

/// The database's words as one of ours.
pub(crate) fn said(place: &str, error: &rusqlite::Error) -> LedgerError {
    let place = place.to_owned();
    let what = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerError::Busy(place),
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::PermissionDenied
            | ErrorCode::CannotOpen,
        ) => LedgerError::NotWritable { place, what },
        _ => LedgerError::Database { place, what },
    }
}

/// PostgreSQL's style in SQLite's words: `$1` is `?1`, `= ANY(?1)` is `IN rarray(?1)`.
fn rewritten(sql: &str) -> String {
    sql.replace("= ANY(", "IN rarray(").replace('$', "?")
}

struct Parameter<'v>(&'v Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::Value as Owned;
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Int(value) => ToSqlOutput::Borrowed(ValueRef::Integer(*value)),
            Value::Real(value) => ToSqlOutput::Borrowed(ValueRef::Real(*value)),
            Value::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Value::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Value::Ints(values) => {
                let values: Vec<Owned> = values.iter().map(|v| Owned::Integer(*v)).collect();
                ToSqlOutput::from_rc(Rc::new(values), c"rarray")
            }
            Value::Keys(values) => {
                let values: Vec<Owned> = values.iter().map(|v| Owned::Blob(v.clone())).collect();
                ToSqlOutput::from_rc(Rc::new(values), c"rarray")
            }
        })
    }
}

impl Database for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn execute(&mut self, sql: &str, with: &[Value]) -> Result<u64, LedgerError> {
        let run = || {
            let mut statement = self.connection.prepare_cached(&rewritten(sql))?;
            statement.execute(rusqlite::params_from_iter(with.iter().map(Parameter)))
        };
        run().map(|n| n as u64).map_err(|e| self.fault(&e))
    }

    fn query(&mut self, sql: &str, with: &[Value], each: &mut Each<'_>) -> Result<(), LedgerError> {
        let fault = |e: rusqlite::Error| said(&self.path, &e);
        let mut statement = self.connection.prepare_cached(&rewritten(sql)).map_err(fault)?;
        let columns = statement.column_count();
        let mut rows = statement
            .query(rusqlite::params_from_iter(with.iter().map(Parameter)))
            .map_err(fault)?;
        while let Some(found) = rows.next().map_err(fault)? {
            let mut row = Row(Vec::with_capacity(columns));
            for at in 0..columns {
                row.0.push(match found.get_ref(at).map_err(fault)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(value) => Value::Int(value),
                    ValueRef::Real(value) => Value::Real(value),
                    ValueRef::Text(value) => {
                        Value::Text(String::from_utf8_lossy(value).into_owned())
                    }
                    ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
                });
            }
            if !each(&mut row)? {
                break;
            }
        }
        Ok(())
    }

    fn script(&mut self, sql: &str) -> Result<(), LedgerError> {
        self.connection.execute_batch(sql).map_err(|e| self.fault(&e))
    }

    fn put(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<(), LedgerError> {
        if rows.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = (1..=table.columns.len()).map(|n| format!("?{n}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({}) {}",
            table.name,
            table.names(),
            places.join(", "),
            table.on_conflict()
        );
        self.each_of(&sql, rows)
    }

    fn remove(&mut self, table: &Table, keys: &[Vec<Value>]) -> Result<(), LedgerError> {
        if keys.is_empty() {
            return Ok(());
        }
        let key = table.columns.iter().take(table.key).enumerate();
        let terms: Vec<String> =
            key.map(|(at, (name, _))| format!("{name} = ?{}", at + 1)).collect();
        self.each_of(&format!("DELETE FROM {} WHERE {}", table.name, terms.join(" AND ")), keys)
    }

    fn put_words(&mut self, words: &[(i64, String)]) -> Result<(), LedgerError> {
        let rows: Vec<Vec<Value>> = words
            .iter()
            .map(|(id, words)| vec![Value::Int(*id), Value::Text(words.clone())])
            .collect();
        self.each_of("INSERT OR REPLACE INTO finding_words (rowid, words) VALUES (?1, ?2)", &rows)
    }

    fn begin(&mut self, kind: Begin) -> Result<bool, LedgerError> {
        let sql = match kind {
            Begin::Read => "BEGIN",
            Begin::Write => "BEGIN IMMEDIATE",
        };
        // Who waits for the writer's place is asked in between whether he goes on.
        self.waits(Duration::ZERO)?;
        let begun = self.script(sql);
        self.waits(READS_WAIT)?;
        match begun {
            Ok(()) => Ok(true),
            Err(LedgerError::Busy(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn commit(&mut self) -> Result<(), LedgerError> {
        self.script("COMMIT")
    }

    fn rollback(&mut self) -> Result<(), LedgerError> {
        // After some errors SQLite has rolled back by itself.
        if self.connection.is_autocommit() { Ok(()) } else { self.script("ROLLBACK") }
    }

    fn copy_to(&mut self, file: &Path) -> Result<bool, LedgerError> {
        let name = file.to_str().ok_or_else(|| LedgerError::NotWritable {
            place: file.display().to_string(),
            what: "its name is no text".to_owned(),
        })?;
        let copied = self.connection.execute("VACUUM INTO ?1", [name]);
        copied.map_err(|e| said(name, &e))?;
        Ok(true)
    }
}

impl Sqlite {
    fn each_of(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<(), LedgerError> {
        let run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            for row in rows {
                statement.execute(rusqlite::params_from_iter(row.iter().map(Parameter)))?;
            }
            Ok(())
        };
        run().map_err(|e| self.fault(&e))
    }
}
