//! Which findings does a VEX statement take out of the queue, and on whose word?
//!
//! In: VEX documents the user names, and each finding with every name of its component and asset. Out: the
//! statement that takes it out («not affected», «fixed»), or those that leave it in; and what the reader
//! should know of statements that did not apply. Rules: a document inside a scanned tree (or the
//! repository around it) takes nothing out without `--trust-config`, because a pull request would silence
//! itself; «not affected» without a reason does not count; the later dated statement wins, and where no
//! date decides, the one that keeps the finding; a malicious package is never taken out; what is known to
//! be exploited is, and that is said. Start reading at [`load`] and [`Applying::decide`].

pub(super) mod names;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use formats::vex::{self, Asset, Document, Standing, Subject};
use vocab::Instant;

use super::{Request, Target, tree_config};
use crate::files::{read, walk};
use crate::report::{self, Finding, Unread};

/// Largest document read as it lies there; what it unpacks to is bounded by [`vex::MAX_BYTES`].
const MAX_DOCUMENT: u64 = vex::MAX_BYTES as u64;
/// Most statements kept on one finding.
const MAX_LISTED: usize = 20;

/// The statements of a scan. Shared by all its targets.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    sources: Vec<Source>,
    /// Statements by each of their ids in small letters, as (source, statement).
    by_id: HashMap<String, Vec<(u32, u32)>>,
    warnings: Vec<String>,
}

#[derive(Debug)]
struct Source {
    display: String,
    trusted: bool,
    document: Document,
}

/// Reads the documents the user names. What cannot be read is added to `unread`; the rest goes on.
pub(crate) fn load(files: &[Target], request: &Request, unread: &mut Vec<Unread>) -> Statements {
    let trees: Vec<PathBuf> =
        request.targets.iter().filter_map(|t| tree_config::tree_of(&t.path)).collect();
    let mut sources = Vec::new();
    for Target { path, display, .. } in files {
        let trusted = request.trust_config || !inside(path, &trees);
        match document(path) {
            Ok(document) => sources.push(Source { display: display.clone(), trusted, document }),
            Err((line, problem)) => {
                unread.push(Unread { path: display.clone(), line, problem, code: String::new() });
            }
        }
    }
    Statements::of(sources)
}

fn inside(path: &Path, trees: &[PathBuf]) -> bool {
    let real = path.canonicalize().ok();
    real.is_none_or(|real| trees.iter().any(|tree| real.starts_with(tree)))
}

fn document(path: &Path) -> Result<Document, (u32, String)> {
    let bytes = read::bounded(path, MAX_DOCUMENT).map_err(|e| (0, walk::describe(&e)))?;
    vex::read(&bytes).map_err(|refused| (refused.line, format!("VEX: {}", refused.what)))
}

impl Statements {
    /// No document was named.
    pub(crate) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// What the reader should know of the documents themselves.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn of(sources: Vec<Source>) -> Self {
        let mut statements = Self { sources, ..Self::default() };
        let replaced = statements.replaced();
        for (at, source) in (0u32..).zip(&statements.sources) {
            let Source { display, document, .. } = source;
            if let Some(problem) = document.problems.first() {
                statements.warnings.push(format!(
                    "{display}:{}: {} of its statements or products were not understood and do not apply; the first: {}",
                    problem.place.line,
                    document.problems.len(),
                    problem.what
                ));
            }
            let silent = match document.standing {
                _ if replaced.contains(&at) => Some("another version of it is newer"),
                Standing::Current => None,
                Standing::Draft => Some("it is a draft"),
                Standing::Withdrawn => Some("its author withdrew it"),
                Standing::Superseded => Some("its author replaced it by another document"),
            };
            if let Some(why) = silent {
                statements
                    .warnings
                    .push(format!("{display}: none of its statements applies: {why}"));
                continue;
            }
            for (number, statement) in (0u32..).zip(&document.statements) {
                let ids = std::iter::once(&statement.vulnerability).chain(&statement.aliases);
                for id in ids.map(|id| id.to_lowercase()).collect::<HashSet<_>>() {
                    statements.by_id.entry(id).or_default().push((at, number));
                }
            }
        }
        statements
    }

    /// Documents of which a newer version is here too: the same id and author, as far trusted, and a later
    /// date. Without both dates neither replaces the other.
    fn replaced(&self) -> HashSet<u32> {
        let mut newest: HashMap<(&str, &str, bool), Option<Instant>> = HashMap::new();
        let key = |s: &'_ Source| (s.document.id.clone(), s.document.author.clone(), s.trusted);
        let keyed: Vec<_> = self.sources.iter().map(key).collect();
        for ((id, author, trusted), source) in keyed.iter().zip(&self.sources) {
            let newest = newest.entry((id, author, *trusted)).or_default();
            *newest = (*newest).max(source.document.dated);
        }
        let rows = (0u32..).zip(keyed.iter().zip(&self.sources));
        rows.filter(|(_, ((id, author, trusted), source))| {
            let newest = newest.get(&(id.as_str(), author.as_str(), *trusted)).copied().flatten();
            !id.is_empty() && source.document.dated.is_some_and(|d| newest.is_some_and(|n| d < n))
        })
        .map(|(at, _)| at)
        .collect()
    }

    /// Begins to apply them to the findings of one report.
    pub(crate) fn applying(&self) -> Applying<'_> {
        Applying {
            statements: self,
            told: BTreeMap::new(),
            applied: HashSet::new(),
            near: BTreeMap::new(),
        }
    }
}

