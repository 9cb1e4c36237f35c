//! What does a person state of a source: that its runs are whole and with one configuration?
//!
//! A statement answers what a source's documents leave unsaid, for good; what they say still decides. It is an entry of the
//! record with a reason, stands in the evidence of each closure that rests on it, and withdrawing it lists them, and
//! opens them again on request.

use std::collections::BTreeSet;

use ledger::change::{Document, Statement};
use ledger::{Change, Write};
use serde::Serialize;
use vocab::Instant;

use super::names::{self, Letter};
use super::{QueueError, meant, revive, unfit};
use crate::books::{Actor, Books, UseCase, allow};

/// Name and version of the JSON shape.
pub const SCHEMA: &str = "gabion.sources/1";
/// Most closures that are told by name.
pub const MOST: usize = 1_000;

/// What is stated.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The source, as the queue names it.
    pub source: String,
    /// The asset.
    pub asset: String,
    /// Kinds of problem; none: all.
    pub kinds: Vec<String>,
    /// Why.
    pub reason: String,
}

/// One source of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The asset.
    pub asset: String,
    /// Its name.
    pub source: String,
    /// Its branches.
    pub references: Vec<String>,
    /// What is stated of it.
    pub statement: Option<Statement>,
}

/// The sources of all assets, or of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// By asset and name.
    pub sources: Vec<Source>,
}

/// What came of a statement or its withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Stated {
    /// The entry; none where nothing changed.
    pub entry: Option<i64>,
    /// Findings whose closure rests on the statement that was withdrawn.
    pub rest: Vec<String>,
    /// How many those are.
    pub rest_total: u64,
    /// Whether they were opened again.
    pub reopened: bool,
}

/// The sources, with what is stated of them.
///
/// # Errors
/// Refused, no such asset, the ledger's.
pub fn sources(
    actor: &Actor,
    books: &mut Books,
    asset: Option<&str>,
) -> Result<Sources, QueueError> {
    allow(actor, UseCase::Queue, true)?;
    let assets = books.ledger.assets()?;
    let assets: Vec<(i64, String)> = assets
        .into_iter()
        .map(|(id, facts)| (id, facts.name))
        .filter(|(_, name)| asset.is_none_or(|asset| asset == name))
        .collect();
    if let (Some(asset), true) = (asset, assets.is_empty()) {
        return Err(no_asset(asset));
    }
    let mut sources = Vec::new();
    for (id, name) in assets {
        let statements = books.ledger.statements(Some(id))?;
        let mut of_asset: Vec<Source> = Vec::new();
        for (_, source, reference) in books.ledger.streams(id)? {
            match of_asset.iter_mut().find(|known| known.source == source) {
                Some(known) => known.references.push(reference),
                None => of_asset.push(Source {
                    asset: name.clone(),
                    statement: None,
                    references: vec![reference],
                    source,
                }),
            }
        }
        for (_, source, statement) in statements {
            match of_asset.iter_mut().find(|known| known.source == source) {
                Some(known) => known.statement = Some(statement),
                None => of_asset.push(Source {
                    asset: name.clone(),
                    source,
                    references: Vec::new(),
                    statement: Some(statement),
                }),
            }
        }
        of_asset.sort_by(|a, b| a.source.cmp(&b.source));
        sources.extend(of_asset);
    }
    Ok(Sources { schema: SCHEMA, sources })
}

/// States that a source's runs are whole.
///
/// # Errors
/// Refused, no reason, no such asset or kind, the ledger's.
pub fn set(
    actor: &Actor,
    books: &mut Books,
    request: &Request,
    now: Instant,
) -> Result<Stated, QueueError> {
    let kinds = kinds(&request.kinds)?;
    let reason = reasoned(&request.reason, "state of a source that its runs are whole")?;
    let (asset, source) = named(actor, books, request)?;
    let last = last(books, asset, &source)?;
    let mut write = books.write(actor, now)?;
    let was = write.statement(asset, &source)?;
    let statement = Statement {
        kinds,
        configuration: last.as_ref().map(|last| last.configuration.clone()).unwrap_or_default(),
        bound: last.is_some(),
        reason: reason.clone(),
        ..Statement::default()
    };
    let same = |was: &Statement| {
        was.ended.is_empty()
            && (&was.kinds, &was.configuration) == (&statement.kinds, &statement.configuration)
    };
    if was.as_ref().is_some_and(same) {
        return Ok(Stated::default());
    }
    let summary = format!("stated: the runs of {source} on {} are whole", request.asset);
    write.append(&Change::Stated { asset, source, statement: Some(statement), was, reason })?;
    Ok(Stated { entry: Some(write.commit("decision", &summary)?.entry), ..Stated::default() })
}

