//! Where is the workspace, and what stands in its files?
//!
//! The one place of xtask that reads the environment and whole files. Never writes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The workspace's folder: the parent of this package's.
pub fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask lies in the workspace")?.to_path_buf())
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "a tool of the house; no part of the product")]
pub fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from)
}

/// A file as text; the error names it.
#[expect(clippy::disallowed_methods, reason = "reads this repository's own files")]
pub fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// A file's bytes; the error names it.
#[expect(clippy::disallowed_methods, reason = "reads this repository's own files and the corpus")]
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// A path below `root`, `/`-separated.
pub fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The folder into which cargo builds.
pub fn target(root: &Path) -> PathBuf {
    variable("CARGO_TARGET_DIR").unwrap_or_else(|| root.join("target"))
}

/// A program on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let paths = variable("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(program)).find(|file| file.is_file())
}
