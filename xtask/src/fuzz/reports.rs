//! From which reports does the fuzzing of a reader start?
//!
//! In: the samples of `findings`' tests and the corpus of real reports, where it is there. Out: files in
//! the target's folder: all that the format's own test recognises.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result};
use findings::Source;
use findings::walk::shape::{HEAD, Shape};

use crate::{files, reports};

/// Largest seed in bytes.
const LARGEST: usize = 48 * 1024;
/// Most seeds of one format.
const MOST: usize = 60;

/// Writes the seeds of a format and says how many.
pub(super) fn plant(root: &Path, id: &str, folder: &Path) -> Result<usize> {
    let format = findings::format::by_id(id).context("a format")?;
    let mut planted = 0;
    let mut take = |bytes: &[u8]| -> Result<()> {
        let mut cursor = Cursor::new(bytes);
        let fits = Shape::of(&mut Source::new(&mut cursor), HEAD)
            .is_ok_and(|shape| (format.detects)(&shape));
        if planted < MOST && bytes.len() <= LARGEST && fits {
            let file = folder.join(format!("seed-{planted:05}"));
            std::fs::write(&file, bytes).with_context(|| file.display().to_string())?;
            planted += 1;
        }
        Ok(())
    };
    let samples = root.join("crates/findings/tests/it/samples");
    for path in testkit::files(&samples) {
        take(&files::bytes(&samples.join(path))?)?;
    }
    reports::each_of_the_corpus(&mut |_, bytes| take(bytes))?;
    Ok(planted)
}
