//! How does one report get into the ledger?
//!
//! In: an actor, a document, where it belongs. Out: what it came to, after one transaction that holds all of it or
//! nothing. The order: authorise, open, recognise, read onto the stage, take the writer's place, match, write,
//! close, commit. Memory does not grow with the document. Never: a closure without evidence.

use std::path::PathBuf;

use findings::close::Scope;
use findings::{Format, Source, Stop};
use intel::Index;
use ledger::LedgerError;
use serde::Serialize;
use vocab::{Exposure, Instant};

use super::again::Again;
use super::arrival::Arrival;
use super::belongs::{self, belongs};
use super::redact::Known;
use super::spool::{self, Input, Spooled};
use super::taking::{Aliases, Taken, Taking};
use super::timing::Timing;
use super::upgrades::Judge;
use super::writing::WriteError;
use crate::books::{Actor, Books, BooksError, UseCase, allow};
use crate::config::{Config, Trust};
use crate::intelligence::{Intelligence, IntelligenceError};
use crate::policy::{self, PolicyChoiceError};
use crate::settings::{Settings, SettingsError};

/// Name and version of the JSON shape.
pub const SCHEMA: &str = "gabion.import/1";

/// What to take in.
#[derive(Debug, Clone)]
pub struct Request {
    /// The document.
    pub input: Input,
    /// The declared asset; the document's own target, undeclared, without.
    pub asset: Option<String>,
    /// The source; the tool's name without.
    pub source: Option<String>,
    /// The branch; the document's without.
    pub reference: Option<String>,
    /// When the tool looked; the document's word without.
    pub scanned_at: Option<Instant>,
    /// How much of the asset it looked at.
    pub scope: Scope,
    /// The tool's version, where the document does not tell; by it a rule that finds nothing is known to have run.
    pub tool_version: Option<String>,
    /// The format's id; recognised from the content without.
    pub format: Option<String>,
    /// Everything but the commit.
    pub dry_run: bool,
    /// Who can reach the asset.
    pub exposure: Option<Exposure>,
    /// Who says so; the command line when absent.
    pub exposure_source: Option<String>,
    /// Who fixes on the asset.
    pub owner: Option<String>,
    /// Estate files that describe assets and name policies.
    pub configs: Vec<PathBuf>,
    /// How much depends on the asset.
    pub criticality: Option<String>,
    /// Tables that act on the asset beside the ledger's own.
    pub tables: Vec<triage::Policy>,
    /// Hours up to which a feed's silence means «no», where less than the ledger's setting.
    pub max_intel_age: Option<i64>,
    /// Our own scan, whose inventory proves each end by name: however many end, it proposes none.
    pub by_inventory: bool,
}

impl Request {
    /// A document with every setting at its default.
    pub fn of(input: Input) -> Self {
        Self {
            input,
            asset: None,
            source: None,
            reference: None,
            scanned_at: None,
            scope: Scope::default(),
            tool_version: None,
            format: None,
            dry_run: false,
            exposure: None,
            exposure_source: None,
            owner: None,
            configs: Vec::new(),
            criticality: None,
            tables: Vec::new(),
            max_intel_age: None,
            by_inventory: false,
        }
    }
}

/// How much of the asset a run looked at, as a person types it: `whole`, `pull-request`, or paths between commas.
pub fn scope(text: &str) -> Scope {
    belongs::scope_of(text)
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Claims read.
    Read(u64),
    /// Claims matched, of all.
    Matched(u64, u64),
    /// Claims written, of all.
    Written(u64, u64),
}

/// A record that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Where it stands in the document.
    pub place: String,
    /// Why.
    pub why: String,
}

