//! What does an estate of thousands of repositories cost, and what does a day's news cost after it?
//!
//! The estate is generated (`testkit::synthetic::estate`) and grows in place from size to size. For each
//! size: an index without the newest advisories of crates.io, a scan, an index with them, and the reverse
//! match. At the smallest size a second scan says whether the reverse match told everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use testkit::synthetic::estate::World;

use super::measure::{Cost, Summary, measured, mebibytes, millis};
use super::{Bench, cargo_audit, show};
use crate::files;
use crate::run::{self, Stopwatch};

/// Components of a repository.
const COMPONENTS: u32 = 1_500;
/// Advisories that are new on the day: what the whole of OSV publishes on a busy one.
const NEW: usize = 200;
/// Bytes of a lock file, for the question whether there is room.
const LOCK_BYTES: u64 = 320 << 10;
/// Owners and exposures, so that clocks and fixes differ between assets.
const RULES: &str = r#"
[[target]]
path = "repositories/*/*"

[[asset]]
path = "repositories/*/*0"
exposure = "internet"
owner = "web"

[[asset]]
path = "repositories/*/*[1-4]"
exposure = "internal"
owner = "back office"
"#;

/// One line of the table.
struct Row {
    repositories: u32,
    report: Value,
    scan: Cost,
    kept: u64,
    watch: Summary,
    touched: usize,
}

pub(super) fn run(bench: &Bench) -> Result<()> {
    let gabion = bench.gabion()?;
    let inside = bench.inside()?;
    let world = world(bench);
    let most = bench.repositories.last().copied().unwrap_or_default();
    bench.room(u64::from(most) * LOCK_BYTES)?;
    let folder = tempfile::tempdir_in(&bench.work)?;
    let place = Place {
        gabion,
        inside,
        data: folder.path().join("data"),
        before: before(bench, folder.path())?,
        file: folder.path().join("estate.toml"),
    };
    fs::write(&place.file, RULES)?;
    let (mut made, mut rows) = (0, Vec::new());
    for size in &bench.repositories {
        grow(&world, folder.path(), made, *size)?;
        made = *size;
        rows.push(measure(bench, &place, *size, rows.is_empty())?);
    }
    println!(
        "{:>12} {:>11} {:>9} {:>9} {:>7} {:>7} {:>9} {:>8} {:>10} {:>8}",
        "repositories",
        "components",
        "distinct",
        "findings",
        "wall s",
        "CPU s",
        "peak MiB",
        "kept MiB",
        "watch ms",
        "touched"
    );
    for row in rows {
        println!(
            "{:>12} {:>11} {:>9} {:>9} {:>7.1} {:>7.1} {:>9.0} {:>8.1} {:>10.0} {:>8}",
            row.repositories,
            row.report["components"],
            row.report["distinct"],
            row.report["findings"],
            row.scan.wall.as_secs_f64(),
            row.scan.cpu.as_secs_f64(),
            mebibytes(row.scan.rss),
            mebibytes(row.kept),
            millis(row.watch.wall.1),
            row.touched
        );
    }
    Ok(())
}

/// What the steps share.
struct Place {
    gabion: PathBuf,
    inside: PathBuf,
    data: PathBuf,
    before: PathBuf,
    file: PathBuf,
}

/// The packages of the corpus's Cargo.lock files, those of most files first.
fn world(bench: &Bench) -> World {
    let mut counts: BTreeMap<(String, String), u32> = BTreeMap::new();
    for package in cargo_audit::corpus_locks(bench).into_iter().flatten() {
        *counts.entry(package).or_default() += 1;
    }
    let mut packages: Vec<((String, String), u32)> = counts.into_iter().collect();
    packages.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    let world = World::new(packages.into_iter().map(|(package, _)| package).collect());
    println!(
        "drawn from {} real (name, version) pairs of crates.io, two in a hundred invented",
        world.packages()
    );
    world
}

