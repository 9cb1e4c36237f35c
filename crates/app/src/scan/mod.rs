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
mod paths;
mod reach;
mod timed;
mod tree_config;
mod vex;

use std::path::PathBuf;

use globset::{Glob, GlobSet, GlobSetBuilder};
use vocab::Instant;

pub use baseline::{Baseline, BaselineError};
pub(crate) use gather::AssetFiles;
pub use gather::{Gathered, Kind, ReadAs};

use crate::config::{Config, ConfigError, Trust};
use crate::estate::Sighted;
use crate::intelligence::{Intelligence, IntelligenceError};
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
    /// Age in hours up to which a feed's silence means «no».
    pub max_intel_age: i64,
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
            max_intel_age: status::STALE_AFTER_HOURS,
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
}

impl Scanned {
    /// The report alone. The program ends soon, so what was met is not taken apart.
    pub fn into_report(self) -> Report {
        let Self { report, gathered } = self;
        std::mem::forget(gathered);
        report
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
    Scanner::new(request, intelligence, now)?.scan(&distinct(request))
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
        say_when_empty(&mut gathered);
        let context = Context {
            index: &self.index,
            trust: own.as_ref().unwrap_or(&self.trust),
            policies: &chosen.policies,
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
        Ok(Scanned { report, gathered })
    }
}

/// What every step of one scan shares.
struct Context<'a> {
    index: &'a intel::Index<'a>,
    trust: &'a Trust,
    policies: &'a [triage::Policy],
    statements: &'a vex::Statements,
    sighted: &'a Sighted,
    request: &'a Request,
    now: Instant,
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

/// An asset without a single file to read is incomplete, with the list of what was looked for.
fn say_when_empty(gathered: &mut Gathered) {
    let names: Vec<&str> =
        inventory::format::all().flat_map(|f| f.names.first().copied()).collect();
    for asset in gathered.assets.iter().filter(|a| a.files == 0) {
        if asset.kind != Kind::Repository {
            let unread = gathered.unread.iter().any(|u| u.path.starts_with(&asset.path));
            let problem = format!(
                "nothing to scan: no installed software found in this {}",
                asset.kind.as_str()
            );
            if !unread {
                gathered.unread.push(Unread { path: asset.path.clone(), line: 0, problem });
            }
            continue;
        }
        let unreadable = gathered.unread.iter().any(|u| u.path.starts_with(&asset.path));
        if !unreadable {
            let problem = format!(
                "nothing to scan: no lock file or manifest found; looked for {}",
                names.join(", ")
            );
            gathered.unread.push(Unread { path: asset.path.clone(), line: 0, problem });
        }
    }
}

fn report(context: &Context<'_>, gathered: &mut Gathered) -> Result<Report, intel::IndexError> {
    let assets = findings::assets(context, gathered);
    let judged = judge::judge(context, gathered)?;
    let mut made = findings::findings(context, gathered, &assets, &judged)?;
    if context.request.reachability {
        reach::fill(context, gathered, &mut made)?;
        made.order(context.now);
    }
    let fixes = fixes::plan(context, gathered, &assets, &made)?;
    let intel = status::intel(context.index.meta(), context.now);
    let mut warnings = stale(&intel, context);
    // Of an estate, a rule is idle where it fits no asset of all: the estate asks that at its end.
    if context.request.estate.is_none() {
        let spelled: Vec<_> = gathered.assets.iter().map(gather::AssetFiles::spelled).collect();
        warnings.extend(context.trust.idle(&spelled));
    }
    warnings.extend(ending(gathered, context.now));
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
    let complete =
        not_evaluated.is_empty() && gathered.unread.is_empty() && gathered.unrecognised.is_empty();
    Ok(Report {
        schema: report::SCHEMA.into(),
        gabion: env!("CARGO_PKG_VERSION").into(),
        scanned_at: context.now,
        complete,
        not_evaluated,
        not_read: std::mem::take(&mut gathered.unread),
        unrecognised: std::mem::take(&mut gathered.unrecognised),
        skipped: std::mem::take(&mut gathered.skipped),
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
        policies: context.policies.iter().map(|p| p.name().to_owned()).collect(),
        gone,
    })
}

/// Says which distributions have ended, or will soon: nobody fixes what is found in them then.
fn ending(gathered: &Gathered, now: Instant) -> Vec<String> {
    const SOON_HOURS: i64 = 90 * 24;
    let mut warnings = Vec::new();
    for asset in &gathered.assets {
        let Some((distribution, ends)) =
            asset.distribution.as_ref().and_then(|d| Some((d, d.ends?)))
        else {
            continue;
        };
        let hours = ends.duration_since(now).as_hours();
        let day = formats::text::day(ends);
        if hours <= 0 {
            warnings.push(format!(
                "{}: {} ended {day}: fixes and advisories are no longer written for it; move to a release that lives",
                asset.path, distribution.name
            ));
        } else if hours <= SOON_HOURS {
            warnings.push(format!("{}: {} ends {day}", asset.path, distribution.name));
        }
    }
    warnings
}

/// Says which feeds are too old or absent, and what follows.
fn stale(intel: &report::Intel, context: &Context<'_>) -> Vec<String> {
    let old = |s: &&report::Source| s.age_hours.is_none_or(|h| h > status::SAID_AFTER_HOURS);
    let age = |s: &report::Source| match s.age_hours {
        Some(hours) if hours >= 48 => format!("{} d", hours / 24),
        Some(hours) => format!("{hours} h"),
        None => "age not told".to_owned(),
    };
    let mut parts = Vec::new();
    for (feed, name) in
        [("kev", "KEV"), ("epss", "EPSS"), ("exploits", "exploits"), ("cve", "SSVC")]
    {
        let of_feed = |s: &&report::Source| s.feed.split('/').next() == Some(feed);
        let mut sources = intel.sources.iter().filter(of_feed).peekable();
        if sources.peek().is_none() {
            parts.push(format!("{name} (absent)"));
        } else if let Some(oldest) =
            sources.filter(old).max_by_key(|s| s.age_hours.unwrap_or(i64::MAX))
        {
            parts.push(format!("{name} ({})", age(oldest)));
        }
    }
    let ecosystems = intel.sources.iter().filter(|s| s.feed.starts_with("osv/")).filter(old);
    let ecosystems: Vec<&report::Source> = ecosystems.collect();
    if let Some(newest) = ecosystems.iter().min_by_key(|s| s.age_hours.unwrap_or(i64::MAX)) {
        parts.push(format!(
            "advisories of {} ecosystems (the newest {})",
            ecosystems.len(),
            age(newest)
        ));
    }
    let mut warnings = Vec::new();
    if !parts.is_empty() {
        warnings.push(format!("intel is older than 24 h: {}; run `gabion sync`", parts.join(", ")));
    }
    if !matches!(facts::feeds(context).kev, triage::Feed::Fresh { .. }) {
        let days = context.request.max_intel_age / 24;
        warnings.push(format!(
            "the KEV catalogue is absent, incomplete or older than {days} d: a CVE that it does not list may be exploited by now, so the strictest row acts (labelled «assumed»); `gabion sync` settles it, --max-intel-age accepts older data"
        ));
    }
    warnings
}
