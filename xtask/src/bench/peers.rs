//! What do other scanners on PATH need for the same lock file, image or system?
//!
//! Each is run offline, with the database that it finds on this machine; one without a database fails
//! and its exit code says so. Their findings are not compared: their databases differ.

use std::path::Path;

use anyhow::Result;

use super::{Bench, measure};
use crate::files;

/// Program, and arguments before what is scanned.
type Peer = (&'static str, &'static [&'static str]);

/// Lock files in a folder.
const FOLDERS: &[Peer] = &[
    ("osv-scanner", &["scan", "source", "--offline-vulnerabilities", "--format", "json"]),
    ("grype", &["--quiet", "--output", "json"]),
    ("trivy", &["filesystem", "--quiet", "--skip-db-update", "--offline-scan", "--format", "json"]),
];
/// The archive of an image; what comes last is its path.
const IMAGES: &[Peer] = &[
    ("syft", &["scan", "--quiet", "--output", "json", "--from", "docker-archive"]),
    ("grype", &["--quiet", "--output", "json", "--from", "docker-archive"]),
    (
        "trivy",
        &["image", "--quiet", "--skip-db-update", "--offline-scan", "--format", "json", "--input"],
    ),
];
/// A bill of materials; what comes last is its path.
const BILLS: &[Peer] = &[
    ("osv-scanner", &["scan", "source", "--offline-vulnerabilities", "--format", "json", "-L"]),
    ("grype", &["--quiet", "--output", "json", "--from", "sbom"]),
    ("trivy", &["sbom", "--quiet", "--skip-db-update", "--offline-scan", "--format", "json"]),
];
/// The root of this machine's file system.
const SYSTEMS: &[Peer] = &[
    ("syft", &["scan", "--quiet", "--output", "json", "--from", "dir"]),
    ("trivy", &["rootfs", "--quiet", "--skip-db-update", "--offline-scan", "--format", "json"]),
];

pub(super) fn run(bench: &Bench, folder: &Path) -> Result<()> {
    each(bench, FOLDERS, folder)
}

pub(super) fn image(bench: &Bench, archive: &Path) -> Result<()> {
    each(bench, IMAGES, archive)
}

pub(super) fn bill(bench: &Bench, folder: &Path, name: Option<&Path>) -> Result<()> {
    name.map_or(Ok(()), |name| each(bench, BILLS, &folder.join(name)))
}

pub(super) fn system(bench: &Bench) -> Result<()> {
    each(bench, SYSTEMS, Path::new("/"))
}

fn each(bench: &Bench, peers: &[Peer], what: &Path) -> Result<()> {
    for (name, arguments) in peers {
        let Some(program) = files::on_path(name) else {
            println!("{name}: not on PATH, not measured");
            continue;
        };
        let output = bench.output(&format!("peer-{name}.json"));
        let cost = measure::repeated(bench.runs.min(5), &output, || {
            let mut command = bench.command(&program);
            command.args(*arguments).arg(what);
            command
        })?;
        println!("{name}: {}", cost.line());
    }
    Ok(())
}
