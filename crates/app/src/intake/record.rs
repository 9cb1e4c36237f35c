//! What does our own scan put into the ledger, and what does its inventory prove?
//!
//! In: a scan's report and the versions that it met. Out: the report taken in as any other document, from the source
//! `gabion`; and version evidence: an open dependency finding of whatever source closes when a complete inventory has its
//! package, and every instance at a version that the index says is clear of every id of the group. Three-valued: what
//! is not evaluated is not clear. A package that is not there at all closes our own claim; of others' it is proposed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use findings::coverage::Target;
use intel::{GroupRef, Index, IndexError};
use ledger::LedgerError;
use ledger::change::{Change, Closure};
use ledger::row::{ClaimRow, Finding, Ids};
use serde::Serialize;
use vocab::{Declared, Ecosystem, Exposure, Instant, NotEvaluated};

use super::again::Again;
use super::import::{Common, ImportError, Imported, Progress, Request, one_of};
use super::kept;
use super::spool::Input;
use super::timing::Timing;
use super::writing::WriteError;
use crate::books::{Actor, Books, UseCase, allow};
use crate::intelligence::{Intelligence, IntelligenceError};
use crate::report::{
    self, Asset, EXCLUDED, Ignored, Notice, Report, Skipped, Stated, Unevaluated, Unread,
};
use crate::scan::Scanned;
use crate::settings::Settings;

/// Our own source.
pub const SOURCE: &str = "gabion";
/// Most instances named in an evidence.
const NAMED: usize = 5;
/// Of a finding with so many ids some may be left out: nothing is proved of all of them.
const MAX_IDS: usize = 64;
/// Most package versions whose evaluation is remembered.
const MAX_EVALUATED: usize = 50_000;

/// The versions that a scan met, by asset and package.
#[derive(Debug, Default)]
pub struct Inventory {
    packages: HashMap<String, HashMap<String, Vec<Instance>>>,
    /// The real path of what was scanned, by asset.
    folders: HashMap<String, String>,
}

/// A package as one place declares it.
#[derive(Debug, Clone)]
struct Instance {
    ecosystem: Ecosystem,
    name: String,
    /// `None` where nothing exact is declared, or it is no release of the registry.
    version: Option<String>,
}

impl Inventory {
    /// What a scan met.
    pub fn of(scanned: &Scanned) -> Self {
        let mut all = Self::default();
        for (asset, files) in scanned.report.assets.iter().zip(&scanned.gathered.assets) {
            if let Some(real) = &files.real {
                all.folders.insert(asset.id.clone(), real.to_string_lossy().into_owned());
            }
        }
        for package in &scanned.gathered.packages {
            let Some(asset) = scanned.report.assets.get(package.asset as usize) else { continue };
            let registry = !package.owned
                && package.origins.iter().all(|o| matches!(o, vocab::Origin::Registry));
            let instance = Instance {
                ecosystem: package.ecosystem.clone(),
                name: package.name.clone(),
                version: match &package.version {
                    Declared::Exact(version) if registry => Some(version.clone()),
                    _ => None,
                },
            };
            let kind = package.ecosystem.base().purl_type();
            let names =
                scanned.gathered.installed(package).into_iter().chain([package.name.clone()]);
            let packages = all.packages.entry(asset.id.clone()).or_default();
            for name in names {
                let instances = packages.entry(key(kind, &package.ecosystem, &name)).or_default();
                instances.push(instance.clone());
            }
        }
        all
    }
}

/// A package under whatever spelling a source has for it.
fn key(kind: &str, ecosystem: &Ecosystem, name: &str) -> String {
    format!("{kind}/{}", ecosystem.normal_name(name)).to_lowercase()
}

/// What recording one asset came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// As of any document.
    pub imported: Imported,
    /// Findings closed because every instance is at a clear version.
    pub proved: u64,
    /// Closures proposed because no instance is left.
    pub proposed: u64,
}

