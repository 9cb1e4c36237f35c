#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a fixture that fails is a failed test; testkit is no part of the product"
)]
//! Fixtures, corpora and builders for the tests; never a dependency of the product.
//!
//! The corpus is the folder of public data that larger tests read: `GABION_CORPUS` names it, else
//! `../shared/data` beside the checkout is taken. A test that needs it calls [`corpus`] first and
//! returns when there is none; that says so in one line, and is a failure when `GABION_CORPUS_REQUIRED`
//! is set (as in CI where the folder is there).

pub mod synthetic;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The corpus folder, or `None` after one line on stderr that names the test which is left out.
pub fn corpus(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("GABION_CORPUS").filter(|v| !v.is_empty()).map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = named.clone().unwrap_or(beside);
    if folder.join("README.md").is_file() || folder.join("osv").is_dir() {
        return Some(folder.canonicalize().unwrap_or(folder));
    }
    assert!(named.is_none(), "GABION_CORPUS names {}, which is no corpus folder", folder.display());
    assert!(
        std::env::var_os("GABION_CORPUS_REQUIRED").is_none(),
        "{test}: the corpus is required and absent"
    );
    tell(&format!("left out: {test} (no corpus; set GABION_CORPUS to its folder)"));
    None
}

/// One line on stderr that the test runner does not keep for itself, as it does with `eprintln!`.
pub fn tell(line: &str) {
    // A closed stderr is no reason to fail a test.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Unpacks a `.tar.zst` of the corpus into a temporary folder that goes away with the value.
pub fn unpack(archive: &Path) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    unpack_into(archive, folder.path());
    folder
}

/// Unpacks a `.tar.zst` of the corpus into a folder, which is made when it is not there.
pub fn unpack_into(archive: &Path, folder: &Path) {
    tar::Archive::new(zstd_reader(archive))
        .unpack(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", archive.display()));
}

/// The content of a `.zst` of the corpus, whole.
pub fn unzstd(file: &Path) -> Vec<u8> {
    let mut content = Vec::new();
    zstd_reader(file)
        .read_to_end(&mut content)
        .unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    content
}

fn zstd_reader(path: &Path) -> impl Read {
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut decoder = zstd::stream::read::Decoder::new(file).expect("a zstd stream");
    decoder.window_log_max(27).expect("a window of 2^27");
    decoder
}

/// Every file below a folder, sorted, as paths relative to it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display()))
        {
            let path = entry.expect("a directory entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("below the folder").to_path_buf());
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::{corpus, tell};

    /// The run's one line on which of the two it was: with or without the corpus.
    #[test]
    fn the_run_says_whether_the_corpus_is_there() {
        if let Some(folder) = corpus("the corpus as a whole") {
            assert!(folder.join("lockfiles").is_dir(), "{}: no lock files", folder.display());
            tell(&format!("corpus tests: run, on {}", folder.display()));
        } else {
            tell("corpus tests: left out");
        }
    }
}
