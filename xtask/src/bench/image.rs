//! How long does the archive of an image take, and how much memory, whatever its size?
//!
//! The images are assembled of this machine's own files (`assemble`): one of a GiB as an OCI layout and
//! as an archive of `docker save`, one of five as an archive. Each archive is scanned by its path and
//! through a pipe. What is made is removed at the end.

mod assemble;

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::measure::{Cost, measured_from, mebibytes};
use super::{Bench, peers};
use crate::files;
use crate::run::Stopwatch;

const GIB: u64 = 1 << 30;

pub(super) fn run(bench: &Bench) -> Result<()> {
    let gabion = bench.gabion()?;
    let data = bench.synced(&gabion)?;
    for gibibytes in [1, 5] {
        // Layers and archive lie side by side for a while.
        bench.room(gibibytes * 2 * GIB)?;
        let folder = tempfile::tempdir_in(&bench.work)?;
        let (layout, archive) = (folder.path().join("layout"), folder.path().join("image.tar"));
        let watch = Stopwatch::start();
        let made = assemble::layout(&layout, gibibytes * GIB)?;
        let bytes = assemble::archive(&layout, &archive, &made)?;
        println!(
            "{gibibytes} GiB: {} files of this machine, {:.0} MiB, in {} gzip layers; the archive has {:.0} MiB; made in {:.0} s",
            made.files,
            mebibytes(made.bytes),
            made.layers.len(),
            mebibytes(bytes),
            watch.elapsed().as_secs_f64()
        );
        let scan = |input: Option<&Path>, what: &Path| -> Result<(Cost, Value)> {
            let output = bench.output("image.json");
            let mut scan = bench.command(&gabion);
            scan.arg("--data-dir").arg(&data).args(["scan", "--format", "json"]).arg(what);
            let cost = measured_from(&mut scan, input, &output)?;
            Ok((cost, serde_json::from_str(&files::text(&output)?).unwrap_or_default()))
        };
        tell("OCI layout", scan(None, &layout)?);
        std::fs::remove_dir_all(&layout)?;
        tell("archive by path", scan(None, &archive)?);
        tell("archive through a pipe", scan(Some(&archive), Path::new("-"))?);
        peers::image(bench, &archive)?;
    }
    Ok(())
}

fn tell(what: &str, (cost, report): (Cost, Value)) {
    let length = |key: &str| report[key].as_array().map_or(0, Vec::len);
    println!(
        "{what}: {}; {} components, {} findings, {} not evaluated, {} not read",
        cost.line(),
        report["components"],
        length("findings"),
        length("not_evaluated"),
        length("not_read")
    );
}
