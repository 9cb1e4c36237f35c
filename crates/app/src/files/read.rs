//! Reads one file whole, within a bound, and notices when it changes meanwhile.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Largest file of a scanned tree that is read; larger ones are named as not read.
pub const MAX_FILE: u64 = 256 << 20;

/// The bytes of a regular file of at most `limit` bytes.
///
/// # Errors
/// Absent, not permitted, no regular file, larger than `limit`, or changed while it was read; the
/// message says which.
pub fn bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let link = std::fs::symlink_metadata(path)?;
    if !link.is_file() {
        return Err(invalid("not a regular file"));
    }
    let mut file = File::open(path)?;
    let before = file.metadata()?;
    if !before.is_file() {
        return Err(invalid("not a regular file"));
    }
    if before.len() > limit {
        return Err(invalid(&format!("{} bytes; at most {limit} are read", before.len())));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0));
    (&mut file).take(limit + 1).read_to_end(&mut bytes)?;
    let after = file.metadata()?;
    if changed(&before, &after) || bytes.len() as u64 != before.len() {
        return Err(invalid("the file changed while it was read; scan again"));
    }
    Ok(bytes)
}

fn changed(before: &Metadata, after: &Metadata) -> bool {
    before.len() != after.len() || before.modified().ok() != after.modified().ok()
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// The bytes of a file of the kernel's, which tells no length: at most `limit`.
///
/// # Errors
/// Absent, not permitted, or longer.
pub fn special(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    from(&mut File::open(path)?, limit)
}

/// All bytes of a stream: at most `limit`.
///
/// # Errors
/// What the stream says, or longer than `limit`.
pub fn from(source: &mut dyn Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(invalid(&format!("more than {limit} bytes; at most {limit} are read")));
    }
    Ok(bytes)
}
