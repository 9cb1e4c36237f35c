//! How long does one scan of the whole lock file corpus take, and how much memory?

use anyhow::{Result, bail};

use super::{Bench, measure};
use crate::files;

/// Real files, unpacked side by side.
const ARCHIVES: &[&str] = &["lockfiles-current", "lockfiles-history"];
/// Generated files of up to 100,000 packages, each bounded by itself.
const SYNTHETIC: &str = "synthetic-perf-lockfiles";

pub(super) fn run(bench: &Bench) -> Result<()> {
    let gabion = bench.gabion()?;
    let data = bench.synced(&gabion)?;
    let folder = tempfile::tempdir()?;
    for archive in ARCHIVES {
        unpack(bench, archive, &folder.path().join(archive))?;
    }
    let output = bench.output("lockfiles.json");
    let runs = measure::repeated(bench.runs.min(5), &output, || {
        let mut scan = bench.command(&gabion);
        scan.arg("--data-dir").arg(&data).args(["scan", "--format", "json"]).arg(folder.path());
        scan
    })?;
    println!("whole corpus, json: {}", runs.line());
    describe(&output)?;

    let folder = tempfile::tempdir()?;
    unpack(bench, SYNTHETIC, folder.path())?;
    for name in testkit::files(folder.path()) {
        let file = folder.path().join(&name);
        let output = bench.output("synthetic.json");
        let mut scan = bench.command(&gabion);
        scan.arg("--data-dir").arg(&data).args(["scan", "--format", "json"]).arg(&file);
        let cost = measure::measured(&mut scan, &output)?;
        println!("{}: {}", name.display(), measure::Summary::of(&[cost]).line());
    }
    Ok(())
}

fn unpack(bench: &Bench, archive: &str, to: &std::path::Path) -> Result<()> {
    let file = bench.corpus.join("lockfiles").join(format!("{archive}.tar.zst"));
    if !file.is_file() {
        bail!("{} is not there", file.display());
    }
    testkit::unpack_into(&file, to);
    Ok(())
}

fn describe(output: &std::path::Path) -> Result<()> {
    let report: serde_json::Value = serde_json::from_str(&files::text(output)?)?;
    let length = |key: &str| report[key].as_array().map_or(0, Vec::len);
    println!(
        "{} components, {} assets, {} findings, {} fixes, {} notices, {} not evaluated, {} not read, {} unrecognised",
        report["components"],
        length("assets"),
        length("findings"),
        length("fixes"),
        length("notices"),
        length("not_evaluated"),
        length("not_read"),
        length("unrecognised"),
    );
    Ok(())
}
