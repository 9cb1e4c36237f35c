//! How does a result get into a file so that a failure leaves the old file as it was?
//!
//! In: a path and who writes. Out: the file, whole or not touched: it is written beside, flushed to
//! the disk and renamed. What is no regular file (a pipe, a device) is written to as it stands.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Puts what `write` writes in place of the file at `path`.
///
/// # Errors
/// The folder or file cannot be written, or `write` fails; the old file then stays, and nothing is
/// left beside it.
pub fn replace(
    path: &Path,
    write: &mut dyn FnMut(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let old = fs::metadata(path).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    // A link stays a link: what it points at is replaced.
    let path = if old.is_some() { path.canonicalize()? } else { path.to_owned() };
    let part = part(&path);
    // One of an earlier process with our number, or one put there to lead us elsewhere.
    fs::remove_file(&part).ok();
    let file = OpenOptions::new().write(true).create_new(true).open(&part)?;
    let placed = fill(file, write).and_then(|()| {
        if let Some(old) = &old {
            fs::set_permissions(&part, old.permissions())?;
        }
        Ok(fs::rename(&part, &path)?)
    });
    if placed.is_err() {
        fs::remove_file(&part).ok();
    }
    placed
}

fn fill(
    file: File,
    write: &mut dyn FnMut(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    Ok(out.into_inner()?.sync_all()?)
}

fn part(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        let check = |expect: &str| {
            let names: Vec<_> = std::fs::read_dir(folder.path())
                .expect("a listing")
                .map(|entry| entry.expect("an entry").file_name())
                .collect();
            assert_eq!(names, ["a.json"]);
            let mut text = String::new();
            let mut file = std::fs::File::open(&path).expect("there");
            std::io::Read::read_to_string(&mut file, &mut text).expect("text");
            assert_eq!(text, expect);
        };
        replace(&path, &mut |out| Ok(out.write_all(b"first")?)).expect("written");
        check("first");
        let failed = replace(&path, &mut |out| {
            out.write_all(b"half")?;
            Err(anyhow::anyhow!("no"))
        });
        assert!(failed.is_err());
        check("first");
        replace(&path, &mut |out| Ok(out.write_all(b"second")?)).expect("written");
        check("second");
    }
}
