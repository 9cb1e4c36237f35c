//! When is a finding due?
//!
//! In: what the ledger knows of a finding, the index where there is one, the tables. Out: the clock as the ledger
//! keeps it. Code, settings and pages have no CVE: no feed can list them, and severity decides. Without an
//! index nothing is known of exploitation, so the strictest row acts, as `triage` has it. Never: a clock from
//! anything that the ledger does not keep, so that it can be computed again from there.

use intel::{Index, IndexError, Kind};
use ledger::change::{AssetFacts, Clock, Decision, Facts};
use ledger::row::Finding;
use triage::{Band, CveFacts, Feeds, Policy, Sighting, SightingFrom, Stated};
use vocab::{Exposure, Instant, Severity};

use crate::scan::facts::{cve_facts, feeds_of};

/// The band of what has no due instant: after everything.
const LAST_BAND: i64 = 1_000_000_000;
/// Most ids of one finding that are looked up.
const MAX_IDS: usize = 64;

/// The words of `triage` for a start that is older than what would start the clock now.
const KEPT: &str = "reopened, keeps its first start";

/// What every clock of one use case is computed over.
pub(crate) struct Timing<'a> {
    index: Option<&'a Index<'a>>,
    feeds: Feeds,
    policies: &'a [Policy],
    now: Instant,
}

/// What a clock is computed from.
pub(crate) struct About<'a> {
    /// Ids, severity, class by the facts.
    pub facts: &'a Facts,
    /// Whose exposure acts.
    pub asset: &'a AssetFacts,
    /// What people have set; it wins.
    pub decision: &'a Decision,
    /// First sighting on the asset.
    pub first_seen: Instant,
    /// The first start of a finding that is reopened.
    pub earlier_start: Option<Instant>,
}

impl<'a> About<'a> {
    /// A finding as it stands in the ledger.
    pub(crate) fn finding(finding: &'a Finding) -> Self {
        Self {
            facts: &finding.facts,
            asset: &finding.asset_facts,
            decision: &finding.decision,
            first_seen: finding.first_seen,
            earlier_start: kept_start(finding.clock.as_ref()),
        }
    }
}

/// The first start of a finding that was reopened: whoever computes its clock again keeps it.
fn kept_start(clock: Option<&Clock>) -> Option<Instant> {
    clock.filter(|clock| clock.why.contains(KEPT)).map(|clock| clock.start)
}

impl<'a> Timing<'a> {
    /// Clocks by these tables over this index. `max_age`: hours up to which a feed's silence means «no».
    pub(crate) fn new(
        index: Option<&'a Index<'a>>,
        policies: &'a [Policy],
        max_age: i64,
        now: Instant,
    ) -> Self {
        let feeds = index.map_or_else(Feeds::default, |i| feeds_of(i.meta(), max_age, now));
        Self { index, feeds, policies, now }
    }

    /// The index, where there is one.
    pub(crate) fn index(&self) -> Option<&'a Index<'a>> {
        self.index
    }

