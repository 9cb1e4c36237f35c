//! What do feeds say of a problem's exploitation? The part of the report's shape that bears their names.

use serde::{Deserialize, Serialize};
use vocab::Instant;

/// What is known of exploitation, over the CVEs of the alias group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// Known exploited; `null` when not listed or not known (`kev_known` tells which).
    pub kev: Option<Kev>,
    /// Whether a fresh KEV was asked, so that `kev: null` means no.
    pub kev_known: bool,
    /// The highest over the CVEs.
    pub epss: Option<Epss>,
    /// Public exploits.
    pub exploit: Option<Exploit>,
    /// Decision points.
    pub ssvc: Option<Ssvc>,
}

/// An entry of CISA's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kev {
    /// The CVE.
    pub cve: String,
    /// `dateAdded`.
    pub added: Instant,
    /// Used in ransomware campaigns.
    pub ransomware: bool,
}

/// A score of the Exploit Prediction Scoring System.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Epss {
    /// The CVE.
    pub cve: String,
    /// Probability of exploitation within 30 days, 0 to 1.
    pub score: f32,
    /// 0 to 1.
    pub percentile: f32,
    /// The date of the scores.
    pub as_of: Option<Instant>,
}

/// Public exploits known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploit {
    /// The CVE.
    pub cve: String,
    /// First seen, if a source tells.
    pub first_seen: Option<Instant>,
    /// Which sources have one.
    pub sources: Vec<String>,
}

/// SSVC decision points of CISA's Vulnrichment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ssvc {
    /// The CVE.
    pub cve: String,
    /// `none`, `poc`, `active`.
    pub exploitation: Option<String>,
    /// Whether an attack can be automated.
    pub automatable: Option<bool>,
    /// Whether the technical impact is total.
    pub total_impact: Option<bool>,
}
