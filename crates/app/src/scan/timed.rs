//! What do all findings of one alias group on one asset share, whatever the package's version?
//!
//! The facts, the clock and the words of it are computed once and held once: in a large lock file most
//! findings are further versions of a package that was already told of.

use std::sync::Arc;

use intel::{Advisory, AdvisoryRef};
use triage::{Clock, How};
use vocab::{Scope, Severity};

use super::Context;
use super::facts;
use super::memory::Remembered;
use crate::clock::{self, GroupFacts, Past, Place, Standing, Subject};
use crate::config::Criticality;
use crate::report::{self, Asset, Epss, Exploit, Finding, Kev, Ssvc};

/// The facts and the clock of a group on an asset.
pub(super) struct Timed {
    /// The acting clock.
    pub clock: Clock,
    /// A finding with everything but what depends on the package.
    template: Finding,
}

/// What a clock is computed from, beside the group itself.
pub(super) struct Occasion<'a> {
    /// Where.
    pub asset: &'a Asset,
    /// The name of the asset, shared.
    pub asset_id: &'a Arc<str>,
    /// The name of the group, shared.
    pub advisory: &'a Arc<str>,
    /// What the package is needed for.
    pub scope: Scope,
    /// The records that matched.
    pub records: &'a [&'a Advisory],
    /// First sighting, and who remembers it.
    pub seen: Seen,
    /// What the ledger knows of it.
    pub remembered: Option<&'a Remembered>,
    /// The tables that act on the asset.
    pub tables: &'a [triage::Policy],
}

/// A first sighting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Seen {
    /// When.
    pub at: vocab::Instant,
    /// Who remembers it: `ledger`, `baseline`, `earlier scan`, `this scan`.
    pub from: &'static str,
}

impl Timed {
    /// Computes the clock; `None` when none acts, which only notices have.
    pub fn new(
        context: &Context<'_>,
        feeds: triage::Feeds,
        group: &GroupFacts,
        occasion: &Occasion<'_>,
    ) -> Option<Self> {
        let remembered = occasion.remembered;
        let subject = subject(context, group, occasion);
        let facts = subject.facts(feeds);
        let clocks = triage::clock(&facts, occasion.tables, context.now);
        let clock = clocks.acting?;
        let (mut why, inputs) = told(&clock, &subject.groups);
        let stands = remembered.and_then(|r| r.clock.as_ref());
        if let Some((_, words)) = stands.filter(|(held, _)| *held == Standing::of(&clock, &facts)) {
            why.clone_from(words);
        }
        let malicious = facts.kind == triage::Kind::Malicious;
        let title = occasion.records.iter().map(|r| r.title.as_str()).find(|t| !t.is_empty());
        let template = Finding {
            id: String::new(),
            advisory: occasion.advisory.clone(),
            title: title.unwrap_or_default().into(),
            records: occasion.records.iter().map(|r| r.id.clone()).collect(),
            aliases: group.group.aliases.clone().into(),
            upstream: group.group.upstream.iter().map(ToString::to_string).collect(),
            identity: String::new(),
            asset: occasion.asset_id.clone(),
            purl: String::new(),
            name: String::new(),
            version: String::new(),
            ecosystem: String::new(),
            kind: if malicious { "malicious" } else { "vulnerability" }.into(),
            places: Vec::new(),
            scope: occasion.scope,
            direct: None,
            path: Vec::new(),
            origin: None,
            severity: facts.severity,
            signals: Arc::new(signals(group, feeds)),
            vector: vector(occasion.records, group, facts.severity),
            cwes: cwes(occasion.records, group),
            exposed_since: clock.exposed_since,
            first_seen: facts.sighting,
            first_seen_from: occasion.seen.from.into(),
            clock_start: Some(clock.start),
            due: clock.due,
            overdue: clock.overdue(context.now),
            emergency: clock.emergency,
            allowed_hours: clock.allowed.map(|allowed| allowed.as_hours()),
            earlier: clock
                .earlier
                .as_ref()
                .map(|earlier| report::Earlier { row: earlier.row.clone(), due: earlier.due }),
            assumed: clock.assumed.as_ref().map(|assumed| report::Assumed {
                due: assumed.due,
                emergency: assumed.emergency,
                policy: assumed.policy.clone(),
                row: assumed.row.clone(),
                because: assumed.because.clone(),
            }),
            could_be_emergency: clock.could_be_emergency,
            forensics: clock.forensics,
            policy: format!("{} {}", clock.policy, clock.policy_version).into(),
            row: clock.row.as_str().into(),
            why: why.into(),
            inputs,
            other_clocks: clocks.others.into_iter().map(other).collect(),
            fixed_in: Vec::new(),
            new: None,
            installed: Vec::new(),
            statement: None,
            reach: None,
            vex: Vec::new(),
            disputed: facts.disputed,
        };
        Some(Self { clock, template })
    }

