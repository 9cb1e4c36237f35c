//! Which fixes are due, when, and why?
//!
//! The path reads straight: gather (walk, read, merge) → judge (versions against the index) → clock
//! (signals, policies) → plan (fewest upgrades) → one [`Report`]. What could not be read or evaluated
//! is in the report, and makes it incomplete.

mod baseline;
mod bill;
pub(crate) mod facts;
mod findings;
mod fixes;
mod gather;
pub(crate) mod judge;
pub(crate) mod lies;
pub mod memory;
mod paths;
mod reach;
mod sightings;
mod timed;
mod tree_config;
mod vex;
mod warnings;

use std::path::PathBuf;
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use vocab::Instant;

pub use baseline::{Baseline, BaselineError};
pub(crate) use gather::AssetFiles;
pub use gather::{Gathered, Kind, ReadAs};
pub use memory::Memory;

use crate::config::{Config, ConfigError, Trust};
use crate::estate::Sighted;
use crate::intelligence::{DataDir, Intelligence, IntelligenceError};
use crate::policy::{self, PolicyChoiceError};
use crate::report::{self, Report, Unread};
use crate::sync::status;

/// What to scan and how.
#[derive(Clone)]
pub struct Request {
    /// What to scan.
    pub targets: Vec<Target>,
    /// What the targets are, where the user says it.
    pub read_as: Option<ReadAs>,
    /// Each asset is called by its path as given, not by its own name: of many, names repeat.
    pub by_path: bool,
    /// Which image of several (`linux/arm64`).
    pub platform: Option<String>,
    /// Patterns of paths to leave out, relative to each target.
    pub exclude: Vec<String>,
    /// Estate files given by the user.
    pub configs: Vec<Target>,
    /// VEX documents given by the user: their statements may take findings out of the queue.
    pub vex: Vec<Target>,
    /// The estate file that names the targets. Whoever writes it decides what is scanned, so it is trusted
    /// wherever it lies.
    pub estate: Option<Config>,
    /// Whether an estate file inside a scanned tree may also loosen.
    pub trust_config: bool,
    /// Names or files of policies; those of the configuration, else the default, when empty.
    pub policies: Vec<String>,
    /// First sightings of an earlier scan.
    pub baseline: Option<Baseline>,
    /// Count from the signal alone, not from the first sighting.
    pub from_signal: bool,
    /// Age in hours up to which a feed's silence means «no»; the settings', else seven days, without.
    pub max_intel_age: Option<i64>,
    /// What a ledger knows of the assets.
    pub memory: Option<Arc<dyn Memory>>,
    /// Where first sightings are kept from scan to scan; nowhere without.
    pub sightings: Option<DataDir>,
    /// Read the sources and tell what they import; costs reading them.
    pub reachability: bool,
}

/// One path, and how people call it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where to read.
    pub path: PathBuf,
    /// How people call it.
    pub display: String,
    /// What it is, where it is said of this one; else what [`Request::read_as`] says.
    pub read_as: Option<ReadAs>,
    /// Which image of several, where it is said of this one; else [`Request::platform`].
    pub platform: Option<String>,
}

impl Target {
    /// A path called as it was given.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self::called(path.clone(), path.to_string_lossy())
    }

    /// A path called otherwise.
    pub fn called(path: impl Into<PathBuf>, display: impl Into<String>) -> Self {
        Self { path: path.into(), display: display.into(), read_as: None, platform: None }
    }
}

