//! When is a finding due?
//!
//! In: what the ledger knows of a finding, the index where there is one, the settings. Out: the clock as the ledger
//! keeps it. Code, settings and pages have no CVE: no feed can list them, and severity decides. Without an
//! index nothing is known of exploitation: the date goes by what is known, and the strictest one is labelled.
//! Never: a clock from anything that the ledger does not keep, so that it can be computed again from there.

use std::cmp::Ordering;
use std::sync::Arc;

use intel::{Advisory, GroupRef, Index, IndexError};
use ledger::change::{AssetFacts, Assumed, Clock, Closure, Decision, Facts, Former, Life, Met};
use ledger::row::Finding;
use triage::{CveFacts, Feeds, Policy};
use vocab::{Instant, Scope, Severity, Urgency};

use super::upgrades::Judge;
use crate::clock::{self, GroupFacts, Past, Place, Standing, Subject, feeds_of};
use crate::config::Criticality;
use crate::settings::{Settings, exposure_of};

/// Most ids of one finding that are looked up.
const MAX_IDS: usize = 64;
/// A finding that returns within so many hours of its closure keeps its first start.
pub(crate) const RETURNS_WITHIN: i64 = 30 * 24;
/// Most former lives of a finding that its clock keeps.
const MAX_LIVES: usize = 16;

/// What every clock of one use case is computed over.
pub(crate) struct Timing<'a> {
    index: Option<&'a Index<'a>>,
    feeds: Feeds,
    settings: &'a Settings,
    now: Instant,
    judge: Option<&'a Judge<'a>>,
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
    /// What its clock keeps of its lives.
    pub life: Life,
}

impl<'a> About<'a> {
    /// A finding as it stands in the ledger.
    pub(crate) fn finding(finding: &'a Finding) -> Self {
        let life = finding.clock.as_ref().and_then(|clock| clock.life.clone());
        Self {
            facts: &finding.facts,
            asset: &finding.asset_facts,
            decision: &finding.decision,
            first_seen: finding.first_seen,
            life: life.unwrap_or_default(),
        }
    }

    /// What is remembered for the clock.
    pub(crate) fn past(&self) -> Past {
        let set = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        let alone = self.facts.met.is_empty();
        let rated = if alone { &self.facts.severity } else { &self.facts.rated };
        Past {
            seen: self.life.seen.unwrap_or(self.first_seen),
            kept: self.life.kept,
            exposure: set(&self.decision.exposure).map(|word| exposure_of(&word)),
            severity: set(&self.decision.severity).map(|word| severity_of(&word)),
            rated: severity_of(rated),
            rated_alone: alone,
        }
    }
}

/// The lives of a closed finding that returns: within 30 days it keeps its first start; later its clock starts
/// anew at its return, with the life that had ended in view.
pub(crate) fn returned(finding: &Finding, closure: &Closure, at: Instant) -> Life {
    let Some(clock) = &finding.clock else { return Life::default() };
    let mut life = clock.life.clone().unwrap_or_default();
    let Some(closed_at) = finding.closed_at else { return life };
    if at.duration_since(closed_at).as_hours() < RETURNS_WITHIN {
        life.kept = life.kept.or(Some(clock.start));
        return life;
    }
    life.former.push(Former {
        seen: life.seen.unwrap_or(finding.first_seen),
        closed_at,
        reason: closure.reason.clone(),
        exploit_since: clock.exploit_since,
    });
    let more = life.former.len().saturating_sub(MAX_LIVES);
    life.former.drain(..more);
    Life { kept: None, seen: Some(at), former: life.former }
}

/// What the index knows of the ids of a finding.
#[derive(Default)]
struct Known {
    refs: Vec<GroupRef>,
    groups: Vec<GroupFacts>,
    /// The records of all groups that are in force.
    records: Vec<Advisory>,
    loose: Vec<CveFacts>,
    malicious: bool,
}

impl<'a> Timing<'a> {
    /// Clocks by these settings over this index; `max_age` as a command asks for it.
    pub(crate) fn new(
        index: Option<&'a Index<'a>>,
        settings: &'a Settings,
        max_age: Option<i64>,
        now: Instant,
    ) -> Self {
        let age = settings.max_age(max_age);
        let feeds = index.map_or_else(Feeds::default, |i| feeds_of(i.meta(), age, now));
        Self { index, feeds, settings, now, judge: None }
    }

    /// With an index that remembers what it was asked for other documents.
    pub(crate) fn remembering(self, judge: Option<&'a Judge<'a>>) -> Self {
        Self { judge, ..self }
    }

    /// That index, where there is one.
    pub(crate) fn judge(&self) -> Option<&'a Judge<'a>> {
        self.judge
    }

    /// The index, where there is one.
    pub(crate) fn index(&self) -> Option<&'a Index<'a>> {
        self.index
    }

    /// What the ledger was told.
    pub(crate) fn settings(&self) -> &'a Settings {
        self.settings
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

