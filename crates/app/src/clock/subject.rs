//! What is one problem on one asset, for its clock?
//!
//! The one place that makes `triage::Facts`: for a scan, an estate, an import, a verification, a decision. In: the
//! alias groups, the records that matched, the asset, what people and other sources say, the lives of the finding.
//! Out: the facts, and the sentence of the clock. Never: a question to the index or the ledger.

use intel::{Advisory, Kind};
use triage::{ClockFrom, CveFacts, Facts, Feeds, MissionImpact, Stated};
use vocab::{Exposure, Instant, Scope, Severity};

use super::group::{GroupFacts, disputed, is_upstream};
use crate::config::Criticality;

/// Said where nobody told who can reach an asset.
const NOBODY: &str = "nobody said";

/// Everything a clock is computed from, in plain words.
pub(crate) struct Subject<'a> {
    /// The alias groups of its ids, the leading one first.
    pub groups: Vec<&'a GroupFacts>,
    /// Ids that no group has.
    pub loose: Vec<CveFacts>,
    /// The records that matched.
    pub records: Vec<&'a Advisory>,
    /// What the package is needed for.
    pub scope: Scope,
    /// What acts of the asset.
    pub place: Place<'a>,
    /// What is remembered, and what people have set.
    pub past: Past,
    /// An id of it is that of a malicious package.
    pub malicious: bool,
    /// Count from the signal alone.
    pub from_signal: bool,
}

/// What of an asset acts on the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Who can reach it.
    pub exposure: Exposure,
    /// Who says so; empty when nobody does.
    pub exposure_source: &'a str,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
}

/// What is remembered of a problem on an asset beside what is met now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    /// First sighting in this life of it.
    pub seen: Instant,
    /// The first start, which it keeps.
    pub kept: Option<Instant>,
    /// Exposure that a person set on this finding.
    pub exposure: Option<Exposure>,
    /// Severity that a person set on this finding.
    pub severity: Option<Severity>,
    /// The rating of other sources; unknown when they tell none.
    pub rated: Severity,
    /// It acts in place of the records' rating, not only where it is worse.
    pub rated_alone: bool,
}

impl Past {
    /// Nothing but a first sighting.
    pub fn seen(seen: Instant) -> Self {
        Self {
            seen,
            kept: None,
            exposure: None,
            severity: None,
            rated: Severity::Unknown,
            rated_alone: false,
        }
    }
}

impl Subject<'_> {
    /// The facts that the clock asks for.
    pub fn facts(&self, feeds: Feeds) -> Facts {
        let (severity, severity_source) = self.severity();
        let mut cves: Vec<CveFacts> = Vec::new();
        for cve in self.groups.iter().flat_map(|group| &group.cves).chain(&self.loose) {
            if !cves.iter().any(|known| known.cve == cve.cve) {
                cves.push(cve.clone());
            }
        }
        Facts {
            kind: self.kind(),
            exposure: self.exposure(),
            scope: self.scope,
            severity,
            severity_source,
            vectors: self.vectors(),
            published: self.records.iter().filter_map(|record| record.published).min(),
            cves,
            disputed: self.groups.iter().any(|group| disputed(group)),
            clock_from: if self.from_signal {
                ClockFrom::SignalOnly
            } else {
                ClockFrom::SightingAndSignal
            },
            earlier_start: self.past.kept,
            mission_impact: self
                .place
                .criticality
                .map(|c| Stated { value: mission(c), source: "estate file (criticality)".into() }),
            ..Facts::new(self.past.seen, feeds)
        }
    }

    fn kind(&self) -> triage::Kind {
        let speaks = |kind: Kind| matches!(kind, Kind::Malicious | Kind::Vulnerability);
        if self.malicious || self.records.iter().any(|record| record.kind == Kind::Malicious) {
            triage::Kind::Malicious
        } else if !self.records.is_empty() && !self.records.iter().any(|r| speaks(r.kind)) {
            triage::Kind::Informational
        } else {
            triage::Kind::Vulnerability
        }
    }

    fn exposure(&self) -> Stated<Exposure> {
        match (self.past.exposure, self.place.exposure_source) {
            (Some(value), _) => Stated { value, source: "set on this finding".to_owned() },
            (None, "") => Stated { value: self.place.exposure, source: NOBODY.to_owned() },
            (None, source) => Stated { value: self.place.exposure, source: source.to_owned() },
        }
    }

    /// A person's word; else the worst of the matching records, or where none of them has a rating that of
    /// their groups and of the CVE records; other sources' where it is worse, or where they alone speak.
    fn severity(&self) -> (Severity, String) {
        if let Some(set) = self.past.severity {
            return (set, "set on this finding".to_owned());
        }
        let rated = self.past.rated;
        let theirs = || (rated, "the sources' rating".to_owned());
        if self.past.rated_alone && rated != Severity::Unknown {
            return theirs();
        }
        let rating = |a: &&&Advisory| a.severity != Severity::Unknown;
        let own = self.records.iter().filter(rating).max_by_key(|record| record.severity);
        let own = own.map(|worst| (worst.severity, worst.id.clone())).or_else(|| self.of_groups());
        match own {
            Some((severity, source)) if severity >= rated => (severity, source),
            _ if rated != Severity::Unknown => theirs(),
            Some(own) => own,
            None => (Severity::Unknown, "no rating published".to_owned()),
        }
    }

    fn of_groups(&self) -> Option<(Severity, String)> {
        let live = self.groups.iter().flat_map(|group| &group.cves).filter(|cve| !cve.rejected);
        let of_cves = live.flat_map(|c| {
            let rate = |v: &String| intel::osv::cvss_severity(v).unwrap_or_default();
            c.vectors.iter().map(move |v| (rate(v), &c.cve))
        });
        let others = self.groups.iter().flat_map(|group| &group.others);
        let of_others = others.map(|(severity, id, _)| (*severity, id));
        let rated = of_others.chain(of_cves).filter(|(s, _)| *s != Severity::Unknown);
        rated.max_by_key(|(s, _)| *s).map(|(severity, id)| (severity, id.clone()))
    }

    fn vectors(&self) -> Vec<String> {
        let own: Vec<String> =
            self.records.iter().flat_map(|r| r.vectors.iter().cloned()).collect();
        let unrated = self.records.iter().all(|record| record.severity == Severity::Unknown);
        if own.is_empty() && unrated {
            let others = self.groups.iter().flat_map(|group| &group.others);
            return others.flat_map(|(_, _, vectors)| vectors.clone()).collect();
        }
        own
    }
}

