//! What is known of one finding when its clock is asked for?
//!
//! Plain values that the caller fills from advisories, feeds and the estate file. A value that nobody
//! gave stays absent here; what that means is decided in one place (`inputs`), never by the caller.

use vocab::{Exposure, Instant, Scope, Severity};

/// Everything a clock is computed from: one asset, one package, one alias group.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What sort of advisory the group is.
    pub kind: Kind,
    /// How reachable the asset is, and where that was said.
    pub exposure: Stated<Exposure>,
    /// What the component is needed for; development counts as isolated (malicious packages aside).
    pub scope: Scope,
    /// The worst severity of the records that matched.
    pub severity: Severity,
    /// The record or word that the severity was taken from.
    pub severity_source: String,
    /// CVSS vectors of the advisories, of any version.
    pub vectors: Vec<String>,
    /// When the earliest of the matching records was published; never when it was modified.
    pub published: Option<Instant>,
    /// When this problem was first seen on this asset, in this life of it.
    pub sighting: Instant,
    /// The CVEs of the alias group, each with its own signals.
    pub cves: Vec<CveFacts>,
    /// How fresh each feed is.
    pub feeds: Feeds,
    /// A source disputes the vulnerability: shown, changes nothing.
    pub disputed: bool,
    /// What the clock counts from.
    pub clock_from: ClockFrom,
    /// The first start of a reopened finding, which it keeps: the start is never later than this.
    pub earlier_start: Option<Instant>,
    /// What its loss means for the mission (SSVC «Mission Impact» 2.0.0), if the owner said.
    pub mission_impact: Option<Stated<MissionImpact>>,
    /// What its loss means for people (SSVC «Safety Impact» 2.0.1), if the owner said.
    pub safety_impact: Option<Stated<SafetyImpact>>,
}

impl Facts {
    /// A vulnerability of which nothing is known but when it was seen and how fresh the feeds are.
    pub fn new(sighting: Instant, feeds: Feeds) -> Self {
        Self {
            kind: Kind::Vulnerability,
            exposure: Stated { value: Exposure::Unknown, source: "nobody said".to_owned() },
            scope: Scope::Unknown,
            severity: Severity::Unknown,
            severity_source: "no rating published".to_owned(),
            vectors: Vec::new(),
            published: None,
            sighting,
            cves: Vec::new(),
            feeds,
            disputed: false,
            clock_from: ClockFrom::default(),
            earlier_start: None,
            mission_impact: None,
            safety_impact: None,
        }
    }
}

/// What sort of advisory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A weakness that an update or a change closes.
    #[default]
    Vulnerability,
    /// A malicious package (MAL-…): emergency, whatever the tables say.
    Malicious,
    /// Unmaintained, unsound, notice: shown, no clock, no gate.
    Informational,
}

/// A value and where it was said («gabion.toml line 12», «nobody said»).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// Where it was said, as a short phrase.
    pub source: String,
}

/// What the clock counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockFrom {
    /// The later of the signal and the first sighting.
    #[default]
    SightingAndSignal,
    /// The signal alone (`--clock signal`); the sighting only where there is no signal.
    SignalOnly,
}

/// One CVE and the signals about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CveFacts {
    /// The id, `CVE-…`.
    pub cve: String,
    /// Rejected by its numbering authority: gives no signals.
    pub rejected: bool,
    /// When the CVE record was published.
    pub published: Option<Instant>,
    /// Its entry in CISA's Known Exploited Vulnerabilities catalogue.
    pub kev: Option<Kev>,
    /// Its EPSS score.
    pub epss: Option<Epss>,
    /// Public exploit code for it.
    pub exploit: Option<Exploit>,
    /// CISA's SSVC decision points for it (vulnrichment).
    pub ssvc: Option<Ssvc>,
    /// CVSS vectors of the CVE record.
    pub vectors: Vec<String>,
}

/// An entry of the KEV catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kev {
    /// `dateAdded`, 00:00 UTC.
    pub date_added: Instant,
    /// Known use in ransomware campaigns.
    pub ransomware: bool,
}

/// An EPSS score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epss {
    /// Probability of exploitation in the next 30 days, 0 to 1.
    pub score: f32,
    /// Share of all CVEs that score no higher, 0 to 1.
    pub percentile: f32,
    /// The day the scores were computed for.
    pub as_of: Instant,
}

/// Public exploit code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exploit {
    /// When the first of it was seen, if a source says.
    pub first_seen: Option<Instant>,
    /// The sources that have it («metasploit», «nuclei», «exploit-db»).
    pub sources: Vec<String>,
}

/// SSVC decision points of one CVE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ssvc {
    /// «Exploitation».
    pub exploitation: Option<Exploitation>,
    /// «Automatable».
    pub automatable: Option<bool>,
    /// «Technical Impact» is total (true) or partial (false).
    pub technical_impact_total: Option<bool>,
    /// When the decision was recorded.
    pub as_of: Instant,
}

/// SSVC «Exploitation» 1.1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exploitation {
    /// No evidence of exploitation and no public proof of concept.
    None,
    /// A public proof of concept, or a well-known method.
    Poc,
    /// Used by real attackers.
    Active,
}

/// SSVC «Mission Impact» 2.0.0, from the least to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissionImpact {
    /// Little to none, up to non-essential functions degraded.
    Degraded,
    /// What supports essential functions is crippled.
    SupportCrippled,
    /// One mission essential function fails.
    FunctionFailure,
    /// The mission fails.
    MissionFailure,
}

/// SSVC «Safety Impact» 2.0.1, from the least to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SafetyImpact {
    /// Minor injuries at worst.
    Negligible,
    /// Major injuries to one or more persons.
    Marginal,
    /// Loss of life.
    Critical,
    /// Multiple loss of life.
    Catastrophic,
}

/// How fresh one feed is. What «stale» means is the caller's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Feed {
    /// Recent enough that absence means no.
    Fresh {
        /// The date of its content.
        as_of: Instant,
    },
    /// Too old for its silence to be trusted: dates go by what it last said, and its age is told.
    Stale {
        /// The date of its content.
        as_of: Instant,
    },
    /// It never came: what it would say may be anything.
    #[default]
    Missing,
}

impl Feed {
    /// Whether it never came.
    pub fn is_missing(self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Whether it is there and too old.
    pub fn is_stale(self) -> bool {
        matches!(self, Self::Stale { .. })
    }
}

/// How fresh each feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Feeds {
    /// CISA KEV.
    pub kev: Feed,
    /// EPSS.
    pub epss: Feed,
    /// Public-exploit metadata, taken together: as fresh as its stalest part.
    pub exploits: Feed,
    /// CISA's SSVC decisions (vulnrichment).
    pub ssvc: Feed,
}