impl Request {
    /// A scan of these paths with every setting at its default.
    pub fn of(targets: Vec<Target>) -> Self {
        Self {
            targets,
            read_as: None,
            by_path: false,
            platform: None,
            exclude: Vec::new(),
            configs: Vec::new(),
            vex: Vec::new(),
            estate: None,
            trust_config: false,
            policies: Vec::new(),
            baseline: None,
            from_signal: false,
            max_intel_age: None,
            memory: None,
            sightings: None,
            reachability: false,
        }
    }
}

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A path that was asked for is not there or not readable.
    #[error("cannot scan {path}")]
    Target {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A pattern of `--exclude` is none.
    #[error("--exclude «{pattern}» is no path pattern")]
    Exclude {
        /// As given.
        pattern: String,
        /// What is wrong with it.
        #[source]
        source: globset::Error,
    },
    /// An estate file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A policy cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyChoiceError),
    /// There is no usable index, or it turned out to be damaged.
    #[error(transparent)]
    Intelligence(#[from] IntelligenceError),
}

/// What a scan came to, and what it met.
pub struct Scanned {
    /// What to fix, when, and why.
    pub report: Report,
    pub(crate) gathered: Gathered,
    asked: Vec<triage::Policy>,
}

impl Scanned {
    /// The report alone. The program ends soon, so what was met is not taken apart.
    pub fn into_report(self) -> Report {
        let Self { report, gathered, .. } = self;
        std::mem::forget(gathered);
        report
    }

    /// The tables that the command or the tree adds.
    pub fn asked(&self) -> &[triage::Policy] {
        &self.asked
    }

    /// Every component met, as a bill of materials.
    pub fn bill(&self) -> formats::sbom::Bill {
        bill::bill(&self.gathered, &self.report.assets)
    }
}

/// Scans, and gives the report alone.
///
/// # Errors
/// As [`scan_whole`].
pub fn scan(
    request: &Request,
    intelligence: &Intelligence,
    now: Instant,
) -> Result<Report, ScanError> {
    Ok(scan_whole(request, intelligence, now)?.report)
}

/// Scans.
///
/// # Errors
/// A path, pattern, configuration or policy that cannot be used, or no usable index. Everything else
/// that goes wrong stands in the report.
pub fn scan_whole(
    request: &Request,
    intelligence: &Intelligence,
    now: Instant,
) -> Result<Scanned, ScanError> {
    for target in request.targets.iter().filter(|t| t.path.as_os_str() != "-") {
        let described =
            std::fs::symlink_metadata(&target.path).and_then(|_| std::fs::metadata(&target.path));
        described.map_err(|source| ScanError::Target { path: target.path.clone(), source })?;
    }
    let (sighted, first) = sightings::known(request);
    let scanner = Scanner::new(request, intelligence, now)?.carrying(sighted);
    let mut scanned = scanner.scan(&distinct(request))?;
    sightings::keep(request, &scanner, first, &mut scanned.report);
    Ok(scanned)
}

/// What is the same for every target: configurations, tables, the index.
pub struct Scanner<'a> {
    request: &'a Request,
    intelligence: &'a Intelligence,
    index: intel::Index<'a>,
    exclude: GlobSet,
    trust: Trust,
    chosen: policy::Chosen,
    statements: vex::Statements,
    /// First sightings of earlier scans of the estate.
    sighted: Sighted,
    /// Of what the request names, what could not be read.
    unread: Vec<Unread>,
    now: Instant,
}

impl<'a> Scanner<'a> {
    /// Reads what the request names.
    ///
    /// # Errors
    /// As [`scan_whole`].
    pub fn new(
        request: &'a Request,
        intelligence: &'a Intelligence,
        now: Instant,
    ) -> Result<Self, ScanError> {
        let exclude = exclusions(&request.exclude)?;
        let trust = tree_config::named(request)?;
        let index = intelligence.index()?;
        let chosen = policy::for_scan(&request.policies, &trust)?;
        let mut unread = Vec::new();
        let statements = vex::load(&request.vex, request, &mut unread);
        Ok(Self {
            request,
            intelligence,
            index,
            exclude,
            trust,
            chosen,
            statements,
            sighted: Sighted::default(),
            unread,
            now,
        })
    }

    /// Starts clocks at these sightings where they are earlier.
    pub(crate) fn carrying(self, sighted: Sighted) -> Self {
        Self { sighted, ..self }
    }

    /// The sightings that clocks start at.
    pub(crate) fn sighted(&self) -> &Sighted {
        &self.sighted
    }

