//! How fast, how small and how right is the built program?
//!
//! `cargo xtask bench [NAME…] [--runs N] [--count N] [--repositories N,N…]
//! [--stored N,N…] [--against FILE]`: builds `gabion` in release and measures it from
//! outside, on the corpus. Each bench is one file below and prints its figures as lines; nothing here
//! fails on a slow machine, it only fails when a program does. The bars stand in the closing notes of
//! the issue that set them.

mod cargo_audit;
mod dedupe;
mod estate;
mod image;
mod import;
mod index;
mod ledger;
mod lockfiles;
mod measure;
mod oracle;
mod peers;
mod sbom;
mod system;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{files, run};

type Run = fn(&Bench) -> Result<()>;

/// The benches by name, in the order in which they run.
const BENCHES: &[(&str, Run)] = &[
    ("index", index::run),
    ("cargo-audit", cargo_audit::run),
    ("lockfiles", lockfiles::run),
    ("oracle", oracle::run),
    ("sbom", sbom::run),
    ("system", system::run),
    ("image", image::run),
    ("estate", estate::run),
    ("ledger", ledger::run),
    ("dedupe", dedupe::run),
    ("import", import::run),
];

/// What every bench needs.
struct Bench {
    /// The workspace.
    root: PathBuf,
    /// Cargo's target folder.
    target: PathBuf,
    /// The corpus folder.
    corpus: PathBuf,
    /// A folder for what is made, emptied at each start.
    work: PathBuf,
    /// Runs per program.
    runs: u32,
    /// Advisories of the synthetic index.
    count: u32,
    /// Sizes of the generated estate.
    repositories: Vec<u32>,
    /// Findings that are stored before an import is measured, where the command says it.
    stored: Option<Vec<usize>>,
    /// What a bench printed before, where it compares.
    against: Option<PathBuf>,
}

/// The part of a measurement that runs in a process of its own.
pub fn measure(words: &[&str]) -> Result<()> {
    measure::start(words)
}

/// Runs the named benches, or all.
pub fn bench(root: &Path, words: &[&str]) -> Result<()> {
    let (mut names, mut runs, mut count) = (Vec::new(), 20, 600_000);
    let mut repositories = vec![1_000, 3_000, 10_000];
    let (mut stored, mut against) = (None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--runs" => runs = words.next().context("--runs wants a number")?.parse()?,
            "--count" => count = words.next().context("--count wants a number")?.parse()?,
            "--repositories" => {
                let list = words.next().context("--repositories wants numbers")?;
                repositories = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
                repositories.sort_unstable();
            }
            "--stored" => {
                let list = words.next().context("--stored wants numbers")?;
                let mut sizes: Vec<usize> =
                    list.split(',').map(str::parse).collect::<Result<_, _>>()?;
                sizes.sort_unstable();
                stored = Some(sizes);
            }
            "--against" => {
                let file = words.next().context("--against wants a file")?;
                // The work folder is emptied, and paths are taken from where the command runs.
                against = Some(std::path::absolute(file)?);
            }
            name if BENCHES.iter().any(|(known, _)| *known == name) => names.push(name),
            other => {
                let known: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
                bail!("no bench `{other}`; there are: {}", known.join(", "));
            }
        }
    }
    let Some(corpus) = testkit::corpus("cargo xtask bench") else {
        bail!("the benches need the corpus; set GABION_CORPUS to its folder");
    };
    let target = files::target(root);
    let work = target.join("bench");
    if work.exists() {
        std::fs::remove_dir_all(&work).with_context(|| work.display().to_string())?;
    }
    std::fs::create_dir_all(&work).with_context(|| work.display().to_string())?;
    let root = root.to_path_buf();
    let bench = Bench { root, target, corpus, work, runs, count, repositories, stored, against };
    for (name, run) in BENCHES.iter().filter(|(name, _)| names.is_empty() || names.contains(name)) {
        println!("== {name}");
        run(&bench).with_context(|| format!("bench {name}"))?;
    }
    Ok(())
}

impl Bench {
    /// The sizes that the command says, else the bench's own.
    fn stored(&self, own: &[usize]) -> Vec<usize> {
        self.stored.clone().unwrap_or_else(|| own.to_vec())
    }

    /// The release binary, built if need be.
    fn gabion(&self) -> Result<PathBuf> {
        let arguments = ["build", "--release", "--quiet", "--package", "cli", "--bin", "gabion"];
        run::checked(run::cargo(&self.root).args(arguments))?;
        Ok(self.target.join("release/gabion"))
    }

    /// A data folder with an index of the corpus's feeds, made once per call of `bench`.
    fn synced(&self, gabion: &Path) -> Result<PathBuf> {
        let data = self.work.join("data");
        if !data.join("index.gabion").is_file() {
            let mut sync = self.command(gabion);
            sync.arg("--data-dir").arg(&data).args(["sync", "--from"]).arg(&self.corpus);
            let cost = measure::measured(&mut sync, &self.work.join("sync.txt"))?;
            println!("sync --from corpus: {}", measure::Summary::of(&[cost]).line());
            if cost.code != 0 {
                bail!("`{}` ended with {}", run::show(&sync), cost.code);
            }
        }
        Ok(data)
    }

    /// Whether so many bytes may be written to the work folder and some room is left.
    fn room(&self, bytes: u64) -> Result<()> {
        const LEFT: u64 = 4 << 30;
        let output = self.output("room.txt");
        let mut ask = self.command(Path::new("df"));
        measure::measured(ask.args(["--output=avail", "-B1"]).arg(&self.work), &output)?;
        let free = files::text(&output)?.lines().nth(1).and_then(|l| l.trim().parse().ok());
        let free: u64 = free.context("`df` does not tell the free bytes")?;
        if free < bytes + LEFT {
            bail!("{bytes} bytes are to be written and {free} are free; {LEFT} must be left");
        }
        Ok(())
    }

    /// A program to run in the work folder.
    fn command(&self, program: &Path) -> Command {
        run::command(program, &self.work)
    }

    /// The program `benches/inside.rs`, built in release.
    fn inside(&self) -> Result<PathBuf> {
        let output = self.work.join("inside.json");
        let arguments = [
            "bench",
            "--package",
            "xtask",
            "--bench",
            "inside",
            "--no-run",
            "--message-format=json",
        ];
        let mut build = run::cargo(&self.root);
        build.args(arguments);
        let cost = measure::measured(&mut build, &output)?;
        let built = files::text(&output)?;
        let executable = built
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|message| message["target"]["name"] == "inside")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from));
        match executable {
            Some(executable) if cost.code == 0 => Ok(executable),
            _ => {
                bail!("`{}` ended with {}; run it by hand to see why", run::show(&build), cost.code)
            }
        }
    }

    /// A file for output of a program.
    fn output(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }
}

/// Prints what a program wrote.
fn show(output: &Path) -> Result<()> {
    print!("{}", files::text(output)?);
    Ok(())
}
