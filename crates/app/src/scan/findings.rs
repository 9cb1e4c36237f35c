//! From verdicts to findings: one per asset, package version and alias group, each with its clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use intel::{Advisory, AdvisoryRef, GroupRef, IndexError, Kind};
use vocab::{Instant, Severity, purl};

use super::Context;
use super::facts;
use super::gather::{Gathered, Package};
use super::judge::Judged;
use super::lies;
use super::memory::{AssetMemory, Remembered};
use super::paths::Ways;
use super::timed::{self, Occasion, Seen, Timed};
use super::vex;
use crate::clock::{self, GroupFacts};
use crate::config::IgnoreRule;
use crate::config::trust::{Described, Ignoring, Question};
use crate::report::{Asset, Covered, Finding, Ignored, Notice, Stated};

/// A finding with what later steps need of it.
pub(super) struct Made {
    /// As it stands in the report.
    pub report: Finding,
    /// Which package.
    pub package: u32,
    /// Which alias group.
    pub group: GroupRef,
    /// Its clock, shared with the further versions of the package.
    pub timed: Rc<Timed>,
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
    /// Taken out by a VEX statement.
    pub stated: Vec<Stated>,
    /// The same as (package, alias group).
    pub left_out: HashSet<(u32, GroupRef)>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// The assets as the report shows them; each name once.
pub(super) fn assets(context: &Context<'_>, gathered: &Gathered) -> Vec<Asset> {
    let mut counts = vec![(0u64, 0u64); gathered.assets.len()];
    for package in &gathered.packages {
        if let Some((all, owned)) = counts.get_mut(package.asset as usize) {
            *all += 1;
            *owned += u64::from(package.owned);
        }
    }
    let described: Vec<Described> =
        gathered.assets.iter().map(|files| context.trust.describe(files.spelled())).collect();
    let ids = unique_ids(gathered, &described, context.request.by_path);
    let rows = gathered.assets.iter().zip(counts).zip(described.into_iter().zip(ids));
    let mut read: Vec<Vec<String>> = vec![Vec::new(); gathered.assets.len()];
    for file in &gathered.readings {
        if let Some(read) = read.get_mut(file.asset as usize) {
            read.push(file.path.to_string());
        }
    }
    for paths in &mut read {
        paths.sort();
        paths.dedup();
    }
    let rows = rows.zip(read);
    let assets = rows.map(|(((files, (components, owned)), (described, id)), read)| Asset {
        id,
        path: files.path.clone(),
        root: files.root.clone(),
        exposure: described.exposure,
        exposure_source: described.exposure_source,
        owner: described.owner,
        environment: described.environment,
        criticality: described.criticality.map(|c| c.as_str().to_owned()),
        kind: files.kind.as_str().into(),
        digest: files.digest.clone(),
        distribution: files.distribution.as_ref().map(|d| d.name.clone()),
        ends: files.distribution.as_ref().and_then(|d| d.ends),
        owned,
        files: files.files,
        components,
        covered: Covered {
            part: context.trust.is_part(files.spelled()),
            read,
            ..lies::lies(files, gathered.several)
        },
    });
    assets.collect()
}

/// What to call each asset: what the configuration says, else its own name; where that is not unique,
/// all that share it take their paths, so that none inherits what is another's.
fn unique_ids(gathered: &Gathered, described: &[Described], by_path: bool) -> Vec<String> {
    let both = gathered.assets.iter().zip(described);
    let wished: Vec<&str> = both
        .map(|(files, d)| {
            d.name.as_deref().unwrap_or(if by_path { &files.path } else { &files.name })
        })
        .collect();
    let mut times: HashMap<&str, u32> = HashMap::new();
    wished.iter().for_each(|name| *times.entry(*name).or_default() += 1);
    let mut taken: HashSet<String> = HashSet::new();
    let ids = wished.iter().zip(&gathered.assets).map(|(name, files)| {
        let id = if times.get(name) == Some(&1) { (*name).to_owned() } else { files.path.clone() };
        let numbered = (2..).map(|n| format!("{id} #{n}"));
        let free = std::iter::once(id.clone()).chain(numbered).find(|i| !taken.contains(i));
        let id = free.unwrap_or(id);
        taken.insert(id.clone());
        id
    });
    ids.collect()
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
                slot.insert(clock::group(context.index, group)?);
            }
        }
        let unrated = |a: &&Advisory| a.severity == Severity::Unknown;
        let without: HashSet<GroupRef> =
            known.advisories.values().filter(unrated).map(|a| a.group).collect();
        for (_, facts) in known.groups.iter_mut().filter(|(group, _)| without.contains(group)) {
            facts.others = clock::others(context.index, &facts.group)?;
        }
        Ok(known)
    }
}