    /// The clock; `None` where none runs: a notice, not a problem. Of the ways in which it was met the first by
    /// the order of the queue.
    ///
    /// # Errors
    /// The index is damaged.
    pub(crate) fn clock(&self, about: &About<'_>) -> Result<Option<Clock>, IndexError> {
        let known = self.known(about)?;
        let tables = self.settings.tables.of(&about.asset.tables);
        let none = [Met::default()];
        let met = if about.facts.met.is_empty() { &none } else { about.facts.met.as_slice() };
        let mut best: Option<(triage::Clock, Clock)> = None;
        for met in met {
            let Some((clock, stored)) = self.of(about, &known, met, &tables) else { continue };
            if best.as_ref().is_none_or(|(held, _)| first(&clock, held, self.now)) {
                best = Some((clock, stored));
            }
        }
        Ok(best.map(|(_, stored)| stored))
    }

    fn of(
        &self,
        about: &About<'_>,
        known: &Known,
        met: &Met,
        tables: &Arc<[Policy]>,
    ) -> Option<(triage::Clock, Clock)> {
        let named = |record: &&Advisory| met.records.contains(&record.id);
        let mut records: Vec<&Advisory> = known.records.iter().filter(named).collect();
        if records.is_empty() {
            records = known.records.iter().collect();
        }
        let subject = Subject {
            groups: known.groups.iter().collect(),
            loose: known.loose.clone(),
            records,
            scope: scope_of(&met.scope),
            place: place_of(about.asset),
            past: about.past(),
            malicious: known.malicious,
            from_signal: false,
        };
        let facts = subject.facts(self.feeds);
        let clock = triage::clock(&facts, tables, self.now).acting?;
        let why = clock::sentence(&clock, &subject.groups);
        let stored = Clock { why, ..stored(&clock, &facts, about.life.clone()) };
        Some((clock, stored))
    }

    /// What the index knows of a finding's ids.
    fn known(&self, about: &About<'_>) -> Result<Known, IndexError> {
        let mut known = Known::default();
        let ids = about.facts.ids.iter().take(MAX_IDS);
        for id in ids.clone() {
            known.malicious |= id.to_ascii_uppercase().starts_with("MAL-");
            self.ask(id, &mut known)?;
        }
        for cve in ids.filter(|id| is_cve(id)) {
            known.loose.push(CveFacts { cve: cve.to_ascii_uppercase(), ..CveFacts::default() });
        }
        // Without an index an id may stand for a CVE that is exploited: unknown, not «no».
        if let (None, [id, ..]) = (self.index, about.facts.ids.as_slice())
            && known.loose.is_empty()
        {
            known.loose.push(CveFacts { cve: id.clone(), ..CveFacts::default() });
        }
        Ok(known)
    }

    fn ask(&self, id: &str, known: &mut Known) -> Result<(), IndexError> {
        let Some(index) = self.index else { return Ok(()) };
        let Some(found) = index.find(id)? else { return Ok(()) };
        if known.refs.contains(&found) {
            return Ok(());
        }
        known.refs.push(found);
        let mut group = clock::group(index, found)?;
        let mut unrated = false;
        for member in &group.group.members {
            let record = index.advisory(*member)?;
            if record.withdrawn.is_none() {
                unrated |= record.severity == Severity::Unknown;
                known.records.push(record);
            }
        }
        if unrated {
            group.others = clock::others(index, &group.group)?;
        }
        known.groups.push(group);
        Ok(())
    }
}

/// Whether a clock comes before another one; of equal places the one of the shorter band.
fn first(clock: &triage::Clock, held: &triage::Clock, now: Instant) -> bool {
    let bands = || clock.urgency().band.cmp(&held.urgency().band);
    triage::queue_order(clock, held, now).then_with(bands) == Ordering::Less
}

/// What of an asset acts on a clock.
pub(crate) fn place_of(asset: &AssetFacts) -> Place<'_> {
    Place {
        exposure: exposure_of(&asset.exposure),
        exposure_source: &asset.exposure_source,
        criticality: Criticality::of(&asset.criticality),
    }
}

/// A clock as the ledger keeps it. What another table or an older signal had due earlier stays due then.
fn stored(clock: &triage::Clock, facts: &triage::Facts, life: Life) -> Clock {
    let live = || facts.cves.iter().filter(|cve| !cve.rejected);
    let Standing { start, urgency, policy, badges, assumed } = Standing::of(clock, facts);
    let listed = live().filter_map(|cve| cve.kev.map(|kev| kev.date_added));
    let public = live().filter_map(|cve| cve.exploit.as_ref()?.first_seen);
    Clock {
        start,
        due: urgency.due,
        band: urgency.band,
        emergency: clock.emergency,
        policy,
        why: clock.why.clone(),
        exploit_since: listed.chain(public).min(),
        badges,
        assumed: assumed.map(|(due, emergency, policy)| Assumed { due, emergency, policy }),
        life: Some(life),
        moved_by: String::new(),
    }
}