    /// A finding of this group, still without its package.
    pub fn finding(&self) -> Finding {
        self.template.clone()
    }
}

/// A finding of a group on an asset without its package, first seen now.
pub(super) fn alone(
    context: &Context<'_>,
    asset: &Asset,
    group: intel::GroupRef,
    records: &[AdvisoryRef],
    scope: Scope,
) -> Result<Option<Finding>, intel::IndexError> {
    let mut advisories = Vec::with_capacity(records.len());
    for record in records {
        let advisory = context.index.advisory(*record)?;
        if matches!(advisory.kind, intel::Kind::Vulnerability | intel::Kind::Malicious) {
            advisories.push(advisory);
        }
    }
    if advisories.is_empty() {
        return Ok(None);
    }
    let mut group = clock::group(context.index, group)?;
    if advisories.iter().any(|a| a.severity == Severity::Unknown) {
        group.others = clock::others(context.index, &group.group)?;
    }
    let advisories: Vec<&Advisory> = advisories.iter().collect();
    let occasion = Occasion {
        asset,
        asset_id: &asset.id.as_str().into(),
        advisory: &group.name,
        scope,
        records: &advisories,
        seen: Seen { at: context.now, from: "this scan" },
        remembered: None,
        tables: context.policies,
    };
    let timed = Timed::new(context, facts::feeds(context), &group, &occasion);
    Ok(timed.map(|timed| timed.finding()))
}

/// The key under which a [`Timed`] is shared.
pub(super) type Key = (intel::GroupRef, Vec<AdvisoryRef>, u32, Scope, Seen, Option<i64>);

/// The problem as the clock is asked of it: the group, what the ledger knows more of it, and where it stands.
fn subject<'a>(
    context: &Context<'_>,
    group: &'a GroupFacts,
    occasion: &Occasion<'a>,
) -> Subject<'a> {
    let (asset, remembered) = (occasion.asset, occasion.remembered);
    let further = remembered.iter().flat_map(|r| &r.groups).filter(|g| g.name != group.name);
    Subject {
        groups: std::iter::once(group).chain(further).collect(),
        loose: remembered.map(|r| r.loose.clone()).unwrap_or_default(),
        records: occasion.records.to_vec(),
        scope: occasion.scope,
        place: Place {
            exposure: asset.exposure,
            exposure_source: &asset.exposure_source,
            criticality: asset.criticality.as_deref().and_then(Criticality::of),
        },
        past: remembered.map_or_else(|| Past::seen(occasion.seen.at), |r| r.past.clone()),
        malicious: false,
        from_signal: context.request.from_signal,
    }
}

/// The sentence and the inputs of a clock; where it acts by a CVE that the records were only made from,
/// both say so.
fn told(clock: &Clock, groups: &[&GroupFacts]) -> (String, Arc<[report::Input]>) {
    let mut inputs: Vec<report::Input> = clock.inputs.iter().map(input).collect();
    if let Some((cve, group)) = clock::subject::of_upstream(clock, groups) {
        inputs.push(report::Input {
            name: "signals of".into(),
            value: cve.to_owned(),
            source: format!("upstream of {group}"),
            as_of: None,
            how: "known".into(),
        });
    }
    (clock::sentence(clock, groups), inputs.into())
}