/// Makes the findings, notices and ignored findings of a scan.
pub(super) fn findings(
    context: &Context<'_>,
    gathered: &Gathered,
    assets: &[Asset],
    memories: &[AssetMemory],
    judged: &[Judged],
) -> Result<Findings, IndexError> {
    let known = Known::read(context, judged)?;
    let asset_ids: Vec<Arc<str>> = assets.iter().map(|a| a.id.as_str().into()).collect();
    let mut making = Making {
        context,
        gathered,
        known: &known,
        memories,
        feeds: facts::feeds(context),
        timed: HashMap::new(),
        ways: HashMap::new(),
        refused: BTreeMap::new(),
        applying: context.statements.applying(),
        names: HashMap::new(),
        made: Findings::default(),
    };
    for (number, (package, judged)) in gathered.packages.iter().zip(judged).enumerate() {
        let at = package.asset as usize;
        let (Some(asset), Some(asset_id)) = (assets.get(at), asset_ids.get(at)) else { continue };
        let (evaluation, origin) = match judged {
            Judged::Affected { evaluation, origin } => (evaluation, *origin),
            Judged::FirstParty { evaluation: Some(evaluation) } => {
                making.notices(asset, package, &evaluation.matches, Some("first_party"));
                continue;
            }
            _ => continue,
        };
        making.notices(asset, package, &evaluation.matches, None);
        let subject =
            Subject { number, package, asset, asset_id, matches: &evaluation.matches, origin };
        making.package(&subject);
    }
    Ok(making.finish())
}

/// A package that advisories cover.
struct Subject<'a> {
    number: usize,
    package: &'a Package,
    asset: &'a Asset,
    asset_id: &'a Arc<str>,
    matches: &'a [intel::Match],
    origin: Option<&'static str>,
}

struct Making<'a> {
    context: &'a Context<'a>,
    gathered: &'a Gathered,
    known: &'a Known,
    memories: &'a [AssetMemory],
    feeds: triage::Feeds,
    timed: HashMap<timed::Key, Option<Rc<Timed>>>,
    ways: HashMap<u32, Ways>,
    /// Ignores inside a scanned tree that were not applied, with how many findings they would hide.
    refused: BTreeMap<String, u64>,
    /// VEX statements on their way over the findings.
    applying: vex::Applying<'a>,
    /// What statements may call an asset; gathered for those that one may speak of.
    names: HashMap<u32, formats::vex::Asset>,
    made: Findings,
}

