#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool at a terminal; its output is its purpose"
)]
//! The house keeper: gate, layer rules, bench, fuzz, tables.
//!
//! `cargo xtask <task>`: each task is one file here. Never a dependency of the product; may read the
//! environment, spawn processes and measure, which the product's crates may not.

mod bench;
mod files;
mod formats;
mod fuzz;
mod gate;
mod layers;
mod reports;
mod run;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask <task>

  gate                       format, layers, lints, docs, tests: is this fit to be merged?
  layers                     does every crate keep to its layer?
  bench [NAME…] [--runs N] [--count N] [--repositories N,N…]
                             index, cargo-audit, lockfiles, oracle, sbom, system, image, estate; all
                             without a name; release, corpus; estate writes 3 GB
  fuzz [--seconds N] [TARGET…]
                             seeds from the corpus, then each target for so long; `reader` once for
                             each format of reports, `reader:trivy` for one
  formats                    the tables of formats in docs/TESTING.md, out of the corpus
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let root = files::root()?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["gate"] => gate::gate(&root),
        ["layers"] => {
            gate::layer_rules(&root)?;
            println!("layers: every crate keeps to its layer");
            Ok(())
        }
        ["bench", rest @ ..] => bench::bench(&root, rest),
        ["measure", rest @ ..] => bench::measure(rest),
        ["fuzz", rest @ ..] => fuzz::fuzz(&root, rest),
        ["formats"] => formats::formats(&root),
        [] | ["help" | "-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        [task, ..] => bail!("no such task or wrong arguments: {task}\n{USAGE}"),
    }
}