    /// The index that is asked.
    pub fn index(&self) -> &intel::Index<'a> {
        &self.index
    }

    /// What holds for all targets together: what of the request's own files could not be read, and what
    /// the reader should know of them.
    pub(crate) fn told(&self) -> (&[Unread], &[String]) {
        (&self.unread, self.statements.warnings())
    }

    /// The instant of the scan.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The error for damage of the index met later.
    pub fn unusable(&self, source: intel::IndexError) -> ScanError {
        self.intelligence.unusable(source).into()
    }

    /// A finding of a group on an asset without its package, first seen now; `None` where none of the
    /// records starts a clock.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn timed(
        &self,
        asset: &report::Asset,
        group: intel::GroupRef,
        records: &[intel::AdvisoryRef],
        scope: vocab::Scope,
    ) -> Result<Option<report::Finding>, ScanError> {
        let context = Context {
            index: &self.index,
            trust: &self.trust,
            policies: &self.chosen.policies,
            asked: self.chosen.asked(),
            statements: &self.statements,
            sighted: &self.sighted,
            request: self.request,
            now: self.now,
        };
        timed::alone(&context, asset, group, records, scope).map_err(|source| self.unusable(source))
    }

    /// Rules of the named configurations that fit none of these assets.
    pub(crate) fn idle(&self, assets: &[AssetFiles]) -> Vec<String> {
        let spelled: Vec<_> = assets.iter().map(AssetFiles::spelled).collect();
        self.trust.idle(&spelled)
    }

    /// The names of the tables that act everywhere.
    pub fn policies(&self) -> Vec<String> {
        self.chosen.policies.iter().map(|p| p.name().to_owned()).collect()
    }

    /// Scans targets together, as one report.
    ///
    /// # Errors
    /// A policy that a tree asks for cannot be used, or the index is damaged.
    pub fn scan(&self, targets: &[&Target]) -> Result<Scanned, ScanError> {
        let Self { request, now, .. } = *self;
        let roots: Vec<gather::Root<'_>> = targets
            .iter()
            .map(|t| gather::Root {
                path: &t.path,
                display: &t.display,
                read_as: t.read_as.or(request.read_as),
                platform: t.platform.as_deref().or(request.platform.as_deref()),
            })
            .collect();
        let settings = gather::Settings {
            exclude: &self.exclude,
            trust: &self.trust,
            several: roots.len() > 1,
        };
        let mut gathered = gather::gather(&roots, settings);
        let own = tree_config::of_trees(&self.trust, request, &mut gathered);
        let chosen = match &own {
            Some(trust) => Some(policy::for_scan(&request.policies, trust)?),
            None => None,
        };
        let chosen = chosen.as_ref().unwrap_or(&self.chosen);
        gathered.unread.extend(chosen.refused.iter().cloned());
        let alone = request.estate.is_none();
        if alone {
            gathered.unread.extend(self.unread.iter().cloned());
        }
        warnings::say_when_empty(&mut gathered);
        let context = Context {
            index: &self.index,
            trust: own.as_ref().unwrap_or(&self.trust),
            policies: &chosen.policies,
            asked: chosen.asked(),
            statements: &self.statements,
            sighted: &self.sighted,
            request,
            now,
        };
        let mut report =
            report(&context, &mut gathered).map_err(|source| self.intelligence.unusable(source))?;
        if alone {
            report.warnings.extend_from_slice(self.statements.warnings());
        }
        let asked = chosen.asked().to_vec();
        Ok(Scanned { report, gathered, asked })
    }
}

/// What every step of one scan shares.
struct Context<'a> {
    index: &'a intel::Index<'a>,
    trust: &'a Trust,
    policies: &'a [triage::Policy],
    /// Of them, those that were asked for.
    asked: &'a [triage::Policy],
    statements: &'a vex::Statements,
    sighted: &'a Sighted,
    request: &'a Request,
    now: Instant,
}

impl Context<'_> {
    /// The age in hours up to which a feed's silence means «no».
    fn max_age(&self) -> i64 {
        let asked = self.request.max_intel_age;
        match &self.request.memory {
            Some(memory) => memory.max_age(asked),
            None => asked.unwrap_or(status::STALE_AFTER_HOURS),
        }
    }

    /// What is known of each asset; what was settled about them is put into them.
    fn recall(
        &self,
        assets: &mut [report::Asset],
        told: &mut Vec<String>,
    ) -> Result<Vec<memory::AssetMemory>, intel::IndexError> {
        let Some(memory) = &self.request.memory else {
            let tables: Arc<[triage::Policy]> = self.policies.into();
            let none = |_: &report::Asset| memory::AssetMemory::of(tables.clone());
            return Ok(assets.iter().map(none).collect());
        };
        let recall = |asset| memory.recall(asset, self.asked, self.index, self.now, told);
        assets.iter_mut().map(recall).collect()
    }
}

/// The targets without those that another one holds: everything is read once.
fn distinct(request: &Request) -> Vec<&Target> {
    let real: Vec<Option<PathBuf>> =
        request.targets.iter().map(|t| t.path.canonicalize().ok()).collect();
    let held = |at: usize| {
        let Some(own) = real.get(at).and_then(Option::as_ref) else { return false };
        let mut others = real.iter().enumerate().filter_map(|(i, r)| Some((i, r.as_ref()?)));
        others
            .any(|(i, other)| (own == other && i < at) || (own != other && own.starts_with(other)))
    };
    let named = |target: &Target| request.read_as.is_some() && target.path.is_file();
    let all = request.targets.iter().enumerate();
    all.filter(|(at, target)| named(target) || !held(*at)).map(|(_, target)| target).collect()
}

