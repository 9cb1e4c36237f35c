//! Every file of the archive of real reports is read, or refused with the place and the reason.

use std::io::Cursor;

use findings::sink::Kept;
use findings::walk::shape::{HEAD, Shape};
use findings::{Source, formats};

pub use crate::corpus_files::archive as files;

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
