//! Puts a finished index in place of the old one, and lets only one sync do so.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};

use super::{Built, SyncError};
use crate::files;
use crate::intelligence::DataDir;

/// Ending of the file that is being written; one left by a killed sync is removed by the next.
const UNFINISHED: &str = "part";

/// Takes the data folder's lock, making the folder if need be. It is held as long as the value lives,
/// and ends with the process, however that ends.
pub(super) fn lock(data: &DataDir) -> Result<File, SyncError> {
    let failed = |source| SyncError::Data { path: data.0.clone(), source };
    fs::create_dir_all(&data.0).map_err(failed)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data.lock())
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SyncError::Running(data.0.clone())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Writes through `write` into a file beside the index, flushes it to the disk, and renames it over
/// the index. On any failure the old index is untouched and the unfinished file is removed.
pub(super) fn replace(
    data: &DataDir,
    write: &mut dyn FnMut(&mut dyn Write) -> Result<Built, SyncError>,
) -> Result<Built, SyncError> {
    let unfinished = data.index().with_extension(UNFINISHED);
    let failed = |source: io::Error| SyncError::Data { path: data.0.clone(), source };
    files::replace::replace(&data.index(), &unfinished, &failed, write)
}

#[cfg(test)]
mod tests {
    use super::{lock, replace};
    use crate::intelligence::DataDir;
    use crate::sync::{Built, SyncError};

    #[test]
    fn a_failure_keeps_the_old_file_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir(folder.path().join("data"));
        let held = lock(&data).expect("a lock");
        assert!(matches!(lock(&data), Err(SyncError::Running(_))));
        replace(&data, &mut |out| {
            out.write_all(b"first")
                .map(|()| Built::default())
                .map_err(|source| SyncError::Data { path: "x".into(), source })
        })
        .expect("replaced");
        let failed = replace(&data, &mut |out| {
            out.write_all(b"half").expect("written");
            Err(SyncError::NoAdvisories { path: "x".into() })
        });
        assert!(failed.is_err());
        let kept = crate::files::read::bounded(&data.index(), 100).expect("the old index");
        assert_eq!(kept, b"first");
        let names: Vec<_> = std::fs::read_dir(&data.0)
            .expect("a listing")
            .map(|e| e.expect("an entry").file_name())
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
        drop(held);
        assert!(lock(&data).is_ok());
    }
}
