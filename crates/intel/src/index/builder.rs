//! How does an index come about?
//!
//! In: the bytes of one OSV record or feed at a time. Out: one file. No record's JSON is kept: what the
//! index needs goes into flat tables at once, texts into compressed blocks. A record that does not read
//! is noted with its reason; where its packages can still be told, «clear» is never said of them, else
//! its whole ecosystem is partial.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use versions::Scheme;
use vocab::{Base, Ecosystem, Instant};
use xxhash_rust::xxh3::xxh3_64;

use super::advisories::{codes, halves};
use super::affected::{self, Coverage};
use super::evaluate::suffix;
use super::groups::Member;
use super::heap::{Lists, Strings};
use super::layout::{
    MAX_STATEMENTS, NONE, POSTING_STATEMENT, POSTING_UNREADABLE, POSTING_WITHDRAWN,
};
use super::meta::{EcosystemCoverage, MAX_PROBLEMS, Meta, Problem, Source};
use super::signals::Signals;
use super::texts::Texts;
use super::upstream::MadeFrom;
use super::write;
use crate::cve::CveId;
use crate::osv::{self, Kind, Record, RecordError, Remains};
use vocab::Severity;

/// A record was left out; also noted in [`Meta::problems`].
#[derive(Debug, thiserror::Error)]
#[error("{file} was not read; its ecosystem is now partial")]
pub struct Skipped {
    /// The file's name.
    pub file: String,
    /// Why.
    #[source]
    pub why: RecordError,
}