/// Withdraws what is stated. Told is what was closed on it, and on what was stated of the source before. `reopen`: it is
/// open again; also where the statement was withdrawn earlier.
///
/// # Errors
/// Refused, no reason, nothing is stated, the ledger's.
pub fn unset(
    actor: &Actor,
    books: &mut Books,
    request: &Request,
    reopen: bool,
    now: Instant,
) -> Result<Stated, QueueError> {
    let reason = reasoned(&request.reason, "withdraw a statement")?;
    let (asset, source) = named(actor, books, request)?;
    let mut on = Vec::new();
    books.ledger.each_finding(Some(asset), false, &mut |finding| {
        let closure = finding.closure.as_ref().filter(|_| finding.state == "closed");
        let statement = closure.map_or(0, |closure| closure.statement);
        on.extend((statement > 0).then_some((finding.id, statement)));
        true
    })?;
    let mut write = books.write(actor, now)?;
    let rest = resting(&mut write, asset, &source, on)?;
    let was = write.statement(asset, &source)?;
    let what = match &was {
        Some(was) => names::write(Letter::E, was.entry),
        None if reopen && !rest.is_empty() => "what was stated".to_owned(),
        None => {
            return Err(unfit(
                format!("nothing is stated of {source} on {}", request.asset),
                "`gabion source show` lists what is",
            ));
        }
    };
    let summary = format!("withdrawn: {what}, the runs of {source} on {} are whole", request.asset);
    if was.is_some() {
        let (source, reason) = (source.clone(), reason.clone());
        write.append(&Change::Stated { asset, source, statement: None, was, reason })?;
    }
    if reopen {
        let why = format!("{}: {what} was withdrawn: {reason}", actor.name);
        let missing = format!("{what}, which said that its runs are whole, was withdrawn");
        for page in rest.chunks(500) {
            revive::revive(&mut write, asset, page, &why, &missing)?;
        }
    }
    let entry = Some(write.commit("decision", &summary)?.entry);
    let named = rest.iter().take(MOST).map(|id| names::write(Letter::F, *id)).collect();
    Ok(Stated { entry, rest: named, rest_total: rest.len() as u64, reopened: reopen })
}

/// Of findings that were closed on statements, those whose statement is one on this source.
fn resting(
    write: &mut Write<'_>,
    asset: i64,
    source: &str,
    mut on: Vec<(i64, i64)>,
) -> Result<Vec<i64>, QueueError> {
    let entries: BTreeSet<i64> = on.iter().map(|(_, entry)| *entry).collect();
    let mut own = BTreeSet::new();
    for entry in entries {
        let Some((_, changes)) = write.entry(entry)? else { continue };
        let of_source = |change: &Change| matches!(change, Change::Stated { asset: on, source: of, .. } if *on == asset && of == source);
        if changes.iter().any(of_source) {
            own.insert(entry);
        }
    }
    on.retain(|(_, entry)| own.contains(entry));
    Ok(on.into_iter().map(|(finding, _)| finding).collect())
}

/// The asset and the source, once the actor may speak for it.
fn named(actor: &Actor, books: &mut Books, request: &Request) -> Result<(i64, String), QueueError> {
    allow(actor, UseCase::StateSource, true)?;
    let asset = request.asset.trim();
    let found = books.ledger.assets()?.into_iter().find(|(_, facts)| facts.name == asset);
    let (id, facts) = found.ok_or_else(|| no_asset(asset))?;
    allow(actor, UseCase::StateSource, facts.owner == actor.name)?;
    let source = meant::on(books, (id, asset), &request.source)?;
    Ok((id, source))
}

/// The last run of the source on any branch that is no pull request.
fn last(books: &mut Books, asset: i64, source: &str) -> Result<Option<Document>, QueueError> {
    let streams = books.ledger.streams(asset)?;
    let mut last: Option<Document> = None;
    for (id, name, reference) in streams {
        if name != source || crate::intake::is_pull_request(&reference) {
            continue;
        }
        let found = books.ledger.last_document(id)?;
        last = last.into_iter().chain(found).max_by_key(|d| (d.scanned_at, d.id));
    }
    Ok(last)
}

fn kinds(words: &[String]) -> Result<Vec<String>, QueueError> {
    let mut kinds = Vec::new();
    for word in words {
        let class = findings::Class::from_word(word).ok_or_else(|| {
            unfit(
                format!("«{word}» is no kind of problem"),
                "one of: dependency, code, secret, host, web, configuration, crash, report, licence",
            )
        })?;
        kinds.push(class.as_str().to_owned());
    }
    kinds.sort();
    kinds.dedup();
    Ok(kinds)
}

pub(super) fn reasoned(reason: &str, what: &str) -> Result<String, QueueError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(unfit(
            format!("to {what} needs a reason"),
            "add --reason \"…\"; whoever reads the record later wants to know why",
        ));
    }
    if reason.len() > super::call::MAX_WORDS {
        return Err(unfit("the reason is longer than 16 KiB", "say it shorter"));
    }
    Ok(reason.to_owned())
}

pub(super) fn no_asset(asset: &str) -> QueueError {
    unfit(
        format!("there is no asset «{asset}»"),
        "`gabion source show` names the assets with their sources; capitals count",
    )
}