/// Adds the repositories from one number to another.
fn grow(world: &World, folder: &Path, from: u32, to: u32) -> Result<()> {
    let (watch, mut bytes) = (Stopwatch::start(), 0);
    for number in from..to {
        let at = folder.join(format!("repositories/{:03}/r{number:06}", number / 1_000));
        fs::create_dir_all(&at)?;
        let lock = world.lock(number, COMPONENTS);
        bytes += lock.len() as u64;
        fs::write(at.join("Cargo.lock"), lock)?;
    }
    println!(
        "made: {} lock files of {COMPONENTS} components, no two alike, {:.0} MiB, in {:.0} s",
        to - from,
        mebibytes(bytes),
        watch.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The corpus's feeds without the newest advisories of crates.io.
fn before(bench: &Bench, folder: &Path) -> Result<PathBuf> {
    let before = folder.join("before");
    let osv = before.join("osv");
    fs::create_dir_all(osv.join("crates.io"))?;
    for (from, to) in [(bench.corpus.clone(), &before), (bench.corpus.join("osv"), &osv)] {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let to = to.join(entry.file_name());
            // A link to a file is no feed; one to a folder of feeds is.
            if entry.path().is_file() {
                fs::copy(entry.path(), to)?;
            } else if !to.exists() {
                std::os::unix::fs::symlink(entry.path(), to)?;
            }
        }
    }
    let whole = bench.corpus.join("osv/crates.io");
    let newest = files::text(&whole.join("modified_id.csv"))?;
    let newest: BTreeSet<&str> = newest
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(_, id)| id)
        .take(NEW)
        .collect();
    let mut archive = zip::ZipArchive::new(File::open(whole.join("all.zip"))?)?;
    let mut left_out = 0;
    for at in 0..archive.len() {
        let mut record = archive.by_index(at)?;
        let name = record.name()?.into_owned();
        if newest.contains(name.trim_end_matches(".json")) {
            left_out += 1;
            continue;
        }
        let mut body = Vec::new();
        record.read_to_end(&mut body)?;
        let plain = Path::new(&name).file_name().context("a record without a name")?;
        fs::write(osv.join("crates.io").join(plain), body)?;
    }
    println!("the first index lacks the {left_out} newest advisories of crates.io");
    Ok(before)
}

fn measure(bench: &Bench, place: &Place, repositories: u32, check: bool) -> Result<Row> {
    sync(bench, place, &place.before)?;
    let (scan, report) = scan(bench, place)?;
    println!("{repositories} repositories: {}", scan.line());
    let kept = kept(&place.data)?;
    let cost = sync(bench, place, &bench.corpus)?;
    println!("sync with the day's news: {}", cost.line());

    let output = bench.output("watch.json");
    let mut costs = Vec::new();
    for _ in 0..bench.runs.clamp(1, 5) {
        let mut watch = bench.command(&place.gabion);
        watch.arg("--data-dir").arg(&place.data).args(["watch-intel", "--peek", "--json"]);
        costs.push(measured(watch.arg("--estate").arg(&place.file), &output)?);
    }
    let watch = Summary::of(&costs);
    println!("watch-intel: {}", watch.line());
    let watched: Value = serde_json::from_str(&files::text(&output)?).context("watch-intel")?;
    let touched = names(&watched["touched"]);

    let output = bench.output("watch.txt");
    let mut split = bench.command(&place.inside);
    measured(split.arg("watch").arg(&place.data).arg(&place.file), &output)?;
    show(&output)?;
    if check {
        let (_, after) = self::scan(bench, place)?;
        told_everything(&report, &after, &touched);
    }
    Ok(Row { repositories, report, scan, kept, watch, touched: touched.len() })
}

fn sync(bench: &Bench, place: &Place, from: &Path) -> Result<Cost> {
    let mut sync = bench.command(&place.gabion);
    sync.arg("--data-dir").arg(&place.data).args(["sync", "--from"]).arg(from);
    let cost = measured(&mut sync, &bench.output("sync.txt"))?;
    if cost.code != 0 {
        bail!("`{}` ended with {}", run::show(&sync), cost.code);
    }
    Ok(cost)
}

fn scan(bench: &Bench, place: &Place) -> Result<(Cost, Value)> {
    let output = bench.output("estate.json");
    let mut scan = bench.command(&place.gabion);
    scan.arg("--data-dir").arg(&place.data).args(["scan", "--format", "json", "--estate"]);
    let cost = measured(scan.arg(&place.file), &output)?;
    let mut report: Value = serde_json::from_str(&files::text(&output)?).context("the estate")?;
    println!(
        "report: {:.1} MiB, {} problems, {} fixes, {} not read, {} warnings",
        mebibytes(output.metadata()?.len()),
        report["problems"].as_array().map_or(0, Vec::len),
        report["fixes"].as_array().map_or(0, Vec::len),
        report["not_read_total"],
        report["warnings"].as_array().map_or(0, Vec::len),
    );
    // Of the rest only the counts are shown.
    for large in ["assets", "fixes"] {
        report[large] = Value::Null;
    }
    Ok((cost, report))
}

/// Bytes of what is kept of the one estate.
fn kept(data: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(data.join("estates"))? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "kept") {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

fn names(rows: &Value) -> BTreeSet<String> {
    let rows = rows.as_array().into_iter().flatten();
    rows.filter_map(|row| row["advisory"].as_str()).map(str::to_owned).collect()
}

/// What a second scan finds beyond the first is what the reverse match must have told.
fn told_everything(before: &Value, after: &Value, touched: &BTreeSet<String>) {
    let (before, after) = (names(&before["problems"]), names(&after["problems"]));
    let new: BTreeSet<&String> = after.difference(&before).collect();
    let missed = new.iter().filter(|name| !touched.contains(**name)).count();
    let beyond = touched.iter().filter(|name| !after.contains(*name)).count();
    println!(
        "a second scan has {} problems more; watch-intel told {} touched, missed {missed}, told {beyond} that no scan has",
        new.len(),
        touched.len()
    );
}