/// Why an index could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The output refused bytes.
    #[error("the index cannot be written")]
    Write(#[source] std::io::Error),
    /// Compressing failed.
    #[error("a text cannot be compressed")]
    Compress(#[source] std::io::Error),
    /// A table outgrew its numbers.
    #[error("too much for one index: {0}")]
    TooLarge(&'static str),
    /// The meta section could not be written as JSON.
    #[error("the meta section cannot be written")]
    Meta(#[source] serde_json::Error),
}

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The meta section.
    pub meta: Meta,
    /// Bytes written.
    pub bytes: u64,
}

/// Builds an index; see the module.
#[derive(Debug, Default)]
pub struct Builder {
    pub(super) strings: Strings,
    pub(super) lists: Lists,
    pub(super) texts: Texts,
    pub(super) advisories: Vec<Draft>,
    by_id: HashMap<u32, u32>,
    pub(super) ecosystems: Vec<EcosystemDraft>,
    ecosystem_of: HashMap<u32, u32>,
    /// Ecosystem and name of each package.
    pub(super) packages: Vec<(u32, u32)>,
    package_of: HashMap<(u32, u32), u32>,
    pub(super) postings: Vec<Posting>,
    /// Start, end and kind of each interval.
    pub(super) intervals: Vec<[u32; 3]>,
    pub(super) exacts: Vec<u32>,
    /// Distinct statements of distributions, as places of strings.
    pub(super) statements: Vec<u32>,
    statement_of: HashMap<u32, u32>,
    pub(super) signals: Signals,
    /// `Some(false)` where the caller or an unreadable record said so.
    pub(super) announced: BTreeMap<String, bool>,
    pub(super) broken: BTreeMap<String, u64>,
    pub(super) without_package: BTreeMap<String, u64>,
    pub(super) meta: Meta,
    failed: Option<BuildError>,
}

/// An advisory in the making.
#[derive(Debug)]
pub(super) struct Draft {
    pub member: Member,
    pub codes: u32,
    pub times: [u32; 6],
    modified: Option<Instant>,
    hash: u64,
    pub text: [u32; 3],
    pub title: u32,
    pub vectors: u32,
    pub cwes: u32,
    pub upstream: u32,
    /// The CVEs and records that it was made from.
    pub made_from: MadeFrom,
    /// The list of modules and functions that it names.
    pub symbols: u32,
    /// Replaced by a newer copy of the same record.
    pub dead: bool,
}

/// An ecosystem string that records use.
#[derive(Debug)]
pub(super) struct EcosystemDraft {
    pub text: u32,
    pub ecosystem: Ecosystem,
    scheme: Option<Scheme>,
}

/// How a copy of a record stands to the one that is there.
enum Standing {
    /// There is none, or this one goes before it.
    Stays,
    /// The same one, or one that goes before this.
    Goes,
    /// Both are in force and as new, and differ: the first stays, in doubt.
    Differs(u32),
}

/// In an advisory's codes: something of the record could not be evaluated.
pub(super) const UNREADABLE: u32 = 1 << 16;

/// A package of an advisory, in the making.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub package: u32,
    pub advisory: u32,
    pub flags: u32,
    pub intervals: (u32, u32),
    pub exacts: (u32, u32),
}

impl Builder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one OSV record. `ecosystem` is the base whose feed it comes from (`npm`), `file` its name
    /// there. The same record out of several feeds counts once; of two versions the later `modified`
    /// stays. Of two that are as new and differ, one in force goes before a withdrawn one; else the
    /// first stays, and for the packages of the other nobody may say «clear».
    ///
    /// # Errors
    /// [`Skipped`] when nothing of the record could be used; the ecosystem is then partial.
    pub fn advisory(&mut self, ecosystem: &str, file: &str, json: &[u8]) -> Result<(), Skipped> {
        let hash = xxh3_64(json);
        match Record::parse(json) {
            Ok(record) => {
                self.take(ecosystem, file, &record, hash);
                Ok(())
            }
            Err(why) => match Remains::parse(json) {
                Some(remains) => {
                    self.problem(file, format!("{why}; its packages are not evaluated"));
                    self.take_remains(&remains, hash);
                    Ok(())
                }
                None => {
                    self.unreadable(ecosystem, file, &chain(&why));
                    Err(Skipped { file: file.to_owned(), why })
                }
            },
        }
    }

    /// Notes a file of an ecosystem's feed that the caller could not hand over (a broken archive entry):
    /// the ecosystem is partial.
    pub fn unreadable(&mut self, ecosystem: &str, file: &str, what: &str) {
        *self.broken.entry(base_name(ecosystem)).or_default() += 1;
        self.problem(file, format!("{what}; {ecosystem} is partial"));
    }

    /// Says whether an ecosystem's feed is whole. Said twice, `false` stays.
    pub fn coverage(&mut self, ecosystem_base: &str, complete: bool) {
        let whole = self.announced.entry(base_name(ecosystem_base)).or_insert(true);
        *whole &= complete;
    }

    /// Notes a feed that went in.
    pub fn source(&mut self, source: Source) {
        self.meta.sources.push(source);
    }

    /// Notes a problem; the first [`MAX_PROBLEMS`] are kept.
    pub fn problem(&mut self, file: &str, what: String) {
        self.meta.problems_total += 1;
        if self.meta.problems.len() < MAX_PROBLEMS {
            let short = |text: &str| super::heap::cut(text, 500).to_owned();
            self.meta.problems.push(Problem { file: short(file), what: short(&what) });
        }
    }

    /// The signals' part of the builder.
    pub(super) fn signals(&mut self) -> (&mut Signals, &mut Strings, &mut Lists) {
        (&mut self.signals, &mut self.strings, &mut self.lists)
    }

    /// Writes the index. `built_at` is the caller's now.
    pub fn finish(mut self, built_at: Instant, out: &mut dyn Write) -> Result<Summary, BuildError> {
        self.meta.built_at = built_at;
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        write::write(self, out)
    }

    fn take(&mut self, source: &str, file: &str, record: &Record<'_>, hash: u64) {
        let id = self.id(record.id.as_str());
        let modified = osv::instant(&record.modified);
        // An instant that does not read withdraws nothing.
        let withdrawn = osv::instant(&record.withdrawn);
        match self.standing(id, modified, withdrawn.is_some(), hash, file) {
            Standing::Stays => {}
            Standing::Goes => return,
            Standing::Differs(first) => {
                let packages = record.affected.iter().filter_map(|a| a.package.as_ref());
                return self.doubt(first, packages);
            }
        }
        let text = self.texts.add(record).unwrap_or_else(|error| {
            self.failed = Some(BuildError::Compress(error));
            [NONE, 0, 0]
        });
        let title = self.strings.place(super::texts::title(record));
        let (severity, vectors) = record.severity();
        let vectors = self.list(vectors.into_iter());
        let cwes = self.list(record.database_specific.cwe_ids.iter().map(osv::Text::as_str));
        let upstream = self.list(record.upstream.iter().map(osv::Text::as_str));
        let symbols = self.symbols(record);
        let made_from = self.made_from(record);
        let aliases = record.aliases.iter().map(osv::Text::as_str).filter(|a| !a.is_empty());
        let aliases = aliases.map(|alias| self.id(alias)).collect();
        let published = halves(osv::instant(&record.published));
        let times = [published, halves(modified), halves(withdrawn)].concat();
        self.push(Draft {
            member: Member { id, aliases, withdrawn: withdrawn.is_some() },
            codes: codes(record.kind(), severity),
            times: times.try_into().unwrap_or([0; 6]),
            modified,
            hash,
            text,
            title,
            vectors,
            cwes,
            upstream,
            made_from,
            symbols,
            dead: false,
        });
        self.take_affected(source, record, withdrawn.is_some());
    }

    fn take_affected(&mut self, source: &str, record: &Record<'_>, withdrawn: bool) {
        let mut of_package: BTreeMap<u32, Coverage<'_>> = BTreeMap::new();
        for affected in &record.affected {
            let Some(package) = &affected.package else { continue };
            let ecosystem = self.ecosystem(package.ecosystem.as_str());
            let Some(draft) = self.ecosystems.get(ecosystem as usize) else { continue };
            let found = affected::compile(draft.scheme, affected);
            let package = self.package(ecosystem, package.name.as_str());
            let whole = of_package.entry(package).or_default();
            whole.intervals.extend(found.intervals);
            whole.exacts.extend(found.exacts);
            whole.unreadable |= found.unreadable;
            if let Some(statement) = affected.statement(&record.severity) {
                whole.state(statement);
            }
        }
        if of_package.is_empty() {
            *self.without_package.entry(base_name(source)).or_default() += 1;
        }
        for (package, mut found) in of_package {
            found.exacts.sort_unstable();
            found.exacts.dedup();
            self.posting(self.last_advisory(), package, &found, withdrawn);
        }
    }

    /// A record of which only id and packages could be read.
    fn take_remains(&mut self, remains: &Remains<'_>, hash: u64) {
        let id = self.id(remains.id.as_str());
        let packages = remains.affected.iter().map(|affected| &affected.package);
        match self.standing(id, None, false, hash, remains.id.as_str()) {
            Standing::Stays => {}
            Standing::Goes => return,
            Standing::Differs(first) => return self.doubt(first, packages),
        }
        self.push(Draft {
            member: Member { id, aliases: Vec::new(), withdrawn: false },
            codes: codes(Kind::Vulnerability, Severity::Unknown) | UNREADABLE,
            times: [halves(None); 3].concat().try_into().unwrap_or([0; 6]),
            modified: None,
            hash,
            text: [NONE, 0, 0],
            title: NONE,
            vectors: NONE,
            cwes: NONE,
            upstream: NONE,
            made_from: MadeFrom::default(),
            symbols: NONE,
            dead: false,
        });
        self.doubt(self.last_advisory(), packages);
    }

    /// Of these packages nobody may say «clear» for this advisory's sake.
    fn doubt<'p>(&mut self, advisory: u32, of: impl Iterator<Item = &'p osv::Package<'p>>) {
        let mut packages: Vec<u32> = Vec::new();
        for package in of {
            let ecosystem = self.ecosystem(package.ecosystem.as_str());
            packages.push(self.package(ecosystem, package.name.as_str()));
        }
        packages.sort_unstable();
        packages.dedup();
        let unreadable = Coverage { unreadable: true, ..Coverage::default() };
        for package in packages {
            self.posting(advisory, package, &unreadable, false);
        }
    }

    /// Does this copy of a record stay? If one was there that it replaces, that one dies.
    fn standing(
        &mut self,
        id: u32,
        modified: Option<Instant>,
        withdrawn: bool,
        hash: u64,
        file: &str,
    ) -> Standing {
        let Some(first) = self.by_id.get(&id).copied() else { return Standing::Stays };
        let Some(known) = self.advisories.get_mut(first as usize) else { return Standing::Stays };
        if known.hash == hash || known.modified > modified {
            return Standing::Goes;
        }
        let (same, was_withdrawn) = (known.modified == modified, known.member.withdrawn);
        known.dead = !same || was_withdrawn && !withdrawn;
        if same {
            self.problem(file, "the same record differs in two feeds and is as new in both".into());
        }
        match (same, was_withdrawn, withdrawn) {
            (false, ..) | (true, true, false) => Standing::Stays,
            (true, _, true) => Standing::Goes,
            (true, false, false) => Standing::Differs(first),
        }
    }

    /// The advisory that was pushed last.
    fn last_advisory(&self) -> u32 {
        self.advisories.len().saturating_sub(1) as u32
    }

    fn push(&mut self, draft: Draft) {
        self.by_id.insert(draft.member.id, self.advisories.len() as u32);
        self.advisories.push(draft);
    }

    fn posting(&mut self, advisory: u32, package: u32, found: &Coverage<'_>, withdrawn: bool) {
        let first = (self.intervals.len() as u32, self.exacts.len() as u32);
        for span in &found.intervals {
            let from = span.interval.from.map_or(NONE, |from| self.strings.place(from));
            let end = match span.interval.end {
                versions::range::End::Open => NONE,
                versions::range::End::Before(end) | versions::range::End::UpTo(end) => {
                    self.strings.place(end)
                }
            };
            self.intervals.push([from, end, span.end]);
        }
        for exact in &found.exacts {
            let exact = self.strings.place(exact);
            self.exacts.push(exact);
        }
        let statement = self.statement(&found.statement);
        self.postings.push(Posting {
            package,
            advisory,
            flags: if withdrawn { POSTING_WITHDRAWN } else { 0 }
                | if found.unreadable { POSTING_UNREADABLE } else { 0 }
                | statement << POSTING_STATEMENT,
            intervals: (first.0, found.intervals.len() as u32),
            exacts: (first.1, found.exacts.len() as u32),
        });
        if found.unreadable
            && let Some(draft) = self.advisories.get_mut(advisory as usize)
        {
            draft.codes |= UNREADABLE;
        }
    }

    fn ecosystem(&mut self, text: &str) -> u32 {
        let ecosystem = Ecosystem::parse(text);
        let ecosystem = match suffix(&ecosystem) {
            Some(suffix) => Ecosystem::parse(&format!("{}:{suffix}", ecosystem.base_name())),
            None => ecosystem,
        };
        let text = self.strings.place(&ecosystem.to_string());
        let next = self.ecosystems.len() as u32;
        let index = *self.ecosystem_of.entry(text).or_insert(next);
        if index == next {
            let scheme = Scheme::of(&ecosystem);
            self.ecosystems.push(EcosystemDraft { text, ecosystem, scheme });
        }
        index
    }

    fn package(&mut self, ecosystem: u32, name: &str) -> u32 {
        let normal = match self.ecosystems.get(ecosystem as usize) {
            Some(draft) => draft.ecosystem.normal_name(name).into_owned(),
            None => String::new(),
        };
        // The empty name is the ecosystem's own row.
        let normal = if normal.is_empty() { name.to_owned() } else { normal };
        let key = (ecosystem, self.strings.place(&normal));
        let next = self.packages.len() as u32;
        let index = *self.package_of.entry(key).or_insert(next);
        if index == next {
            self.packages.push(key);
        }
        index
    }

    /// The place of an id. CVE names are told in one spelling, so that groups meet.
    fn id(&mut self, text: &str) -> u32 {
        let text = text.trim();
        if text.bytes().any(|b| b.is_ascii_lowercase()) && CveId::parse(text).is_some() {
            return self.strings.place(&text.to_ascii_uppercase());
        }
        self.strings.place(text)
    }

    /// The number of a statement, counted from 1; 0 for none.
    fn statement(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let place = self.strings.place(text);
        let next = self.statements.len() + 1;
        if next > MAX_STATEMENTS {
            return self.statement_of.get(&place).copied().unwrap_or(0);
        }
        let number = *self.statement_of.entry(place).or_insert(next as u32);
        if number as usize == next {
            self.statements.push(place);
        }
        number
    }

    /// The list of modules and functions that a record names: path and list of each.
    fn symbols(&mut self, record: &Record<'_>) -> u32 {
        let mut members: Vec<u32> = Vec::new();
        for named in record.named() {
            let symbols: Vec<u32> =
                named.symbols.iter().map(|symbol| self.strings.place(symbol)).collect();
            members.extend([self.strings.place(&named.path), self.lists.place(&symbols)]);
        }
        self.lists.place(&members)
    }

    fn made_from(&mut self, record: &Record<'_>) -> MadeFrom {
        let osv::Upstream { cves, records } = record.upstream_cves();
        MadeFrom { records: records.into_iter().map(|id| self.id(id)).collect(), cves }
    }

    fn list<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> u32 {
        let places: Vec<u32> = texts.take(256).map(|text| self.strings.place(text)).collect();
        self.lists.place(&places)
    }

    /// Coverage of every base, from what was announced, what broke and how many records there are.
    pub(super) fn coverages(
        &self,
        records: &BTreeMap<String, u64>,
    ) -> BTreeMap<String, EcosystemCoverage> {
        let names = records.keys().chain(self.announced.keys()).chain(self.broken.keys());
        names
            .map(|name| {
                let announced = self.announced.get(name).copied().unwrap_or(false);
                let complete = announced && !self.broken.contains_key(name);
                let records = records.get(name).copied().unwrap_or(0);
                (name.clone(), EcosystemCoverage { complete, records })
            })
            .collect()
    }
}

/// The base of an ecosystem string, as coverage is kept by it.
pub(super) fn base_name(ecosystem: &str) -> String {
    let parsed = Ecosystem::parse(ecosystem);
    match parsed.base() {
        Base::Other => parsed.base_name().to_owned(),
        base => base.name().to_owned(),
    }
}

/// An error and its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
