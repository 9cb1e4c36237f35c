//! Which file of a root belongs to a package database, and which owned files are worth keeping?
//!
//! In: a path relative to the root. Out: the [`Database`] file that it is. Never: a file opened.

use std::borrow::Cow;

use super::{Want, os_release};

/// A file that tells of the distribution or of its packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Database<'a> {
    /// os-release(5).
    Release,
    /// dpkg's status of all packages.
    Dpkg,
    /// The same of one package, as distroless images have it.
    DpkgPart,
    /// dpkg's list of the files of this package.
    DpkgList(&'a str),
    /// Digests and files of this package, in distroless images.
    DpkgDigests(&'a str),
    /// apk's database.
    Apk,
    /// rpm's database in SQLite.
    RpmSqlite,
    /// What SQLite has not yet written into it.
    RpmSqliteLog,
    /// rpm's database in its own container.
    RpmNdb,
    /// rpm's database in Berkeley DB.
    RpmBdb,
    /// Packages of an image whose database was taken out (Azure Linux).
    RpmManifest,
    /// opkg's status.
    Opkg,
    /// One package of pacman.
    Pacman,
    /// One package of Portage.
    Portage,
    /// A database that is known and not read.
    Unread(&'static str),
}

const MIB: u64 = 1024 * 1024;

/// Folders in which rpm keeps its database: of old, of SUSE and Fedora, of OSTree.
const RPM: &[&str] = &["var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"];

impl<'a> Database<'a> {
    /// What the path is; `None` for all other files.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let path = relative(path);
        if let Some(rest) = path.strip_prefix("var/lib/dpkg/") {
            return Self::of_dpkg(rest);
        }
        if let Some(name) = RPM.iter().find_map(|folder| path.strip_prefix(folder)) {
            return Some(match name {
                "rpmdb.sqlite" => Self::RpmSqlite,
                "rpmdb.sqlite-wal" => Self::RpmSqliteLog,
                "Packages.db" => Self::RpmNdb,
                "Packages" => Self::RpmBdb,
                _ => return None,
            });
        }
        Some(match path {
            "etc/os-release" | "usr/lib/os-release" => Self::Release,
            "lib/apk/db/installed" | "usr/lib/apk/db/installed" => Self::Apk,
            "var/lib/rpmmanifest/container-manifest-2" => Self::RpmManifest,
            "usr/lib/opkg/status" | "var/lib/opkg/status" | "opt/lib/opkg/status" => Self::Opkg,
            "nix/var/nix/db/db.sqlite" => Self::Unread("of Nix"),
            "var/lib/chisel/manifest.wall" => {
                Self::Unread("of Chisel (it names no source packages)")
            }
            _ => {
                let parts = |prefix: &str, last: &str, count: usize| {
                    path.strip_prefix(prefix)
                        .and_then(|rest| rest.strip_suffix(last))
                        .is_some_and(|rest| rest.split('/').count() == count)
                };
                match () {
                    () if parts("var/lib/pacman/local/", "/desc", 1) => Self::Pacman,
                    () if parts("var/db/pkg/", "/PF", 2) => Self::Portage,
                    () => return None,
                }
            }
        })
    }

    fn of_dpkg(rest: &'a str) -> Option<Self> {
        if rest == "status" {
            return Some(Self::Dpkg);
        }
        let single = |name: &'a str| Some(name).filter(|n| !n.is_empty() && !n.contains('/'));
        if let Some(name) = rest.strip_prefix("info/").and_then(|n| n.strip_suffix(".list")) {
            // `PKG:ARCH.list` where several architectures may be installed side by side.
            return single(name.split_once(':').map_or(name, |(name, _)| name)).map(Self::DpkgList);
        }
        let name = single(rest.strip_prefix("status.d/")?)?;
        Some(match name.strip_suffix(".md5sums") {
            Some(package) => Self::DpkgDigests(package),
            None => Self::DpkgPart,
        })
    }

    /// How far the file is read.
    pub(super) fn want(self) -> Want {
        Want::Whole(match self {
            Self::Release => os_release::MAX_BYTES,
            Self::Dpkg | Self::Apk | Self::Opkg | Self::RpmSqliteLog => 64 * MIB,
            Self::DpkgList(_) | Self::DpkgDigests(_) | Self::RpmManifest => 16 * MIB,
            // A full server of thousands of packages has some 100 MiB.
            Self::RpmSqlite | Self::RpmNdb | Self::RpmBdb => 256 * MIB,
            Self::DpkgPart | Self::Pacman | Self::Portage => MIB,
            Self::Unread(_) => 64 * MIB,
        })
    }

    /// The tool whose packages these are; also their purl type, where it has one.
    pub(super) fn tool(self) -> &'static str {
        match self {
            Self::Release | Self::Unread(_) => "",
            Self::Dpkg | Self::DpkgPart | Self::DpkgList(_) | Self::DpkgDigests(_) => "deb",
            Self::Apk => "apk",
            Self::RpmSqlite
            | Self::RpmSqliteLog
            | Self::RpmNdb
            | Self::RpmBdb
            | Self::RpmManifest => "rpm",
            Self::Opkg => "opkg",
            Self::Pacman => "pacman",
            Self::Portage => "portage",
        }
    }
}

/// A path without what leads to the root.
pub(super) fn relative(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./").or_else(|| path.strip_prefix('/')) {
        path = rest;
    }
    path
}

/// The path under which a file and the package that owns it meet: where `/bin`, `/sbin` and `/lib` are
/// links into `/usr`, a package may name either.
pub(super) fn merged(path: &str) -> Cow<'_, str> {
    let path = relative(path);
    let first = path.split_once('/').map_or(path, |(first, _)| first);
    match first {
        "bin" | "sbin" | "lib" | "lib32" | "lib64" | "libx32" => Cow::Owned(format!("usr/{path}")),
        _ => Cow::Borrowed(path),
    }
}

/// Folders of text, pictures and headers, in which no program lies.
const NO_PROGRAMS: &[&str] = &[
    "usr/include/",
    "usr/share/doc/",
    "usr/share/fonts/",
    "usr/share/i18n/",
    "usr/share/icons/",
    "usr/share/info/",
    "usr/share/licenses/",
    "usr/share/locale/",
    "usr/share/man/",
    "usr/share/zoneinfo/",
];

/// Whether it matters to know who owns a file: it may tell of software by itself.
pub(super) fn matters(path: &str) -> bool {
    let program = !NO_PROGRAMS.iter().any(|folder| path.starts_with(folder));
    crate::installed::wants(path, 1, program).is_some()
}
