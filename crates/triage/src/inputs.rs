//! What does each column hold for this finding and this CVE, and how do we know?
//!
//! In: facts and one CVE of the group. Out: per column the values it may have, and the words for it.
//! Here alone is decided what absence means (docs/ARCHITECTURE.md, «The clock», rules 3 and 7): absent
//! from a fresh feed is no; a stale feed goes by what it last said; what a feed that never came would say
//! is unknown, and [`Silence`] says for what that is taken; a rejected CVE gives no signals; where there is
//! no CVE id, no feed keyed by CVE can list it.

use vocab::{Exposure, Instant, Scope, Severity};

use crate::Duration;
use crate::clock::How;
use crate::column::{Column, Domain, bits};
use crate::cvss;
use crate::facts::{
    CveFacts, Exploit, Exploitation, Facts, Feed, Kev, Kind, MissionImpact, SafetyImpact,
};
use crate::why::day;

/// How long a recorded «none» says that there is no exploitation: 90 days.
const NONE_HOLDS: Duration = Duration::from_hours(90 * 24);

/// For what the silence of a feed is taken that is not fresh, where the table has no row for `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// For «no»: the date by what is known.
    No,
    /// A feed that never came may say anything: the strictest date.
    MissingOpen,
    /// A stale one may too: what could be, if nobody looks again.
    StaleOpen,
}

/// What one column holds.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// The values by which the row is chosen: one when it is known, or taken for known; several when not.
    pub(crate) mask: u16,
    /// The values it may have.
    pub(crate) open: u16,
    pub(crate) how: How,
    /// The value in words.
    pub(crate) value: String,
    pub(crate) source: String,
    pub(crate) as_of: Option<Instant>,
    /// What `as_of` is the date of, as the sentence has it.
    pub(crate) dated: &'static str,
}

/// One CVE's signals, or their absence.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) facts: &'a Facts,
    /// `None`: the group has no CVE id.
    pub(crate) cve: Option<&'a CveFacts>,
    pub(crate) now: Instant,
    pub(crate) silence: Silence,
}

impl<'a> Subject<'a> {
    /// The CVE, unless it is rejected.
    pub(crate) fn live(&self) -> Option<&'a CveFacts> {
        self.cve.filter(|cve| !cve.rejected)
    }

    /// Why there are no signals at all, if that is so.
    pub(crate) fn silent(&self) -> Option<String> {
        match self.cve {
            None => Some("no CVE id exists".to_owned()),
            Some(cve) if cve.rejected => Some(format!("{} is rejected", cve.cve)),
            Some(_) => None,
        }
    }

    /// The state of a column.
    pub(crate) fn state(&self, domain: &Domain) -> State {
        let reader = Reader { subject: self, domain };
        match domain.column {
            Column::Malicious => {
                let yes = self.facts.kind == Kind::Malicious;
                reader.known(if yes { "yes" } else { "no" }, "the advisory's kind".into(), None)
            }
            Column::Kev => reader.kev(),
            Column::Ransomware => reader.ransomware(),
            Column::Exploit => reader.exploit(),
            Column::Exploitation => reader.exploitation(),
            Column::Exposure => reader.exposure(),
            Column::EpssPercentile => reader.epss(|epss| epss.percentile),
            Column::EpssScore => reader.epss(|epss| epss.score),
            Column::Severity => reader.severity(),
            Column::Automatable => reader.automatable(),
            Column::TechnicalImpact => reader.technical_impact(),
            Column::HumanImpact => reader.human_impact(),
        }
    }
}

struct Reader<'a> {
    subject: &'a Subject<'a>,
    domain: &'a Domain,
}