/// What a document came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The document, as given.
    pub file: String,
    /// The format's id.
    pub format: &'static str,
    /// The format's title.
    pub title: &'static str,
    /// The asset.
    pub asset: String,
    /// Whether somebody declared it.
    pub declared: bool,
    /// The source.
    pub source: String,
    /// The branch; empty when none was named.
    pub reference: String,
    /// When the tool looked.
    pub scanned_at: Instant,
    /// Claims read.
    pub observations: u64,
    /// Findings that were not known.
    pub new: u64,
    /// Claims that say it otherwise, and claims of a further source.
    pub changed: u64,
    /// Findings closed.
    pub closed: u64,
    /// Findings open again.
    pub reopened: u64,
    /// Claims that say the same.
    pub unchanged: u64,
    /// Claims that it neither has nor covers: they stay open.
    pub unseen: u64,
    /// Findings that it would have ended, more than a third of its source's: closing them is proposed.
    pub braked: u64,
    /// Records that could not be used, at most `MAX_DROPPED` of them by place.
    pub dropped: Vec<Dropped>,
    /// How many those are in all.
    pub dropped_total: u64,
    /// Claims tied to findings that others claim too.
    pub linked: u64,
    /// Proposals that wait for a person.
    pub proposed: u64,
    /// The same document was taken in before: nothing was appended.
    pub repeat: bool,
    /// Nothing was kept: `--dry-run`.
    pub dry_run: bool,
    /// Why the document is not whole; empty when it is.
    pub incomplete: Vec<String>,
    /// What else is worth knowing.
    pub remarks: Vec<String>,
    /// The entry of the record; absent when nothing was appended.
    pub entry: Option<i64>,
    /// The asset whose facts changed so that its findings' clocks are to be computed again, and why.
    #[serde(skip)]
    pub(crate) moved: Option<(i64, String)>,
}

impl Imported {
    /// With another run of the same document.
    fn and(mut self, other: Self) -> Self {
        if self.source != other.source {
            self.source = format!("{}, {}", self.source, other.source);
        }
        self.scanned_at = self.scanned_at.max(other.scanned_at);
        for (of, more) in [
            (&mut self.observations, other.observations),
            (&mut self.new, other.new),
            (&mut self.changed, other.changed),
            (&mut self.closed, other.closed),
            (&mut self.reopened, other.reopened),
            (&mut self.unchanged, other.unchanged),
            (&mut self.unseen, other.unseen),
            (&mut self.braked, other.braked),
            (&mut self.dropped_total, other.dropped_total),
            (&mut self.linked, other.linked),
            (&mut self.proposed, other.proposed),
        ] {
            *of += more;
        }
        self.repeat &= other.repeat;
        self.dropped.extend(other.dropped);
        for (of, more) in
            [(&mut self.incomplete, other.incomplete), (&mut self.remarks, other.remarks)]
        {
            for line in more {
                if !of.contains(&line) {
                    of.push(line);
                }
            }
        }
        self
    }

    /// Whether all of it was read.
    pub fn whole(&self) -> bool {
        self.dropped_total == 0 && self.incomplete.is_empty()
    }
}

/// Why a document was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The ledger cannot be used, or the role does not allow it.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The document cannot be opened.
    #[error("cannot read {file}")]
    Open {
        /// Which.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// `--format` names none.
    #[error("--format «{0}» is no format")]
    UnknownFormat(String),
    /// No format fits.
    #[error("{file} is no report that Gabion knows: it looks like {looks}")]
    Unrecognised {
        /// Which.
        file: String,
        /// What it looks like.
        looks: String,
    },
    /// Nothing of it could be read.
    #[error("{file} cannot be read as {format}")]
    Unreadable {
        /// Which.
        file: String,
        /// As what.
        format: &'static str,
        /// Where it broke.
        #[source]
        source: Stop,
    },
    /// The file changed meanwhile.
    #[error("{0} changed while it was read")]
    Changed(String),
    /// A name that cannot be one.
    #[error("{option}: {what}")]
    Name {
        /// The option.
        option: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// An estate file cannot be used.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// A policy cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyChoiceError),
    /// The ledger's settings do not read.
    #[error(transparent)]
    Settings(SettingsError),
    /// The index is damaged.
    #[error(transparent)]
    Intelligence(#[from] IntelligenceError),
}

impl From<SettingsError> for ImportError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Books(error) => Self::Books(error),
            other => Self::Settings(other),
        }
    }
}

impl From<LedgerError> for ImportError {
    fn from(error: LedgerError) -> Self {
        Self::Books(error.into())
    }
}

/// Takes a document in.
///
/// # Errors
/// Not allowed, not readable, not recognised, or the ledger cannot be written. Then nothing of it was kept.
pub fn import(
    actor: &Actor,
    books: &mut Books,
    intelligence: Option<&Intelligence>,
    request: &Request,
    now: Instant,
    tell: &mut dyn FnMut(Progress),
) -> Result<Imported, ImportError> {
    allow(actor, UseCase::Import, true)?;
    let configs: Vec<Config> =
        request.configs.iter().map(|path| Config::load(path)).collect::<Result<_, _>>()?;
    let trust = Trust { trusted: configs.clone(), tree: Vec::new() };
    let chosen = policy::for_scan(&[], &trust)?;
    let mut settings = Settings::of(&mut books.ledger)?;
    let mut further = settings.further(chosen.asked());
    further.extend(settings.further(&request.tables));
    let further: Vec<String> = further.iter().map(|table| settings.tables.keep(table)).collect();
    let index = intelligence.map(Intelligence::index).transpose()?;
    let common = Common {
        intelligence,
        index: index.as_ref(),
        settings: &settings,
        tables: further,
        configs: &configs,
        secrets: books.ledger.secrets_key()?,
        judge: index.as_ref().map(Judge::new),
    };
    one_of(actor, books, &common, request, now, tell)
}

