//! What does the corpus hold, format by format, and what came out of it?
//!
//! `cargo xtask formats` reads every file of the lock file archives through `inventory` and writes the
//! table in docs/TESTING.md, and below it that of the reports. Files with names that no format claims are
//! counted, not guessed at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use inventory::{Document, NoTree};

use crate::{files, reports};

const ARCHIVES: &[&str] = &["lockfiles-current", "lockfiles-history", "synthetic-perf-lockfiles"];

/// What was met of one format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Row {
    files: usize,
    with_problems: usize,
    /// Neither a component nor a problem: a lock file of a project without dependencies.
    empty: usize,
    components: usize,
}

/// Writes the table.
pub fn formats(root: &Path) -> Result<()> {
    let Some(corpus) = testkit::corpus("cargo xtask formats") else {
        bail!("the table is made from the corpus; set GABION_CORPUS to its folder");
    };
    let mut rows: BTreeMap<&'static str, Row> = BTreeMap::new();
    let mut unrecognised = 0usize;
    for archive in ARCHIVES {
        let folder = testkit::unpack(&corpus.join(format!("lockfiles/{archive}.tar.zst")));
        for path in testkit::files(folder.path()) {
            let shown = files::relative(Path::new(""), &path);
            match inventory::recognise(&shown) {
                None => unrecognised += 1,
                Some(format) => {
                    let bytes = files::bytes(&folder.path().join(&path))?;
                    let document = Document { path: &shown, bytes: &bytes };
                    let reading = inventory::read(format, document, &NoTree);
                    let row = rows.entry(format.id).or_default();
                    row.files += 1;
                    row.components += reading.components.len();
                    row.with_problems += usize::from(!reading.problems.is_empty());
                    row.empty +=
                        usize::from(reading.problems.is_empty() && reading.components.is_empty());
                }
            }
        }
    }
    let page = root.join("docs/TESTING.md");
    let text = files::text(&page)?;
    let text = replaced(&text, "formats", &table(&rows, unrecognised))?;
    let text = replaced(&text, "reports", &reports::table()?)?;
    std::fs::write(&page, text).with_context(|| page.display().to_string())
}

fn table(rows: &BTreeMap<&'static str, Row>, unrecognised: usize) -> String {
    let mut out = String::from(
        "| format | files | components | files with problems | files without dependencies |\n|---|--:|--:|--:|--:|\n",
    );
    let mut sum = Row::default();
    let mut absent = Vec::new();
    for format in inventory::format::all() {
        let Some(row) = rows.get(format.id) else {
            absent.push(format!("`{}`", format.id));
            continue;
        };
        line(&mut out, &format!("`{}`", format.id), row);
        sum.files += row.files;
        sum.components += row.components;
        sum.with_problems += row.with_problems;
        sum.empty += row.empty;
    }
    line(&mut out, "all", &sum);
    let _ = write!(
        out,
        "\nFiles whose names no format claims (fixtures with names of their own): {unrecognised}."
    );
    if !absent.is_empty() {
        let _ = write!(out, " Not in the corpus under their own names: {}.", absent.join(", "));
    }
    out.push('\n');
    out
}

fn line(out: &mut String, name: &str, row: &Row) {
    let _ = writeln!(
        out,
        "| {name} | {} | {} | {} | {} |",
        row.files, row.components, row.with_problems, row.empty
    );
}

/// The page with what stands between the two marks of that name replaced.
fn replaced(page: &str, name: &str, table: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let (before, rest) = page
        .split_once(&begin)
        .with_context(|| format!("docs/TESTING.md has no begin mark of {name}"))?;
    let (_, after) = rest
        .split_once(&end)
        .with_context(|| format!("docs/TESTING.md has no end mark of {name}"))?;
    Ok(format!("{before}{begin}\n{table}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let page = "a\n<!-- formats: begin -->\nold\n<!-- formats: end -->\nb\n";
        let once = replaced(page, "formats", "new\n").expect("marks");
        assert_eq!(once, "a\n<!-- formats: begin -->\nnew\n<!-- formats: end -->\nb\n");
        assert_eq!(replaced(&once, "formats", "new\n").expect("marks"), once);
        assert!(replaced("no marks", "formats", "new").is_err());
    }
}
