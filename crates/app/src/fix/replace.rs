//! How do new contents get into a folder, all of them or none?
//!
//! Every new file is written whole beside the old one and flushed; only then they are renamed over the
//! old ones, one after the other. If one cannot be, those before it are put back. A process that is
//! killed at any moment leaves each file whole, old or new.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::feeds::place::flush_folder;
use crate::files::read;

/// Largest file replaced.
const MAX_FILE: u64 = 256 << 20;

/// One file before and after.
#[derive(Debug, Clone)]
pub struct Replacement {
    pub path: PathBuf,
    /// As it was read; a file that is another one by now is not replaced.
    pub before: Vec<u8>,
    pub after: Vec<u8>,
}

/// Why nothing was replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// A link, or no regular file.
    #[error("{0} is no regular file; links are not followed")]
    NoFile(PathBuf),
    /// Somebody else changed it.
    #[error("{0} has changed since it was read; run again")]
    Changed(PathBuf),
    /// Writing failed; what was replaced before is as it was.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Writing failed, and so did putting back.
    #[error("cannot write {path}, and these could not be put back as they were: {lost}")]
    Torn {
        /// The file.
        path: PathBuf,
        /// Files that are new although they should not be.
        lost: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Replaces all, or none.
///
/// # Errors
/// Nothing was replaced, except with [`ReplaceError::Torn`].
pub fn all(files: &[Replacement]) -> Result<(), ReplaceError> {
    for file in files {
        unchanged(file)?;
    }
    let mut written = Vec::new();
    for file in files {
        match beside(&file.path, &file.after) {
            Ok(part) => written.push(part),
            Err(source) => {
                discard(&written);
                return Err(ReplaceError::Write { path: file.path.clone(), source });
            }
        }
    }
    for (at, (file, part)) in files.iter().zip(&written).enumerate() {
        let placed = unchanged(file).map_err(|_| io::Error::other("changed while it was replaced"));
        if let Err(source) = placed.and_then(|()| fs::rename(part, &file.path)) {
            discard(written.get(at..).unwrap_or_default());
            let lost = put_back(files.get(..at).unwrap_or_default());
            let path = file.path.clone();
            return Err(match lost.is_empty() {
                true => ReplaceError::Write { path, source },
                false => ReplaceError::Torn { path, lost: lost.join(", "), source },
            });
        }
    }
    files.iter().for_each(|file| flush_folder(&file.path));
    Ok(())
}

fn unchanged(file: &Replacement) -> Result<(), ReplaceError> {
    let regular = fs::symlink_metadata(&file.path).is_ok_and(|m| m.is_file());
    if !regular {
        return Err(ReplaceError::NoFile(file.path.clone()));
    }
    match read::bounded(&file.path, MAX_FILE) {
        Ok(bytes) if bytes == file.before => Ok(()),
        _ => Err(ReplaceError::Changed(file.path.clone())),
    }
}

/// Writes a new file beside the old one, with its permissions. What lies there from a killed run (or a
/// link that somebody put there) is removed first, never followed.
fn beside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let part = path.with_file_name(format!(".{name}.gabion-part"));
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let permissions = fs::metadata(path)?.permissions();
    let write = |mut file: File| {
        file.write_all(bytes)?;
        file.set_permissions(permissions)?;
        file.sync_all()
    };
    let made = OpenOptions::new().write(true).create_new(true).open(&part)?;
    write(made).inspect_err(|_| discard(std::slice::from_ref(&part)))?;
    Ok(part)
}

fn discard(parts: &[PathBuf]) {
    for part in parts {
        fs::remove_file(part).ok();
    }
}

/// Puts the old contents back; the files for which that failed.
fn put_back(files: &[Replacement]) -> Vec<String> {
    let failed = files.iter().filter(|file| {
        let back = beside(&file.path, &file.before).and_then(|part| fs::rename(part, &file.path));
        back.is_err()
    });
    failed.map(|file| file.path.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{ReplaceError, Replacement, all};
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    fn file(folder: &Path, name: &str, before: &str, after: &str) -> Replacement {
        Replacement { path: folder.join(name), before: before.into(), after: after.into() }
    }

    fn content(folder: &Path, name: &str) -> String {
        let bytes = crate::files::read::bounded(&folder.join(name), 100).expect("a file");
        String::from_utf8(bytes).expect("a text")
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).expect("a listing").count()
    }

    #[test]
    fn all_are_replaced_and_keep_their_permissions() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path();
        fs::write(folder.join("a"), "1").expect("written");
        fs::write(folder.join("b"), "2").expect("written");
        fs::set_permissions(folder.join("b"), fs::Permissions::from_mode(0o640)).expect("set");
        // What lies in the way from before, a link at that, is removed and not followed.
        symlink(folder.join("a"), folder.join(".b.gabion-part")).expect("a link");
        all(&[file(folder, "a", "1", "one"), file(folder, "b", "2", "two")]).expect("replaced");
        assert_eq!((content(folder, "a").as_str(), content(folder, "b").as_str()), ("one", "two"));
        let mode = fs::metadata(folder.join("b")).expect("a file").permissions().mode();
        assert_eq!((mode & 0o777, names(folder)), (0o640, 2));
    }

    #[test]
    fn one_that_cannot_be_replaced_keeps_all_as_they_were() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path();
        fs::write(folder.join("a"), "1").expect("written");
        fs::write(folder.join("b"), "other").expect("written");
        let changed = all(&[file(folder, "a", "1", "one"), file(folder, "b", "2", "two")]);
        assert!(matches!(changed, Err(ReplaceError::Changed(_))));
        symlink(folder.join("a"), folder.join("link")).expect("a link");
        let link = all(&[file(folder, "a", "1", "one"), file(folder, "link", "1", "two")]);
        assert!(matches!(link, Err(ReplaceError::NoFile(_))));
        // A folder in the way of the second new file: the first is not placed either.
        fs::write(folder.join("b"), "2").expect("written");
        fs::create_dir_all(folder.join(".b.gabion-part/x")).expect("a folder");
        let blocked = all(&[file(folder, "a", "1", "one"), file(folder, "b", "2", "two")]);
        assert!(matches!(blocked, Err(ReplaceError::Write { .. })));
        assert_eq!((content(folder, "a").as_str(), content(folder, "b").as_str()), ("1", "2"));
        assert_eq!(names(folder), 4);
    }

    #[test]
    fn what_was_placed_before_a_failure_is_put_back() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path();
        fs::write(folder.join("a"), "1").expect("written");
        // The same file twice: after the first rename it is no longer what it was.
        let twice = all(&[file(folder, "a", "1", "one"), file(folder, "a", "1", "two")]);
        assert!(matches!(twice, Err(ReplaceError::Write { .. })), "{twice:?}");
        assert_eq!((content(folder, "a").as_str(), names(folder)), ("1", 1));
    }
}
