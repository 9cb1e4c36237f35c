//! What does an import cost, and how does that grow with what is stored and with the document?
//!
//! End to end: the built program takes generated SARIF in. For each stored size a ledger is filled, then a document of
//! ten thousand findings of another asset is imported; then memory for a small and a large document. The sizes are
//! those of `--stored` (10k and 100k; 1,000,000 for the bar).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::Bench;
use super::measure::{Cost, measured, mebibytes};

/// Findings of the measured document.
const FINDINGS: usize = 10_000;
/// Findings of one document that fills a ledger.
const PIECE: usize = 50_000;
/// Findings of the document for the question of memory.
const LARGE: usize = 200_000;

pub(super) fn run(bench: &Bench) -> Result<()> {
    let gabion = bench.gabion()?;
    let folder = tempfile::tempdir_in(&bench.work)?;
    let (mut stored, database) = (0, folder.path().join("ledger.db"));
    println!(
        "{:>10} {:>22} {:>8} {:>9} {:>9}",
        "stored", "import of", "wall s", "peak MiB", "ledger MiB"
    );
    let import = |name: &str, tool: &str, count: usize, database: &Path| -> Result<Cost> {
        let file = folder.path().join("report.sarif");
        fs::write(&file, report(tool, count)?)?;
        let mut command = bench.command(&gabion);
        command
            .arg("import")
            .arg(&file)
            .args(["--asset", name, "--json", "--database"])
            .arg(database);
        command.arg("--data-dir").arg(folder.path().join("data"));
        let cost = measured(&mut command, &folder.path().join("import.txt"))?;
        if cost.code != 0 {
            bail!("an import of {count} findings ended with {}", cost.code);
        }
        Ok(cost)
    };
    for size in &bench.stored(&[10_000, 100_000]) {
        while stored < *size {
            let piece = PIECE.min(*size - stored);
            import(&format!("filling-{stored}"), "filler", piece, &database)?;
            stored += piece;
        }
        let cost = import(&format!("asset-{size}"), "lint", FINDINGS, &database)?;
        stored += FINDINGS;
        line(*size, FINDINGS, &cost, &database)?;
    }
    for count in [FINDINGS, LARGE] {
        let fresh = folder.path().join(format!("fresh-{count}.db"));
        let cost = import("web", "lint", count, &fresh)?;
        line(0, count, &cost, &fresh)?;
    }
    Ok(())
}

fn line(stored: usize, count: usize, cost: &Cost, database: &Path) -> Result<()> {
    let bytes = fs::metadata(database).with_context(|| database.display().to_string())?.len();
    println!(
        "{stored:>10} {:>22} {:>8.2} {:>9.1} {:>9.1}",
        format!("{count} findings"),
        cost.wall.as_secs_f64(),
        mebibytes(cost.rss),
        mebibytes(bytes)
    );
    Ok(())
}

/// A report of code findings, each in a place of its own.
fn report(tool: &str, count: usize) -> Result<String> {
    let mut out = format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"{tool}","version":"1"}}}},"results":["#
    );
    for at in 0..count {
        let comma = if at == 0 { "" } else { "," };
        let (rule, folder, line) = (at % 80, at % 700, at % 900 + 1);
        write!(
            out,
            r#"{comma}{{"ruleId":"rule-{rule}","level":"warning","message":{{"text":"a defect, number {at}, that is told in a sentence of some length"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"src/{folder}/file{at}.c"}},"region":{{"startLine":{line},"snippet":{{"text":"call_{at}(argument, {at});"}}}}}}}}]}}"#
        )?;
    }
    out.push_str("]}]}");
    Ok(out)
}
