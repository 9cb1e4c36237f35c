//! How many problems are wrongly new, gone, linked or suggested?
//!
//! The tests of `findings` measure it over the real reports and the labelled records, that of `app` over what another
//! tool reports at the same place, where `GABION_SEFIDEF` names such a set; this runs them and shows their tables.

use anyhow::{Result, bail};

use super::Bench;
use crate::{files, run};

/// What the lines of the tables begin with.
const MARK: &str = "dedupe: ";

pub(super) fn run(bench: &Bench) -> Result<()> {
    measure(bench, "findings", &["mutation", "labelled", "retold"], "dedupe.txt")?;
    measure(bench, "app", &["neighbours"], "neighbours.txt")
}

fn measure(bench: &Bench, package: &str, names: &[&str], file: &str) -> Result<()> {
    let mut tests = run::cargo(&bench.root);
    tests.args(["test", "--quiet", "--package", package, "--test", "it", "--"]);
    tests.args(names).args(["--nocapture", "--test-threads", "1"]);
    let output = bench.output(file);
    let cost = super::measure::measured(&mut tests, &output)?;
    let text = files::text(&output)?;
    for line in text.lines().filter_map(|line| line.strip_prefix(MARK)) {
        println!("{line}");
    }
    if cost.code != 0 {
        bail!("a bar does not hold; {} has the details", output.display());
    }
    Ok(())
}
