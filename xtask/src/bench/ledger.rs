//! What do an import and the queue cost with 10,000, 100,000 and a million findings stored?
//!
//! Runs `crates/ledger/benches/growth.rs` in release, on SQLite and on a throw-away PostgreSQL, and prints its
//! table. Bars: a first import of 10,000 findings in 2 s and ten times as long for 100,000, 10,000 more in 2 s on
//! SQLite and 4 s on PostgreSQL, the first page in 100 ms, less than 3,000 bytes for a finding, all at a million.
//! Other sizes: `--stored 10000,100000`.
//!
//! `--against FILE` is a table that this bench printed before: each figure is then told as so many times that one.
//! An older state is measured by this bench over its `crates/ledger` (the bench asks only for what is public).

use std::path::Path;

use anyhow::{Result, bail};

use super::{Bench, measure, show};
use crate::{files, run};

/// Most that is written for a million findings: two databases and their journals.
const ROOM: u64 = 12 << 30;
/// Less is needed, whatever the size.
const LITTLE: u64 = 1 << 30;

/// Builds and runs it.
pub fn run(bench: &Bench) -> Result<()> {
    let sizes = bench.stored(&[10_000, 100_000, 1_000_000]);
    let largest = sizes.iter().copied().max().unwrap_or(0) as u64;
    bench.room((ROOM / 1_000_000 * largest).max(LITTLE))?;
    let mut growth = run::cargo(&bench.root);
    growth.args(["bench", "--quiet", "--package", "ledger", "--bench", "growth", "--", "both"]);
    growth.args(sizes.iter().map(usize::to_string));
    let output = bench.output("ledger.txt");
    let cost = measure::measured(&mut growth, &output)?;
    show(&output)?;
    if cost.code != 0 {
        bail!("`{}` ended with {}", run::show(&growth), cost.code);
    }
    if let Some(before) = &bench.against {
        compare(before, &output)?;
    }
    Ok(())
}

/// Prints each figure as so many times that of another table; `-` where one of the two has none.
fn compare(before: &Path, now: &Path) -> Result<()> {
    let (before, now) = (files::text(before)?, files::text(now)?);
    println!("-- times as much as before");
    for line in ratios(&before, &now) {
        println!("{line}");
    }
    Ok(())
}

fn ratios(before: &str, now: &str) -> Vec<String> {
    let titles = |table: &str| {
        let title = table.lines().find(|line| line.starts_with("database"));
        let columns = title.unwrap_or_default().split("  ").map(str::trim);
        columns.filter(|c| !c.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let rows = |table: &str| -> Vec<Vec<String>> {
        let row = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        table
            .lines()
            .filter(|l| l.starts_with("sqlite") || l.starts_with("postgres"))
            .map(row)
            .collect()
    };
    let (titles_then, titles_now) = (titles(before), titles(now));
    let then = rows(before);
    let mut lines = Vec::new();
    for row in rows(now) {
        let Some(old) = then.iter().find(|old| old.get(..2) == row.get(..2)) else { continue };
        let figures = titles_now.iter().zip(&row).skip(2).map(|(title, figure)| {
            let at = titles_then.iter().position(|then| then == title);
            let old = at.and_then(|at| old.get(at)?.parse::<f64>().ok()).filter(|old| *old > 0.0);
            match (old, figure.parse::<f64>().ok()) {
                (Some(old), Some(now)) => format!("{title} {:.2}×", now / old),
                _ => format!("{title} -"),
            }
        });
        let figures: Vec<String> = figures.collect();
        lines.push(format!("{} {}", row[..2].join(" "), figures.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::ratios;

    #[test]
    fn a_figure_is_told_by_its_title_and_its_row() {
        let before =
            "database   findings  10k new s  page ms\nsqlite  10000  2.00  8.0\nsqlite 5 1 1\n";
        let now = "database   findings    first s  10k new s  page ms\n\
                   sqlite  10000  0.50  1.00  0.0\npostgres 10000 1 1 1\n";
        assert_eq!(ratios(before, now), ["sqlite 10000 first s -, 10k new s 0.50×, page ms 0.00×"]);
    }
}
