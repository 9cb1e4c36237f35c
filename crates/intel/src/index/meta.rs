//! Where does the index come from, how old is it and what does it cover?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::Instant;

/// What the index says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// When it was built.
    pub built_at: Instant,
    /// The feeds that went in.
    pub sources: Vec<Source>,
    /// The bases of ecosystems (`npm`, `Debian`) that have records or were announced.
    pub coverage: BTreeMap<String, EcosystemCoverage>,
    /// How much there is of everything.
    pub counts: Counts,
    /// EPSS's score date and model, the same for all rows.
    pub epss_date: Option<Instant>,
    /// EPSS's model version.
    pub epss_model: Option<String>,
    /// The KEV catalogue lost entries: absence from it means nothing, as with a stale one.
    #[serde(default)]
    pub kev_incomplete: bool,
    /// What could not be read, at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many problems there were in all.
    pub problems_total: u64,
}

/// The most problems that an index keeps by name.
pub const MAX_PROBLEMS: usize = 200;

/// One feed that went in, as `app` fetched it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The feed (`osv/npm`, `kev`, `epss`).
    pub feed: String,
    /// Its address or file.
    pub address: String,
    /// The time of its data, as the feed says it.
    pub data_time: Option<Instant>,
    /// When it was fetched.
    pub fetched: Option<Instant>,
    /// SHA-256 of the fetched bytes, in hex; empty when not taken.
    pub sha256: String,
    /// Records that were taken.
    pub records: u64,
}

/// What is known of one ecosystem.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcosystemCoverage {
    /// Every advisory of the ecosystem's source is in the index and was read.
    pub complete: bool,
    /// Advisories with a package of this ecosystem, withdrawn ones included.
    pub records: u64,
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Advisories.
    pub advisories: u64,
    /// Packages, each once an ecosystem and suffix.
    pub packages: u64,
    /// Pairs of package and advisory.
    pub postings: u64,
    /// Alias groups.
    pub groups: u64,
    /// CVEs with a record of the CVE programme.
    pub cves: u64,
    /// CVEs in the KEV catalogue.
    pub kev: u64,
    /// CVEs with an EPSS score.
    pub epss: u64,
    /// CVEs with a public exploit.
    pub exploits: u64,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file, inside its archive if it was in one.
    pub file: String,
    /// What is wrong with it, and what follows.
    pub what: String,
}
