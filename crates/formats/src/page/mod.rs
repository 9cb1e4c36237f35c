//! How does a report look to people: one HTML file, or a comment on a pull request?
//!
//! In: a [`Page`], plain data filled by the caller, in the order in which it is to be read. Out: text
//! that needs nothing else: no file beside it, no request, no script to be readable. Every text in a
//! page may come from a stranger's file and is shown, never obeyed. Nothing is decided here. Start
//! reading at [`html::write`] and [`markdown::render`].

pub mod age;
mod charts;
pub mod html;
pub mod markdown;
mod markup;
mod queue;
mod sections;
pub mod words;

use vocab::{Exposure, Instant, Severity};

/// A report, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What was looked at, in the words of who asked.
    pub subject: String,
    /// When; every «now» in it.
    pub made: Instant,
    /// Program and version.
    pub program: String,
    /// Everything was read and evaluated.
    pub complete: bool,
    /// What keeps it from being complete, in counts.
    pub missing: Vec<String>,
    /// What the reader should know first.
    pub warnings: Vec<String>,
    /// The policies whose clocks were started.
    pub policies: Vec<String>,
    /// Distinct components met.
    pub components: u64,
    /// Of them, the project's own.
    pub first_party: u64,
    /// Files read.
    pub files: u64,
    /// The queue, in its order.
    pub fixes: Vec<Fix>,
    /// Every finding, in the order of the queue; fixes name them by their place in this list.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub assets: Vec<Asset>,
    /// Components of which nothing can be said, one row for each reason.
    pub not_evaluated: Vec<Unevaluated>,
    /// Files and folders that were not read whole.
    pub not_read: Vec<Unread>,
    /// Names that look like manifests and that no reader knows.
    pub unrecognised: Vec<String>,
    /// What was passed over by rule.
    pub skipped: Vec<Skipped>,
    /// What has no clock.
    pub notices: Vec<Notice>,
    /// Findings that a person or a document took out of the queue.
    pub silenced: Vec<Silenced>,
    /// Against an earlier report, if one was given.
    pub comparison: Option<Comparison>,
    /// What was known of the world, and how old it is.
    pub sources: Vec<Source>,
    /// When the index was built.
    pub index_built: Instant,
    /// Ecosystems of which the index does not hold all advisories.
    pub partial: Vec<String>,
}

/// Whether something is an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Emergency {
    /// It is not.
    #[default]
    No,
    /// It may be, since what would tell never came: assumed to be due earlier, and counted as none.
    Assumed,
    /// It is.
    Known,
}

