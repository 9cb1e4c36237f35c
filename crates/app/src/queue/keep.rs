//! How is the ledger itself kept? Verify, head, export, import, backup, imports, roles, retention.
//!
//! In: the open ledger, streams from the caller. Out: what the ledger says. An export holds the whole record and the key
//! of the secrets' hashes, so it is the administrators'.

use std::fs;
use std::io;
use std::path::Path;

use ledger::{Change, LedgerError};

use vocab::Instant;

use super::{QueueError, unfit};
use crate::books::{Actor, Books, Role, UseCase, allow};

pub use ledger::row::{Head, ImportRow};
pub use ledger::{Exported, Imported, Verified};

/// The setting for how long the words of closed findings are kept.
const RETENTION: &str = "retention";
/// Most imports that are listed.
pub const MOST_IMPORTS: u32 = 10_000;

/// Told how much of how much is done.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Computes the chain again; `deep` builds the tables again and compares; `kept` is a head kept elsewhere.
///
/// # Errors
/// Refused, the ledger's. What departs from the chain is no error but the answer.
pub fn verify(
    actor: &Actor,
    books: &mut Books,
    deep: bool,
    kept: Option<&Head>,
    progress: Progress<'_>,
) -> Result<Verified, QueueError> {
    allow(actor, UseCase::LedgerVerify, true)?;
    Ok(books.ledger.verify(deep, kept, progress)?)
}

/// The end of the chain, to be kept elsewhere.
///
/// # Errors
/// Refused, the ledger's.
pub fn head(actor: &Actor, books: &mut Books) -> Result<Head, QueueError> {
    allow(actor, UseCase::LedgerVerify, true)?;
    Ok(books.ledger.head()?)
}

/// A head as `ledger head` prints it: `12:9f86d0…`, the hash whole.
///
/// # Errors
/// Another form.
pub fn read_head(text: &str) -> Result<Head, QueueError> {
    let form = || {
        unfit(
            format!("«{text}» is no head"),
            "a head is N:HASH, as `gabion ledger head` prints it: the entry and 64 hexadecimal digits",
        )
    };
    let (entry, hash) = text.trim().split_once(':').ok_or_else(form)?;
    let entry = entry.trim_start_matches("E-").parse::<i64>().ok().filter(|n| *n >= 0);
    let entry = entry.ok_or_else(form)?;
    if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(form());
    }
    Ok(Head { entry, hash: hash.to_ascii_lowercase() })
}

/// Writes the whole record as JSON lines.
///
/// # Errors
/// Refused, `out` cannot be written, the ledger's.
pub fn export(
    actor: &Actor,
    books: &mut Books,
    out: &mut dyn io::Write,
    progress: Progress<'_>,
) -> Result<Exported, QueueError> {
    allow(actor, UseCase::LedgerExport, true)?;
    Ok(books.ledger.export(out, progress)?)
}

/// Writes the whole record into a new file, readable by its owner alone; a failure leaves no file.
///
/// # Errors
/// Refused, the file is there already or cannot be written, the ledger's.
pub fn export_file(
    actor: &Actor,
    books: &mut Books,
    to: &Path,
    progress: Progress<'_>,
) -> Result<Exported, QueueError> {
    allow(actor, UseCase::LedgerExport, true)?;
    let cannot = |error: io::Error| {
        let remedy = match error.kind() {
            io::ErrorKind::AlreadyExists => "name a new file: an export never writes over another",
            _ => "check the folder and its permissions",
        };
        unfit(format!("cannot write {}: {error}", to.display()), remedy)
    };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = io::BufWriter::with_capacity(1 << 16, options.open(to).map_err(cannot)?);
    let exported = export(actor, books, &mut out, progress).and_then(|exported| {
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(exported)
    });
    if exported.is_err() {
        fs::remove_file(to).ok();
    }
    exported
}

/// Takes an export into an empty ledger, and proves that both are equal.
///
/// # Errors
/// Refused, the ledger is not empty, the export is not whole, the ledger's.
pub fn import(
    actor: &Actor,
    books: &mut Books,
    from: &mut dyn io::BufRead,
    progress: Progress<'_>,
) -> Result<Imported, QueueError> {
    allow(actor, UseCase::LedgerImport, true)?;
    let head = books.ledger.head()?;
    if head.entry > 0 {
        return Err(unfit(
            format!("the ledger holds {} entries already", head.entry),
            "an export is taken into an empty ledger: name a new place with --database",
        ));
    }
    books.ledger.import(from, progress).map_err(|error| match error {
        LedgerError::Unfit(what) => unfit(
            format!("it is no whole export of a ledger: {what}"),
            "take in what `gabion ledger export` wrote; a scanner's report is for `gabion import`",
        ),
        other => other.into(),
    })
}

