//! How does one report get into the ledger?
//!
//! In: an actor, a document, where it belongs. Out: what it came to, after one transaction that holds all of it or
//! nothing. The order: authorise, open, recognise, read onto the stage, take the writer's place, match, write,
//! close, commit. Memory does not grow with the document. Never: a closure without evidence.

use std::path::PathBuf;

use findings::close::{Run, Scope, covers};
use findings::{Format, Source, Stop};
use ledger::change::{Change, Counts, Document};
use ledger::row::{Ids, Stream};
use ledger::{LedgerError, Write};
use serde::Serialize;
use vocab::{Exposure, Instant};

use super::belongs::{self, Belongs, belongs, scope_text};
use super::closing::{Kept, run_of};
use super::matching;
use super::spool::{self, Input, Spooled};
use super::taking::{Aliases, Taken, Taking};
use super::timing::Timing;
use super::writing::{WriteError, Writing};
use crate::books::{Actor, Books, BooksError, UseCase, allow};
use crate::config::{Config, Trust};
use crate::intelligence::{Intelligence, IntelligenceError};
use crate::policy::{self, PolicyChoiceError};
use crate::sync::status;

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
            scope: Scope::Whole,
            tool_version: None,
            format: None,
            dry_run: false,
            exposure: None,
            exposure_source: None,
            owner: None,
            configs: Vec::new(),
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
    /// Records that could not be used, at most [`super::taking::MAX_DROPPED`] of them by place.
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
}

