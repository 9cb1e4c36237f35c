//! Which packages did rpm install?
//!
//! In: its database, in one of three containers: SQLite ([`sqlite`]), rpm's own ([`ndb`]), Berkeley DB's
//! hash ([`berkeley`]). In each lies one header for each package ([`header`]). Out:
//! [`Packages`] with the files that matter. Never: a script, a signature, the keys that lie there as
//! packages (`gpg-pubkey`).

mod berkeley;
mod header;
mod ndb;
mod sqlite;

use super::{EMPTY, Packages};

/// Longest header of one package; a kernel with all its files has some MiB.
const MAX_HEADER: usize = 64 * 1024 * 1024;

/// Reads a container's headers.
type Container = fn(&[u8], &mut dyn FnMut(&[u8])) -> Result<(), String>;

/// Reads `rpmdb.sqlite`.
pub(super) fn sqlite(bytes: &[u8]) -> Packages {
    packages(sqlite::headers, bytes)
}

/// Reads `Packages.db`.
pub(super) fn ndb(bytes: &[u8]) -> Packages {
    packages(ndb::headers, bytes)
}

/// Reads `Packages`.
pub(super) fn berkeley(bytes: &[u8]) -> Packages {
    packages(berkeley::headers, bytes)
}

fn packages(headers: Container, bytes: &[u8]) -> Packages {
    let mut found = Packages::default();
    if let Err(what) = headers(bytes, &mut |header| found.header(header)) {
        found.problem(0, what);
    }
    if found.packages.is_empty() && found.problems.is_empty() {
        found.problem(0, EMPTY);
    }
    found
}

/// Says of `rpmdb.sqlite-wal` that what it holds is not in the database yet.
pub(super) fn log(bytes: &[u8]) -> Option<Packages> {
    let mut found = Packages::default();
    found.problem(
        0,
        "the newest changes to the rpm database lie in this log and are not read; have rpm write them \
         back: «rpm --rebuilddb», or «sqlite3 rpmdb.sqlite 'PRAGMA wal_checkpoint(TRUNCATE)'»",
    );
    (!bytes.is_empty()).then_some(found)
}

impl Packages {
    fn header(&mut self, bytes: &[u8]) {
        match header::package(bytes) {
            // Keys that were imported lie in the database as packages.
            Ok(package) if package.name == "gpg-pubkey" => {}
            Ok(package) => self.push(package),
            Err(what) => self.problem(0, format!("a package's header: {what}")),
        }
    }
}

/// `epoch:version-release`; the epoch 0 is left out.
pub(super) fn with_epoch(epoch: u32, version: &str) -> String {
    match epoch {
        0 => version.to_owned(),
        epoch => format!("{epoch}:{version}"),
    }
}

/// Name and version out of `NAME-VERSION-RELEASE.src.rpm`, where they are not the package's own. The
/// source's epoch is told nowhere; nearly always it is the package's.
pub(super) fn source(
    file: &str,
    name: &str,
    version: &str,
    epoch: u32,
) -> Option<(String, String)> {
    let stem = file.strip_suffix(".rpm")?;
    let stem = stem.strip_suffix(".src").or_else(|| stem.strip_suffix(".nosrc"))?;
    let release = stem.rfind('-')?;
    let at = stem.get(..release)?.rfind('-')?;
    let (source, own) = (stem.get(..at)?, stem.get(at + 1..)?);
    let differs = source != name || own != version;
    (differs && !source.is_empty()).then(|| (source.to_owned(), with_epoch(epoch, own)))
}
