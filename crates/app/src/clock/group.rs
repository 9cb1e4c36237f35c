//! What does the index know of an alias group, in triage's words?
//!
//! In: the index. Out: the signals of each CVE, how fresh each feed is, ratings of the group's other records. The
//! same for every package and asset that the group touches.

use std::sync::Arc;

use intel::signals::{Automatable, Exploitation, TechnicalImpact};
use intel::{CveSignals, Group, GroupRef, Index, IndexError};
use triage::{CveFacts, Feed, Feeds};
use vocab::{Instant, Severity};

use crate::sync::status;

/// How fresh each feed is, by its stalest part: `max_age` in hours. A feed whose age nobody tells is as good
/// as missing.
pub(crate) fn feeds_of(meta: &intel::Meta, max_age: i64, now: Instant) -> Feeds {
    let of = |prefix: &str| {
        let sources = meta
            .sources
            .iter()
            .filter(|s| s.feed == prefix || s.feed.starts_with(&format!("{prefix}/")));
        let ages: Vec<Option<Instant>> = sources.map(status::as_of).collect();
        match ages.iter().copied().min().flatten() {
            None => Feed::Missing,
            Some(as_of) if status::hours(as_of, now) <= max_age => Feed::Fresh { as_of },
            Some(as_of) => Feed::Stale { as_of },
        }
    };
    let kev = match of("kev") {
        // A catalogue with holes names what is exploited; what its silence hides is told as of a stale one.
        Feed::Fresh { as_of } if meta.kev_incomplete => Feed::Stale { as_of },
        feed => feed,
    };
    Feeds { kev, epss: of("epss"), exploits: of("exploits"), ssvc: of("cve") }
}

/// What is known of a group as a whole; the same for every package that it touches.
pub(crate) struct GroupFacts {
    /// What the group is called: its first CVE, else its first GHSA, else its first id.
    pub name: Arc<str>,
    /// The ids.
    pub group: Group,
    /// One per CVE of the group and per CVE that its records were made from.
    pub signals: Vec<CveSignals>,
    /// The same in triage's words.
    pub cves: Vec<CveFacts>,
    /// Severity, id and vectors of the group's other records; read only where the matching ones have
    /// no rating.
    pub others: Vec<(Severity, String, Vec<String>)>,
}

/// Reads a group's signals.
pub(crate) fn group(index: &Index<'_>, group: GroupRef) -> Result<GroupFacts, IndexError> {
    let group = index.group(group)?;
    let mut signals = Vec::new();
    let mut cves = Vec::new();
    let built = index.meta().built_at;
    let upstream = group.upstream.iter().map(ToString::to_string);
    for cve in group.cves.iter().cloned().chain(upstream) {
        let known = index.signals(&cve)?;
        cves.push(
            known
                .as_ref()
                .map_or_else(|| CveFacts { cve, ..CveFacts::default() }, |s| cve_facts(built, s)),
        );
        signals.extend(known);
    }
    let name = name_of(&group).into();
    Ok(GroupFacts { name, group, signals, cves, others: Vec::new() })
}

fn name_of(group: &Group) -> &str {
    let ghsa = || group.aliases.iter().find(|id| id.starts_with("GHSA-"));
    group.cves.first().or_else(ghsa).or(group.aliases.first()).map_or("", String::as_str)
}

/// The signals of a CVE in triage's words; `built` is when the index was.
pub(crate) fn cve_facts(built: Instant, signals: &CveSignals) -> CveFacts {
    let exploit = (!signals.exploits.is_empty()).then(|| triage::Exploit {
        first_seen: signals.exploit_first_seen(),
        sources: signals.exploits.iter().map(|e| e.source.as_str().to_owned()).collect(),
    });
    CveFacts {
        cve: signals.cve.clone(),
        rejected: signals.rejected,
        published: signals.published,
        kev: signals
            .kev
            .as_ref()
            .map(|k| triage::Kev { date_added: k.added, ransomware: k.ransomware }),
        epss: signals.epss.as_ref().map(|e| triage::Epss {
            score: e.score as f32,
            percentile: e.percentile as f32,
            as_of: e.date.unwrap_or(built),
        }),
        exploit,
        ssvc: signals.ssvc.map(|s| triage::Ssvc {
            exploitation: s.exploitation.map(|e| match e {
                Exploitation::None => triage::Exploitation::None,
                Exploitation::PublicPoc => triage::Exploitation::Poc,
                Exploitation::Active => triage::Exploitation::Active,
            }),
            automatable: s.automatable.map(|a| a == Automatable::Yes),
            technical_impact_total: s.technical_impact.map(|t| t == TechnicalImpact::Total),
            as_of: s.timestamp.unwrap_or(built),
        }),
        vectors: signals.cna_vectors.iter().chain(&signals.adp_vectors).cloned().collect(),
    }
}

/// Disputed: one of the group's own CVEs, or every one that it was made from; of a notice about many
/// one disputed CVE says little.
pub(crate) fn disputed(group: &GroupFacts) -> bool {
    let own = |cve: &str| group.group.cves.iter().any(|known| known == cve);
    let mut own_ones = group.signals.iter().filter(|s| own(&s.cve)).peekable();
    if own_ones.peek().is_some() || group.group.upstream.is_empty() {
        return own_ones.any(|s| s.disputed);
    }
    group.cves.iter().all(|cve| group.signals.iter().any(|s| s.cve == cve.cve && s.disputed))
}

/// Is this CVE none of the group's, but one that its records were made from?
pub(crate) fn is_upstream(group: &GroupFacts, cve: &str) -> bool {
    intel::CveId::parse(cve).is_some_and(|cve| group.group.upstream.binary_search(&cve).is_ok())
}

/// The most upstream CVEs of which the other records are asked for their rating.
const MAX_UPSTREAM_RATED: usize = 64;

/// Reads the ratings of all records of a group, for when the matching ones have none; where none of the
/// group has one, those of the records of its upstream CVEs.
pub(crate) fn others(
    index: &Index<'_>,
    group: &Group,
) -> Result<Vec<(Severity, String, Vec<String>)>, IndexError> {
    let mut others = Vec::new();
    rated(index, &group.members, &mut others)?;
    if others.is_empty() {
        for cve in group.upstream.iter().take(MAX_UPSTREAM_RATED) {
            if let Some(upstream) = index.find(&cve.to_string())? {
                rated(index, &index.group(upstream)?.members, &mut others)?;
            }
        }
    }
    Ok(others)
}

fn rated(
    index: &Index<'_>,
    members: &[intel::AdvisoryRef],
    into: &mut Vec<(Severity, String, Vec<String>)>,
) -> Result<(), IndexError> {
    for member in members {
        let advisory = index.advisory(*member)?;
        if advisory.withdrawn.is_none() && advisory.severity != Severity::Unknown {
            into.push((advisory.severity, advisory.id, advisory.vectors));
        }
    }
    Ok(())
}
