//! What does a scan say? One value that every renderer shows.
//!
//! [`Report`] is the public shape `gabion.scan/1`: `cli` writes it as JSON as it stands, reads it back as a
//! baseline, and renders from it. Nothing is computed here. Instants are UTC in RFC 3339; lists are in order.

mod covered;
mod signals;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vocab::{Environment, Exposure, Instant, Scope, Severity};

pub use covered::{Covered, EXCLUDED, Skipped, UNRESOLVED, Unread};
pub use signals::{Epss, Exploit, Kev, Signals, Ssvc};

/// The name and version of this shape; a breaking change makes it `/2`.
pub const SCHEMA: &str = "gabion.scan/1";

/// The result of one scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Version of the program that wrote it.
    pub gabion: String,
    /// The instant at which the scan was made; every «now» in it.
    pub scanned_at: Instant,
    /// False when something was not read or not evaluated, or `blind` is not empty. Incomplete is never clean.
    pub complete: bool,
    /// What it could not know although nothing was left out: a catalogue older than allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<String>,
    /// Every component about which nothing can be said, with the reason.
    pub not_evaluated: Vec<Unevaluated>,
    /// Files and folders that could not be read, in whole or in part.
    pub not_read: Vec<Unread>,
    /// Names that look like manifests and that no reader claims.
    pub unrecognised: Vec<String>,
    /// Folders and files passed over by rule, with the rule.
    pub skipped: Vec<Skipped>,
    /// Patterns of what was to be left out, whether or not something met them; relative to each folder that was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// What was known of the world, and how old it is.
    pub intel: Intel,
    /// What was scanned.
    pub assets: Vec<Asset>,
    /// Distinct (asset, ecosystem, name, version) met.
    pub components: u64,
    /// Of them, those that are the project itself; they have no advisories by nature.
    pub first_party: u64,
    /// One row per asset, package, version and alias group, in queue order.
    pub findings: Vec<Finding>,
    /// Actions in queue order; together they close or name every finding.
    pub fixes: Vec<Fix>,
    /// Informational: shown, without a clock and without a gate.
    pub notices: Vec<Notice>,
    /// Findings that a rule of the configuration ignores, with the rule's origin.
    pub ignored: Vec<Ignored>,
    /// Findings that a VEX statement says are not affected or fixed, with who says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated: Vec<Stated>,
    /// What the reader should know: stale intel, expired ignores, configuration that was not applied.
    pub warnings: Vec<String>,
    /// Names of the policies whose clocks were started; the strictest acts.
    pub policies: Vec<String>,
    /// Against a baseline: findings of it that are no longer seen, and those it carried on itself. Not
    /// seen is not fixed. Empty without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Gone>,
}

/// A first sighting, as a baseline carries it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// As in [`Finding::identity`].
    pub identity: String,
    /// As in [`Finding::aliases`].
    #[serde(default)]
    pub aliases: Vec<String>,
    /// As in [`Finding::first_seen`].
    pub first_seen: Instant,
}

/// A component that was not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unevaluated {
    /// The asset's id.
    pub asset: String,
    /// The ecosystem in OSV's words.
    pub ecosystem: String,
    /// The package.
    pub name: String,
    /// The version or range as the file has it; empty when there is none.
    pub version: String,
    /// The first place of it.
    pub path: String,
    /// Counted from 1; 0 when unknown.
    pub line: u32,
    /// The reason's code (`not_pinned`, `partial_advisories`, …).
    pub reason: String,
    /// The reason in words.
    pub detail: String,
}

/// What was known, and since when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intel {
    /// When the index was built.
    pub built_at: Instant,
    /// Each feed with its age.
    pub sources: Vec<Source>,
    /// Each ecosystem with its completeness.
    pub coverage: Vec<Coverage>,
}

/// One feed of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The feed (`kev`, `epss`, `osv/crates.io`, …).
    pub feed: String,
    /// Where it came from.
    pub address: String,
    /// The instant up to which it speaks: the feed's own date, or when it was fetched if later.
    pub as_of: Option<Instant>,
    /// Hours from `as_of` to the scan.
    pub age_hours: Option<i64>,
    /// Records taken from it.
    pub records: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// How much of an ecosystem the index holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The ecosystem.
    pub ecosystem: String,
    /// Whether «no match» means clear.
    pub complete: bool,
    /// Records held.
    pub records: u64,
}