/// Records a scan, asset by asset.
///
/// # Errors
/// As [`import`]; what was recorded of the assets before stays.
pub fn record(
    actor: &Actor,
    books: &mut Books,
    intelligence: &Intelligence,
    report: &Report,
    asked: &Asked<'_>,
    now: Instant,
    tell: &mut dyn FnMut(Progress),
) -> Result<Vec<Recorded>, ImportError> {
    allow(actor, UseCase::Import, true)?;
    let index = intelligence.index()?;
    let mut settings = Settings::of(&mut books.ledger)?;
    let further = settings.further(&asked.tables);
    let tables = further.iter().map(|table| settings.tables.keep(table)).collect();
    let common = Common {
        intelligence: Some(intelligence),
        index: Some(&index),
        settings: &settings,
        tables,
        configs: &[],
        secrets: books.ledger.secrets_key()?,
    };
    let parts = Parts::of(report);
    let (none, evaluated) = (HashMap::new(), RefCell::new(Evaluated::new()));
    let mut recorded = Vec::new();
    for asset in &report.assets {
        let written =
            |source| ImportError::Open { file: format!("the scan of {}", asset.id), source };
        let folder = tempfile::tempdir().map_err(written)?;
        let path = folder.path().join("gabion-scan.json");
        let file = std::fs::File::create(&path).map_err(written)?;
        let mut out = std::io::BufWriter::new(file);
        let part = parts.part(asset, asked.inventory);
        serde_json::to_writer(&mut out, &part).map_err(|e| written(e.into()))?;
        std::io::Write::flush(&mut out).map_err(written)?;
        let request = Request {
            asset: Some(asset.id.clone()),
            source: Some(SOURCE.to_owned()),
            format: Some("gabion-scan".to_owned()),
            exposure: Some(asset.exposure).filter(|e| *e != Exposure::Unknown),
            exposure_source: Some(asset.exposure_source.clone()),
            owner: asset.owner.clone(),
            criticality: asset.criticality.clone(),
            max_intel_age: asked.max_intel_age,
            by_inventory: true,
            ..Request::of(Input::File(path))
        };
        let mut imported = one_of(actor, books, &common, &request, now, tell)?;
        imported.file = asset.path.clone();
        clock_again(actor, books, &common, asked.max_intel_age, &asset.id, now)?;
        let mut done = Recorded { imported, proved: 0, proposed: 0 };
        // Of a part of what its name means nothing is known of the rest.
        if !asset.covered.part {
            let packages = asked.inventory.packages.get(&asset.id).unwrap_or(&none);
            let (index, evaluated, scanned_at) = (&index, &evaluated, report.scanned_at);
            let proving =
                Proving { index, evaluated, packages, scanned_at, read: part.read_only() };
            proving.all(actor, books, &asset.id, now, &mut done).map_err(|error| match error {
                Failed::Ledger(error) => ImportError::from(error),
                Failed::Index(error) => IntelligenceError::into(intelligence.unusable(error)),
            })?;
        }
        recorded.push(done);
    }
    Ok(recorded)
}

/// What a scan met and was asked for, beside its report.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The versions that it met.
    pub inventory: &'a Inventory,
    /// Tables that the command or the scanned tree adds.
    pub tables: Vec<triage::Policy>,
    /// Hours up to which a feed's silence means «no», where less than the ledger's setting.
    pub max_intel_age: Option<i64>,
}

/// What stands unchanged has the date of today's intelligence too, as the report has it.
fn clock_again(
    actor: &Actor,
    books: &mut Books,
    common: &Common<'_>,
    max_intel_age: Option<i64>,
    asset: &str,
    now: Instant,
) -> Result<(), ImportError> {
    let Some((id, _)) = books.ledger.asset(asset)? else { return Ok(()) };
    let timing = Timing::new(common.index, common.settings, max_intel_age, now);
    let again = Again { timing: &timing, actor, reason: "what the world knows by now" };
    match again.of(books, Some(id), now) {
        Ok(_) => Ok(()),
        Err(WriteError::Ledger(error)) => Err(error.into()),
        Err(WriteError::Index(error)) => Err(super::import::unusable(common.intelligence, error)),
    }
}

/// What a report says of each asset, told apart in one pass.
struct Parts<'r> {
    report: &'r Report,
    assets: HashMap<&'r str, Lists<'r>>,
}

/// What is said of one asset, in the report's order.
#[derive(Default)]
struct Lists<'r> {
    findings: Vec<&'r report::Finding>,
    ignored: Vec<&'r Ignored>,
    stated: Vec<&'r Stated>,
    not_evaluated: Vec<&'r Unevaluated>,
    notices: Vec<&'r Notice>,
}

