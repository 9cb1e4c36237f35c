//! The headers in rpm's SQLite database.
//!
//! In: the bytes of `rpmdb.sqlite`. Out: each blob of the table `Packages`. The database comes from a
//! system that may be hostile: it is opened in memory and for reading only, with no schema trusted, no
//! views or functions of its own run, nothing attached, sizes limited and the work counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::MAX_HEADER;
use crate::system::MAX_PACKAGES;

/// The head of every SQLite file (SQLite, «Database File Format», 1.3).
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Instructions of SQLite's machine between two looks at the count.
const STEP: i32 = 100_000;
/// Most such steps: a database of 10,000 packages takes two.
const MAX_STEPS: u64 = 10_000;

/// Gives each header to `each`; the error says why there are no more.
pub(super) fn headers(bytes: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), String> {
    if !bytes.starts_with(MAGIC) || bytes.len() < 100 {
        return Err("expected a SQLite database; this is none".to_owned());
    }
    rows(bytes, each).map_err(|error| {
        // Its text may hold what the database says; the code does not.
        let why =
            error.sqlite_error_code().map_or_else(|| "its shape".to_owned(), |c| format!("{c:?}"));
        format!("the rpm database could not be read to its end ({why}); packages may be missing")
    })
}

fn rows(bytes: &[u8], each: &mut dyn FnMut(&[u8])) -> rusqlite::Result<()> {
    let mut connection = Connection::open_in_memory_with_flags(
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    for (config, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
    ] {
        connection.set_db_config(config, on)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_HEADER as i32)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    let steps = Arc::new(AtomicU64::new(0));
    let count = steps.clone();
    connection
        .progress_handler(STEP, Some(move || count.fetch_add(1, Ordering::Relaxed) >= MAX_STEPS))?;
    // A database in write-ahead mode cannot be opened in memory; the two bytes say which mode it is
    // (Database File Format, 1.3.3). The log beside it is told of by itself.
    let source = WithoutLog { bytes, at: 0 };
    connection.deserialize_read_exact(MAIN_DB, source, bytes.len(), true)?;
    connection.execute_batch(
        "PRAGMA query_only=ON; PRAGMA mmap_size=0; PRAGMA cache_size=-2048; PRAGMA cell_size_check=ON;",
    )?;
    let mut statement = connection.prepare("SELECT blob FROM main.Packages LIMIT ?1")?;
    let limit = i64::try_from(MAX_PACKAGES).unwrap_or(i64::MAX).saturating_add(2);
    let mut rows = statement.query([limit])?;
    let mut total = 0;
    while let Some(row) = rows.next()? {
        // Anything but bytes is a header that cannot be read, and is told of as one.
        let blob = match row.get_ref(0)? {
            ValueRef::Blob(blob) => blob,
            _ => &[],
        };
        // Rows of a sound database share no bytes.
        total += blob.len();
        if total > bytes.len() {
            return Err(rusqlite::Error::InvalidQuery);
        }
        each(blob);
    }
    Ok(())
}

/// The bytes, with the two that name the journal's mode set to «no log».
struct WithoutLog<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl std::io::Read for WithoutLog<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        let (Some(to), Some(from)) = (buffer.get_mut(..length), rest.get(..length)) else {
            return Ok(0);
        };
        to.copy_from_slice(from);
        for mode in 18..20usize {
            if let Some(byte) = mode.checked_sub(self.at).and_then(|place| to.get_mut(place)) {
                *byte = 1;
            }
        }
        self.at += length;
        Ok(length)
    }
}