/// Something we run or own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// The name in findings: from the configuration, else the path.
    pub id: String,
    /// The path as scanned.
    pub path: String,
    /// The folder that was scanned, as given on the command line; of a file, the folder it lies in.
    pub root: String,
    /// Who can reach it.
    pub exposure: Exposure,
    /// Who says so (`gabion.toml line 4`, `nobody said`).
    pub exposure_source: String,
    /// Who fixes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// What it is run for.
    pub environment: Environment,
    /// How much depends on it, as the configuration says (`low`, `medium`, `high`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub criticality: Option<String>,
    /// `repository`, `system`, `image` or `sbom`.
    #[serde(default = "repository")]
    pub kind: String,
    /// Of an image: the digest that is its identity (`sha256:…`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<String>,
    /// Of a system or image: the distribution in its own words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub distribution: Option<String>,
    /// When the distribution's release ends or ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends: Option<Instant>,
    /// Components that a distribution's package brought, whose advisories speak for them.
    #[serde(skip_serializing_if = "zero", default)]
    pub owned: u64,
    /// Files read in it.
    pub files: u64,
    /// Distinct components in it.
    pub components: u64,
    /// What was looked at of it.
    #[serde(flatten)]
    pub covered: Covered,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Relative to the scanned root.
    pub path: Arc<str>,
    /// Counted from 1; 0 when unknown.
    pub line: u32,
    /// Of an image: the digest of the layer that holds it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub layer: Option<Arc<str>>,
}

/// A problem of one package version on one asset. What findings of the same problem have in common is
/// held once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Unique in this report: identity and version.
    pub id: String,
    /// The name of the alias group: its CVE if it has one, else the first id.
    pub advisory: Arc<str>,
    /// One line from the advisory.
    pub title: Arc<str>,
    /// The advisories that themselves matched.
    pub records: Arc<[String]>,
    /// Every id of the alias group.
    pub aliases: Arc<[String]>,
    /// CVEs that its records were made from without being their aliases: what a distribution's notice is
    /// about.
    #[serde(skip_serializing_if = "none", default)]
    pub upstream: Arc<[String]>,
    /// Version-free: asset, purl without version, alias group.
    pub identity: String,
    /// The asset's id.
    pub asset: Arc<str>,
    /// With the version.
    pub purl: String,
    /// The package as the file spells it.
    pub name: String,
    /// The version found.
    pub version: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// `vulnerability` or `malicious`.
    pub kind: String,
    /// Where it was found.
    pub places: Vec<Place>,
    /// What it is needed for.
    pub scope: Scope,
    /// Named by the project itself; absent when the files do not tell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub direct: Option<bool>,
    /// One dependency path from the project to the package (`name@version` each), if the files have one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub path: Vec<String>,
    /// Set when the version comes from a git commit or a foreign registry and was matched by its number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin: Option<String>,
    /// The worst of the matching records.
    pub severity: Severity,
    /// What is known of exploitation.
    pub signals: Arc<Signals>,
    /// The vector that gave the severity, if one was published.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub vector: Option<Arc<str>>,
    /// Weakness classes.
    #[serde(skip_serializing_if = "none", default)]
    pub cwes: Arc<[String]>,
    /// When attackers or the public had it: the signal. Never the due time's start by itself.
    pub exposed_since: Option<Instant>,
    /// First sighting on this asset.
    pub first_seen: Instant,
    /// Where the first sighting comes from (`ledger`, `baseline`, `earlier scan`, `this scan`).
    pub first_seen_from: String,
    /// When the clock started: the later of signal and first sighting.
    pub clock_start: Option<Instant>,
    /// The due instant of the strictest policy; absent means «on the next upgrade».
    pub due: Option<Instant>,
    /// Whether `due` lies before the scan.
    pub overdue: bool,
    /// Whether the acting row is an emergency; what is only assumed is none.
    pub emergency: bool,
    /// How many hours the acting row allows; absent means «on the next upgrade».
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowed_hours: Option<i64>,
    /// An older clock of the same finding that ran out before `due`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub earlier: Option<Earlier>,
    /// What acts if a feed that never came would say the worst; it has no say in the place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assumed: Option<Assumed>,
    /// Whether it could be an emergency since the KEV catalogue at hand was made.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub could_be_emergency: bool,
    /// Whether the acting row asks for a forensic investigation.
    pub forensics: bool,
    /// The acting policy and its version.
    pub policy: Arc<str>,
    /// The acting row.
    pub row: Arc<str>,
    /// One sentence: policy, row, inputs, assumptions, and which fact would move it.
    pub why: Arc<str>,
    /// What the row was chosen by, each with its source and date.
    pub inputs: Arc<[Input]>,
    /// The clocks of the other policies.
    #[serde(skip_serializing_if = "none", default)]
    pub other_clocks: Arc<[OtherClock]>,
    /// Smallest known fixed versions, ascending; empty when none is published.
    pub fixed_in: Vec<String>,
    /// Against a baseline: not in it. Absent without a baseline.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new: Option<bool>,
    /// The installed packages, where `name` is the source package that advisories name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub installed: Vec<String>,
    /// What the distribution says of it besides: «will not fix», «end of life».
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub statement: Option<Arc<str>>,
    /// Whether the project's sources name the package at all. Lowers the order among equals; closes nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reach: Option<Reach>,
    /// VEX statements about it that left it in the queue (`affected`, `under_investigation`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub vex: Vec<Statement>,
    /// Disputed by its vendor or assigner; shown, changes nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub disputed: bool,
}