impl Imported {
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
    /// The index is damaged.
    #[error(transparent)]
    Intelligence(#[from] IntelligenceError),
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
    let policies = policy::for_scan(&[], &trust)?.policies;
    let index = intelligence.map(Intelligence::index).transpose()?;
    let timing = Timing::new(index.as_ref(), &policies, status::STALE_AFTER_HOURS, now);
    let file = request.input.name();
    let opened = spool::open(&request.input);
    let mut spooled = opened.map_err(|source| ImportError::Open { file: file.clone(), source })?;
    let format = format(request, &mut spooled)?;
    let secrets = books.ledger.secrets_key()?;
    let damaged = |error| unusable(intelligence, error);
    let taken = read(&mut spooled, format, &secrets, &timing, &file, tell)?;
    let taken = taken.map_err(damaged)?;
    let published = taken.published;
    let belongs = belongs(request, &taken.told, format.id, &configs, now)?;
    allow(actor, UseCase::Import, belongs.asset.owner == actor.name)?;
    let mut write = books.write(actor, now)?;
    let into = Arrival { request, format, spooled: &spooled, belongs: &belongs, timing: &timing };
    let (mut imported, summary) = match into.all(&mut write, taken, tell) {
        Ok(done) => done,
        Err(WriteError::Ledger(error)) => return Err(error.into()),
        Err(WriteError::Index(error)) => return Err(damaged(error)),
    };
    if let Some(summary) = summary.filter(|_| !request.dry_run) {
        imported.entry = Some(write.commit("import", &summary)?.entry);
    }
    imported.remarks.extend(remarks(&imported, published && index.is_none()));
    Ok(imported)
}

fn unusable(intelligence: Option<&Intelligence>, error: intel::IndexError) -> ImportError {
    match intelligence {
        Some(intelligence) => intelligence.unusable(error).into(),
        None => IntelligenceError::Unusable { path: PathBuf::new(), source: error }.into(),
    }
}

fn format(request: &Request, spooled: &mut Spooled) -> Result<&'static Format, ImportError> {
    if let Some(id) = &request.format {
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

/// Reads the document onto the stage; a second time where ids were met before their aliases.
fn read(
    spooled: &mut Spooled,
    format: &'static Format,
    secrets: &[u8; 32],
    timing: &Timing<'_>,
    file: &str,
    tell: &mut dyn FnMut(Progress),
) -> Result<Result<Taken, intel::IndexError>, ImportError> {
    let mut known: Option<Aliases> = None;
    loop {
        let second = known.is_some();
        let mut taking = Taking::new(secrets, timing, known.take(), &mut *tell)?;
        let ended = (format.read)(&mut Source::new(&mut spooled.file), &mut taking);
        if let Some(error) = taking.failed.take() {
            return Err(error.into());
        }
        if let Err(source) = ended {
            if taking.taken.observations == 0 {
                let file = file.to_owned();
                return Err(ImportError::Unreadable { file, format: format.title, source });
            }
            let rest = match &source {
                Stop::Io(error) => format!("{source}: {error}"),
                _ => source.to_string(),
            };
            taking.taken.told.incomplete.push(format!("reading ended early: {rest}"));
        }
        if !spooled.unchanged() {
            return Err(ImportError::Changed(file.to_owned()));
        }
        if let Some(error) = taking.damaged() {
            return Ok(Err(error));
        }
        if !taking.too_early || second {
            taking.taken.stage.seal()?;
            return Ok(Ok(taking.taken));
        }
        known = Some(taking.met);
    }
}

/// A document that was read, and where it goes.
struct Arrival<'a> {
    request: &'a Request,
    format: &'static Format,
    spooled: &'a Spooled,
    belongs: &'a Belongs,
    timing: &'a Timing<'a>,
}

impl Arrival<'_> {
    /// Appends all of it; the summary for the record, or none where nothing is to be kept.
    fn all(
        &self,
        write: &mut Write<'_>,
        mut taken: Taken,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(Imported, Option<String>), WriteError> {
        let belongs = self.belongs;
        let scope = scope_text(&belongs.scope);
        let asset = self.asset(write)?;
        let stream = match write.stream(asset.0, &belongs.source, &belongs.reference)? {
            Some(stream) => stream,
            None => self.stream(write, asset.0)?,
        };
        if let Some(known) = self.repeat(write, &stream, &scope, &taken)? {
            let moved = asset.2.then(|| format!("{}: the asset's facts", belongs.asset.name));
            return Ok((self.imported(&taken, known, true), moved));
        }
        let last = stream.last.as_ref();
        let older = last.is_some_and(|last| belongs.scanned_at < last.scanned_at);
        let mut document = self.document(write.next(Ids::Document)?, stream.id, &scope, &taken);
        let run = Run { lists_rules: taken.told.lists_rules, ..run_of(&document) };
        let last_run = last.map(run_of);
        let covering = covers(&run, last_run.as_ref());
        let total = taken.stage.len();
        let stage = &mut taken.stage;
        matching::matched(stage, write, stream.id, covering.is_ok(), &mut |done| {
            tell(Progress::Matched(done, total));
        })?;
        let name = &self.request.input.short();
        let mut writing = Writing {
            write,
            timing: self.timing,
            asset: (asset.0, asset.1),
            stream: stream.id,
            document: document.id,
            belongs,
            name,
            older,
            counts: Counts::default(),
            branches: Vec::new(),
            first_new: None,
            linked: 0,
            proposed: 0,
            unknown_ended: 0,
        };
        writing.all(stage, &mut |done| tell(Progress::Written(done, total)))?;
        let kept = match &covering {
            Ok(()) => writing.close(stage, &run, last_run.as_ref(), &taken.rules)?,
            Err(_) => Kept::new(),
        };
        let (linked, proposed, unknown) = (writing.linked, writing.proposed, writing.unknown_ended);
        let said = proposed > 0 || writing.linked > 0;
        document.counts =
            Counts { observations: taken.observations, dropped: taken.dropped, ..writing.counts };
        let counts = document.counts;
        let changes = counts.new + counts.changed + counts.closed + counts.reopened > 0 || said;
        let further = last.is_none_or(|last| differs(last, &document));
        let keep = changes || (!older && further) || asset.2;
        if changes || (!older && further) {
            write.append(&Change::Document(document))?;
        }
        let mut imported = self.imported(&taken, counts, false);
        (imported.linked, imported.proposed) = (linked, proposed);
        self.say(&mut imported, older, covering.err(), &kept, unknown, last.is_some());
        let summary = format!(
            "{name}: {} new, {} closed, {} reopened, {} changed from {} on {}",
            counts.new,
            counts.closed,
            counts.reopened,
            counts.changed,
            belongs.source,
            belongs.asset.name
        );
        Ok((imported, keep.then_some(summary)))
    }

    /// The asset's number and facts, and whether they were appended.
    fn asset(
        &self,
        write: &mut Write<'_>,
    ) -> Result<(i64, ledger::change::AssetFacts, bool), LedgerError> {
        let said = &self.belongs.asset;
        let (id, facts, was) = match write.asset(&said.name)? {
            Some((id, known)) => {
                let facts = belongs::joined(&known, said);
                if facts == known {
                    return Ok((id, known, false));
                }
                (id, facts, Some(known))
            }
            None => (write.next(Ids::Asset)?, said.clone(), None),
        };
        write.append(&Change::Asset { id, facts: facts.clone(), was })?;
        Ok((id, facts, true))
    }

    fn stream(&self, write: &mut Write<'_>, asset: i64) -> Result<Stream, LedgerError> {
        let id = write.next(Ids::Stream)?;
        let source = self.belongs.source.clone();
        let reference = self.belongs.reference.clone();
        write.append(&Change::Stream { id, asset, source, reference })?;
        Ok(Stream { id, asset, last: None })
    }

    /// The short cut: these bytes were taken in by this stream with this scope, and nothing later was that they
    /// could change.
    fn repeat(
        &self,
        write: &mut Write<'_>,
        stream: &Stream,
        scope: &str,
        taken: &Taken,
    ) -> Result<Option<Counts>, LedgerError> {
        let Some(last) = &stream.last else { return Ok(None) };
        let known = write.document_known(stream.id, &self.spooled.sha256, scope)?;
        let Some(known) = known.filter(|known| known.format == self.format.id) else {
            return Ok(None);
        };
        let dated = self.request.scanned_at.or(taken.told.scanned_at).is_some();
        let holds =
            if dated { known.scanned_at == self.belongs.scanned_at } else { known.id == last.id };
        let counts = Counts {
            observations: known.counts.observations,
            unchanged: known.counts.observations,
            dropped: known.counts.dropped,
            ..Counts::default()
        };
        Ok(holds.then_some(counts))
    }

    fn document(&self, id: i64, stream: i64, scope: &str, taken: &Taken) -> Document {
        let mut incomplete = taken.told.incomplete.clone();
        if taken.dropped > 0 {
            let first =
                taken.named.first().map(|(place, why)| format!(", the first at {place}: {why}"));
            let first = first.unwrap_or_default();
            incomplete.push(format!("{} records could not be used{first}", taken.dropped));
        }
        Document {
            id,
            stream,
            name: self.request.input.short(),
            format: self.format.id.to_owned(),
            sha256: self.spooled.sha256.clone(),
            scanned_at: self.belongs.scanned_at,
            scope: scope.to_owned(),
            tool: taken.told.tools.iter().cloned().collect::<Vec<_>>().join("+"),
            tool_version: match &self.request.tool_version {
                Some(version) => version.clone(),
                None => taken.told.tool_version.clone(),
            },
            incomplete,
            counts: Counts { observations: taken.observations, ..Counts::default() },
        }
    }

    fn imported(&self, taken: &Taken, counts: Counts, repeat: bool) -> Imported {
        let named = taken.named.iter();
        let dropped = named.map(|(place, why)| Dropped { place: place.clone(), why: why.clone() });
        Imported {
            schema: SCHEMA,
            file: self.request.input.name(),
            format: self.format.id,
            title: self.format.title,
            asset: self.belongs.asset.name.clone(),
            declared: self.belongs.asset.declared,
            source: self.belongs.source.clone(),
            reference: self.belongs.reference.clone(),
            scanned_at: self.belongs.scanned_at,
            observations: counts.observations,
            new: counts.new,
            changed: counts.changed,
            closed: counts.closed,
            reopened: counts.reopened,
            unchanged: counts.unchanged,
            dropped: dropped.collect(),
            dropped_total: taken.dropped,
            linked: 0,
            proposed: 0,
            repeat,
            dry_run: self.request.dry_run,
            incomplete: taken.told.incomplete.clone(),
            remarks: Vec::new(),
            entry: None,
        }
    }

    /// Says what did not happen, and why.
    fn say(
        &self,
        imported: &mut Imported,
        older: bool,
        covering: Option<String>,
        kept: &Kept,
        unknown: u64,
        again: bool,
    ) {
        let remarks = &mut imported.remarks;
        if older {
            remarks.push(
                "it is older than the last document of this source and branch: it opens what is not known, and changes nothing else".to_owned(),
            );
        } else if let Some(why) = covering.filter(|_| again) {
            remarks.push(format!("it closes nothing: {why}"));
        }
        for (why, count) in kept {
            let claims = if *count == 1 { "1 claim" } else { &format!("{count} claims") };
            remarks.push(format!("{claims} that it lacks stay open: {why}"));
        }
        if unknown > 0 {
            remarks.push(format!(
                "{unknown} statements that something has ended or does not apply speak of what is not known here"
            ));
        }
    }
}

/// Whether a run tells something that the last one did not, be it only that it was later.
fn differs(last: &Document, document: &Document) -> bool {
    last.scanned_at != document.scanned_at
        || last.scope != document.scope
        || last.tool_version != document.tool_version
        || last.incomplete != document.incomplete
}

/// What holds for the import as a whole.
fn remarks(imported: &Imported, assumed: bool) -> Vec<String> {
    let mut remarks = Vec::new();
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
