//! What does the scan of a whole estate say? Rows that grow with problems, not with findings.
//!
//! [`EstateReport`] is the public shape `gabion.estate/1`. A finding by itself is not in it: an estate has
//! millions; the scan of one asset shows them. Lists have a stable order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vocab::{Exposure, Instant, Severity};

use crate::report::{Intel, Unread};

/// The name and version of this shape; a breaking change makes it `/2`.
pub const SCHEMA: &str = "gabion.estate/1";

/// The result of one scan of an estate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstateReport {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Version of the program that wrote it.
    pub gabion: String,
    /// The instant at which the scan was made.
    pub scanned_at: Instant,
    /// False when something was not read or not evaluated, or `blind` is not empty. Incomplete is never clean.
    pub complete: bool,
    /// What the scan could not know although nothing was left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<String>,
    /// In the order of their ids.
    pub assets: Vec<EstateAsset>,
    /// Components over all assets.
    pub components: u64,
    /// Distinct (ecosystem, name, version) among them, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub distinct: Option<u64>,
    /// Findings over all assets.
    pub findings: u64,
    /// Findings left out by the configuration.
    pub ignored: u64,
    /// Findings that a VEX statement took out.
    pub stated: u64,
    /// One action of one owner, over all assets where it is due, in queue order.
    pub fixes: Vec<EstateFix>,
    /// One row for each alias group, the most urgent first.
    pub problems: Vec<EstateProblem>,
    /// What was not evaluated, by ecosystem and reason.
    pub not_evaluated: Vec<Gap>,
    /// What could not be read, at most [`MAX_UNREAD`] rows.
    pub not_read: Vec<Unread>,
    /// How many there are in all.
    pub not_read_total: u64,
    /// Files that look like manifests and that no reader claims.
    pub unrecognised: u64,
    /// What was known of the world, and how old it is.
    pub intel: Intel,
    /// Names of the policies.
    pub policies: Vec<String>,
    /// What the reader should know, each once.
    pub warnings: Vec<String>,
}

/// Most rows of what was not read.
pub const MAX_UNREAD: usize = 10_000;

/// One asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstateAsset {
    /// Its name in this estate.
    pub id: Arc<str>,
    /// The path as the estate file means it.
    pub path: String,
    /// `repository`, `system`, `image` or `sbom`.
    pub kind: String,
    /// Of an image.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<String>,
    /// Who can reach it.
    pub exposure: Exposure,
    /// Who fixes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// Distinct components.
    pub components: u64,
    /// Findings in the queue.
    pub findings: u64,
    /// Of them, emergencies.
    pub emergencies: u64,
    /// Of them, past due.
    pub overdue: u64,
    /// The earliest due.
    pub due: Option<Instant>,
    /// Whether everything in it was read and evaluated.
    pub complete: bool,
    /// Components that were not evaluated.
    pub not_evaluated: u64,
}

/// One action over all assets of an owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstateFix {
    /// `upgrade`, `raise parent`, `remove`, `mitigate`.
    pub action: String,
    /// The package.
    pub package: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// The versions it replaces.
    pub from: Vec<String>,
    /// The version to go to, if one is published.
    pub to: Option<String>,
    /// What to do, in the words for the most urgent asset.
    pub how: String,
    /// Who acts.
    pub owner: Option<String>,
    /// The earliest due.
    pub due: Option<Instant>,
    /// Whether that lies before the scan.
    pub overdue: bool,
    /// Whether one of the findings is an emergency.
    pub emergency: bool,
    /// Whether it is an emergency everywhere only because KEV's silence no longer means «no».
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub assumed: bool,
    /// Findings it closes, over all assets.
    pub closes: u64,
    /// Findings on this package that stay.
    pub leaves: u64,
    /// Where, the most urgent first.
    pub assets: Vec<Arc<str>>,
}

/// One alias group over all assets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstateProblem {
    /// The name of the group.
    pub advisory: Arc<str>,
    /// One line.
    pub title: Arc<str>,
    /// The worst met.
    pub severity: Severity,
    /// Known exploited.
    pub kev: bool,
    /// A public exploit is known.
    pub exploit: bool,
    /// Findings of it.
    pub findings: u64,
    /// Assets that have it.
    pub assets: u64,
    /// The earliest due.
    pub due: Option<Instant>,
    /// Whether one of the findings is an emergency.
    pub emergency: bool,
    /// Its place in the queue, by the one rule.
    #[serde(skip, default = "last")]
    pub(crate) place: vocab::Rank,
}

/// What was not evaluated, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// In OSV's words.
    pub ecosystem: String,
    /// The reason's code.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// Components, over all assets.
    pub components: u64,
    /// Assets.
    pub assets: u64,
}

fn last() -> vocab::Rank {
    vocab::Rank::LAST
}