impl Making<'_> {
    /// The findings of one package, one per alias group.
    fn package(&mut self, subject: &Subject<'_>) {
        let package = subject.package;
        let version = package.version.text();
        // In the one spelling of the ecosystem: an identity must not hang on which file came first.
        let normal = package.ecosystem.normal_name(&package.name);
        let plain = purl::purl(&package.ecosystem, &normal, None)
            .unwrap_or_else(|| format!("{}/{}", package.ecosystem, package.name));
        let full = purl::purl(&package.ecosystem, &normal, package.version.exact())
            .unwrap_or_else(|| format!("{plain}@{version}"));
        let mut path = None;
        for (group, records) in grouped(self.known, subject.matches) {
            let Some(facts) = self.known.groups.get(&group) else { continue };
            let identity = format!("{}|{plain}|{}", subject.asset_id, facts.name);
            let first_seen = self
                .context
                .request
                .baseline
                .as_ref()
                .map(|b| b.first_seen(&identity, &facts.group.aliases));
            let fixed_in = fixed_in(subject.matches, &records);
            let statement = statement(subject.matches, &records);
            let memory = self.memories.get(package.asset as usize);
            let ids = || facts.group.aliases.iter().map(String::as_str).chain([&*facts.name]);
            let remembered = memory.and_then(|m| m.find(&full, &package.name, ids()));
            let seen = self.seen(first_seen.flatten(), &identity, facts, remembered);
            let Some(timed) = self.timed(subject, group, records, seen, remembered) else {
                continue;
            };
            let path =
                path.get_or_insert_with(|| dependency_path(self.gathered, package, &mut self.ways));
            let finding = Finding {
                id: format!("{identity}@{version}"),
                identity,
                purl: full.clone(),
                name: package.name.clone(),
                version: version.to_owned(),
                ecosystem: package.ecosystem.to_string(),
                places: self.gathered.places(package),
                direct: package.direct,
                path: path.clone(),
                origin: subject.origin.map(str::to_owned),
                fixed_in,
                installed: self.gathered.installed(package),
                statement,
                new: first_seen.map(|seen| seen.is_none()),
                ..timed.finding()
            };
            if let Some(finding) = self.unstated(finding, subject, group) {
                self.keep(finding, subject.number, group, timed);
            }
        }
    }

    /// When it was first seen. Where the ledger has it, the ledger's word counts; else the earliest of what
    /// earlier scans tell.
    fn seen(
        &self,
        baseline: Option<Instant>,
        identity: &str,
        facts: &GroupFacts,
        remembered: Option<&Remembered>,
    ) -> Seen {
        if let Some(remembered) = remembered {
            return Seen { at: remembered.past.seen, from: "ledger" };
        }
        let sighted = self.context.sighted.first_seen(identity, &facts.group.aliases);
        let told = [(baseline, "baseline"), (sighted, "earlier scan")];
        let told = told.into_iter().filter_map(|(at, from)| Some(Seen { at: at?, from }));
        // Kept sightings are whole seconds: of the same second the baseline's word is the exact one.
        told.min_by_key(|seen| seen.at.as_second())
            .unwrap_or(Seen { at: self.context.now, from: "this scan" })
    }

    fn timed(
        &mut self,
        subject: &Subject<'_>,
        group: GroupRef,
        records: Vec<AdvisoryRef>,
        seen: Seen,
        remembered: Option<&Remembered>,
    ) -> Option<Rc<Timed>> {
        let facts = self.known.groups.get(&group)?;
        let (asset, scope) = (subject.package.asset, subject.package.scope);
        let key = (group, records, asset, scope, seen, remembered.map(|r| r.finding));
        if let Some(timed) = self.timed.get(&key) {
            return timed.clone();
        }
        let records: Vec<&Advisory> =
            key.1.iter().filter_map(|r| self.known.advisories.get(r)).collect();
        let occasion = Occasion {
            asset: subject.asset,
            asset_id: subject.asset_id,
            advisory: &facts.name,
            scope: subject.package.scope,
            records: &records,
            seen,
            remembered,
            tables: self.memories.get(asset as usize).map_or(self.context.policies, |m| &m.tables),
        };
        let timed = Timed::new(self.context, self.feeds, facts, &occasion).map(Rc::new);
        self.timed.insert(key, timed.clone());
        timed
    }

    /// The finding, unless a VEX statement takes it out of the queue.
    fn unstated(
        &mut self,
        mut finding: Finding,
        subject: &Subject<'_>,
        group: GroupRef,
    ) -> Option<Finding> {
        if !self.applying.names(&finding) {
            return Some(finding);
        }
        let (gathered, at) = (self.gathered, subject.package.asset);
        let trusted = self.context.request.trust_config;
        let names = self
            .names
            .entry(at)
            .or_insert_with(|| vex::names::asset(at, gathered, subject.asset, trusted));
        let called = vex::names::subject(gathered, subject.package);
        let Some(statement) = self.applying.decide(&mut finding, &called, names) else {
            return Some(finding);
        };
        let package = u32::try_from(subject.number).unwrap_or(u32::MAX);
        self.made.left_out.insert((package, group));
        self.made.stated.push(Stated { finding, statement });
        None
    }

    /// Puts a finding where the configuration's ignores say.
    fn keep(&mut self, finding: Finding, number: usize, group: GroupRef, timed: Rc<Timed>) {
        let package = u32::try_from(number).unwrap_or(u32::MAX);
        let paths: Vec<&str> = finding.places.iter().map(|p| &*p.path).collect();
        let ids: Vec<&str> = finding.ids().collect();
        let question = Question {
            ids: &ids,
            ecosystem: &finding.ecosystem,
            name: &finding.name,
            paths: &paths,
            more: self.gathered.packages.get(number).is_some_and(|p| p.more),
        };
        match self.context.trust.ignoring(question, self.context.now) {
            Ignoring::Until(rule) => {
                self.made.left_out.insert((package, group));
                return self.made.ignored.push(ignored(finding, rule));
            }
            Ignoring::Expired(rule) => self.made.warnings.push(format!(
                "{}: the ignore of {} in {} ended {}; the finding is back",
                rule.origin, rule.id, finding.name, rule.until
            )),
            Ignoring::Refused(rule) => *self.refused.entry(rule.origin.clone()).or_default() += 1,
            Ignoring::Not => {}
        }
        self.made.findings.push(Made { report: finding, package, group, timed });
    }

    /// Informational records, or (for the project itself) every record that bears its name.
    fn notices(
        &mut self,
        asset: &Asset,
        package: &Package,
        matches: &[intel::Match],
        kind: Option<&str>,
    ) {
        let mut groups: BTreeMap<(GroupRef, &str), Vec<&Advisory>> = BTreeMap::new();
        for advisory in matches.iter().filter_map(|m| self.known.advisories.get(&m.advisory)) {
            let clock = matches!(advisory.kind, Kind::Vulnerability | Kind::Malicious);
            if kind.is_some() || !clock {
                let word = kind.unwrap_or(advisory.kind.as_str());
                groups.entry((advisory.group, word)).or_default().push(advisory);
            }
        }
        for ((group, kind), records) in groups {
            self.made.notices.push(Notice {
                kind: kind.to_owned(),
                asset: asset.id.clone(),
                advisory: self
                    .known
                    .groups
                    .get(&group)
                    .map(|g| g.name.to_string())
                    .unwrap_or_default(),
                title: records
                    .iter()
                    .map(|r| r.title.as_str())
                    .find(|t| !t.is_empty())
                    .unwrap_or_default()
                    .to_owned(),
                name: package.name.clone(),
                version: package.version.text().to_owned(),
                ecosystem: package.ecosystem.to_string(),
                records: records.iter().map(|r| r.id.clone()).collect(),
                places: self.gathered.places(package),
            });
        }
    }

    /// Adds what is told once, and puts everything in its order.
    fn finish(self) -> Findings {
        let Self { context, gathered, refused, applying, mut made, .. } = self;
        made.warnings.extend(applying.finish());
        for (origin, count) in refused {
            made.warnings.push(format!(
                "{origin}: this ignore inside the scanned tree is not applied ({count} findings); --trust-config applies it, or put it in a file given with --config"
            ));
        }
        for asset in &gathered.assets {
            made.warnings.extend(context.trust.describe(asset.spelled()).refused);
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
        made.order(context.now);
        made
    }
}