/// A consistent copy while others write.
///
/// # Errors
/// Refused, the file is there already, the ledger's.
pub fn backup(actor: &Actor, books: &mut Books, to: &Path) -> Result<(), QueueError> {
    allow(actor, UseCase::Backup, true)?;
    if to.symlink_metadata().is_ok() {
        return Err(unfit(
            format!("{} is there already", to.display()),
            "name a new file: a backup never writes over another",
        ));
    }
    Ok(books.ledger.backup(to)?)
}

/// The latest imports, the last first.
///
/// # Errors
/// Refused, the ledger's.
pub fn imports(actor: &Actor, books: &mut Books, most: u32) -> Result<Vec<ImportRow>, QueueError> {
    allow(actor, UseCase::LedgerVerify, true)?;
    Ok(books.ledger.imports(most.min(MOST_IMPORTS))?)
}

/// The role of an actor; `None` when the ledger says nothing.
///
/// # Errors
/// Refused, the ledger's.
pub fn role(actor: &Actor, books: &mut Books, name: &str) -> Result<Option<Role>, QueueError> {
    allow(actor, UseCase::LedgerVerify, true)?;
    Ok(books.role_of(name)?)
}

/// Gives a role, or takes it away with `None`; gives the entry, none when it is so already.
///
/// # Errors
/// Refused, no name, the ledger's.
pub fn set_role(
    actor: &Actor,
    books: &mut Books,
    name: &str,
    role: Option<Role>,
    now: Instant,
) -> Result<Option<i64>, QueueError> {
    allow(actor, UseCase::Settings, true)?;
    let name = name.trim();
    if name.is_empty() || name.len() > 256 {
        return Err(unfit("an actor has a name of 1 to 256 bytes", "gabion ledger role NAME ROLE"));
    }
    let was = books.ledger.role(name)?.unwrap_or_default();
    let role = role.map(Role::as_str).unwrap_or_default().to_owned();
    if role == was {
        return Ok(None);
    }
    let summary = match role.as_str() {
        "" => format!("{name} has no role of its own any more"),
        role => format!("{name} is {role}"),
    };
    let mut write = books.write(actor, now)?;
    write.append(&Change::Role { actor: name.to_owned(), role, was })?;
    Ok(Some(write.commit("setting", &summary)?.entry))
}

/// How long words are kept; `None` is for ever.
///
/// # Errors
/// Refused, the ledger's.
pub fn retention(actor: &Actor, books: &mut Books) -> Result<Option<String>, QueueError> {
    allow(actor, UseCase::LedgerVerify, true)?;
    Ok(books.ledger.setting(RETENTION)?)
}

/// Sets how long words are kept, in days, or for ever with `None`; gives the entry, none when it is so
/// already.
///
/// # Errors
/// Refused, fewer than 30 days, the ledger's.
pub fn set_retention(
    actor: &Actor,
    books: &mut Books,
    days: Option<u32>,
    now: Instant,
) -> Result<Option<i64>, QueueError> {
    allow(actor, UseCase::Settings, true)?;
    if days.is_some_and(|days| days < 30) {
        return Err(unfit(
            "a retention below 30 days would forget why findings were closed",
            "name 30 days or more, or `forever`",
        ));
    }
    let was = books.ledger.setting(RETENTION)?.unwrap_or_default();
    let value = days.map(|days| format!("{days}d")).unwrap_or_default();
    if value == was {
        return Ok(None);
    }
    let summary = match value.as_str() {
        "" => "retention: for ever".to_owned(),
        value => format!("retention: {value}"),
    };
    let mut write = books.write(actor, now)?;
    write.append(&Change::Setting { name: RETENTION.to_owned(), value, was })?;
    Ok(Some(write.commit("setting", &summary)?.entry))
}

/// Takes out what sources said earlier than the retention allows and what no claim rests on any more; how
/// many texts went. Findings, decisions and evidence stay, and the chain still verifies.
///
/// # Errors
/// Refused, no retention is set, the ledger's.
pub fn prune(actor: &Actor, books: &mut Books, now: Instant) -> Result<u64, QueueError> {
    allow(actor, UseCase::Settings, true)?;
    let kept = books.ledger.setting(RETENTION)?.unwrap_or_default();
    let days = kept.trim_end_matches('d').parse::<i64>().ok();
    let before = days.and_then(|days| {
        let seconds = now.as_second().checked_sub(days.checked_mul(86_400)?)?;
        Instant::from_second(seconds).ok()
    });
    let before = before.ok_or_else(|| {
        unfit(
            "no retention is set, so everything is kept",
            "`gabion ledger retention 400d` sets one; then prune",
        )
    })?;
    Ok(books.ledger.prune(before)?)
}
