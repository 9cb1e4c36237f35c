//! How long does a scan of this machine's installed software take?
//!
//! The root of the file system as it is, build folders and all: the caches of the kernel are as they
//! happen to be at the first run, and warm at the others.

use anyhow::Result;

use super::{Bench, measure, peers};
use crate::files;

pub(super) fn run(bench: &Bench) -> Result<()> {
    let gabion = bench.gabion()?;
    let data = bench.synced(&gabion)?;
    let output = bench.output("system.json");
    let scan = || {
        let mut scan = bench.command(&gabion);
        scan.arg("--data-dir").arg(&data).args(["scan", "--format", "json", "/"]);
        scan
    };
    let first = measure::measured(&mut scan(), &output)?;
    println!("first run: {}", first.line());
    let mut runs = Vec::new();
    for _ in 0..bench.runs.min(3) {
        runs.push(measure::measured(&mut scan(), &output)?);
    }
    println!("warm: {}", measure::Summary::of(&runs).line());
    let report: serde_json::Value = serde_json::from_str(&files::text(&output)?)?;
    let length = |key: &str| report[key].as_array().map_or(0, Vec::len);
    println!(
        "{} components, {} findings, {} fixes, {} not evaluated, {} not read, {} skipped",
        report["components"],
        length("findings"),
        length("fixes"),
        length("not_evaluated"),
        length("not_read"),
        length("skipped"),
    );
    for row in report["not_read"].as_array().into_iter().flatten().take(5) {
        println!("not read, for example: {} {}", row["path"], row["problem"]);
    }
    peers::system(bench)
}
