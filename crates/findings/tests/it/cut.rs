//! A text that breaks off anywhere is incomplete, or nothing is lost.
//!
//! Tables and plain texts have no end of their own. A cut at the end of a row or line cannot be seen; any other must
//! be said, or what was read must be the beginning of what is read of the whole.

use std::io::Cursor;

use findings::sink::Kept;
use findings::{Fact, Format, Observation, Source, recognise};

use crate::nothing::samples;

/// What is read, and whether it is called incomplete.
fn read(format: &Format, bytes: &[u8]) -> (Vec<Observation>, bool) {
    let mut cursor = Cursor::new(bytes);
    let mut kept = Kept::default();
    let end = format.read(&mut Source::new(&mut cursor), &mut kept);
    let said = kept.facts.iter().any(|fact| matches!(fact, Fact::Incomplete(_)));
    (kept.observations, said || end.is_err())
}

/// Offsets at which a document is cut: each of the last bytes, and every `step`th of those before.
fn offsets(length: usize, step: usize) -> impl Iterator<Item = usize> {
    (1..length).filter(move |at| length - at <= 40 || at % step == 0)
}

fn check(files: &[(String, Vec<u8>)], step: usize) -> usize {
    let mut wrong = Vec::new();
    let mut cuts = 0;
    for (name, bytes) in files {
        let mut cursor = Cursor::new(bytes.as_slice());
        let Ok(Some(format)) = recognise(&mut Source::new(&mut cursor)) else { continue };
        let (whole, partial) = read(format, bytes);
        if partial {
            continue;
        }
        for at in offsets(bytes.len(), step) {
            // At the end of a line nothing shows a cut.
            let (before, rest) = bytes.split_at(at);
            // Between two quotes that stand for one the cell may as well be closed.
            let closed = before.ends_with(b"\"") && rest.starts_with(b"\"");
            let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            if closed || line.trim_ascii().is_empty() || matches!(rest[0], b'\r' | b'\n') {
                continue;
            }
            cuts += 1;
            let (cut, said) = read(format, before);
            if !said && cut != whole {
                wrong.push(format!("{name} ({}) at {at} of {}", format.id, bytes.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cuts unseen:\n{}", wrong.len(), wrong.join("\n"));
    cuts
}

fn is_text(name: &str, bytes: &[u8]) -> bool {
    let begins = bytes.trim_ascii_start();
    let other = [&b"{"[..], b"[", b"<", b"PK", b"scoutsuite_results"];
    !other.iter().any(|start| begins.starts_with(start)) && !name.ends_with(".xlsx")
}

#[test]
fn a_cut_text_is_said_to_be_cut() {
    let files: Vec<_> = samples().into_iter().filter(|(name, b)| is_text(name, b)).collect();
    assert!(check(&files, 13) > 2_000);
}

#[test]
fn a_cut_report_of_the_archive_is_said_to_be_cut() {
    let Some(files) = crate::corpus::files() else { return };
    let small = |bytes: &Vec<u8>| bytes.len() < 20_000;
    let files: Vec<_> =
        files.into_iter().filter(|(name, b)| is_text(name, b) && small(b)).collect();
    assert!(check(&files, 211) > 1_000);
}