/// The part of a report that speaks of one asset, in the report's own shape, as far as its reader
/// (`findings`, «gabion-scan») looks. What could not be read may be of any.
#[derive(Serialize)]
struct Part<'p> {
    schema: &'p str,
    gabion: &'p str,
    scanned_at: Instant,
    complete: bool,
    not_evaluated: &'p [&'p Unevaluated],
    not_read: Vec<&'p Unread>,
    unrecognised: &'p [String],
    assets: [&'p Asset; 1],
    #[serde(skip_serializing_if = "str::is_empty")]
    folder: &'p str,
    components: u64,
    skipped: Vec<&'p Skipped>,
    findings: &'p [&'p report::Finding],
    notices: &'p [&'p Notice],
    ignored: &'p [&'p Ignored],
    stated: &'p [&'p Stated],
}

impl<'r> Parts<'r> {
    fn of(report: &'r Report) -> Self {
        let mut assets: HashMap<&'r str, Lists<'r>> = HashMap::new();
        for one in &report.findings {
            assets.entry(&one.asset).or_default().findings.push(one);
        }
        for one in &report.ignored {
            assets.entry(&one.finding.asset).or_default().ignored.push(one);
        }
        for one in &report.stated {
            assets.entry(&one.finding.asset).or_default().stated.push(one);
        }
        for one in &report.not_evaluated {
            assets.entry(&one.asset).or_default().not_evaluated.push(one);
        }
        for one in &report.notices {
            assets.entry(&one.asset).or_default().notices.push(one);
        }
        Self { report, assets }
    }

    /// Whether a path as given concerns an asset: it lies in it, or in none.
    fn concerns(&self, asset: &Asset, path: &str) -> bool {
        let lies_in = |asset: &Asset| {
            let folder = if asset.covered.single { &asset.root } else { &asset.path };
            let folder = folder.trim_end_matches('/');
            let rest = path.strip_prefix(folder);
            matches!(folder, "" | ".") || rest.is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        lies_in(asset) || !self.report.assets.iter().any(lies_in)
    }

    fn part<'p>(&'p self, asset: &'p Asset, inventory: &'p Inventory) -> Part<'p> {
        const NOTHING: &Lists<'_> = &Lists {
            findings: Vec::new(),
            ignored: Vec::new(),
            stated: Vec::new(),
            not_evaluated: Vec::new(),
            notices: Vec::new(),
        };
        let lists = self.assets.get(asset.id.as_str()).unwrap_or(NOTHING);
        let report = self.report;
        let not_read: Vec<&Unread> =
            report.not_read.iter().filter(|u| self.concerns(asset, &u.path)).collect();
        let excluded = |s: &&Skipped| s.rule == EXCLUDED && self.concerns(asset, &s.path);
        Part {
            schema: &report.schema,
            gabion: &report.gabion,
            scanned_at: report.scanned_at,
            complete: lists.not_evaluated.is_empty()
                && not_read.is_empty()
                && report.unrecognised.is_empty(),
            not_evaluated: &lists.not_evaluated,
            not_read,
            unrecognised: &report.unrecognised,
            assets: [asset],
            folder: inventory.folders.get(&asset.id).map_or("", String::as_str),
            components: report.components,
            skipped: report.skipped.iter().filter(excluded).collect(),
            findings: &lists.findings,
            notices: &lists.notices,
            ignored: &lists.ignored,
            stated: &lists.stated,
        }
    }
}

impl Part<'_> {
    /// Where something was passed over, which may hold an instance of anything: the files that were read.
    fn read_only(&self) -> Option<HashSet<&str>> {
        let gaps = self.not_read.len() + self.unrecognised.len() + self.skipped.len() > 0;
        let read = || self.assets.iter().flat_map(|asset| asset.covered.read.iter());
        gaps.then(|| read().map(String::as_str).collect())
    }
}

