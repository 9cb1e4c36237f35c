//! Does Gabion answer as osv.dev did, where the advisories are the same?

use anyhow::{Context, Result, bail};

use super::{Bench, measure, show};

pub(super) fn run(bench: &Bench) -> Result<()> {
    let gabion = bench.gabion()?;
    let data = bench.synced(&gabion)?;
    let packed = bench.corpus.join("osv/oracle/osv-dev-querybatch.jsonl.zst");
    let answers = bench.work.join("oracle.jsonl");
    std::fs::write(&answers, testkit::unzstd(&packed)).context("the recorded answers")?;

    let inside = bench.inside()?;
    let output = bench.output("oracle.txt");
    let mut ask = bench.command(&inside);
    ask.arg("oracle").arg(data.join("index.gabion")).arg(&answers);
    let cost = measure::measured(&mut ask, &output)?;
    show(&output)?;
    if cost.code != 0 {
        bail!("asking the index failed");
    }
    Ok(())
}
