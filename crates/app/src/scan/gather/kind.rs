//! What is a target: a repository, an installed system, an image, a bill of materials, one lock file?
//!
//! The user's `--as` decides; else the file's name where a lock file has it, else the content. Nothing is
//! guessed that the content does not show.

use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::path::Path;

use inventory::Format;
use serde::{Deserialize, Serialize};

use super::Root;
use crate::files::walk;

/// Most names at the top of a folder that are looked at.
const MAX_NAMES: usize = 10_000;
/// How many first bytes are looked at.
const HEAD: u64 = 64 << 10;

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A folder of sources with lock files and manifests, or one of those files.
    #[default]
    Repository,
    /// The root of an installed system.
    System,
    /// An image.
    Image,
    /// What a bill of materials says.
    Sbom,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Repository, Self::System, Self::Image, Self::Sbom];

    /// The word in reports and for `--as`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::System => "system",
            Self::Image => "image",
            Self::Sbom => "sbom",
        }
    }
}

/// What the user says that a target is.
#[derive(Clone, Copy)]
pub enum ReadAs {
    /// A file of this format.
    Format(&'static Format),
    /// This kind of thing.
    Kind(Kind),
}

impl std::fmt::Debug for ReadAs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Format(format) => f.write_str(format.id),
            Self::Kind(kind) => kind.fmt(f),
        }
    }
}

/// Bytes whose first were looked at.
pub(super) type Bytes = Chain<Cursor<Vec<u8>>, Box<dyn Read>>;

/// What a target turned out to be.
pub(super) enum Found {
    Repository,
    File(&'static Format),
    System,
    /// A folder with an OCI layout.
    Layout,
    Image(Bytes),
    Bill(Bytes),
    /// A file that nobody here can read.
    Nothing,
    Unreadable(String),
}

/// Looks at a target.
pub(super) fn of(root: &Root<'_>) -> Found {
    if !root.is_stdin() && root.path.is_dir() {
        return folder(root);
    }
    // A path such as `.github/workflows/ci.yml` is known by more than its last part.
    let named = match root.read_as {
        Some(ReadAs::Format(format)) => Some(format),
        Some(ReadAs::Kind(_)) => None,
        None => inventory::recognise(&root.display.replace('\\', "/")),
    };
    if let Some(format) = named.filter(|_| !root.is_stdin()) {
        return Found::File(format);
    }
    content(root).unwrap_or_else(|error| Found::Unreadable(walk::describe(&error)))
}

fn folder(root: &Root<'_>) -> Found {
    match root.read_as {
        Some(ReadAs::Kind(Kind::Repository)) => Found::Repository,
        Some(ReadAs::Kind(Kind::System)) => Found::System,
        Some(ReadAs::Kind(Kind::Image)) => Found::Layout,
        Some(ReadAs::Kind(Kind::Sbom)) => {
            Found::Unreadable("a folder; a bill of materials is one file".into())
        }
        _ if is_repository(root.path) => Found::Repository,
        _ if is_layout(root.path) => Found::Layout,
        _ if is_system(root.path) => Found::System,
        _ => Found::Repository,
    }
}

/// What a folder looks like besides what it was read as, where nobody said what it is. Who may put a file
/// into a repository could otherwise have its lock files passed over.
pub(super) fn doubt(root: &Root<'_>, found: &Found) -> Option<String> {
    if root.is_stdin() || matches!(root.read_as, Some(ReadAs::Kind(_))) {
        return None;
    }
    let other = match found {
        Found::Repository if is_layout(root.path) => Kind::Image,
        Found::Repository if has_database(root.path) => Kind::System,
        Found::System if has_lock(root.path) => Kind::Repository,
        _ => return None,
    };
    let own = if matches!(found, Found::System) { Kind::System } else { Kind::Repository };
    Some(format!(
        "looks like a {0} and like a {1}; read as a {0}: `--as {1}` reads it as the other, `--as {0}` says that it is none",
        own.as_str(),
        other.as_str()
    ))
}

/// Whether a folder is under version control, or has a lock file and no database of installed packages.
fn is_repository(path: &Path) -> bool {
    path.join(".git").symlink_metadata().is_ok() || (has_lock(path) && !has_database(path))
}

/// Whether a lock file lies at the top.
fn has_lock(path: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    let names = entries.take(MAX_NAMES).filter_map(Result::ok).map(|entry| entry.file_name());
    let mut names = names.map(|name| name.to_string_lossy().into_owned());
    names.any(|name| inventory::recognise(&name).is_some_and(|format| format.resolved))
}

fn is_layout(path: &Path) -> bool {
    ["oci-layout", "index.json"].iter().all(|name| path.join(name).symlink_metadata().is_ok())
}

/// Whether a folder is the root of an installed system: it names its distribution, or has the database
/// of one.
pub(super) fn is_system(path: &Path) -> bool {
    let has = |mark: &&str| path.join(mark).symlink_metadata().is_ok();
    ["etc/os-release", "usr/lib/os-release"].iter().any(has) || has_database(path)
}

fn has_database(path: &Path) -> bool {
    const MARKS: [&str; 5] = [
        "var/lib/dpkg/status",
        "lib/apk/db/installed",
        "usr/lib/apk/db/installed",
        "var/lib/rpm/rpmdb.sqlite",
        "usr/lib/sysimage/rpm/rpmdb.sqlite",
    ];
    MARKS.iter().any(|mark| path.join(mark).symlink_metadata().is_ok())
}

fn content(root: &Root<'_>) -> io::Result<Found> {
    let mut rest: Box<dyn Read> = if root.is_stdin() {
        Box::new(io::stdin())
    } else {
        let file = File::open(root.path)?;
        if !file.metadata()?.is_file() {
            return Ok(Found::Unreadable("not a regular file".into()));
        }
        Box::new(file)
    };
    let mut head = Vec::new();
    rest.by_ref().take(HEAD).read_to_end(&mut head)?;
    let kind = match root.read_as {
        Some(ReadAs::Kind(kind)) => Some(kind),
        Some(ReadAs::Format(_)) => {
            let problem =
                "--as FORMAT needs a file; standard input may be an image or a bill of materials";
            return Ok(Found::Unreadable(problem.into()));
        }
        None if head.is_empty() => return Ok(Found::Unreadable("empty".into())),
        None if formats::sbom::recognise(&head).is_some() => Some(Kind::Sbom),
        None if inventory::image::recognise(&head) => Some(Kind::Image),
        None => None,
    };
    let bytes = Cursor::new(head).chain(rest);
    Ok(match kind {
        Some(Kind::Sbom) => Found::Bill(bytes),
        Some(Kind::Image) => Found::Image(bytes),
        Some(kind @ (Kind::Repository | Kind::System)) => Found::Unreadable(format!(
            "a file, and a {} is a folder; without --as its content shows what it is",
            kind.as_str()
        )),
        None => Found::Nothing,
    })
}
