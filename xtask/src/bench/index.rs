//! How long does an index of 600,000 advisories take to build, open and ask, and how much memory?

use anyhow::{Result, bail};

use super::{Bench, measure, show};

pub(super) fn run(bench: &Bench) -> Result<()> {
    let inside = bench.inside()?;
    let file = bench.work.join("synthetic.gabion");
    let count = bench.count.to_string();

    let output = bench.output("index-build.txt");
    let mut build = bench.command(&inside);
    build.args(["build", &count]).arg(&file);
    let cost = measure::measured(&mut build, &output)?;
    show(&output)?;
    println!("build, the making of the records included: {}", measure::Summary::of(&[cost]).line());

    let output = bench.output("index-look.txt");
    let mut look = bench.command(&inside);
    look.arg("look").arg(&file).arg(&count);
    let cost = measure::measured(&mut look, &output)?;
    show(&output)?;
    if cost.code != 0 {
        bail!("asking the index failed");
    }
    Ok(())
}
