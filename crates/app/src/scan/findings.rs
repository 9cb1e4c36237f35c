//! From verdicts to findings: one per asset, package version and alias group, each with its clock.

use std::collections::{BTreeMap, HashMap, HashSet};

use intel::{Advisory, AdvisoryRef, GroupRef};
use intel::{IndexError, Kind};
use triage::{Clock, How};
use vocab::{Severity, purl};

use super::Context;
use super::facts::{self, GroupFacts, Meeting};
use super::gather::{Gathered, Package};
use super::judge::Judged;
use super::paths::Requirers;
use crate::config::trust::{Ignoring, Question};
use crate::config::{Criticality, IgnoreRule};
use crate::report::{self, Asset, Epss, Exploit, Finding, Ignored, Kev, Notice, Ssvc};

/// A finding with what later steps need of it.
pub(super) struct Made {
    /// As it stands in the report.
    pub report: Finding,
    /// Which package.
    pub package: u32,
    /// Which alias group.
    pub group: GroupRef,
    /// The acting clock.
    pub clock: Clock,
}

/// Everything the verdicts turned into.
#[derive(Default)]
pub(super) struct Findings {
    /// In queue order.
    pub findings: Vec<Made>,
    /// Informational.
    pub notices: Vec<Notice>,
    /// Left out by the configuration.
    pub ignored: Vec<Ignored>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// The assets as the report shows them; each name once.
pub(super) fn assets(context: &Context<'_>, gathered: &Gathered) -> Vec<Asset> {
    let mut counts = vec![0u64; gathered.assets.len()];
    for package in &gathered.packages {
        if let Some(count) = counts.get_mut(package.asset as usize) {
            *count += 1;
        }
    }
    let mut names: HashSet<String> = HashSet::new();
    let assets = gathered.assets.iter().zip(counts).map(|(files, components)| {
        let described = context.trust.describe(&[&files.relative, &files.path]);
        let mut id = described.name.clone().unwrap_or_else(|| files.name.clone());
        if !names.insert(id.clone()) {
            id = files.path.clone();
            names.insert(id.clone());
        }
        Asset {
            id,
            path: files.path.clone(),
            exposure: described.exposure,
            exposure_source: described.exposure_source,
            owner: described.owner,
            environment: described.environment,
            criticality: described.criticality.map(|c| c.as_str().to_owned()),
            files: files.files,
            components,
        }
    });
    assets.collect()
}

/// The records and groups of one scan, read once each.
struct Known {
    advisories: HashMap<AdvisoryRef, Advisory>,
    groups: HashMap<GroupRef, GroupFacts>,
}

impl Known {
    /// Reads what the verdicts name, once each.
    fn read(context: &Context<'_>, judged: &[Judged]) -> Result<Self, IndexError> {
        let evaluations = judged.iter().filter_map(|j| match j {
            Judged::Affected { evaluation, .. } => Some(evaluation),
            Judged::FirstParty { evaluation } => evaluation.as_ref(),
            _ => None,
        });
        let mut refs: Vec<AdvisoryRef> =
            evaluations.flat_map(|e| e.matches.iter().map(|m| m.advisory)).collect();
        refs.sort_unstable();
        refs.dedup();
        let mut known = Self { advisories: HashMap::new(), groups: HashMap::new() };
        for advisory in refs {
            let facts = context.index.advisory(advisory)?;
            let group = facts.group;
            known.advisories.insert(advisory, facts);
            if let std::collections::hash_map::Entry::Vacant(slot) = known.groups.entry(group) {
                slot.insert(facts::group(context, group)?);
            }
        }
        Ok(known)
    }
}

/// Makes the findings, notices and ignored findings of a scan.
pub(super) fn findings(
    context: &Context<'_>,
    gathered: &Gathered,
    assets: &[Asset],
    judged: &[Judged],
) -> Result<Findings, IndexError> {
    let known = Known::read(context, judged)?;
    let feeds = facts::feeds(context);
    let mut made = Findings::default();
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    let mut requirers: HashMap<u32, Requirers> = HashMap::new();
    for (number, (package, judged)) in gathered.packages.iter().zip(judged).enumerate() {
        let Some(asset) = assets.get(package.asset as usize) else { continue };
        let (evaluation, origin) = match judged {
            Judged::Affected { evaluation, origin } => (evaluation, *origin),
            Judged::FirstParty { evaluation: Some(evaluation) } => {
                notices(
                    &known,
                    gathered,
                    asset,
                    package,
                    &evaluation.matches,
                    Some("first_party"),
                    &mut made.notices,
                );
                continue;
            }
            _ => continue,
        };
        notices(&known, gathered, asset, package, &evaluation.matches, None, &mut made.notices);
        for (group, records) in grouped(&known, &evaluation.matches) {
            let Some(facts) = known.groups.get(&group) else { continue };
            let subject = Subject {
                gathered,
                context,
                known: &known,
                asset,
                package,
                facts,
                records: &records,
                origin,
                feeds,
            };
            let Some((mut finding, clock)) = subject.finding() else { continue };
            finding.fixed_in = fixed_in(&evaluation.matches, &records);
            finding.path = dependency_path(gathered, package, &mut requirers);
            let paths: Vec<&str> = finding.places.iter().map(|p| p.path.as_str()).collect();
            let question = Question {
                ids: &finding.aliases,
                ecosystem: &finding.ecosystem,
                name: &finding.name,
                paths: &paths,
            };
            match context.trust.ignoring(question, context.now) {
                Ignoring::Until(rule) => {
                    made.ignored.push(ignored(finding, rule));
                    continue;
                }
                Ignoring::Expired(rule) => made.warnings.push(format!(
                    "{}: the ignore of {} in {} ended {}; the finding is back",
                    rule.origin, rule.id, finding.name, rule.until
                )),
                Ignoring::Refused(rule) => *refused.entry(rule.origin.clone()).or_default() += 1,
                Ignoring::Not => {}
            }
            let package = u32::try_from(number).unwrap_or(u32::MAX);
            made.findings.push(Made { report: finding, package, group, clock });
        }
    }
    for (origin, count) in refused {
        made.warnings.push(format!(
            "{origin}: this ignore inside the scanned tree is not applied ({count} findings); --trust-config applies it, or put it in a file given with --config"
        ));
    }
    for asset in &gathered.assets {
        made.warnings.extend(context.trust.describe(&[&asset.relative, &asset.path]).refused);
    }
    made.warnings.sort();
    made.warnings.dedup();
    made.notices.sort_by(|a, b| {
        (&a.asset, &a.name, &a.version, &a.advisory).cmp(&(
            &b.asset,
            &b.name,
            &b.version,
            &b.advisory,
        ))
    });
    let order = |f: &Made| {
        let assumed = f.report.inputs.iter().any(|i| i.how == "assumed");
        let epss = f.report.signals.epss.as_ref().map_or(0.0, |e| e.percentile);
        (
            f.report.signals.kev.is_none(),
            assumed,
            std::cmp::Reverse((epss * 1e6) as u64),
            std::cmp::Reverse(f.report.severity),
            f.report.id.clone(),
        )
    };
    made.findings.sort_by(|a, b| {
        triage::queue_order(&a.clock, &b.clock, context.now).then_with(|| order(a).cmp(&order(b)))
    });
    Ok(made)
}

fn ignored(finding: Finding, rule: &IgnoreRule) -> Ignored {
    Ignored { finding, reason: rule.reason.clone(), until: rule.until, origin: rule.origin.clone() }
}

/// The matching records that start a clock, by alias group, in a stable order.
fn grouped(known: &Known, matches: &[intel::Match]) -> Vec<(GroupRef, Vec<AdvisoryRef>)> {
    let mut groups: BTreeMap<GroupRef, Vec<AdvisoryRef>> = BTreeMap::new();
    for matched in matches {
        let Some(advisory) = known.advisories.get(&matched.advisory) else { continue };
        if matches!(advisory.kind, Kind::Vulnerability | Kind::Malicious) {
            groups.entry(advisory.group).or_default().push(matched.advisory);
        }
    }
    groups.into_iter().collect()
}

/// Informational records, or (for the project itself) every record that bears its name.
fn notices(
    known: &Known,
    gathered: &Gathered,
    asset: &Asset,
    package: &Package,
    matches: &[intel::Match],
    kind: Option<&str>,
    out: &mut Vec<Notice>,
) {
    let mut groups: BTreeMap<(GroupRef, String), Vec<AdvisoryRef>> = BTreeMap::new();
    for matched in matches {
        let Some(advisory) = known.advisories.get(&matched.advisory) else { continue };
        let clock = matches!(advisory.kind, Kind::Vulnerability | Kind::Malicious);
        if kind.is_some() || !clock {
            let word = kind.unwrap_or(advisory.kind.as_str()).to_owned();
            groups.entry((advisory.group, word)).or_default().push(matched.advisory);
        }
    }
    for ((group, kind), records) in groups {
        out.push(Notice {
            kind,
            asset: asset.id.clone(),
            advisory: known.groups.get(&group).map(name_of).unwrap_or_default(),
            title: records
                .iter()
                .find_map(|r| known.advisories.get(r).map(|a| &a.title))
                .cloned()
                .unwrap_or_default(),
            name: package.name.clone(),
            version: package.version.text().to_owned(),
            ecosystem: package.ecosystem.to_string(),
            records: ids(known, &records),
            places: gathered.places(package),
        });
    }
}

fn ids(known: &Known, records: &[AdvisoryRef]) -> Vec<String> {
    records.iter().filter_map(|r| known.advisories.get(r)).map(|a| a.id.clone()).collect()
}

/// What a group is called: its first CVE, else its first GHSA, else its first id.
fn name_of(group: &GroupFacts) -> String {
    let ids = &group.group.aliases;
    let ghsa = || ids.iter().find(|id| id.starts_with("GHSA-"));
    group.group.cves.first().or_else(ghsa).or(ids.first()).cloned().unwrap_or_default()
}

/// The distinct fixes that the matching records name for this version, in the order of the records.
fn fixed_in(matches: &[intel::Match], records: &[AdvisoryRef]) -> Vec<String> {
    let mut fixed = Vec::new();
    for version in
        matches.iter().filter(|m| records.contains(&m.advisory)).filter_map(|m| m.fixed.as_ref())
    {
        if !fixed.contains(version) {
            fixed.push(version.clone());
        }
    }
    fixed
}

fn dependency_path(
    gathered: &Gathered,
    package: &Package,
    requirers: &mut HashMap<u32, Requirers>,
) -> Vec<String> {
    let hops =
        super::fixes::hops(gathered, package, requirers).into_iter().next().unwrap_or_default();
    hops.into_iter()
        .map(|h| if h.version.is_empty() { h.name } else { format!("{}@{}", h.name, h.version) })
        .collect()
}

struct Subject<'a> {
    gathered: &'a Gathered,
    context: &'a Context<'a>,
    known: &'a Known,
    asset: &'a Asset,
    package: &'a Package,
    facts: &'a GroupFacts,
    records: &'a [AdvisoryRef],
    origin: Option<&'static str>,
    feeds: triage::Feeds,
}

