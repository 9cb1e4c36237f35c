//! Is the workspace fit to be merged?
//!
//! `cargo xtask gate`: format, layers, lints, documentation, tests: cheap ones first, tests last so that
//! the test runner's closing line is the gate's. Stops at the first step that fails and says what to do.

use std::path::Path;

use anyhow::{Result, bail};

use crate::{layers, run};

/// One step of the gate.
struct Step {
    name: &'static str,
    remedy: &'static str,
    run: fn(&Path) -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "format", remedy: "cargo fmt --all", run: format },
    Step {
        name: "layers",
        remedy: "keep to docs/ARCHITECTURE.md, or change the rule in xtask/src/layers/table.rs",
        run: layer_rules,
    },
    Step {
        name: "lints",
        remedy: "cargo clippy --workspace --all-targets, and mend what it says",
        run: lints,
    },
    Step {
        name: "docs",
        remedy: "cargo doc --workspace --no-deps, and mend what it says",
        run: docs,
    },
    Step { name: "tests", remedy: "cargo test --workspace, and mend what fails", run: tests },
];

/// Runs every step in order.
pub fn gate(root: &Path) -> Result<()> {
    for (number, step) in STEPS.iter().enumerate() {
        let title = format!("gate {}/{}: {}", number + 1, STEPS.len(), step.name);
        println!("{title}");
        let watch = run::Stopwatch::start();
        if let Err(error) = (step.run)(root) {
            bail!("{title} failed: {error:#}\nhint: {}", step.remedy);
        }
        // Nothing after the last step: the test runner has the last word.
        if number + 1 < STEPS.len() {
            println!("{title}: ok in {:.1} s", watch.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

/// `cargo xtask layers`, and the gate's step.
pub fn layer_rules(root: &Path) -> Result<()> {
    let found = layers::check(root)?;
    if !found.is_empty() {
        bail!("{} departures from the layer rules:\n  {}", found.len(), found.join("\n  "));
    }
    Ok(())
}

fn format(root: &Path) -> Result<()> {
    run::checked(run::cargo(root).args(["fmt", "--all", "--check"]))
}

fn lints(root: &Path) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    run::checked(run::cargo(root).args(arguments))
}

fn docs(root: &Path) -> Result<()> {
    let arguments = ["doc", "--workspace", "--no-deps", "--quiet"];
    run::checked(run::cargo(root).args(arguments).env("RUSTDOCFLAGS", "-D warnings"))
}

fn tests(root: &Path) -> Result<()> {
    run::checked(run::cargo(root).args(["test", "--workspace", "--quiet"]))
}
