//! Which tools may be run, and where are they?

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use vocab::Instant;

use crate::Interrupt;

/// The tools that may be run. There is no way to name another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// Cargo, for `Cargo.lock`.
    Cargo,
    /// npm, for `package-lock.json`.
    Npm,
    /// uv, for `uv.lock`.
    Uv,
    /// Poetry, for `poetry.lock`.
    Poetry,
    /// Go, for `go.mod` and `go.sum`.
    Go,
    /// git, for whether a file has changes that are not committed.
    Git,
}

impl Tool {
    /// The program's name.
    pub fn program(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::Uv => "uv",
            Self::Poetry => "poetry",
            Self::Go => "go",
            Self::Git => "git",
        }
    }

    /// What makes it tell its version.
    pub(crate) fn version_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Go => &["version"],
            _ => &["--version"],
        }
    }
}

/// The user's tools and surroundings, as far as they are used.
#[derive(Debug)]
pub struct Toolbox {
    /// Trusted folders of `PATH`, in its order.
    pub(crate) folders: Vec<PathBuf>,
    /// The caller's environment, from which little is passed on.
    pub(crate) variables: Vec<(OsString, OsString)>,
    /// Folders whose content is not trusted.
    pub(crate) forbidden: Vec<PathBuf>,
    pub(crate) offline: bool,
    pub(crate) interrupt: Interrupt,
    /// What each tool said of its version, asked once.
    pub(crate) versions: Mutex<HashMap<Tool, String>>,
    /// The world's time when the toolbox was opened, and the steady clock's.
    pub(crate) began: (Instant, std::time::Instant),
}

impl Toolbox {
    /// Opens it. `variables` is the caller's environment; no program below one of the `forbidden`
    /// folders is ever run; `now` is the world's time.
    #[expect(clippy::disallowed_methods, reason = "the time limit of a process needs a clock")]
    pub fn new(
        variables: Vec<(OsString, OsString)>,
        forbidden: &[PathBuf],
        offline: bool,
        interrupt: Interrupt,
        now: Instant,
    ) -> Self {
        let forbidden: Vec<PathBuf> =
            forbidden.iter().map(|f| f.canonicalize().unwrap_or_else(|_| f.clone())).collect();
        let path = variables.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value);
        let folders = path.map(|path| trusted(path, &forbidden)).unwrap_or_default();
        let began = (now, std::time::Instant::now());
        let versions = Mutex::default();
        Self { folders, variables, forbidden, offline, interrupt, versions, began }
    }

    /// Where a tool is: the first regular, executable file of its name, after links are followed, that
    /// lies in no forbidden folder.
    pub fn find(&self, tool: Tool) -> Option<PathBuf> {
        self.folders.iter().map(|folder| folder.join(tool.program())).find(|path| {
            let Ok(real) = path.canonicalize() else { return false };
            executable(&real) && !inside(&real, &self.forbidden)
        })
    }

    /// Whether the user asked to stop.
    pub fn interrupted(&self) -> bool {
        self.interrupt.raised()
    }

    /// Whether a folder, or one above it, is not trusted: tools look for configuration upwards.
    pub fn forbids(&self, folder: &Path) -> bool {
        folder.canonicalize().is_ok_and(|real| inside(&real, &self.forbidden))
    }
}

/// Absolute folders of `PATH` that are in no forbidden one.
fn trusted(path: &OsStr, forbidden: &[PathBuf]) -> Vec<PathBuf> {
    let absolute = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    absolute
        .filter(|folder| folder.canonicalize().is_ok_and(|real| !inside(&real, forbidden)))
        .collect()
}

fn inside(path: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