/// Statements on their way over the findings of one report.
pub(crate) struct Applying<'a> {
    statements: &'a Statements,
    /// What is told once, with how many findings it concerns.
    told: BTreeMap<String, u64>,
    /// Sources of which a statement spoke of a finding.
    applied: HashSet<u32>,
    /// Of the others: how often one named a finding's vulnerability and something else, and the first.
    near: BTreeMap<u32, (u64, String)>,
}

/// A statement that speaks of a finding.
#[derive(Clone, Copy)]
struct Spoken<'a> {
    source: &'a Source,
    statement: &'a vex::Statement,
}

impl<'a> Applying<'a> {
    /// Whether any statement names one of the finding's ids: only then the names of its component are
    /// worth gathering.
    pub(crate) fn names(&self, finding: &Finding) -> bool {
        !self.statements.is_empty()
            && ids(finding).any(|id| self.statements.by_id.contains_key(&id))
    }

    /// The statement that takes the finding out of the queue, if one does. Those that leave it in are
    /// listed in [`Finding::vex`].
    pub(crate) fn decide(
        &mut self,
        finding: &mut Finding,
        subject: &Subject,
        asset: &Asset,
    ) -> Option<report::Statement> {
        let spoken = self.spoken(finding, subject, asset);
        if spoken.is_empty() {
            return None;
        }
        let (clearing, mut keeping): (Vec<_>, Vec<_>) =
            spoken.into_iter().partition(|s| s.statement.status.clears());
        let clearing = self.admitted(clearing);
        let latest = |list: &[Spoken<'a>]| list.iter().copied().max_by_key(|s| s.statement.said());
        let Some(clears) = latest(&clearing) else {
            list(finding, &keeping);
            return None;
        };
        if let Some(keeps) = latest(&keeping) {
            let (cleared, kept) = (clears.statement.said(), keeps.statement.said());
            // A statement without a date is no later than any.
            if cleared.is_none() || kept.is_none() || cleared <= kept {
                if cleared.is_none() || kept.is_none() || cleared == kept {
                    self.tell(format!(
                        "{} states «{}» and {} «{}» of the same component, and no date decides: the finding stays in the queue",
                        clears.origin(),
                        clears.statement.status.as_str(),
                        keeps.origin(),
                        keeps.statement.status.as_str()
                    ));
                }
                list(finding, &keeping);
                return None;
            }
        }
        if finding.kind == "malicious" {
            self.tell(format!(
                "{}: «{}» is not applied to a malicious package",
                clears.origin(),
                clears.statement.status.as_str()
            ));
            keeping.push(clears);
            list(finding, &keeping);
            return None;
        }
        if finding.signals.kev.is_some() {
            self.tell(format!(
                "{} in {} {} on {} is known to be exploited, and out of the queue on the word of {} alone («{}», {})",
                finding.advisory,
                finding.name,
                finding.version,
                finding.asset,
                author(clears.statement),
                clears.statement.status.as_str(),
                clears.origin()
            ));
        }
        Some(clears.report())
    }

    /// What the reader should know, once all findings were asked about.
    pub(crate) fn finish(self) -> Vec<String> {
        let count = |(text, times): (String, u64)| match times {
            0 | 1 => text,
            times => format!("{text} ({times} findings)"),
        };
        let mut warnings: Vec<String> = self.told.into_iter().map(count).collect();
        for (at, (times, example)) in self.near {
            if let Some(source) = self.statements.sources.get(at as usize) {
                warnings.push(format!(
                    "{}: {times} of its statements name vulnerabilities found here, but other products or versions, such as {example}",
                    source.display
                ));
            }
        }
        warnings
    }

    /// The statements that speak of the finding.
    fn spoken(&mut self, finding: &Finding, subject: &Subject, asset: &Asset) -> Vec<Spoken<'a>> {
        let statements = self.statements;
        let found = ids(finding).filter_map(|id| statements.by_id.get(&id)).flatten().copied();
        let mut found: Vec<(u32, u32)> = found.collect();
        found.sort_unstable();
        found.dedup();
        let mut spoken = Vec::new();
        for (at, number) in found {
            let Some(source) = statements.sources.get(at as usize) else { continue };
            let Some(statement) = source.document.statements.get(number as usize) else { continue };
            if statement.speaks_of(subject, asset) {
                self.applied.insert(at);
                self.near.remove(&at);
                spoken.push(Spoken { source, statement });
            } else if !self.applied.contains(&at) {
                let near = self.near.entry(at).or_insert_with(|| (0, example(statement)));
                near.0 += 1;
            }
        }
        spoken
    }