/// The CVE that acts, and the group that was only made from it; the sentence and the inputs name both.
pub(crate) fn of_upstream<'a>(
    clock: &'a triage::Clock,
    groups: &[&'a GroupFacts],
) -> Option<(&'a str, &'a str)> {
    let cve = clock.cve.as_deref()?;
    let made = |group: &&&'a GroupFacts| is_upstream(group, cve);
    let owns = |group: &&'a GroupFacts| group.group.cves.iter().any(|own| own == cve);
    if groups.iter().any(owns) {
        return None;
    }
    groups.iter().find(made).map(|group| (cve, &*group.name))
}

/// Signals worth a badge.
pub(crate) fn badges(facts: &Facts) -> Vec<&'static str> {
    let live = || facts.cves.iter().filter(|cve| !cve.rejected);
    let malicious = facts.kind == triage::Kind::Malicious;
    let all = [
        ("kev", live().any(|cve| cve.kev.is_some())),
        ("exploit", live().any(|cve| cve.exploit.is_some())),
        ("malicious", malicious),
    ];
    all.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect()
}

/// A clock as the ledger holds it, as far as a scan can have the same one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    /// When it started.
    pub start: Instant,
    /// What decides its place.
    pub urgency: vocab::Urgency,
    /// Policy, version and row.
    pub policy: String,
    /// Signals worth a badge.
    pub badges: Vec<String>,
    /// Due, emergency, policy and row of what is assumed.
    pub assumed: Option<(Option<Instant>, bool, String)>,
}

impl Standing {
    /// A clock that was computed.
    pub fn of(clock: &triage::Clock, facts: &Facts) -> Self {
        let assumed = clock.assumed.as_ref();
        Self {
            start: clock.start,
            urgency: clock.urgency(),
            policy: format!("{} {} row {}", clock.policy, clock.policy_version, clock.row),
            badges: badges(facts).into_iter().map(str::to_owned).collect(),
            assumed: assumed.map(|a| (a.due, a.emergency, format!("{} row {}", a.policy, a.row))),
        }
    }
}

/// The sentence of a clock.
pub(crate) fn sentence(clock: &triage::Clock, groups: &[&GroupFacts]) -> String {
    match of_upstream(clock, groups) {
        Some((cve, group)) => {
            format!("{}; by the signals of {cve}, upstream of {group}", clock.why)
        }
        None => clock.why.clone(),
    }
}

/// SSVC's «Mission Impact» for the estate file's three words.
fn mission(criticality: Criticality) -> MissionImpact {
    match criticality {
        Criticality::Low => MissionImpact::Degraded,
        Criticality::Medium => MissionImpact::SupportCrippled,
        Criticality::High => MissionImpact::MissionFailure,
    }
}