/// An older clock of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Its row.
    pub row: String,
    /// When it was due.
    pub due: Instant,
}

/// What acts if a feed that never came would say the worst.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumed {
    /// When it would be due.
    pub due: Option<Instant>,
    /// Whether it would be an emergency.
    pub emergency: bool,
    /// The policy.
    pub policy: String,
    /// Its row.
    pub row: String,
    /// What never came.
    pub because: String,
}

/// What the sources show of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// `named` (the vulnerable functions or modules are), `imported`, `not_imported`, `unknown`.
    pub answer: String,
    /// What was looked for and where, in one sentence.
    pub detail: String,
    /// Where it was met, at most a few.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub places: Vec<Place>,
}

/// A statement of a VEX document that fits a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// `not_affected`, `affected`, `fixed`, `under_investigation`.
    pub status: String,
    /// The document's justification (`vulnerable_code_not_present`, …), if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub justification: Option<String>,
    /// What it says in words.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
    /// Who states it.
    pub author: String,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dated: Option<Instant>,
    /// The document, as given on the command line.
    pub origin: String,
}

/// A finding that a VEX statement takes out of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// The finding as it would stand in the queue.
    pub finding: Finding,
    /// The statement that does (`not_affected` or `fixed`).
    pub statement: Statement,
}

impl Finding {
    /// Whether a feed that never came could bring its date forward.
    pub fn is_assumed(&self) -> bool {
        self.assumed.is_some()
    }

    /// What decides its place in the queue.
    pub fn urgency(&self) -> vocab::Urgency {
        let band = match (self.emergency, self.allowed_hours) {
            (true, _) => 0,
            (false, Some(hours)) => hours.clamp(1, vocab::rank::LAST_BAND - 1),
            (false, None) => vocab::rank::LAST_BAND,
        };
        let due =
            self.earlier.as_ref().map(|earlier| earlier.due).into_iter().chain(self.due).min();
        vocab::Urgency { emergency: self.emergency, band, due }
    }

    /// Every id by which a statement about this problem alone may name it: those of the group, and the CVE
    /// that its records were made from where that is one. A notice of several CVEs is not about any of
    /// them alone.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let upstream = self.upstream.iter().filter(|_| self.upstream.len() == 1);
        let records = self.records.iter().filter(|r| !self.aliases.contains(r));
        self.aliases.iter().chain(records).chain(upstream).map(String::as_str)
    }
}

/// One input of a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What was asked (`KEV`, `exposure`).
    pub name: String,
    /// The answer.
    pub value: String,
    /// Who answered.
    pub source: String,
    /// As of when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub as_of: Option<Instant>,
    /// `known`, `inferred`, `assumed` or `unknown`.
    pub how: String,
}

/// What another policy would have said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherClock {
    /// The policy.
    pub policy: String,
    /// Its row.
    pub row: String,
    /// Its due instant.
    pub due: Option<Instant>,
    /// Its sentence.
    pub why: String,
}

/// One action of one owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Stable over scans.
    pub id: String,
    /// The asset's id.
    pub asset: String,
    /// `upgrade`, `raise_parent`, `remove`, `mitigate`.
    pub action: String,
    /// The package.
    pub package: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// The versions it replaces.
    pub from: Vec<String>,
    /// The version to go to, if one is published.
    pub to: Option<String>,
    /// `patch`, `minor`, `major` or `unknown`.
    pub step: String,
    /// What to do, in one sentence.
    pub how: String,
    /// To paste, where one is known and safe.
    pub command: Option<String>,
    /// Ids of the findings it closes.
    pub closes: Vec<String>,
    /// Ids of the findings on this package that stay.
    pub leaves: Vec<String>,
    /// Advisories that the target version is known to be affected by, beyond those present now.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub brings: Vec<String>,
    /// The due instant of the first of what it closes or leaves, by the order of the queue.
    pub due: Option<Instant>,
    /// Whether `due` lies before the scan.
    pub overdue: bool,
    /// Whether one of the findings is an emergency.
    pub emergency: bool,
    /// Who acts.
    pub owner: Option<String>,
    /// Files to change.
    pub files: Vec<String>,
}

/// Something to know that has no clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// `unmaintained`, `unsound`, `notice`, `first_party`.
    pub kind: String,
    /// The asset's id.
    pub asset: String,
    /// The advisory.
    pub advisory: String,
    /// One line from the advisory.
    pub title: String,
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// The advisories that matched.
    pub records: Vec<String>,
    /// Where.
    pub places: Vec<Place>,
}

/// A finding that the configuration ignores until a date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ignored {
    /// The finding as it would stand in the queue.
    pub finding: Finding,
    /// Why, in the configuration's words.
    pub reason: String,
    /// Until when.
    pub until: Instant,
    /// File and line of the rule.
    pub origin: String,
}

fn repository() -> String {
    "repository".to_owned()
}

fn zero(count: &u64) -> bool {
    *count == 0
}

fn none<T>(list: &Arc<[T]>) -> bool {
    list.is_empty()
}
