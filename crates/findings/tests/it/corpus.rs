//! Every file of the archive of real reports is read, or refused with the place and the reason.

use std::io::{Cursor, Read};

use findings::sink::Kept;
use findings::walk::shape::{HEAD, Shape};
use findings::{Source, formats};

/// Name and bytes of each file in the archive; `None` when the corpus is absent.
pub fn files() -> Option<Vec<(String, Vec<u8>)>> {
    let folder = testkit::corpus("real reports")?.join("scanner-reports");
    let mut files = Vec::new();
    for name in ["defectdojo-scans.tar.zst", "sarif-other.tar.zst"] {
        let packed = std::fs::File::open(folder.join(name)).unwrap();
        let mut archive = tar::Archive::new(zstd::Decoder::new(packed).unwrap());
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = entry.path().unwrap().display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((path, bytes));
        }
    }
    Some(files)
}

/// No two formats claim the same file; no reader panics; what stops has a place and a reason.
#[test]
fn each_file_is_read_or_refused_with_a_reason() {
    let Some(files) = files() else { return };
    let mut disputed = Vec::new();
    let mut silent = Vec::new();
    for (path, bytes) in &files {
        let mut cursor = Cursor::new(bytes.as_slice());
        let mut source = Source::new(&mut cursor);
        let Ok(shape) = Shape::of(&mut source, HEAD) else { continue };
        let claimed: Vec<_> = formats().filter(|f| (f.detects)(&shape)).collect();
        if claimed.len() > 1 {
            disputed.push(format!("{path}: {claimed:?}"));
        }
        let Some(format) = claimed.first() else { continue };
        let mut kept = Kept::default();
        if let Err(stop) = format.read(&mut source, &mut kept)
            && stop.to_string().trim().is_empty()
        {
            silent.push(path.clone());
        }
        assert!(kept.dropped.iter().all(|(_, why)| !why.is_empty()), "{path}");
    }
    assert!(disputed.is_empty(), "claimed by several formats:\n{}", disputed.join("\n"));
    assert!(silent.is_empty(), "stopped without a reason: {silent:?}");
}