    /// Of the statements that would take a finding out, those that may.
    fn admitted(&mut self, clearing: Vec<Spoken<'a>>) -> Vec<Spoken<'a>> {
        let mut admitted = Vec::new();
        for spoken in clearing {
            let (origin, status) = (&spoken.source.display, spoken.statement.status.as_str());
            if !spoken.source.trusted {
                self.tell(format!(
                    "{origin}: «{status}» inside the scanned tree is not applied; --trust-config applies it, or give a file that lies elsewhere"
                ));
            } else if spoken.statement.lacks_reason() {
                self.tell(format!(
                    "{}: «not_affected» without a justification or an impact statement is not applied",
                    spoken.origin()
                ));
            } else {
                admitted.push(spoken);
            }
        }
        admitted
    }

    fn tell(&mut self, text: String) {
        *self.told.entry(text).or_default() += 1;
    }
}

impl Spoken<'_> {
    fn origin(&self) -> String {
        match self.statement.place.line {
            0 => self.source.display.clone(),
            line => format!("{}:{line}", self.source.display),
        }
    }

    fn report(&self) -> report::Statement {
        let statement = self.statement;
        let texts = [statement.impact.as_str(), statement.action.as_str()];
        let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        report::Statement {
            status: statement.status.as_str().to_owned(),
            justification: statement.justification.clone(),
            text: texts.join("; "),
            author: author(statement).to_owned(),
            dated: statement.said(),
            origin: self.origin(),
        }
    }
}

fn author(statement: &vex::Statement) -> &str {
    if statement.author.is_empty() { "an author who is not told" } else { &statement.author }
}

/// Lists statements on a finding, the latest first.
fn list(finding: &mut Finding, spoken: &[Spoken<'_>]) {
    let mut spoken = spoken.to_vec();
    spoken.sort_by_key(|s| std::cmp::Reverse(s.statement.said()));
    finding.vex = spoken.iter().take(MAX_LISTED).map(Spoken::report).collect();
}

/// Every id of a finding in small letters; some more than once.
fn ids(finding: &Finding) -> impl Iterator<Item = String> {
    finding.ids().chain([&*finding.advisory]).map(str::to_lowercase)
}

/// A product of a statement, for people.
fn example(statement: &vex::Statement) -> String {
    let Some(product) = statement.products.first() else { return "none".to_owned() };
    let name = |product: &vex::Product| {
        let written = product.purl.as_ref().map(ToString::to_string);
        let name =
            written.or_else(|| product.cpe.clone()).or_else(|| product.names.first().cloned());
        format!("«{}»", name.unwrap_or_else(|| "a digest".to_owned()))
    };
    match product.subcomponents.first() {
        Some(part) => format!("{} in {}", name(part), name(product)),
        None => name(product),
    }
}

#[cfg(test)]
mod tests;
