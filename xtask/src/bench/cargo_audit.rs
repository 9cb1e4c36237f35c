//! Does Gabion find what cargo-audit finds in every crate of the corpus, and at what cost?
//!
//! The union of all Cargo.lock packages of the corpus from a registry becomes one Cargo.lock; both tools
//! read it with the same advisories (RustSec as Markdown for cargo-audit, as OSV for Gabion), the check
//! for yanked crates off. Compared are the triples (package, version, RustSec id) of vulnerabilities.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Bench, measure, peers};
use crate::{files, run};

const VERSION: &str = "0.22.2";

type Triple = (String, String, String);

pub(super) fn run(bench: &Bench) -> Result<()> {
    let union = bench.work.join("union");
    std::fs::create_dir_all(union.join(".cargo"))?;
    let packages = write_union(bench, &union)?;
    println!("union of the corpus's Cargo.lock files: {packages} packages");

    let gabion = bench.gabion()?;
    let data = bench.synced(&gabion)?;
    let ours = bench.output("union-gabion.json");
    let cost = measure::repeated(bench.runs, &ours, || {
        let mut scan = bench.command(&gabion);
        scan.arg("--data-dir").arg(&data).args(["scan", "--format", "json"]).arg(&union);
        scan
    })?;
    println!("gabion scan: {}", cost.line());

    let tool = installed(bench)?;
    let database = bench.work.join("advisory-db");
    testkit::unpack_into(&bench.corpus.join("osv/rustsec-advisory-db.tar.zst"), &database);
    let database = inner(&database)?;
    // cargo-audit reads this file from the folder that it runs in.
    std::fs::write(
        union.join(".cargo/audit.toml"),
        "[yanked]\nenabled = false\nupdate_index = false\n",
    )?;
    let theirs = bench.output("union-cargo-audit.json");
    let peer = measure::repeated(bench.runs, &theirs, || {
        let mut audit = run::command(&tool, &union);
        audit.args(["audit", "--json", "--no-fetch", "--db"]).arg(&database);
        audit.args(["--file", "Cargo.lock"]);
        audit
    })?;
    println!("cargo-audit {VERSION}: {}", peer.line());
    println!(
        "CPU: {:.1} times less; memory: {:.2} of cargo-audit's",
        peer.cpu.as_secs_f64() / cost.cpu.as_secs_f64().max(1e-9),
        cost.rss as f64 / peer.rss.max(1) as f64
    );
    compare(&triples_of_gabion(&ours)?, &triples_of_cargo_audit(&theirs)?);
    peers::run(bench, &union)
}

/// The registry packages of every Cargo.lock of the corpus, file by file.
pub(super) fn corpus_locks(bench: &Bench) -> Vec<BTreeSet<(String, String)>> {
    let mut locks = Vec::new();
    for archive in ["lockfiles-current", "lockfiles-history"] {
        let archive = bench.corpus.join(format!("lockfiles/{archive}.tar.zst"));
        let unpacked = testkit::unpack(&archive);
        for path in testkit::files(unpacked.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            if name.contains("cargo") && name.ends_with(".lock") {
                let mut packages = BTreeSet::new();
                read_lock(&unpacked.path().join(&path), &mut packages);
                locks.push(packages);
            }
        }
    }
    locks
}

/// Writes the union as `Cargo.lock` and says how many packages it has.
fn write_union(bench: &Bench, folder: &Path) -> Result<usize> {
    let packages: BTreeSet<(String, String)> = corpus_locks(bench).into_iter().flatten().collect();
    let mut text = String::from("version = 4\n");
    for (name, version) in &packages {
        write!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
        )?;
    }
    std::fs::write(folder.join("Cargo.lock"), text)?;
    Ok(packages.len())
}

/// Adds the registry packages of one lock file; one that is no TOML (a fixture) adds none.
fn read_lock(path: &Path, packages: &mut BTreeSet<(String, String)>) {
    let Ok(text) = files::text(path) else { return };
    let Ok(lock) = text.parse::<toml::Table>() else { return };
    for package in lock.get("package").and_then(|p| p.as_array()).into_iter().flatten() {
        let field = |name: &str| package.get(name).and_then(|v| v.as_str()).unwrap_or_default();
        let source = field("source");
        let registry = source.starts_with("registry+") || source.starts_with("sparse+");
        if registry && !field("version").is_empty() {
            packages.insert((field("name").to_owned(), field("version").to_owned()));
        }
    }
}

/// The peer, installed below the target folder when it is not there.
fn installed(bench: &Bench) -> Result<PathBuf> {
    let folder = bench.target.join("bench-tools");
    let tool = folder.join("bin/cargo-audit");
    if !tool.is_file() {
        println!("installing cargo-audit {VERSION} into {}", folder.display());
        let mut install = run::cargo(&bench.root);
        install.args(["install", "cargo-audit", "--version", VERSION, "--locked", "--root"]);
        run::checked(install.arg(&folder).arg("--target-dir").arg(folder.join("build")))?;
    }
    Ok(tool)
}

/// The folder that holds `crates/`: the archive's own or one below it.
fn inner(folder: &Path) -> Result<PathBuf> {
    if folder.join("crates").is_dir() {
        return Ok(folder.to_path_buf());
    }
    let mut below = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|e| e.path()));
    below.find(|p| p.join("crates").is_dir()).context("the advisory database has no `crates`")
}

fn triples_of_gabion(output: &Path) -> Result<BTreeSet<Triple>> {
    let report: Value = serde_json::from_str(&files::text(output)?).context("gabion's JSON")?;
    let mut found = BTreeSet::new();
    for finding in report["findings"].as_array().context("no findings[]")? {
        for record in finding["records"].as_array().into_iter().flatten() {
            found.insert((word(&finding["name"]), word(&finding["version"]), word(record)));
        }
    }
    Ok(found)
}

fn triples_of_cargo_audit(output: &Path) -> Result<BTreeSet<Triple>> {
    let report: Value =
        serde_json::from_str(&files::text(output)?).context("cargo-audit's JSON")?;
    let list = report["vulnerabilities"]["list"].as_array().context("no vulnerabilities.list[]")?;
    let triple = |v: &Value| {
        (word(&v["package"]["name"]), word(&v["package"]["version"]), word(&v["advisory"]["id"]))
    };
    Ok(list.iter().map(triple).collect())
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn compare(ours: &BTreeSet<Triple>, theirs: &BTreeSet<Triple>) {
    let (rustsec, others): (BTreeSet<_>, BTreeSet<_>) =
        ours.iter().cloned().partition(|(_, _, id)| id.starts_with("RUSTSEC-"));
    println!(
        "records: gabion {} (and {} of other databases), cargo-audit {}, in both {}",
        rustsec.len(),
        others.len(),
        theirs.len(),
        rustsec.intersection(theirs).count()
    );
    for (name, version, id) in theirs.difference(&rustsec) {
        println!("only cargo-audit: {name} {version} {id}");
    }
    for (name, version, id) in rustsec.difference(theirs) {
        println!("only gabion: {name} {version} {id}");
    }
}