    /// Every id of the alias group of an id, itself among them.
    pub(crate) fn aliases(&self, id: &str) -> Result<Vec<String>, IndexError> {
        let mut ids = match self.index {
            Some(index) => match index.find(id)? {
                Some(group) => index.group(group)?.aliases,
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
        Ok(ids)
    }

    /// The clock; `None` where none runs: a notice, not a problem.
    ///
    /// # Errors
    /// The index is damaged.
    pub(crate) fn clock(&self, about: &About<'_>) -> Result<Option<Clock>, IndexError> {
        let facts = self.facts(about)?;
        let acting = triage::clock(&facts, self.policies, self.now).acting;
        Ok(acting.map(|clock| stored(&clock, &facts)))
    }

    fn facts(&self, about: &About<'_>) -> Result<triage::Facts, IndexError> {
        let sighting = Sighting { at: about.first_seen, from: SightingFrom::Ledger };
        let mut facts = triage::Facts::new(sighting, self.feeds);
        let (exposure, source) = if about.decision.exposure.is_empty() {
            (&about.asset.exposure, about.asset.exposure_source.as_str())
        } else {
            (&about.decision.exposure, "set on this finding")
        };
        let source = if source.is_empty() { "nobody said" } else { source };
        facts.exposure = Stated { value: exposure_of(exposure), source: source.to_owned() };
        facts.earlier_start = about.earlier_start;
        let ids = about.facts.ids.iter().take(MAX_IDS);
        let mut known = Known::default();
        for id in ids.clone() {
            if id.to_ascii_uppercase().starts_with("MAL-") {
                facts.kind = triage::Kind::Malicious;
            }
            self.ask(id, &mut known)?;
        }
        for cve in ids.filter(|id| is_cve(id)) {
            known.cve(CveFacts { cve: cve.to_ascii_uppercase(), ..CveFacts::default() });
        }
        // Without an index an id may stand for a CVE that is exploited: unknown, not «no».
        if let (None, [id, ..]) = (self.index, about.facts.ids.as_slice())
            && known.cves.is_empty()
        {
            known.cve(CveFacts { cve: id.clone(), ..CveFacts::default() });
        }
        if known.malicious {
            facts.kind = triage::Kind::Malicious;
        } else if known.records > 0 && known.records == known.notices {
            facts.kind = triage::Kind::Informational;
        }
        facts.cves = known.cves;
        facts.vectors = known.vectors;
        facts.published = known.published;
        (facts.severity, facts.severity_source) = if about.decision.severity.is_empty() {
            match (severity_of(&about.facts.severity), known.severity) {
                (Severity::Unknown, Some((severity, id))) => (severity, id),
                (Severity::Unknown, None) => (Severity::Unknown, "no rating published".to_owned()),
                (severity, _) => (severity, "the sources' rating".to_owned()),
            }
        } else {
            (severity_of(&about.decision.severity), "set on this finding".to_owned())
        };
        Ok(facts)
    }

    /// What the index knows of an id.
    fn ask(&self, id: &str, known: &mut Known) -> Result<(), IndexError> {
        let Some(index) = self.index else { return Ok(()) };
        let Some(group) = index.find(id)? else { return Ok(()) };
        if known.groups.contains(&group) {
            return Ok(());
        }
        known.groups.push(group);
        let group = index.group(group)?;
        let built = index.meta().built_at;
        let upstream = group.upstream.iter().map(ToString::to_string);
        for cve in group.cves.iter().cloned().chain(upstream).take(MAX_IDS) {
            let facts = index.signals(&cve)?.map(|signals| cve_facts(built, &signals));
            known.cve(facts.unwrap_or(CveFacts { cve, ..CveFacts::default() }));
        }
        for member in group.members {
            let record = index.advisory(member)?;
            if record.withdrawn.is_some() {
                continue;
            }
            known.records += 1;
            known.malicious |= record.kind == Kind::Malicious;
            known.notices +=
                u32::from(!matches!(record.kind, Kind::Malicious | Kind::Vulnerability));
            known.published = known.published.into_iter().chain(record.published).min();
            known.vectors.extend(record.vectors);
            let worst = known.severity.as_ref().map_or(Severity::Unknown, |(s, _)| *s);
            if record.severity > worst {
                known.severity = Some((record.severity, record.id));
            }
        }
        Ok(())
    }
}

/// What the index says of all ids of a finding.
#[derive(Default)]
struct Known {
    groups: Vec<intel::GroupRef>,
    cves: Vec<CveFacts>,
    vectors: Vec<String>,
    published: Option<Instant>,
    severity: Option<(Severity, String)>,
    records: u32,
    notices: u32,
    malicious: bool,
}

impl Known {
    fn cve(&mut self, facts: CveFacts) {
        if !self.cves.iter().any(|known| known.cve == facts.cve) {
            self.cves.push(facts);
        }
    }
}

/// A clock as the ledger keeps it. What another table or an older signal had due earlier stays due then.
fn stored(clock: &triage::Clock, facts: &triage::Facts) -> Clock {
    let live = || facts.cves.iter().filter(|cve| !cve.rejected);
    let mut badges = Vec::new();
    let mut badge = |word: &str, is: bool| badges.extend(is.then(|| word.to_owned()));
    badge("kev", live().any(|cve| cve.kev.is_some()));
    badge("exploit", live().any(|cve| cve.exploit.is_some()));
    badge("malicious", facts.kind == triage::Kind::Malicious);
    let listed = live().filter_map(|cve| cve.kev.map(|kev| kev.date_added));
    let public = live().filter_map(|cve| cve.exploit.as_ref()?.first_seen);
    let earlier = clock.earlier.as_ref().map(|earlier| earlier.due);
    Clock {
        start: clock.start,
        due: earlier.into_iter().chain(clock.due).min(),
        band: match clock.band {
            Band::Emergency => 0,
            Band::Within(allowed) => allowed.as_hours().clamp(1, LAST_BAND - 1),
            Band::NextUpgrade => LAST_BAND,
        },
        emergency: clock.emergency,
        policy: format!("{} {} row {}", clock.policy, clock.policy_version, clock.row),
        why: clock.why.clone(),
        exploit_since: listed.chain(public).min(),
        badges,
    }
}

/// The severity of a word of the ledger.
pub(crate) fn severity_of(word: &str) -> Severity {
    Severity::from_word(word)
}

fn exposure_of(word: &str) -> Exposure {
    let all = [Exposure::Internet, Exposure::Internal, Exposure::Isolated];
    all.into_iter().find(|e| e.as_str() == word).unwrap_or_default()
}

fn is_cve(id: &str) -> bool {
    intel::CveId::parse(id).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ids: &[&str], severity: &str, exposure: &str, expect: (&str, Option<i64>, bool)) {
        let now: Instant = "2026-11-21T10:00:00Z".parse().unwrap();
        let facts = Facts {
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            severity: severity.to_owned(),
            ..Facts::default()
        };
        let asset = AssetFacts { exposure: exposure.to_owned(), ..AssetFacts::default() };
        let about = About {
            facts: &facts,
            asset: &asset,
            decision: &Decision::default(),
            first_seen: now,
            earlier_start: None,
        };
        let clock = Timing::new(None, &[], 168, now).clock(&about).unwrap().unwrap();
        let hours = clock.due.map(|due| due.duration_since(now).as_hours());
        assert_eq!((clock.policy.as_str(), hours, clock.emergency), expect, "{}", clock.why);
    }

    #[test]
    fn without_an_index_ids_are_taken_for_exploited_and_code_goes_by_severity() {
        check(&[], "high", "internet", ("gabion-24h 1 row 8", Some(168), false));
        check(&[], "medium", "unknown", ("gabion-24h 1 row 10", Some(720), false));
        check(&[], "unknown", "", ("gabion-24h 1 row 9", Some(336), false));
        check(&["CVE-2020-1"], "low", "internet", ("gabion-24h 1 row 2", Some(24), true));
        check(&["GHSA-x"], "low", "internal", ("gabion-24h 1 row 2", Some(24), true));
        check(&["MAL-2026-1"], "unknown", "isolated", ("gabion-24h 1 row 1", Some(24), true));
    }

    #[test]
    fn a_first_start_that_was_kept_is_kept_on() {
        let first: Instant = "2026-11-01T10:00:00Z".parse().unwrap();
        let now: Instant = "2026-11-21T10:00:00Z".parse().unwrap();
        let clock = |earlier_start| {
            let about = About {
                facts: &Facts { severity: "low".to_owned(), ..Facts::default() },
                asset: &AssetFacts::default(),
                decision: &Decision::default(),
                first_seen: now,
                earlier_start,
            };
            Timing::new(None, &[], 168, now).clock(&about).unwrap()
        };
        let reopened = clock(Some(first));
        assert_eq!(kept_start(reopened.as_ref()), Some(first));
        assert_eq!(kept_start(clock(None).as_ref()), None);
    }

    #[test]
    fn what_people_set_wins() {
        let now: Instant = "2026-11-21T10:00:00Z".parse().unwrap();
        let facts = Facts { severity: "low".to_owned(), ..Facts::default() };
        let asset = AssetFacts { exposure: "isolated".to_owned(), ..AssetFacts::default() };
        let decision = Decision {
            severity: "critical".to_owned(),
            exposure: "internet".to_owned(),
            ..Decision::default()
        };
        let about = About {
            facts: &facts,
            asset: &asset,
            decision: &decision,
            first_seen: now,
            earlier_start: None,
        };
        let clock = Timing::new(None, &[], 168, now).clock(&about).unwrap().unwrap();
        assert_eq!(clock.policy, "gabion-24h 1 row 7");
    }
}