fn input(input: &triage::Input) -> report::Input {
    let how = match input.how {
        How::Known => "known",
        How::Inferred => "inferred",
        How::Assumed => "assumed",
        How::Unknown => "unknown",
    };
    report::Input {
        name: input.name.clone(),
        value: input.value.clone(),
        source: input.source.clone(),
        as_of: input.as_of,
        how: how.into(),
    }
}

fn other(clock: Clock) -> report::OtherClock {
    report::OtherClock {
        policy: format!("{} {}", clock.policy, clock.policy_version),
        row: clock.row,
        due: clock.due,
        why: clock.why,
    }
}

/// The strongest signal of each sort over the group's CVEs; rejected ones give none.
fn signals(group: &GroupFacts, feeds: triage::Feeds) -> report::Signals {
    let live = || group.signals.iter().filter(|s| !s.rejected);
    let kev = live().filter_map(|s| Some((s, s.kev.as_ref()?))).min_by_key(|(_, k)| k.added);
    let epss = live()
        .filter_map(|s| Some((s, s.epss.as_ref()?)))
        .max_by(|(_, a), (_, b)| a.percentile.total_cmp(&b.percentile));
    let exploit = live()
        .filter(|s| !s.exploits.is_empty())
        .min_by_key(|s| s.exploit_first_seen().unwrap_or(vocab::Instant::MAX));
    let ssvc = live()
        .filter_map(|s| Some((s, s.ssvc?)))
        .max_by_key(|(_, s)| (s.exploitation, s.automatable, s.technical_impact));
    report::Signals {
        kev: kev.map(|(s, k)| Kev { cve: s.cve.clone(), added: k.added, ransomware: k.ransomware }),
        kev_known: matches!(feeds.kev, triage::Feed::Fresh { .. }),
        epss: epss.map(|(s, e)| Epss {
            cve: s.cve.clone(),
            score: e.score as f32,
            percentile: e.percentile as f32,
            as_of: e.date,
        }),
        exploit: exploit.map(|s| Exploit {
            cve: s.cve.clone(),
            first_seen: s.exploit_first_seen(),
            sources: s.exploits.iter().map(|e| e.source.as_str().to_owned()).collect(),
        }),
        ssvc: ssvc.map(|(s, v)| Ssvc {
            cve: s.cve.clone(),
            exploitation: v.exploitation.map(|e| match e {
                intel::signals::Exploitation::None => "none".to_owned(),
                intel::signals::Exploitation::PublicPoc => "poc".to_owned(),
                intel::signals::Exploitation::Active => "active".to_owned(),
            }),
            automatable: v.automatable.map(|a| a == intel::signals::Automatable::Yes),
            total_impact: v.technical_impact.map(|t| t == intel::signals::TechnicalImpact::Total),
        }),
    }
}

/// A vector of the record that gave the severity shown, else of a CVE record.
fn vector(records: &[&Advisory], group: &GroupFacts, severity: Severity) -> Option<Arc<str>> {
    let worst = records.iter().filter(|r| r.severity == severity).find_map(|r| r.vectors.first());
    let others = group.others.iter().filter(|(s, _, _)| *s == severity);
    let other = others.filter_map(|(_, _, v)| v.first()).next();
    let any = || other.or_else(|| group.cves.iter().find_map(|c| c.vectors.first()));
    worst.or_else(any).map(|v| v.as_str().into())
}

fn cwes(records: &[&Advisory], group: &GroupFacts) -> Arc<[String]> {
    let all =
        records.iter().flat_map(|r| &r.cwes).chain(group.signals.iter().flat_map(|s| &s.cwes));
    let sorted: std::collections::BTreeSet<String> = all.cloned().collect();
    sorted.into_iter().collect()
}
