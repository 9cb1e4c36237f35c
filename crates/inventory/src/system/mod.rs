//! What software is installed below a root: of a machine, a container or an image layer?
//!
//! In: each file that [`wants`] names, as a path relative to the root (no leading `/`) and bytes. Out of
//! one file: a [`Fact`]. Out of all: [`System::finish`], readings whose components know their
//! distribution. Never: a file opened, a program run. A file's fact can be kept instead of its bytes, so
//! that an image is read as a stream.

mod apk;
mod assemble;
mod dpkg;
mod end_of_life;
pub(crate) mod naming;
pub mod os_release;
mod other;
mod paths;
mod rpm;

pub use os_release::ecosystem;

use crate::Reading;
use paths::Database;

/// Most packages taken from one database; one with more is read up to here and has a problem.
pub const MAX_PACKAGES: usize = 200_000;
/// What is said of a database without a package.
const EMPTY: &str = "the package database is empty; expected at least one installed package";

/// What has to be read of a file to know what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// The whole content, if it is not longer than this many bytes.
    Whole(u64),
    /// The first bytes tell ([`is_program`]); then the whole, if it is not longer than this many bytes.
    Program(u64),
}

/// What one file tells of the system.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// Which distribution it is.
    Release(OsRelease),
    /// The packages of a distribution's database, or of one file of it.
    Packages(Packages),
    /// Files that a distribution's package owns (one file of dpkg's `info/*.list`).
    Owned(Owned),
    /// Software beside the distribution's packages: of Python, Node, Java, in a binary.
    Software(Reading),
}

/// `os-release(5)`, as far as it is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OsRelease {
    /// `ID`, lower case.
    pub id: String,
    /// `ID_LIKE`, in order.
    pub like: Vec<String>,
    /// `VERSION_ID`.
    pub version: String,
    /// `VERSION_CODENAME`.
    pub codename: String,
    /// `PRETTY_NAME`.
    pub pretty: String,
    /// `CPE_NAME`.
    pub cpe: String,
    /// `SUPPORT_END`, a date.
    pub support_end: Option<String>,
}

/// Packages of a distribution, still without its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packages {
    /// In the order of the database.
    pub packages: Vec<DistributionPackage>,
    /// What could not be read.
    pub problems: Vec<crate::Problem>,
}

/// One installed package of a distribution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DistributionPackage {
    /// The installed (binary) package.
    pub name: String,
    /// Its version, with epoch and release.
    pub version: String,
    /// The source package it was built from, and that one's version, where they differ.
    pub source: Option<(String, String)>,
    /// As the database has it.
    pub architecture: String,
    /// As the database has it.
    pub licence: String,
    /// Who built it, as the database has it; empty where it does not say.
    pub vendor: String,
    /// Files that it owns, as far as [`wants`] names them; relative to the root.
    pub files: Vec<String>,
    /// Line in the database, 0 where it has none.
    pub line: u32,
}

/// Files that a package owns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owned {
    /// The installed package.
    pub package: String,
    /// As far as [`wants`] names them; relative to the root.
    pub files: Vec<String>,
}

/// What is installed below one root.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Installed {
    /// Which distribution it is, if a file says so.
    pub release: Option<OsRelease>,
    /// Its OSV ecosystem with the release (`Debian:12`), if there is one.
    pub ecosystem: Option<vocab::Ecosystem>,
    /// When the distribution's release ends or ended, if that is known.
    pub ends: Option<vocab::Instant>,
    /// One for each file that told of software, in the order of their paths.
    pub readings: Vec<InstalledReading>,
}

/// The components that one file told of.
#[derive(Debug, Clone, PartialEq)]
pub struct InstalledReading {
    /// Relative to the root.
    pub path: String,
    /// Of an image: which layer, counted from the lowest.
    pub layer: Option<u32>,
    /// Components with `details.owned_by` where a distribution's package owns the file.
    pub reading: Reading,
}

/// The facts of one root, gathered file by file in any order.
#[derive(Debug, Default)]
pub struct System {
    facts: Vec<(String, Option<u32>, Fact)>,
}

/// Whether, and how far, a file is worth reading: by its path relative to the root, its size in bytes
/// and whether it may be executed.
pub fn wants(path: &str, size: u64, executable: bool) -> Option<Want> {
    match Database::of(path) {
        Some(database) => Some(database.want()),
        None => crate::installed::wants(path, size, executable),
    }
}

/// Whether these first bytes are those of a program (ELF, Mach-O, PE).
pub fn is_program(head: &[u8]) -> bool {
    match head {
        [0x7F, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] => true,
        [0xFE, 0xED, 0xFA, 0xCE | 0xCF, ..] | [0xCE | 0xCF, 0xFA, 0xED, 0xFE, ..] => true,
        // Several Mach-O files in one, with their number; a Java class has its version there, which
        // begins at 45.
        [0xCA, 0xFE, 0xBA, 0xBE | 0xBF, 0, 0, 0, 1..45, ..] => true,
        _ => false,
    }
}

/// What a file tells; `None` when it tells nothing.
pub fn read(path: &str, bytes: &[u8]) -> Option<Fact> {
    let Some(database) = Database::of(path) else {
        return crate::installed::read(path, bytes).map(Fact::Software);
    };
    Some(match database {
        Database::Release => Fact::Release(OsRelease::parse(bytes)?),
        Database::DpkgList(package) => Fact::Owned(dpkg::list(package, bytes)),
        Database::DpkgDigests(package) => Fact::Owned(dpkg::digests(package, bytes)),
        Database::Dpkg | Database::DpkgPart | Database::Opkg => Fact::Packages(dpkg::status(bytes)),
        Database::Apk => Fact::Packages(apk::installed(bytes)),
        Database::RpmSqlite => Fact::Packages(rpm::sqlite(bytes)),
        Database::RpmSqliteLog => Fact::Packages(rpm::log(bytes)?),
        Database::RpmNdb => Fact::Packages(rpm::ndb(bytes)),
        Database::RpmBdb => Fact::Packages(rpm::berkeley(bytes)),
        Database::RpmManifest => Fact::Packages(other::rpm_manifest(bytes)),
        Database::Pacman => Fact::Packages(other::pacman(bytes)),
        Database::Portage => Fact::Packages(other::portage(path)),
        Database::Unread(what) => {
            let mut found = Packages::default();
            found.problem(0, format!("a package database {what}: its packages are not evaluated"));
            Fact::Packages(found)
        }
    })
}

impl System {
    /// Adds what one file told.
    pub fn add(&mut self, path: &str, layer: Option<u32>, fact: Fact) {
        self.facts.push((path.to_owned(), layer, fact));
    }

    /// Puts everything together.
    pub fn finish(self) -> Installed {
        assemble::installed(self.facts)
    }
}
