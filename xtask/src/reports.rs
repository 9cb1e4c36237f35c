//! What does the archive of real reports hold, format by format, and what came out of it?
//!
//! `cargo xtask formats` reads every report of the corpus through `findings` and writes the second table in
//! docs/TESTING.md. What no format claims is counted and named, not guessed at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read};

use anyhow::{Context, Result};
use findings::sink::Kept;
use findings::{Source, formats};

/// The archives in the corpus's folder of reports.
const ARCHIVES: &[&str] = &["defectdojo-scans.tar.zst", "sarif-other.tar.zst"];

/// What was met of one format.
#[derive(Debug, Clone, Default)]
struct Row {
    files: usize,
    observations: usize,
    dropped: usize,
    stopped: usize,
}

/// Calls `each` with name and bytes of every report of the corpus; none when it is absent.
pub fn each_of_the_corpus(each: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
    let Some(corpus) = testkit::corpus("real reports") else { return Ok(()) };
    for name in ARCHIVES {
        let path = corpus.join("scanner-reports").join(name);
        let shown = || path.display().to_string();
        let packed = std::fs::File::open(&path).with_context(shown)?;
        let mut archive = tar::Archive::new(zstd::Decoder::new(packed).with_context(shown)?);
        for entry in archive.entries().with_context(shown)? {
            let mut entry = entry.with_context(shown)?;
            if entry.header().entry_type().is_file() {
                let name = entry.path().with_context(shown)?.display().to_string();
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).with_context(shown)?;
                each(&name, &bytes)?;
            }
        }
    }
    Ok(())
}

/// The table.
pub fn table() -> Result<String> {
    let mut rows: BTreeMap<&'static str, Row> = BTreeMap::new();
    let mut unclaimed: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Row::default();
    each_of_the_corpus(&mut |name, bytes| {
        let mut cursor = Cursor::new(bytes);
        let mut source = Source::new(&mut cursor);
        all.files += 1;
        let Some(format) = findings::recognise(&mut source).ok().flatten() else {
            let folder = name.trim_start_matches("scans/").split('/').next().unwrap_or(name);
            *unclaimed.entry(folder.to_owned()).or_default() += 1;
            return Ok(());
        };
        let mut kept = Kept::default();
        let end = format.read(&mut source, &mut kept);
        for row in [rows.entry(format.id).or_default(), &mut all] {
            row.observations += kept.observations.len();
            row.dropped += kept.dropped.len();
            row.stopped += usize::from(end.is_err());
        }
        rows.entry(format.id).or_default().files += 1;
        Ok(())
    })?;
    let mut out = String::from(
        "| format | files | findings | records dropped, said | files stopped in, said |\n|---|--:|--:|--:|--:|\n",
    );
    let mut absent = Vec::new();
    for format in formats() {
        match rows.get(format.id) {
            Some(row) => line(&mut out, &format!("`{}` {}", format.id, format.title), row),
            None => absent.push(format!("`{}`", format.id)),
        }
    }
    line(&mut out, "all", &all);
    let refused: usize = unclaimed.values().sum();
    let _ = write!(out, "\nFormats: {}. Files that no format claims: {refused}", formats().count());
    let names: Vec<String> =
        unclaimed.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let _ = write!(out, " ({}).", names.join(", "));
    if !absent.is_empty() {
        let _ = write!(out, " Not in the corpus: {}.", absent.join(", "));
    }
    out.push('\n');
    Ok(out)
}

fn line(out: &mut String, name: &str, row: &Row) {
    let Row { files, observations, dropped, stopped } = row;
    let _ = writeln!(out, "| {name} | {files} | {observations} | {dropped} | {stopped} |");
}
