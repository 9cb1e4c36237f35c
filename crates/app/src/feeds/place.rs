//! How does a file get into the folder so that no reader ever sees half of it?
//!
//! Written beside as `NAME.part`, flushed to the disk, renamed. A part left by a kill is overwritten
//! by the next download.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A file being written. Without [`Part::place`] it is removed and the old one stays.
pub(super) struct Part {
    file: Option<File>,
    hash: Sha256,
    bytes: u64,
    head: Vec<u8>,
    path: PathBuf,
}

/// What was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// First bytes kept to see what a file is.
const HEAD: usize = 64;

impl Part {
    /// Begins a file; its folder is made when it is not there.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = Some(File::create(part_path(path))?);
        Ok(Self { file, hash: Sha256::new(), bytes: 0, head: Vec::new(), path: path.to_owned() })
    }

    /// The first bytes written.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Puts the file in place of the old one.
    pub(super) fn place(mut self) -> io::Result<Placed> {
        let file = self.file.take().ok_or(io::ErrorKind::NotFound)?;
        let placed = file.sync_all().and_then(|()| fs::rename(part_path(&self.path), &self.path));
        drop(file);
        if placed.is_err() {
            fs::remove_file(part_path(&self.path)).ok();
        }
        placed?;
        flush_folder(&self.path);
        Ok(Placed { bytes: self.bytes, sha256: hex(std::mem::take(&mut self.hash)) })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            fs::remove_file(part_path(&self.path)).ok();
        }
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let written = file.write(bytes)?;
        let bytes = bytes.get(..written).unwrap_or_default();
        self.hash.update(bytes);
        self.bytes += written as u64;
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl fetch::Sink for Part {
    fn restart(&mut self) -> io::Result<()> {
        self.hash = Sha256::new();
        self.bytes = 0;
        self.head.clear();
        self.file.as_mut().map_or(Ok(()), fetch::Sink::restart)
    }
}

/// Writes a small file, whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<Placed> {
    let mut part = Part::begin(path)?;
    part.write_all(bytes)?;
    part.place()
}

/// Removes a file or folder that may not be there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(what) if what.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => {
            flush_folder(path);
            Ok(())
        }
    }
}

/// A finished digest, in hexadecimal.
pub(crate) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Renames reach the disk with their folder; where a folder cannot be flushed, the file is whole
/// all the same.
pub(crate) fn flush_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        folder.sync_all().ok();
    }
}

fn part_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}