enum Failed {
    Ledger(LedgerError),
    Index(IndexError),
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// What the inventory of an asset says of a finding.
enum Said {
    Nothing,
    /// Every instance is clear: the evidence.
    Clear(String),
    /// No instance is left: the evidence.
    Gone(String),
}

/// Groups that cover a version, by ecosystem, package and version.
type Evaluated = HashMap<(Ecosystem, String, String), Option<Rc<[GroupRef]>>>;

struct Proving<'a> {
    index: &'a Index<'a>,
    /// What was evaluated so far, for any asset.
    evaluated: &'a RefCell<Evaluated>,
    packages: &'a HashMap<String, Vec<Instance>>,
    scanned_at: Instant,
    /// Only what is said of these files is proved; all, where nothing was passed over.
    read: Option<HashSet<&'a str>>,
}

impl Proving<'_> {
    fn all(
        &self,
        actor: &Actor,
        books: &mut Books,
        asset: &str,
        now: Instant,
        done: &mut Recorded,
    ) -> Result<(), Failed> {
        let Some((asset, _)) = books.ledger.asset(asset)? else { return Ok(()) };
        let (mut said, mut failed) = (Vec::new(), None);
        books.ledger.each_finding(Some(asset), true, &mut |finding| {
            match self.says(&finding) {
                Ok(Said::Nothing) => {}
                Ok(other) => said.push((finding.id, other)),
                Err(error) => failed = Some(error),
            }
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(Failed::Index(error));
        }
        let mut closes = Vec::new();
        let mut proposes = Vec::new();
        for (finding, said) in said {
            let rows = books.ledger.claims(finding)?;
            if !self.covers(&rows)? {
                continue;
            }
            match said {
                Said::Clear(evidence) => closes.push((finding, evidence)),
                Said::Gone(evidence) => {
                    let ours = rows.iter().all(|c| !c.live || c.source == SOURCE);
                    if ours { &mut closes } else { &mut proposes }.push((finding, evidence));
                }
                Said::Nothing => {}
            }
        }
        // A repeat proposes nothing twice.
        let what = serde_json::json!({ "call": "close", "ending": "fixed" });
        let mut fresh = Vec::new();
        for (finding, evidence) in proposes {
            if !books.ledger.proposals(Some(finding))?.iter().any(|row| row.what == what) {
                fresh.push((finding, evidence));
            }
        }
        if closes.is_empty() && fresh.is_empty() {
            return Ok(());
        }
        let mut write = books.write(actor, now)?;
        let stream = write.stream(asset, SOURCE, "")?;
        let document = stream.and_then(|s| s.last).map_or(0, |document| document.id);
        // What a person has ended since it was looked at stays ended so.
        let ids: Vec<i64> = closes.iter().map(|(finding, _)| *finding).collect();
        let found = write.findings(&ids)?;
        closes.retain(|(id, _)| found.iter().any(|f| f.id == *id && f.state == "open"));
        for (finding, evidence) in &closes {
            let closure = Closure {
                reason: "fixed".to_owned(),
                evidence: evidence.clone(),
                document,
                at: Some(self.scanned_at),
                ..Closure::default()
            };
            write.append(&Change::Closed { finding: *finding, closure })?;
        }
        for (finding, reason) in &fresh {
            let proposal = write.next(Ids::Proposal)?;
            let (what, reason) = (what.clone(), reason.clone());
            write.append(&Change::Proposed { proposal, finding: *finding, what, reason })?;
        }
        (done.proved, done.proposed) = (closes.len() as u64, fresh.len() as u64);
        let summary =
            format!("{} closed and {} proposed by the inventory", done.proved, done.proposed);
        done.imported.entry = Some(write.commit("closure", &summary)?.entry);
        Ok(())
    }

    /// Whether the scan looked where the claims are. What it left unseen of its own, it did not look at.
    fn covers(&self, rows: &[ClaimRow]) -> Result<bool, LedgerError> {
        for claim in rows.iter().filter(|claim| claim.live) {
            if claim.source == SOURCE {
                if claim.unseen.is_some() {
                    return Ok(false);
                }
                continue;
            }
            let Some(read) = &self.read else { continue };
            let Some(ground) = kept::ground(claim.attribution, &claim.ground)? else {
                return Ok(false);
            };
            let is_read = |chain: &Vec<Target>| {
                chain.first().is_some_and(|at| at.is_manifest() && read.contains(at.name()))
            };
            if ground.more || ground.places.is_empty() || !ground.places.iter().all(is_read) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn says(&self, finding: &Finding) -> Result<Said, IndexError> {
        if finding.class != "dependency"
            || finding.facts.ids.is_empty()
            || finding.facts.ids.len() >= MAX_IDS
        {
            return Ok(Said::Nothing);
        }
        let Some(instances) = self.instances(&finding.facts.place) else {
            return Ok(Said::Nothing);
        };
        let place = &finding.facts.place;
        let ids = finding.facts.ids.join(", ");
        let scan = format!("the complete scan of {}", self.scanned_at);
        if instances.is_empty() {
            return Ok(Said::Gone(format!("{scan} has no instance of {place} left")));
        }
        let mut groups: Vec<GroupRef> = Vec::new();
        for id in &finding.facts.ids {
            groups.extend(self.index.find(id)?);
        }
        let mut versions: Vec<&str> = Vec::new();
        for instance in instances {
            let Some(version) = instance.version.as_deref() else { return Ok(Said::Nothing) };
            if !self.clear(&groups, instance, version)? || !self.speaks(&groups, instance)? {
                return Ok(Said::Nothing);
            }
            versions.push(version);
        }
        versions.sort_unstable();
        versions.dedup();
        let more = versions.len().saturating_sub(NAMED);
        versions.truncate(NAMED);
        let named = versions.join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Ok(Said::Clear(format!(
            "{scan} has {place} at {named}{more} only, clear of {ids} in the index built {}",
            self.index.meta().built_at
        )))
    }

    /// The instances of a package as the ledger names its place (`npm/lodash`); `None` where the place names
    /// no package of a kind that the inventory knows, so that nothing can be told by its absence.
    fn instances(&self, place: &str) -> Option<&[Instance]> {
        let (kind, name) = place.split_once('/')?;
        let base = vocab::Base::ALL.iter().find(|base| base.purl_type() == kind)?;
        let found = self.packages.get(&key(kind, &Ecosystem::from(*base), name));
        Some(found.map_or(&[], Vec::as_slice))
    }

    /// Whether some record of the groups is about this package at all: else its silence says nothing.
    fn speaks(&self, groups: &[GroupRef], instance: &Instance) -> Result<bool, IndexError> {
        for group in groups {
            for member in self.index.group(*group)?.members {
                let record = self.index.advisory(member)?;
                let same = |package: &intel::Package| {
                    package.ecosystem.base() == instance.ecosystem.base()
                        && package.name == instance.ecosystem.normal_name(&instance.name)
                };
                if record.withdrawn.is_none()
                    && !record.unreadable
                    && record.packages.iter().any(same)
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether no record of the groups covers the version, and nothing was left unevaluated.
    fn clear(
        &self,
        groups: &[GroupRef],
        instance: &Instance,
        version: &str,
    ) -> Result<bool, IndexError> {
        Ok(match self.covered(instance, version)? {
            Some(covered) => !groups.iter().any(|group| covered.contains(group)),
            None => false,
        })
    }

    /// The groups of which a record covers the version; `None` where something was left unevaluated. A package has
    /// many findings, and many assets have the package: it is evaluated once.
    fn covered(
        &self,
        instance: &Instance,
        version: &str,
    ) -> Result<Option<Rc<[GroupRef]>>, IndexError> {
        let Instance { ecosystem, name, .. } = instance;
        let key = (ecosystem.clone(), name.clone(), version.to_owned());
        if let Some(known) = self.evaluated.borrow().get(&key) {
            return Ok(known.clone());
        }
        let evaluation = self.index.evaluate(ecosystem, name, version)?;
        // Of an ecosystem that is known in part, its own records still speak for themselves.
        let told = matches!(evaluation.beside, None | Some(NotEvaluated::PartialAdvisories));
        let groups = evaluation.matches.iter().map(|m| Ok(self.index.advisory(m.advisory)?.group));
        let covered = told.then(|| groups.collect::<Result<Rc<[GroupRef]>, _>>()).transpose()?;
        let mut evaluated = self.evaluated.borrow_mut();
        if evaluated.len() >= MAX_EVALUATED {
            evaluated.clear();
        }
        evaluated.insert(key, covered.clone());
        Ok(covered)
    }
}
