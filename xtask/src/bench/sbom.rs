//! How long do the bills of materials of the corpus take, each by itself and all at once?

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::measure::{Cost, Summary, measured, mebibytes, millis, repeated};
use super::{Bench, peers};
use crate::files;

/// What one file came to.
struct Row {
    path: PathBuf,
    bytes: u64,
    cost: Cost,
    components: u64,
    problems: usize,
}

pub(super) fn run(bench: &Bench) -> Result<()> {
    let gabion = bench.gabion()?;
    let data = bench.synced(&gabion)?;
    let unpacked = testkit::unpack(&bench.corpus.join("sboms/sboms.tar.zst"));
    let names = testkit::files(unpacked.path());
    let mut rows = Vec::new();
    for name in &names {
        rows.push(row(bench, &gabion, &data, unpacked.path(), name)?);
    }
    let output = bench.output("sboms.json");
    let all = repeated(bench.runs.min(5), &output, || {
        let mut scan = bench.command(&gabion);
        scan.current_dir(unpacked.path()).arg("--data-dir").arg(&data);
        scan.args(["scan", "--as", "sbom", "--format", "json"]).args(&names);
        scan
    })?;
    tell(&rows, &all);
    let report: Value = serde_json::from_str(&files::text(&output)?)?;
    println!(
        "all in one scan: {} components, {} findings",
        report["components"],
        report["findings"].as_array().map_or(0, Vec::len)
    );
    peers::bill(bench, unpacked.path(), rows.iter().max_by_key(|r| r.components).map(|r| &*r.path))
}

fn row(bench: &Bench, gabion: &Path, data: &Path, folder: &Path, name: &Path) -> Result<Row> {
    let output = bench.output("sbom.json");
    let mut scan = bench.command(gabion);
    scan.arg("--data-dir").arg(data).args(["scan", "--as", "sbom", "--format", "json"]);
    let cost = measured(scan.arg(folder.join(name)), &output)?;
    let report: Value = serde_json::from_str(&files::text(&output)?).unwrap_or_default();
    Ok(Row {
        path: name.to_owned(),
        bytes: folder.join(name).metadata()?.len(),
        cost,
        components: report["components"].as_u64().unwrap_or(0),
        problems: report["not_read"].as_array().map_or(0, Vec::len),
    })
}

fn tell(rows: &[Row], all: &Summary) {
    let costs: Vec<Cost> = rows.iter().map(|r| r.cost).collect();
    let bytes: u64 = rows.iter().map(|r| r.bytes).sum();
    let cpu: f64 = costs.iter().map(|c| c.cpu.as_secs_f64()).sum();
    println!(
        "{} files, {:.1} MiB: {} with components, {} with something not read, {} without a report",
        rows.len(),
        mebibytes(bytes),
        rows.iter().filter(|r| r.components > 0).count(),
        rows.iter().filter(|r| r.problems > 0).count(),
        rows.iter().filter(|r| !matches!(r.cost.code, 0 | 3)).count(),
    );
    println!("one by one, {cpu:.2} s of CPU in all: {}", Summary::of(&costs).line());
    println!("all in one scan: {}", all.line());
    let show = |what: &str, row: Option<&Row>| {
        let Some(row) = row else { return };
        println!(
            "{what}: {}, {:.2} MiB, {} components, wall {:.1} ms, peak {:.1} MiB",
            row.path.display(),
            mebibytes(row.bytes),
            row.components,
            millis(row.cost.wall),
            mebibytes(row.cost.rss)
        );
    };
    show("largest", rows.iter().max_by_key(|r| r.bytes));
    show("slowest", rows.iter().max_by_key(|r| r.cost.cpu));
    show("most memory", rows.iter().max_by_key(|r| r.cost.rss));
    show("most components", rows.iter().max_by_key(|r| r.components));
}
