//! Puts a finished file in the place of an old one: the old one is whole until the new one is.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::feeds::place::flush_folder;

/// Writes through `write` into `unfinished`, which lies in the same folder, flushes it to the disk, and
/// renames it over `path`. On any failure the old file is untouched and the unfinished one is removed;
/// `failed` makes the caller's error of what the system says.
///
/// # Errors
/// What `write` returns, or what the system says through `failed`.
pub fn replace<T, E>(
    path: &Path,
    unfinished: &Path,
    failed: &dyn Fn(io::Error) -> E,
    write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(unfinished).map_err(failed)?);
    let result = write(&mut out).and_then(|written| {
        let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        fs::rename(unfinished, path).map_err(failed)?;
        flush_folder(path);
        Ok(written)
    });
    if result.is_err() {
        fs::remove_file(unfinished).ok();
    }
    result
}
