//! What do other scanners on PATH need for the same lock file?
//!
//! Each is run offline, with the database that it finds on this machine; one without a database fails
//! and its exit code says so. Their findings are not compared: their databases differ.

use std::path::Path;

use anyhow::Result;

use super::{Bench, measure};
use crate::files;

/// Program, and arguments before the folder.
const PEERS: &[(&str, &[&str])] = &[
    ("osv-scanner", &["scan", "source", "--offline-vulnerabilities", "--format", "json"]),
    ("grype", &["--quiet", "--output", "json"]),
    ("trivy", &["filesystem", "--quiet", "--skip-db-update", "--offline-scan", "--format", "json"]),
];

pub(super) fn run(bench: &Bench, folder: &Path) -> Result<()> {
    for (name, arguments) in PEERS {
        let Some(program) = files::on_path(name) else {
            println!("{name}: not on PATH, not measured");
            continue;
        };
        let output = bench.output(&format!("union-{name}.json"));
        let cost = measure::repeated(bench.runs.min(5), &output, || {
            let mut command = bench.command(&program);
            command.args(*arguments).arg(folder);
            command
        })?;
        println!("{name}: {}", cost.line());
    }
    Ok(())
}