/// What documents that are taken in together have in common; it is read once.
pub(super) struct Common<'a> {
    /// What is known of the world, where there is an index.
    pub(super) intelligence: Option<&'a Intelligence>,
    /// The same, opened.
    pub(super) index: Option<&'a Index<'a>>,
    /// The ledger's settings, with the tables by which clocks start.
    pub(super) settings: &'a Settings,
    /// Tables that the command adds, by their keys among the settings.
    pub(super) tables: Vec<String>,
    /// Estate files that describe assets.
    pub(super) configs: &'a [Config],
    /// The key for hashes of secrets.
    pub(super) secrets: [u8; 32],
    /// The index again, which remembers what it was asked.
    pub(super) judge: Option<Judge<'a>>,
}

/// Takes one of several documents in; as [`import`], and its estate files are those in common.
pub(super) fn one_of(
    actor: &Actor,
    books: &mut Books,
    common: &Common<'_>,
    request: &Request,
    now: Instant,
    tell: &mut dyn FnMut(Progress),
) -> Result<Imported, ImportError> {
    allow(actor, UseCase::Import, true)?;
    let timing = Timing::new(common.index, common.settings, request.max_intel_age, now)
        .remembering(common.judge.as_ref());
    let file = request.input.name();
    let opened = spool::open(&request.input);
    let mut spooled = opened.map_err(|source| ImportError::Open { file: file.clone(), source })?;
    let format = format(request, &mut spooled)?;
    let damaged = |error| unusable(common.intelligence, error);
    let runs = read(&request.input, &mut spooled, format, &common.secrets, &timing, tell)?;
    let runs = runs.map_err(damaged)?;
    let published = runs.iter().any(|taken| taken.published);
    let untimely = runs.iter().map(|taken| &taken.told.untimely);
    let untimely = untimely.fold((0, String::new()), |(count, first), (more, next)| {
        (count + more, if first.is_empty() { next.clone() } else { first })
    });
    let alone = runs.len() == 1;
    let mut write = books.write(actor, now)?;
    let (mut all, mut summaries): (Option<Imported>, Vec<String>) = (None, Vec::new());
    for taken in runs {
        let mut belongs = belongs(request, &taken.told, format.id, common.configs, alone, now)?;
        belongs.asset.tables.clone_from(&common.tables);
        // Whoever is said to be the owner now: of an asset that is there already its own facts tell.
        let known = write.asset(&belongs.asset.name)?;
        if let Some((asset, _)) = &known {
            super::handing::spelled(&mut write, *asset, &mut belongs)?;
        }
        let owner = known.as_ref().map_or(&belongs.asset.owner, |(_, facts)| &facts.owner);
        allow(actor, UseCase::Import, *owner == actor.name)?;
        let into =
            Arrival { request, format, spooled: &spooled, belongs: &belongs, timing: &timing };
        let (imported, summary) = match into.all(&mut write, taken, tell) {
            Ok(done) => done,
            Err(WriteError::Ledger(error)) => return Err(error.into()),
            Err(WriteError::Index(error)) => return Err(damaged(error)),
        };
        summaries.extend(summary);
        all = Some(match all {
            Some(before) => before.and(imported),
            None => imported,
        });
    }
    let Some(mut imported) = all else {
        return Err(LedgerError::Unfit("a document without a run".to_owned()).into());
    };
    if !request.by_inventory {
        let said = super::parts::checked(&mut write, &imported.asset, &request.scope)?;
        imported.remarks.extend(said);
    }
    let moved = imported.moved.take();
    if !summaries.is_empty() && !request.dry_run {
        imported.entry = Some(write.commit("import", &summaries.join("; "))?.entry);
        if let Some((asset, reason)) = moved {
            let again = Again { timing: &timing, actor, reason: &reason };
            let (clocks, entry) = match again.of(books, Some(asset), now) {
                Ok(done) => done,
                Err(WriteError::Ledger(error)) => return Err(error.into()),
                Err(WriteError::Index(error)) => return Err(damaged(error)),
            };
            if clocks > 0 {
                imported.remarks.push(format!(
                    "{reason}: {clocks} dates of findings that were there moved (E-{})",
                    entry.unwrap_or_default()
                ));
            }
        }
    }
    imported.remarks.extend(remarks(&imported, published && common.index.is_none(), &untimely));
    Ok(imported)
}