fn exclusions(patterns: &[String]) -> Result<GlobSet, ScanError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let refused = |source| ScanError::Exclude { pattern: pattern.clone(), source };
        set.add(Glob::new(pattern.trim_end_matches('/')).map_err(refused)?);
    }
    set.build().map_err(|source| ScanError::Exclude { pattern: patterns.join(" "), source })
}

/// What the scan cannot know although it left nothing out.
fn blind(context: &Context<'_>) -> Vec<String> {
    match facts::feeds(context).kev {
        triage::Feed::Stale { as_of } => {
            vec![format!("the KEV catalogue of {} is stale", formats::text::day(as_of))]
        }
        // What never came is told by what is assumed of each finding.
        triage::Feed::Fresh { .. } | triage::Feed::Missing => Vec::new(),
    }
}

/// The names of the tables that act, each once, in their order.
fn acting(context: &Context<'_>, memories: &[memory::AssetMemory]) -> Vec<String> {
    let mut tables: Vec<&str> =
        memories.iter().flat_map(|m| m.tables.iter()).map(triage::Policy::name).collect();
    if tables.is_empty() {
        tables = context.policies.iter().map(triage::Policy::name).collect();
    }
    let mut policies: Vec<String> = Vec::new();
    for name in tables {
        if !policies.iter().any(|known| known == name) {
            policies.push(name.to_owned());
        }
    }
    policies
}

fn report(context: &Context<'_>, gathered: &mut Gathered) -> Result<Report, intel::IndexError> {
    let mut assets = findings::assets(context, gathered);
    let mut told = Vec::new();
    let memories = context.recall(&mut assets, &mut told)?;
    let judged = judge::judge(context, gathered)?;
    let mut made = findings::findings(context, gathered, &assets, &memories, &judged)?;
    if context.request.reachability {
        reach::fill(context, gathered, &mut made)?;
        made.order(context.now);
    }
    let fixes = fixes::plan(context, gathered, &assets, &made)?;
    let intel = status::intel(context.index.meta(), context.now);
    let mut warnings = warnings::stale(&intel, context, &made);
    warnings.append(&mut told);
    // Of an estate, a rule is idle where it fits no asset of all: the estate asks that at its end.
    if context.request.estate.is_none() {
        let spelled: Vec<_> = gathered.assets.iter().map(gather::AssetFiles::spelled).collect();
        warnings.extend(context.trust.idle(&spelled));
    }
    warnings.extend(warnings::ending(gathered, context.now));
    let ids: Vec<&str> = assets.iter().map(|a| a.id.as_str()).collect();
    if context.request.baseline.as_ref().is_some_and(|b| !b.knows_asset(&ids)) {
        warnings.push("the baseline knows none of these assets, so every clock starts anew; give the folder the name it had, or name the asset in a file given with --config".into());
    }
    if let Some(baseline) = &context.request.baseline {
        warnings.extend(baseline.renamed(gathered, &assets));
    }
    warnings.append(&mut made.warnings);
    let gone = match &context.request.baseline {
        Some(baseline) => baseline.gone(
            made.findings
                .iter()
                .map(|f| &f.report)
                .chain(made.ignored.iter().map(|i| &i.finding))
                .chain(made.stated.iter().map(|s| &s.finding)),
        ),
        None => Vec::new(),
    };
    let not_evaluated = judge::unevaluated(gathered, &assets, &judged);
    let blind = blind(context);
    let read = gathered.unread.is_empty() && gathered.unrecognised.is_empty();
    let complete = not_evaluated.is_empty() && read && blind.is_empty();
    let policies = acting(context, &memories);
    let mut report = Report {
        schema: report::SCHEMA.into(),
        gabion: env!("CARGO_PKG_VERSION").into(),
        scanned_at: context.now,
        complete,
        blind,
        not_evaluated,
        not_read: std::mem::take(&mut gathered.unread),
        unrecognised: std::mem::take(&mut gathered.unrecognised),
        skipped: std::mem::take(&mut gathered.skipped),
        exclude: context.request.exclude.clone(),
        intel,
        assets,
        components: gathered.packages.len() as u64,
        first_party: judged.iter().filter(|j| matches!(j, judge::Judged::FirstParty { .. })).count()
            as u64,
        findings: made.findings.into_iter().map(|f| f.report).collect(),
        fixes,
        notices: made.notices,
        ignored: made.ignored,
        stated: made.stated,
        warnings,
        policies,
        gone,
    };
    report.warnings.extend(report.left_out());
    Ok(report)
}