impl Findings {
    /// Puts the findings into queue order.
    pub fn order(&mut self, now: Instant) {
        self.findings.sort_by(|a, b| {
            let clocks = triage::queue_order(&a.timed.clock, &b.timed.clock, now);
            clocks.then_with(|| weight(&a.report).cmp(&weight(&b.report)))
        });
    }
}

/// Exploited, known, likely, severe; the id for a stable order.
type Likelier<'a> = (bool, bool, Reverse<u64>, Reverse<Severity>, &'a str);

/// Among findings of the same urgency: what the sources may use, then what is known to be exploited, then
/// what is known rather than assumed, then the likelier and the worse.
fn weight(finding: &Finding) -> (bool, Likelier<'_>) {
    let unused = finding.reach.as_ref().is_some_and(|r| r.answer == "not_imported");
    let assumed = finding.is_assumed() || finding.inputs.iter().any(|i| i.how == "assumed");
    let percentile = finding.signals.epss.as_ref().map_or(0.0, |e| e.percentile);
    let likely = Reverse((percentile * 1e6) as u64);
    let likelier =
        (finding.signals.kev.is_none(), assumed, likely, Reverse(finding.severity), &*finding.id);
    (unused, likelier)
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

/// What the distribution says besides, of all matching records, each once.
fn statement(matches: &[intel::Match], records: &[AdvisoryRef]) -> Option<Arc<str>> {
    let mut said: Vec<&str> = Vec::new();
    for text in matches.iter().filter(|m| records.contains(&m.advisory)) {
        said.extend(text.statement.as_deref().filter(|text| !said.contains(text)));
    }
    (!said.is_empty()).then(|| said.join("; ").into())
}

fn dependency_path(
    gathered: &Gathered,
    package: &Package,
    ways: &mut HashMap<u32, Ways>,
) -> Vec<String> {
    let hops = super::fixes::hops(gathered, package, ways).into_iter().next().unwrap_or_default();
    hops.into_iter()
        .map(|h| if h.version.is_empty() { h.name } else { format!("{}@{}", h.name, h.version) })
        .collect()
}
