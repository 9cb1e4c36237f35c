//! What does a fix say? One value that every renderer shows.
//!
//! [`FixReport`] is the public shape `gabion.fix/1`. Nothing is computed here. Instants are UTC in
//! RFC 3339; lists have a stable order; paths are `/`-separated and as given on the command line.

use serde::{Deserialize, Serialize};
use vocab::Instant;

/// The name and version of this shape; a breaking change makes it `/2`.
pub const SCHEMA: &str = "gabion.fix/1";

/// The result of one fix, planned or written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FixReport {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Version of the program that wrote it.
    pub gabion: String,
    /// When it was made.
    pub at: Instant,
    /// `plan` (nothing was changed) or `write`.
    pub mode: String,
    /// Every fix that the scan asks for was applied, or with `plan` can be; one that asks for none is complete.
    pub complete: bool,
    /// What the scan says before.
    pub before: Tally,
    /// What a new scan says after writing; absent with `plan`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Tally>,
    /// What was or would be changed, one project (a folder and a package manager) each.
    pub projects: Vec<Project>,
    /// Fixes that no project could take up.
    pub not_applied: Vec<Step>,
    /// Rules of package managers and bots that hold young releases back.
    pub age_rules: Vec<AgeRule>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// A scan in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Findings in the queue.
    pub findings: u64,
    /// Of them, those past their due instant.
    pub overdue: u64,
    /// Of them, those that stop other work.
    pub emergencies: u64,
    /// Whether everything was read and evaluated.
    pub complete: bool,
}

/// A folder with one package manager.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// The folder.
    pub folder: String,
    /// `cargo`, `npm`, `requirements`, `pyproject`, `poetry`, `uv`, `go`, `maven`, `bundler`.
    pub manager: String,
    /// `planned`, `written`, `unchanged`, or `refused` with [`Project::reason`].
    pub state: String,
    /// Why nothing is changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Files that change.
    pub files: Vec<FileChange>,
    /// What becomes of each fix here, in queue order.
    pub fixes: Vec<Step>,
    /// What was run on a copy.
    pub tools: Vec<Ran>,
    /// Findings in these files now.
    pub before: u64,
    /// Findings in them after the change, as scanned in the copy.
    pub after: u64,
    /// Advisories that no longer match (`package: advisory`).
    pub closed: Vec<String>,
    /// Advisories that match as before.
    pub open: Vec<String>,
    /// Advisories that match only after the change.
    pub brought: Vec<String>,
    /// What to know and do besides.
    pub remarks: Vec<String>,
}

/// One file before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The file.
    pub path: String,
    /// SHA-256 of its bytes before, in hexadecimal.
    pub sha256_before: String,
    /// The same after.
    pub sha256_after: String,
    /// The change as a unified diff.
    pub diff: String,
    /// The diff is cut.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub cut: bool,
}

/// What became of one fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The fix's id in the scan.
    pub id: String,
    /// The package.
    pub package: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// The versions that go.
    pub from: Vec<String>,
    /// The version to reach.
    pub to: Option<String>,
    /// How large the step is: `patch`, `minor`, `major` or `unknown`. A major one may ask for changed code.
    pub step: String,
    /// When it is due.
    pub due: Option<Instant>,
    /// It stops other work.
    pub emergency: bool,
    /// `applied`, `partly`, `not_applied`.
    pub outcome: String,
    /// The lines that change (`requirements.txt:3: a==1 → a==2`).
    pub lines: Vec<String>,
    /// Why not, or not wholly.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What a person can paste instead.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub command: Option<String>,
    /// The release-age rule against the deadline: which wins, and why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub age: Option<String>,
}

/// One run of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ran {
    /// The program.
    pub tool: String,
    /// Where it is.
    pub path: String,
    /// What it says of its version.
    pub version: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// When it was started.
    pub started: Instant,
    /// How long it ran.
    pub seconds: f64,
    /// `exit 0`, `signal 9`, `timed out`, `interrupted`.
    pub ended: String,
    /// The end of its output, secrets taken out.
    pub stdout: String,
    /// The end of its errors, secrets taken out.
    pub stderr: String,
}

/// A rule that holds young releases back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AgeRule {
    /// The file.
    pub path: String,
    /// Counted from 1.
    pub line: u32,
    /// Who obeys it (`npm`, `pnpm`, `uv`, `Renovate`, `Dependabot`, `bun`).
    pub who: String,
    /// The line's words.
    pub text: String,
    /// How many hours a release has to be old, where the rule says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hours: Option<u64>,
    /// The instant after which nothing may have been released, where the rule says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Instant>,
}
