//! Where do tools work? In a copy that holds manifests and lock files and nothing else.
//!
//! No source, no script, no configuration of a tool goes along: `.cargo/config.toml`, `.npmrc`,
//! `rust-toolchain`, `pip.conf`, build scripts stay behind. Where a tool insists on a source, an empty
//! file stands for it. The folder is locked while it is used, so that one left by a killed run can be
//! told and removed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use crate::files::read;

/// What the names of these folders begin with.
const PREFIX: &str = "fix-";
/// Largest file read back.
const MAX_FILE: u64 = 256 << 20;

/// A folder of copies, gone when it is dropped.
#[derive(Debug)]
pub struct Copy {
    folder: TempDir,
    _lock: File,
}

impl Copy {
    /// A new one below `work`.
    pub fn new(work: &Path) -> io::Result<Self> {
        fs::create_dir_all(work)?;
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(work)?;
        let lock = File::create(folder.path().join("lock"))?;
        lock.try_lock().map_err(io::Error::from)?;
        fs::create_dir(folder.path().join("tree"))?;
        fs::create_dir(folder.path().join("home"))?;
        Ok(Self { folder, _lock: lock })
    }

    /// The folder that stands for the scanned root.
    pub fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// The empty home of the tools.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Puts a file; a path that would leave the copy is refused.
    pub fn put(&self, relative: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(relative).ok_or(io::ErrorKind::InvalidInput)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)
    }

    /// A file as it is now.
    pub fn take(&self, relative: &str) -> Option<Vec<u8>> {
        read::bounded(&self.path(relative)?, MAX_FILE).ok()
    }

    /// Puts these files back as they were.
    pub fn restore(&self, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
        files.iter().try_for_each(|(path, bytes)| self.put(path, bytes))
    }

    /// Empty sources for the targets of a `Cargo.toml`, without which Cargo reads no manifest.
    pub fn stand_in(&self, manifest: &str, text: &str) -> io::Result<()> {
        let Ok(table) = text.parse::<toml::Table>() else { return Ok(()) };
        if !table.contains_key("package") {
            return Ok(());
        }
        let folder = super::project::folder(manifest);
        let mut sources = vec!["src/lib.rs".to_owned(), "src/main.rs".to_owned()];
        let of = |value: &toml::Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        sources.extend(table.get("package").and_then(|p| of(p, "build")));
        sources.extend(table.get("lib").and_then(|l| of(l, "path")));
        let kinds =
            [("bin", "src/bin"), ("test", "tests"), ("bench", "benches"), ("example", "examples")];
        for (kind, usual) in kinds {
            for target in table.get(kind).and_then(toml::Value::as_array).into_iter().flatten() {
                let path = of(target, "path")
                    .or_else(|| Some(format!("{usual}/{}.rs", of(target, "name")?)));
                sources.extend(path);
            }
        }
        for source in sources.iter().take(2_000) {
            let path = super::project::beside(folder, source);
            // One that leaves the copy is left out; Cargo then says what it misses.
            if self.path(&path).is_some_and(|p| !p.exists()) {
                self.put(&path, b"")?;
            }
        }
        Ok(())
    }

    fn path(&self, relative: &str) -> Option<PathBuf> {
        let plain = |c| matches!(c, Component::Normal(_) | Component::CurDir);
        let path = Path::new(relative);
        (relative.len() <= 4096 && path.components().all(plain)).then(|| self.tree().join(path))
    }
}

/// Removes copies that a killed run left behind: those whose lock nobody holds.
pub fn sweep(work: &Path) {
    let Ok(entries) = fs::read_dir(work) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let free = File::open(entry.path().join("lock")).is_ok_and(|lock| lock.try_lock().is_ok());
        if free {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}
