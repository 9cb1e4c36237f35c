//! Does any hostile input end in a panic?
//!
//! `cargo xtask fuzz [--seconds N] [TARGET…]`: takes seeds out of the corpus into `fuzz/corpus/TARGET`,
//! runs each target for N seconds (60 unless told) under cargo-fuzz and reports runs, coverage and
//! crashes. Fails when a target crashed. docs/TESTING.md names the targets. The target `reader` runs once
//! for each format of reports, `reader:ID` for one of them.

mod installed;
mod reports;
mod seeds;

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::{files, run};

/// The targets and their longest input in bytes.
const TARGETS: &[(&str, u32)] = &[
    ("inventory", 65_536),
    ("osv", 16_384),
    ("feeds", 16_384),
    ("index", 601),
    ("policy", 8_192),
    ("config", 4_096),
    ("versions", 256),
    ("system", 65_536),
    ("image", 65_536),
    ("installed", 16_384),
    ("vex", 32_768),
    ("sbom", 32_768),
    ("codescan", 16_384),
    ("edit", 8_192),
    ("kept", 2_048),
    (READER, 32_768),
];
/// The target that is run once for each format of reports.
const READER: &str = "reader";
/// Longest time for one input, in seconds, and most memory, in MiB.
const LIMITS: &[&str] = &["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"];

/// Runs the named targets, or all.
pub fn fuzz(root: &Path, words: &[&str]) -> Result<()> {
    let (mut names, mut seconds) = (Vec::new(), 60u32);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => seconds = words.next().context("--seconds wants a number")?.parse()?,
            name if TARGETS.iter().any(|(known, _)| *known == name) => names.push(name),
            name if name.strip_prefix("reader:").and_then(findings::format::by_id).is_some() => {
                names.push(name);
            }
            other => bail!("no fuzz target `{other}`; fuzz/fuzz_targets has them"),
        }
    }
    if files::on_path("cargo-fuzz").is_none() {
        bail!(
            "cargo-fuzz is not installed\nhint: cargo install cargo-fuzz; it needs a nightly toolchain"
        );
    }
    let mut lines = Vec::new();
    let mut crashed = Vec::new();
    let (mut total_runs, mut total_seconds) = (0u64, 0u64);
    for Job { name, target, longest, reader } in jobs(&names) {
        let folder = root.join("fuzz/corpus").join(name.replace(':', "-"));
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let seeds = match reader {
            Some(id) => reports::plant(root, id, &folder)?,
            None => seeds::plant(root, target, &folder)?,
        };
        println!("fuzz {name}: {seeds} seeds, {seconds} s");
        let outcome = run_target(root, target, reader, &folder, longest, seconds)?;
        total_runs += outcome.runs;
        total_seconds += u64::from(seconds);
        let crash = if outcome.crashed { "CRASHED" } else { "no crash" };
        lines.push(format!(
            "{name:28} {:>11} runs  cov {:>6}  {crash}",
            outcome.runs, outcome.coverage
        ));
        if outcome.crashed {
            crashed.push(name);
        }
    }
    println!("{}", lines.join("\n"));
    println!(
        "total: {total_runs} runs in {total_seconds} s, {} of {} targets crashed",
        crashed.len(),
        lines.len()
    );
    if !crashed.is_empty() {
        bail!("crashes: {}; their inputs lie in fuzz/artifacts", crashed.join(", "));
    }
    Ok(())
}

struct Outcome {
    runs: u64,
    coverage: u64,
    crashed: bool,
}

/// One run of a target.
struct Job {
    name: String,
    target: &'static str,
    longest: u32,
    /// The format, where the target is [`READER`].
    reader: Option<&'static str>,
}

fn jobs(names: &[&str]) -> Vec<Job> {
    let chosen = |name: &str| names.is_empty() || names.contains(&name);
    let mut jobs = Vec::new();
    for &(target, longest) in TARGETS {
        if target == READER {
            for format in findings::formats() {
                let name = format!("{READER}:{}", format.id);
                if chosen(&name) || chosen(READER) {
                    jobs.push(Job { name, target, longest, reader: Some(format.id) });
                }
            }
        } else if chosen(target) {
            jobs.push(Job { name: target.to_owned(), target, longest, reader: None });
        }
    }
    jobs
}

fn run_target(
    root: &Path,
    name: &str,
    reader: Option<&str>,
    folder: &Path,
    longest: u32,
    seconds: u32,
) -> Result<Outcome> {
    let log = folder.with_extension("log");
    let file = std::fs::File::create(&log).with_context(|| log.display().to_string())?;
    // `cargo +nightly` is rustup's; the CARGO that runs this program is one toolchain's and would not do.
    let mut command = run::command("cargo", root);
    command.args(["+nightly", "fuzz", "run", name]).arg(folder).arg("--").args(LIMITS);
    if let Some(id) = reader {
        command.env("GABION_READER", id);
    }
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={longest}"));
    command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO_TARGET_DIR");
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).status()?;
    let said = String::from_utf8_lossy(&files::bytes(&log)?).into_owned();
    let outcome = read_log(&said, status.success());
    if outcome.runs == 0 {
        let last: Vec<&str> = said.lines().rev().take(15).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        bail!("{name} did not run:\n{}", last.join("\n"));
    }
    Ok(outcome)
}

/// Reads libFuzzer's closing lines.
fn read_log(said: &str, success: bool) -> Outcome {
    let number = |text: &str| text.trim().parse::<u64>().unwrap_or(0);
    let mut outcome = Outcome { runs: 0, coverage: 0, crashed: !success };
    for line in said.lines() {
        if let Some(runs) = line.strip_prefix("stat::number_of_executed_units:") {
            outcome.runs = number(runs);
        } else if let Some((_, rest)) = line.split_once(" cov: ") {
            outcome.coverage = rest.split(' ').next().map_or(0, number);
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::{TARGETS, read_log};

    #[test]
    fn the_closing_lines_are_read() {
        let said = "#2\tINITED cov: 120 ft: 130 corp: 1/1b\n#9\tDONE   cov: 451 ft: 900 corp: 7/90b\n\
                    stat::number_of_executed_units: 1234\n";
        let outcome = read_log(said, true);
        assert_eq!((outcome.runs, outcome.coverage, outcome.crashed), (1234, 451, false));
        assert!(read_log("==1== ERROR: libFuzzer: deadly signal", false).crashed);
    }

    #[test]
    fn every_target_that_is_written_is_run() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/fuzz_targets");
        let listing = std::fs::read_dir(folder).expect("the fuzz targets");
        let mut written: Vec<String> = listing
            .map(|entry| entry.expect("an entry").path())
            .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
            .collect();
        written.sort();
        let mut run: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        run.sort_unstable();
        assert_eq!(written, run);
    }
}
