//! How do a project's files look now, those that an earlier project of this run changed included?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::files::read;

/// Largest file that is taken along or changed.
const MAX_FILE: u64 = 64 << 20;
/// Deepest member manifest.
const MAX_DEPTH: usize = 16;
/// Most entries looked at for member manifests.
const MAX_ENTRIES: usize = 500_000;
/// Most member manifests.
const MAX_MEMBERS: usize = 5_000;
/// Folders without manifests of the project's own.
const PASSED: &[&str] =
    &[".git", ".hg", ".svn", "node_modules", "target", "__pycache__", ".venv", ".tox", "vendor"];

/// Files of all targets with the changes made so far.
#[derive(Debug, Default)]
pub struct Changed(BTreeMap<PathBuf, Vec<u8>>);

impl Changed {
    /// A file below a root; `None` when it is absent, a link, or leads out of the root.
    pub fn read(&self, root: &Path, relative: &str) -> Option<Vec<u8>> {
        let path = root.join(relative);
        if let Some(bytes) = self.0.get(&path) {
            return Some(bytes.clone());
        }
        on_disk(root, relative)
    }

    /// Notes a change.
    pub fn note(&mut self, root: &Path, relative: &str, bytes: Vec<u8>) {
        self.0.insert(root.join(relative), bytes);
    }
}

/// The bytes on the disk.
pub fn on_disk(root: &Path, relative: &str) -> Option<Vec<u8>> {
    let path = root.join(relative);
    let inside = path.canonicalize().ok()?.starts_with(root.canonicalize().ok()?);
    inside.then(|| read::bounded(&path, MAX_FILE).ok()).flatten()
}

/// Every file of this name in a folder and below it, relative to the root, sorted.
pub fn named(root: &Path, folder: &str, name: &str) -> Vec<String> {
    let base = root.join(folder);
    let mut walk = WalkBuilder::new(&base);
    walk.standard_filters(false).follow_links(false).max_depth(Some(MAX_DEPTH));
    walk.filter_entry(|entry| {
        entry.depth() == 0 || !entry.file_name().to_str().is_some_and(|name| PASSED.contains(&name))
    });
    let mut found: Vec<String> = walk
        .build()
        .take(MAX_ENTRIES)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str() == Some(name))
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(root).ok()?.to_str()?.to_owned();
            Some(path.trim_start_matches("./").to_owned())
        })
        .take(MAX_MEMBERS)
        .collect();
    found.sort();
    found
}