pub(super) fn unusable(
    intelligence: Option<&Intelligence>,
    error: intel::IndexError,
) -> ImportError {
    match intelligence {
        Some(intelligence) => intelligence.unusable(error).into(),
        None => IntelligenceError::Unusable { path: PathBuf::new(), source: error }.into(),
    }
}

fn format(request: &Request, spooled: &mut Spooled) -> Result<&'static Format, ImportError> {
    let told = match &request.input {
        Input::Told(told) => Some(told.format.to_owned()),
        Input::File(_) | Input::Stdin => None,
    };
    if let Some(id) = request.format.as_ref().or(told.as_ref()) {
        return findings::format::by_id(id).ok_or_else(|| ImportError::UnknownFormat(id.clone()));
    }
    let file = request.input.name();
    let mut source = Source::new(&mut spooled.file);
    let unreadable =
        |source| ImportError::Unreadable { file: file.clone(), format: "a report", source };
    match findings::recognise(&mut source).map_err(unreadable)? {
        Some(format) => Ok(format),
        None => {
            let looks = super::looks::like(&mut source);
            Err(ImportError::Unrecognised { file, looks })
        }
    }
}

/// Reads the document onto the stage; a second time where ids were met before their aliases, or where records declare
/// secrets that others may show.
fn read(
    input: &Input,
    spooled: &mut Spooled,
    format: &'static Format,
    secrets: &[u8; 32],
    timing: &Timing<'_>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Result<Vec<Taken>, intel::IndexError>, ImportError> {
    let mut known: Option<(Aliases, Known)> = None;
    loop {
        let second = known.is_some();
        let mut taking = Taking::new(secrets, timing, known.take(), &mut *tell)?;
        let ended = match input {
            Input::Told(told) => told.document.tell(&mut taking),
            Input::File(_) | Input::Stdin => {
                format.read(&mut Source::new(&mut spooled.file), &mut taking)
            }
        };
        if let Some(error) = taking.failed.take() {
            return Err(error.into());
        }
        if let Err(source) = ended {
            if taking.observations() == 0 {
                let file = input.name();
                return Err(ImportError::Unreadable { file, format: format.title, source });
            }
            let rest = match &source {
                Stop::Io(error) => format!("{source}: {error}"),
                _ => source.to_string(),
            };
            // What is missing may be of any run.
            for run in &mut taking.runs {
                run.told.incomplete.push(format!("reading ended early: {rest}"));
            }
        }
        if !spooled.unchanged() {
            return Err(ImportError::Changed(input.name()));
        }
        if let Some(error) = taking.damaged() {
            return Ok(Err(error));
        }
        if second || !(taking.too_early || taking.declared.any()) {
            let full = taking.declared.full;
            for run in &mut taking.runs {
                if full {
                    let why = "it declares more secrets than are looked for in its other records";
                    run.told.incomplete.push(why.to_owned());
                }
                run.stage.seal()?;
            }
            return Ok(Ok(taking.runs));
        }
        known = Some((taking.met, taking.declared.known()));
    }
}

/// What holds for the import as a whole.
fn remarks(imported: &Imported, assumed: bool, untimely: &(u64, String)) -> Vec<String> {
    let mut remarks = Vec::new();
    let (count, first) = untimely;
    if *count > 0 {
        let times = if *count == 1 { "1 time" } else { &format!("{count} times") };
        remarks.push(format!(
            "{times} that it tells cannot be read or lie before 1990, the first «{first}»; they count as not told"
        ));
    }
    if !imported.declared {
        remarks.push(format!(
            "nobody declared the asset «{}», so nothing on it is linked to what other sources report; name it with --asset NAME",
            imported.asset
        ));
    }
    if assumed && imported.new > 0 {
        remarks.push(
            "there is no advisory index, so for published problems exploitation is assumed; `gabion sync`, then `gabion verify --all`, settles it".to_owned(),
        );
    }
    remarks
}