/// A clock of the ledger, as a scan compares it.
pub(crate) fn standing(clock: &Clock) -> Standing {
    let assumed = clock.assumed.clone();
    Standing {
        start: clock.start,
        urgency: Urgency { emergency: clock.emergency, band: clock.band, due: clock.due },
        policy: clock.policy.clone(),
        badges: clock.badges.clone(),
        assumed: assumed.map(|assumed| (assumed.due, assumed.emergency, assumed.policy)),
    }
}

/// The severity of a word of the ledger.
pub(crate) fn severity_of(word: &str) -> Severity {
    Severity::from_word(word)
}

fn scope_of(word: &str) -> Scope {
    let all = [Scope::Runtime, Scope::Optional, Scope::Development];
    all.into_iter().find(|scope| scope.as_str() == word).unwrap_or_default()
}

fn is_cve(id: &str) -> bool {
    intel::CveId::parse(id).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        ids: &[&str],
        severity: &str,
        exposure: &str,
        expect: (&str, Option<i64>, bool, &str),
    ) {
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
            life: Life::default(),
        };
        let settings = Settings::without(Vec::new(), None);
        let clock = Timing::new(None, &settings, None, now).clock(&about).unwrap().unwrap();
        let hours = clock.due.map(|due| due.duration_since(now).as_hours());
        let assumed = clock.assumed.map(|assumed| assumed.policy).unwrap_or_default();
        let found = (clock.policy.as_str(), hours, clock.emergency, assumed.as_str());
        assert_eq!(found, expect, "{}", clock.why);
    }

    #[test]
    fn without_an_index_the_date_goes_by_severity_and_exploitation_is_assumed_beside() {
        check(&[], "high", "internet", ("gabion-24h 1 row 8", Some(168), false, ""));
        check(&[], "medium", "unknown", ("gabion-24h 1 row 10", Some(720), false, ""));
        check(&[], "unknown", "", ("gabion-24h 1 row 9", Some(336), false, ""));
        let assumed = "gabion-24h row 2";
        check(
            &["CVE-2020-1"],
            "low",
            "internet",
            ("gabion-24h 1 row 11", Some(2160), false, assumed),
        );
        check(&["GHSA-x"], "low", "internal", ("gabion-24h 1 row 11", Some(2160), false, assumed));
        check(&["MAL-2026-1"], "unknown", "isolated", ("gabion-24h 1 row 1", Some(24), true, ""));
    }

    #[test]
    fn what_returns_soon_keeps_its_first_start_and_later_starts_anew() {
        let at = |text: &str| -> Instant { text.parse().unwrap() };
        let first = at("2026-01-01T10:00:00Z");
        let closed_at = at("2026-02-01T10:00:00Z");
        let facts = Facts { severity: "low".to_owned(), ..Facts::default() };
        let settings = Settings::without(Vec::new(), None);
        let (asset, decision) = (AssetFacts::default(), Decision::default());
        let about = |life| About {
            facts: &facts,
            asset: &asset,
            decision: &decision,
            first_seen: first,
            life,
        };
        let clock = |life, now: Instant| {
            Timing::new(None, &settings, None, now).clock(&about(life)).unwrap().unwrap()
        };
        let finding = Finding {
            id: 1,
            asset: 1,
            asset_facts: AssetFacts::default(),
            class: "code".to_owned(),
            facts: facts.clone(),
            first_seen: first,
            state: "closed".to_owned(),
            closure: None,
            closed_at: Some(closed_at),
            decision: Decision::default(),
            clock: Some(clock(Life::default(), first)),
            fix: Default::default(),
            live: 0,
            unseen: 0,
            reference: String::new(),
        };
        let closure = Closure { reason: "fixed".to_owned(), ..Closure::default() };
        let soon = at("2026-03-03T09:59:59Z");
        let life = returned(&finding, &closure, soon);
        assert_eq!((life.kept, life.seen, life.former.len()), (Some(first), None, 0));
        assert_eq!(clock(life, soon).start, first);
        let late = at("2026-03-03T10:00:00Z");
        let life = returned(&finding, &closure, late);
        assert_eq!((life.kept, life.seen), (None, Some(late)));
        assert_eq!((life.former[0].seen, life.former[0].closed_at), (first, closed_at));
        let anew = clock(life, late);
        assert_eq!(anew.start, late);
        // Whoever computes it again later keeps that.
        let again = clock(anew.life.clone().unwrap(), at("2026-06-01T00:00:00Z"));
        assert_eq!((again.start, again.life.clone()), (late, anew.life));
        // At most so many lives are kept.
        let mut finding = Finding { clock: Some(again), ..finding };
        for year in 2027..2027 + MAX_LIVES as i64 + 2 {
            let at: Instant = format!("{year}-06-01T00:00:00Z").parse().unwrap();
            let life = returned(&finding, &closure, at);
            let held = finding.clock.as_mut().unwrap();
            held.life = Some(life);
        }
        assert_eq!(finding.clock.unwrap().life.unwrap().former.len(), MAX_LIVES);
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
            life: Life::default(),
        };
        let settings = Settings::without(Vec::new(), None);
        let clock = Timing::new(None, &settings, None, now).clock(&about).unwrap().unwrap();
        assert_eq!(clock.policy, "gabion-24h 1 row 7");
    }
}
