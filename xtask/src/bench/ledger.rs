//! What do an import and the queue cost with 10,000, 100,000 and a million findings stored?
//!
//! Runs `crates/ledger/benches/growth.rs` in release, on SQLite and on a throw-away PostgreSQL, and prints its
//! table. Bars: 10,000 more findings in 2 s on SQLite and 4 s on PostgreSQL, the first page in 100 ms, less
//! than 3,000 bytes for a finding, all at a million. Other sizes: `cargo bench -p ledger --bench growth --
//! sqlite 10000 50000`.

use anyhow::{Result, bail};

use super::{Bench, measure, show};
use crate::run;

/// Most that is written: two databases of a million findings, and their journals.
const ROOM: u64 = 12 << 30;

/// Builds and runs it.
pub fn run(bench: &Bench) -> Result<()> {
    bench.room(ROOM)?;
    let mut growth = run::cargo(&bench.root);
    growth.args(["bench", "--quiet", "--package", "ledger", "--bench", "growth", "--"]);
    growth.args(["both", "10000", "100000", "1000000"]);
    let output = bench.output("ledger.txt");
    let cost = measure::measured(&mut growth, &output)?;
    show(&output)?;
    if cost.code != 0 {
        bail!("`{}` ended with {}", run::show(&growth), cost.code);
    }
    Ok(())
}