impl Subject<'_> {
    /// The finding with its acting clock; `None` when no clock acts, which only notices have.
    fn finding(&self) -> Option<(Finding, Clock)> {
        let (package, asset, group) = (self.package, self.asset, &self.facts.group);
        let advisory = name_of(self.facts);
        let plain = purl::purl(&package.ecosystem, &package.name, None)
            .unwrap_or_else(|| format!("{}/{}", package.ecosystem, package.name));
        let version = package.version.text();
        let identity = format!("{}|{plain}|{advisory}", asset.id);
        let records: Vec<Advisory> =
            self.records.iter().filter_map(|r| self.known.advisories.get(r)).cloned().collect();
        let first_seen = self.context.request.baseline.as_ref().map(|b| b.first_seen(&identity));
        let meeting = Meeting {
            exposure: (asset.exposure, &asset.exposure_source),
            criticality: asset.criticality.as_deref().and_then(criticality),
            scope: package.scope,
            records: &records,
            first_seen: first_seen.flatten(),
        };
        let facts = facts::facts(self.context, self.feeds, self.facts, &meeting);
        let clocks = triage::clock(&facts, self.context.policies, self.context.now);
        let clock = clocks.acting?;
        let malicious = facts.kind == triage::Kind::Malicious;
        let finding = Finding {
            id: format!("{identity}@{version}"),
            title: self
                .records
                .iter()
                .filter_map(|r| self.known.advisories.get(r).map(|a| &a.title))
                .find(|t| !t.is_empty())
                .cloned()
                .unwrap_or_default(),
            records: records.iter().map(|r| r.id.clone()).collect(),
            aliases: group.aliases.clone(),
            identity,
            asset: asset.id.clone(),
            purl: purl::purl(&package.ecosystem, &package.name, Some(version))
                .unwrap_or_else(|| format!("{plain}@{version}")),
            name: package.name.clone(),
            version: version.to_owned(),
            ecosystem: package.ecosystem.to_string(),
            kind: if malicious { "malicious" } else { "vulnerability" }.into(),
            places: self.gathered.places(package),
            scope: package.scope,
            direct: package.direct,
            path: Vec::new(),
            origin: self.origin.map(str::to_owned),
            severity: facts.severity,
            signals: signals(self.facts, self.feeds),
            vector: vector(&records, self.facts, facts.severity),
            cwes: cwes(&records, self.facts),
            exposed_since: clock.exposed_since,
            first_seen: facts.sighting.at,
            first_seen_from: if meeting.first_seen.is_some() { "baseline" } else { "this scan" }
                .into(),
            clock_start: Some(clock.start),
            due: clock.due,
            overdue: clock.overdue(self.context.now),
            emergency: clock.emergency,
            forensics: clock.forensics,
            policy: format!("{} {}", clock.policy, clock.policy_version),
            row: clock.row.clone(),
            why: clock.why.clone(),
            inputs: clock.inputs.iter().map(input).collect(),
            other_clocks: clocks.others.into_iter().map(other).collect(),
            fixed_in: Vec::new(),
            new: first_seen.map(|seen| seen.is_none()),
            disputed: facts.disputed,
            advisory,
        };
        Some((finding, clock))
    }
}

fn criticality(word: &str) -> Option<Criticality> {
    [Criticality::Low, Criticality::Medium, Criticality::High]
        .into_iter()
        .find(|c| c.as_str() == word)
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
pub(super) fn signals(group: &GroupFacts, feeds: triage::Feeds) -> report::Signals {
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
fn vector(records: &[Advisory], group: &GroupFacts, severity: Severity) -> Option<String> {
    let worst = records.iter().filter(|r| r.severity == severity).find_map(|r| r.vectors.first());
    let any = || group.cves.iter().find_map(|c| c.vectors.first());
    worst.or_else(any).cloned()
}

fn cwes(records: &[Advisory], group: &GroupFacts) -> Vec<String> {
    let all =
        records.iter().flat_map(|r| &r.cwes).chain(group.signals.iter().flat_map(|s| &s.cwes));
    let sorted: std::collections::BTreeSet<String> = all.cloned().collect();
    sorted.into_iter().collect()
}