impl Reader<'_> {
    fn known(&self, value: &str, source: String, as_of: Option<Instant>) -> State {
        let mask = self.domain.value_bit(value).unwrap_or(self.domain.all_known());
        let value = value.to_owned();
        State { mask, open: mask, how: How::Known, value, source, as_of, dated: " of" }
    }

    fn listed(&self, value: &str, kev: &Kev) -> State {
        State { dated: ", added", ..self.known(value, "CISA KEV".to_owned(), Some(kev.date_added)) }
    }

    fn public(&self, value: &str, exploit: &Exploit) -> State {
        let named = exploit.sources.join(", ");
        let source = if named.is_empty() { "exploit feeds".to_owned() } else { named };
        State { dated: ", first seen", ..self.known(value, source, exploit.first_seen) }
    }

    fn unknown(&self, mask: u16, source: String, as_of: Option<Instant>) -> State {
        let value = "unknown".to_owned();
        State { mask, open: mask, how: How::Unknown, value, source, as_of, dated: " of" }
    }

    /// Nothing lists it: no for a fresh feed and as a stale one last said; of one that never came, and whose
    /// absence the table has no row for, the value that is taken is `no` (a bit), or any.
    fn absent(&self, feed: Feed, name: &str, no: &str) -> State {
        let bit = self.domain.value_bit(no).unwrap_or(self.domain.all_known());
        self.silent(feed, name, bit, || self.known(no, name.to_owned(), None))
    }

    fn silent(&self, feed: Feed, name: &str, no: u16, known: impl FnOnce() -> State) -> State {
        let is = if name.ends_with('s') { "are" } else { "is" };
        let all = self.domain.all_known();
        let silence = self.subject.silence;
        match feed {
            Feed::Fresh { as_of } => State { as_of: Some(as_of), ..known() },
            Feed::Stale { as_of } if silence == Silence::StaleOpen => {
                self.unknown(all, format!("{name} of {} {is} stale", day(as_of)), Some(as_of))
            }
            Feed::Stale { as_of } => {
                State { source: format!("stale {name}"), as_of: Some(as_of), ..known() }
            }
            Feed::Missing => {
                let taken = if silence == Silence::No { no } else { all };
                State { open: all, ..self.unknown(taken, format!("{name} {is} missing"), None) }
            }
        }
    }

    fn kev(&self) -> State {
        match (self.subject.silent(), self.subject.live().and_then(|c| c.kev)) {
            (Some(reason), _) => self.known("no", reason, None),
            (None, Some(kev)) => self.listed("yes", &kev),
            (None, None) => self.absent(self.subject.facts.feeds.kev, "CISA KEV", "no"),
        }
    }

    fn ransomware(&self) -> State {
        match (self.subject.silent(), self.subject.live().and_then(|c| c.kev)) {
            (Some(reason), _) => self.known("no", reason, None),
            (None, Some(kev)) => self.listed(if kev.ransomware { "yes" } else { "no" }, &kev),
            (None, None) => self.absent(self.subject.facts.feeds.kev, "CISA KEV", "no"),
        }
    }

    fn exploit(&self) -> State {
        match (self.subject.silent(), self.subject.live().and_then(|c| c.exploit.as_ref())) {
            (Some(reason), _) => self.known("no", reason, None),
            (None, Some(exploit)) => self.public("yes", exploit),
            (None, None) => self.absent(self.subject.facts.feeds.exploits, "exploit feeds", "no"),
        }
    }

    /// SSVC's exploitation: KEV makes it active and a public exploit makes it at least a proof of
    /// concept; a recorded decision counts where it says more. That there is none is a word of its day:
    /// it counts for [`NONE_HOLDS`], and only beside exploit feeds that would tell otherwise.
    fn exploitation(&self) -> State {
        let feeds = &self.subject.facts.feeds;
        let cve = match (self.subject.silent(), self.subject.live()) {
            (Some(reason), _) => return self.known("none", reason, None),
            (None, Some(cve)) => cve,
            (None, None) => {
                return self.unknown(self.domain.all_known(), "nobody said".into(), None);
            }
        };
        if let Some(kev) = cve.kev {
            return self.listed("active", &kev);
        }
        let decided = cve.ssvc.and_then(|s| s.exploitation.map(|e| (e, s.as_of)));
        if let Some((Exploitation::Active, at)) = decided {
            return self.known("active", "CISA SSVC".to_owned(), Some(at));
        }
        let exploit = cve.exploit.as_ref();
        let poc = exploit.is_some() || matches!(decided, Some((Exploitation::Poc, _)));
        let least = |word: &str| self.domain.value_bit(word).unwrap_or(self.domain.all_known());
        // Between what is known and «active», which only KEV tells.
        let from = |least: u16, few: usize| {
            let reachable = bits(self.domain.all_known()).take(few);
            reachable.filter(|b| *b >= least).fold(0, |all, b| all | b)
        };
        if self.is_open(feeds.kev) {
            let floor = least(if poc { "poc" } else { "none" });
            let silent = self.absent(feeds.kev, "CISA KEV", "none");
            let open = from(floor, 3);
            let mask = if self.subject.silence == Silence::No { floor } else { open };
            let value = if poc && mask == floor { "poc".to_owned() } else { silent.value.clone() };
            return State { mask, open, value, ..silent };
        }
        match (exploit, decided) {
            (Some(exploit), _) => self.public("poc", exploit),
            (None, Some((Exploitation::Poc, at))) => {
                self.known("poc", "CISA SSVC".to_owned(), Some(at))
            }
            _ if self.is_open(feeds.exploits) => {
                let silent = self.absent(feeds.exploits, "exploit feeds", "none");
                let open = from(least("none"), 2);
                let mask = if self.subject.silence == Silence::No { least("none") } else { open };
                State { mask, open, ..silent }
            }
            (None, Some((_, at))) if self.holds(at) => {
                self.known("none", "CISA SSVC".to_owned(), Some(at))
            }
            _ => State {
                how: How::Inferred,
                ..self.known("none", "absent from CISA KEV and the exploit feeds".into(), None)
            },
        }
    }

    /// Whether the silence of a feed may hide something.
    fn is_open(&self, feed: Feed) -> bool {
        feed.is_missing() || feed.is_stale() && self.subject.silence == Silence::StaleOpen
    }

    /// Does a decision that nothing exploits it still hold?
    fn holds(&self, decided: Instant) -> bool {
        let fresh = matches!(self.subject.facts.feeds.ssvc, Feed::Fresh { .. });
        fresh && self.subject.now.duration_since(decided) <= NONE_HOLDS
    }

    fn exposure(&self) -> State {
        let facts = self.subject.facts;
        if facts.scope == Scope::Development && facts.kind != Kind::Malicious {
            return self.known("isolated", "development scope".to_owned(), None);
        }
        let source = facts.exposure.source.clone();
        match facts.exposure.value {
            Exposure::Unknown => self.unknown(self.domain.all_known(), source, None),
            stated => self.known(stated.as_str(), source, None),
        }
    }

    fn epss(&self, number: fn(&crate::facts::Epss) -> f32) -> State {
        let feed = self.subject.facts.feeds.epss;
        let lowest = self.domain.number_bit(0.0);
        let none = |source: String| State {
            mask: lowest,
            open: lowest,
            how: How::Known,
            value: "no score".to_owned(),
            source,
            as_of: None,
            dated: " of",
        };
        let scored = self.subject.live().and_then(|cve| cve.epss);
        match (self.subject.silent(), scored, feed) {
            (Some(reason), _, _) => none(reason),
            (None, Some(epss), _) if number(&epss).is_finite() => {
                let mask = self.domain.number_bit(number(&epss));
                State {
                    mask,
                    open: mask,
                    how: How::Known,
                    value: format!("{:.3}", number(&epss)),
                    source: if feed.is_stale() { "stale EPSS" } else { "EPSS" }.to_owned(),
                    as_of: Some(epss.as_of),
                    dated: " of",
                }
            }
            (None, _, Feed::Fresh { as_of }) => {
                let said = "EPSS has no score for it yet".to_owned();
                self.unknown(self.domain.all_known(), said, Some(as_of))
            }
            (None, _, feed) => self.silent(feed, "EPSS", lowest, || none("EPSS".to_owned())),
        }
    }

    fn severity(&self) -> State {
        let facts = self.subject.facts;
        match facts.severity {
            Severity::Unknown => {
                self.unknown(self.domain.all_known(), facts.severity_source.clone(), None)
            }
            rated => self.known(rated.as_str(), facts.severity_source.clone(), None),
        }
    }

    fn automatable(&self) -> State {
        let said = |s: crate::facts::Ssvc| s.automatable;
        self.recorded_or_inferred(said, ["no", "yes"], |v| cvss::infer_automatable(v))
    }

    fn technical_impact(&self) -> State {
        let said = |s: crate::facts::Ssvc| s.technical_impact_total;
        self.recorded_or_inferred(said, ["partial", "total"], |v| cvss::infer_total_impact(v))
    }

    fn recorded_or_inferred(
        &self,
        said: fn(crate::facts::Ssvc) -> Option<bool>,
        words: [&str; 2],
        infer: fn(Vec<&str>) -> Option<bool>,
    ) -> State {
        let word = |yes: bool| if yes { words[1] } else { words[0] };
        let cve = self.subject.live();
        if let Some((yes, at)) = cve.and_then(|c| c.ssvc).and_then(|s| Some((said(s)?, s.as_of))) {
            return self.known(word(yes), "CISA SSVC".to_owned(), Some(at));
        }
        let own: Vec<&str> = cve.iter().flat_map(|c| &c.vectors).map(String::as_str).collect();
        let advisory: Vec<&str> = self.subject.facts.vectors.iter().map(String::as_str).collect();
        match infer(own).or_else(|| infer(advisory)) {
            Some(yes) => State {
                how: How::Inferred,
                ..self.known(word(yes), "inferred from the CVSS vector".to_owned(), None)
            },
            None => {
                let source = "no SSVC decision and no CVSS vector".to_owned();
                self.unknown(self.domain.all_known(), source, None)
            }
        }
    }

    /// SSVC «Human Impact» 2.0.2 from mission and safety impact; what is not stated may be anything.
    fn human_impact(&self) -> State {
        let facts = self.subject.facts;
        let (mission, safety) = (facts.mission_impact.as_ref(), facts.safety_impact.as_ref());
        let missions = mission.map_or(MISSION.to_vec(), |m| vec![m.value]);
        let safeties = safety.map_or(SAFETY.to_vec(), |s| vec![s.value]);
        let mut mask = 0;
        for m in &missions {
            for s in &safeties {
                mask |= self.domain.value_bit(human_impact(*m, *s)).unwrap_or(0);
            }
        }
        let stated: Vec<&str> = [mission.map(|m| &m.source), safety.map(|s| &s.source)]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let missing = match (mission, safety) {
            (Some(_), Some(_)) => "",
            (None, None) => "nobody stated mission or safety impact",
            (Some(_), None) => "nobody stated safety impact",
            (None, Some(_)) => "nobody stated mission impact",
        };
        if mask.count_ones() == 1 {
            return self.known(&self.domain.phrase(mask), stated.join(", "), None);
        }
        self.unknown(mask, missing.to_owned(), None)
    }
}

const MISSION: [MissionImpact; 4] = [
    MissionImpact::Degraded,
    MissionImpact::SupportCrippled,
    MissionImpact::FunctionFailure,
    MissionImpact::MissionFailure,
];

const SAFETY: [SafetyImpact; 4] = [
    SafetyImpact::Negligible,
    SafetyImpact::Marginal,
    SafetyImpact::Critical,
    SafetyImpact::Catastrophic,
];

/// CERTCC/SSVC, decision table «Human Impact» 1.0.0.
fn human_impact(mission: MissionImpact, safety: SafetyImpact) -> &'static str {
    match (safety, mission) {
        (SafetyImpact::Catastrophic, _) | (_, MissionImpact::MissionFailure) => "very high",
        (SafetyImpact::Critical, MissionImpact::Degraded) => "medium",
        (SafetyImpact::Critical, _) => "high",
        (_, MissionImpact::FunctionFailure) => "medium",
        (_, _) => "low",
    }
}