/// One row of the queue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fix {
    /// The package.
    pub package: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// What changes: `1.0.0 → 1.0.2 (patch)`, `1.0.3 — remove it`.
    pub change: String,
    /// The asset.
    pub asset: String,
    /// Who acts.
    pub owner: Option<String>,
    /// When; absent means on the next upgrade.
    pub due: Option<Instant>,
    /// Past its time, by this row or an earlier one.
    pub overdue: bool,
    /// Whether one of the findings is an emergency.
    pub emergency: Emergency,
    /// What it closes, as places in [`Page::findings`].
    pub closes: Vec<usize>,
    /// What stays.
    pub leaves: Vec<usize>,
    /// Advisories that the target version is itself affected by.
    pub brings: Vec<String>,
    /// Why it has its date: the sentence of the finding that gave it.
    pub why: String,
    /// What to do, in one sentence.
    pub how: String,
    /// To paste.
    pub command: Option<String>,
    /// Files to change.
    pub files: Vec<String>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Finding {
    /// The name of the alias group.
    pub advisory: String,
    /// One line of it.
    pub title: String,
    /// The record to read more in, as OSV's id.
    pub record: Option<String>,
    /// The package.
    pub package: String,
    /// The version found.
    pub version: String,
    /// The asset.
    pub asset: String,
    /// How bad.
    pub severity: Severity,
    /// A malicious package.
    pub malicious: bool,
    /// What attackers have, and other short remarks (`KEV, ransomware`, `public exploit`).
    pub marks: Vec<String>,
    /// Who can reach it, as the clock took it.
    pub exposure: Exposure,
    /// When attackers or the public had it.
    pub exposed_since: Option<Instant>,
    /// When its clock started.
    pub clock_start: Option<Instant>,
    /// When it is due.
    pub due: Option<Instant>,
    /// Past its time.
    pub overdue: bool,
    /// Smallest known fixed versions.
    pub fixed_in: Vec<String>,
    /// Where it was found: path, line, layer.
    pub places: Vec<String>,
    /// Installed packages, where the package is their source.
    pub installed: Vec<String>,
    /// What the distribution, a VEX document or the sources say besides, each in one sentence.
    pub remarks: Vec<String>,
    /// Not in the earlier report; absent without one.
    pub new: Option<bool>,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asset {
    /// Its name.
    pub name: String,
    /// `repository`, `system`, `image` or `sbom`.
    pub kind: String,
    /// Its digest, if that is its identity.
    pub digest: Option<String>,
    /// The distribution in its own words.
    pub distribution: Option<String>,
    /// When the distribution's release ends or ended.
    pub ends: Option<Instant>,
    /// Who can reach it.
    pub exposure: Exposure,
    /// Who says so.
    pub exposure_source: String,
    /// Who fixes.
    pub owner: Option<String>,
    /// Files read in it.
    pub files: u64,
    /// Distinct components in it.
    pub components: u64,
    /// Of them, those that a distribution's package brought.
    pub owned: u64,
    /// Fixes due in it.
    pub fixes: u64,
}

/// Components not evaluated for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unevaluated {
    /// The reason in words.
    pub reason: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// The components: name, version, place.
    pub components: Vec<String>,
}

/// A place that was not read whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    /// The path, with the line.
    pub place: String,
    /// What was met.
    pub problem: String,
}

/// Something passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skipped {
    /// The path.
    pub path: String,
    /// The rule.
    pub rule: String,
}

/// Something to know that has no clock.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// In words: «unmaintained», «unsound».
    pub kind: String,
    /// The package and its version.
    pub package: String,
    /// The asset.
    pub asset: String,
    /// The advisory.
    pub advisory: String,
    /// One line of it.
    pub title: String,
}

/// A finding that is not in the queue although it matched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Silenced {
    /// `ignored`, `not affected`, `fixed`.
    pub how: String,
    /// The advisory.
    pub advisory: String,
    /// The package and its version.
    pub package: String,
    /// The asset.
    pub asset: String,
    /// Who, and where it is written.
    pub who: String,
    /// Why, in their words.
    pub why: String,
    /// Since when.
    pub since: Option<Instant>,
    /// Until when; absent when it has no end.
    pub until: Option<Instant>,
}

/// How a report differs from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Findings that the earlier one did not have.
    pub new: u64,
    /// Findings that both have.
    pub unchanged: u64,
    /// Findings that are no longer seen, which is not yet fixed.
    pub gone: Vec<Gone>,
}

/// A finding of an earlier report that is no longer seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gone {
    /// Its identity in words: asset, package, advisory.
    pub what: String,
    /// When it was first seen.
    pub first_seen: Option<Instant>,
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Its name.
    pub feed: String,
    /// The instant up to which it speaks.
    pub as_of: Option<Instant>,
    /// Records taken from it.
    pub records: u64,
}

impl Page {
    /// How many fixes are overdue.
    pub fn overdue(&self) -> usize {
        self.fixes.iter().filter(|fix| fix.overdue).count()
    }

    /// How many fixes are emergencies: known ones, assumed ones.
    pub fn emergencies(&self) -> (usize, usize) {
        let count = |wanted| self.fixes.iter().filter(|fix| fix.emergency == wanted).count();
        (count(Emergency::Known), count(Emergency::Assumed))
    }

    /// The finding at a place of the list.
    pub fn finding(&self, at: usize) -> Option<&Finding> {
        self.findings.get(at)
    }
}
