//! What is known of one finding or one fix?
//!
//! In: a number, or words to search for. Out: facts, the clock with its reason, every source's claim with the edge that
//! ties it, the history in words, proposals that wait, what may be the same, and what would end it. Bounded: long lists
//! are cut and say so.

use ledger::LedgerError;
use ledger::change::{Clock, Closure, Decision};
use ledger::row::{ClaimRow, Finding, UnseenRow};
use serde::Serialize;
use vocab::Instant;

use super::list::{self, Row};
use super::names::{self, Letter, Named};
use super::settle::Proposal;
use super::suggestions::{Candidate, candidates};
use super::{QueueError, ends, history, unfit};
use crate::books::{Actor, Books, UseCase, allow};
use crate::intake::kept;

/// The schema of the JSON.
pub const SCHEMA: &str = "gabion.finding/1";
/// Most claims, places of a claim, and lines of history that are told.
pub const MOST: usize = 200;
/// Most findings of a fix that are listed.
const MOST_FINDINGS: u32 = 100;
/// Findings offered where words fit several.
const OFFERED: u32 = 10;

/// A finding, or a fix with its findings.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// When it was asked.
    pub at: Instant,
    /// The finding, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Box<Told>>,
    /// The fix, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A row of the queue with its findings.
#[derive(Debug, Clone, Serialize)]
pub struct Fix {
    /// The row.
    #[serde(flatten)]
    pub row: Row,
    /// Its findings, open ones first.
    pub listed: Vec<Short>,
    /// Whether there are more.
    pub more: bool,
}

/// A finding in one line.
#[derive(Debug, Clone, Serialize)]
pub struct Short {
    /// `F-12`.
    pub finding: String,
    /// `open`, `closed`, `void`.
    pub state: String,
    /// Of closed ones: why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// One line.
    pub title: String,
    /// How bad.
    pub severity: String,
    /// Published ids.
    pub ids: Vec<String>,
    /// Where.
    pub place: String,
    /// When it is due.
    pub due: Option<Instant>,
}

/// A finding with everything.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// `F-12`.
    pub finding: String,
    /// `open`, `closed`, `void`.
    pub state: String,
    /// Of closed ones.
    pub closure: Option<Closure>,
    /// Of closed ones.
    pub closed_at: Option<Instant>,
    /// The kind of problem.
    pub class: String,
    /// One line.
    pub title: String,
    /// The severity that acts.
    pub severity: String,
    /// Published ids, the leading one first.
    pub ids: Vec<String>,
    /// The tool's rule.
    pub rule: String,
    /// Package, file, endpoint or resource.
    pub place: String,
    /// The version found.
    pub version: String,
    /// Where.
    pub asset: String,
    /// Whether somebody declared it.
    pub declared: bool,
    /// The exposure that acts.
    pub exposure: String,
    /// Who says so.
    pub exposure_source: String,
    /// Who fixes; empty when nobody is named.
    pub owner: String,
    /// The pull request that alone reports it; empty: it is part of the queue.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// When it was first seen.
    pub first_seen: Instant,
    /// What people set.
    pub decision: Decision,
    /// The clock.
    pub clock: Option<Clock>,
    /// Whether it is past due.
    pub overdue: bool,
    /// The action that ends it.
    pub action: String,
    /// Whether a fixed version or a patch is known.
    pub fix_available: bool,
    /// What each source says.
    pub claims: Vec<Claim>,
    /// What happened.
    pub history: Vec<history::Line>,
    /// How many lines of history were left out, the oldest after the first.
    pub history_left_out: usize,
    /// Proposals that wait.
    pub proposals: Vec<Proposal>,
    /// What may be the same; a person links.
    pub suggestions: Vec<Candidate>,
    /// What would end it, or open it again.
    pub ends: Vec<String>,
}

/// What one source says, and why it belongs here.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    /// The source.
    pub source: String,
    /// The branch.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Whether it stands.
    pub live: bool,
    /// What the source says of it.
    pub standing: String,
    /// Since when later runs neither have it nor prove that it has ended, and what they did not show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<UnseenRow>,
    /// The rule of the edge: `first`, `package-alias`, `person` …
    pub rule: String,
    /// The edge's fact in words.
    pub evidence: String,
    /// Who tied it.
    pub author: String,
    /// The source's title.
    pub title: String,
    /// The source's severity.
    pub severity: String,
    /// Where it sees it.
    pub places: Vec<String>,
    /// Versions in which it says it is fixed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<String>,
    /// The source's explanation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What the source says to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// Web addresses for reading on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// Shows what was typed: a number, or words that fit one finding alone.
///
/// # Errors
/// Refused, nothing or several that fit, the ledger's.
pub fn show(
    actor: &Actor,
    books: &mut Books,
    typed: &str,
    now: Instant,
) -> Result<Shown, QueueError> {
    allow(actor, UseCase::Show, true)?;
    let named = match names::finding_or_fix(typed) {
        Ok(named) => named,
        // An entry or a proposal is a slip of the letter; all else is words, which may fit nothing.
        Err(error) if names::is_number(typed) => return Err(error),
        Err(_) => search(books, typed)?.ok_or_else(|| {
            let remedy = "no report that was imported holds it: `gabion queue --search` looks for part of it; \
                          `gabion explain` tells of an advisory; findings are written F-12, fixes X-3";
            unfit(format!("nothing here is called «{typed}»"), remedy)
        })?,
    };
    let mut shown = Shown { schema: SCHEMA, at: now, finding: None, fix: None };
    match named {
        Named::Finding(id) => {
            let finding = books.ledger.finding(id)?;
            let finding = finding.ok_or_else(|| super::decide::no_such(Letter::F, id))?;
            shown.finding = Some(Box::new(told(books, finding, now)?));
        }
        Named::Fix(id) => {
            let fix = books.ledger.fix(id)?;
            let fix = fix.ok_or_else(|| super::decide::no_such(Letter::X, id))?;
            let mut listed = books.ledger.findings_of_fix(id, MOST_FINDINGS + 1)?;
            let more = listed.len() > MOST_FINDINGS as usize;
            listed.truncate(MOST_FINDINGS as usize);
            let listed = listed.iter().map(short).collect();
            shown.fix = Some(Fix { row: list::row(fix, now), listed, more });
        }
    }
    Ok(shown)
}

/// The one finding that words fit; an error that names them where they fit several.
fn search(books: &mut Books, typed: &str) -> Result<Option<Named>, QueueError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let found = books.ledger.search(typed, OFFERED)?;
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(Named::Finding(only.id))),
        several => {
            let mut lines = vec!["say which:".to_owned()];
            lines.extend(several.iter().map(|finding| {
                let name = names::write(Letter::F, finding.id);
                let Finding { asset_facts, facts, state, .. } = finding;
                format!("  {name} {} · {} ({state})", facts.title, asset_facts.name)
            }));
            if several.len() >= OFFERED as usize {
                lines.push("`gabion queue --search …` lists more".to_owned());
            }
            Err(unfit(format!("«{typed}» fits several findings"), lines.join("\n")))
        }
    }
}

fn short(finding: &Finding) -> Short {
    Short {
        finding: names::write(Letter::F, finding.id),
        state: finding.state.clone(),
        reason: finding.closure.as_ref().map(|c| c.reason.clone()).unwrap_or_default(),
        title: finding.facts.title.clone(),
        severity: severity(finding).to_owned(),
        ids: finding.facts.ids.clone(),
        place: finding.facts.place.clone(),
        due: finding.clock.as_ref().and_then(|clock| clock.due),
    }
}

/// The severity that acts: a person's before the sources'.
pub(super) fn severity(finding: &Finding) -> &str {
    match finding.decision.severity.as_str() {
        "" if finding.facts.severity.is_empty() => "unknown",
        "" => &finding.facts.severity,
        set => set,
    }
}

/// The exposure that acts, and who says so.
pub(super) fn exposure(finding: &Finding) -> (&str, &str) {
    match finding.decision.exposure.as_str() {
        "" if finding.asset_facts.exposure.is_empty() => ("unknown", ""),
        "" => (&finding.asset_facts.exposure, &finding.asset_facts.exposure_source),
        set => (set, "set on this finding"),
    }
}

/// Who fixes.
pub(super) fn owner(finding: &Finding) -> &str {
    match finding.decision.owner.as_str() {
        "" => &finding.asset_facts.owner,
        set => set,
    }
}

/// Whether it is past due and no acceptance holds.
pub(super) fn overdue(finding: &Finding, now: Instant) -> bool {
    let due = finding.clock.as_ref().and_then(|clock| clock.due);
    let paused = finding.decision.accepted_until.is_some_and(|until| until > now);
    finding.state == "open" && !paused && due.is_some_and(|due| due < now)
}

fn told(books: &mut Books, finding: Finding, now: Instant) -> Result<Told, QueueError> {
    let rows = books.ledger.claims(finding.id)?;
    let (history, history_left_out) = lines(books, finding.id)?;
    let proposals = books.ledger.proposals(Some(finding.id))?;
    let suggestions = candidates(books, &finding, &rows)?;
    let (exposed, says) = exposure(&finding);
    Ok(Told {
        finding: names::write(Letter::F, finding.id),
        ends: ends::ends(&finding, &rows),
        exposure: exposed.to_owned(),
        exposure_source: says.to_owned(),
        owner: owner(&finding).to_owned(),
        severity: severity(&finding).to_owned(),
        overdue: overdue(&finding, now),
        claims: rows.iter().take(MOST).map(claim).collect::<Result<_, _>>()?,
        history,
        history_left_out,
        proposals: proposals.into_iter().map(Proposal::from).collect(),
        suggestions,
        state: finding.state,
        closure: finding.closure,
        closed_at: finding.closed_at,
        class: finding.class,
        title: finding.facts.title,
        ids: finding.facts.ids,
        rule: finding.facts.rule,
        place: finding.facts.place,
        version: finding.facts.version,
        asset: finding.asset_facts.name,
        declared: finding.asset_facts.declared,
        reference: finding.reference,
        first_seen: finding.first_seen,
        decision: finding.decision,
        clock: finding.clock,
        action: finding.fix.action,
        fix_available: finding.fix.available,
    })
}

/// The history in words: the first line and the latest ones.
fn lines(books: &mut Books, finding: i64) -> Result<(Vec<history::Line>, usize), QueueError> {
    let mut lines: Vec<history::Line> =
        books.ledger.history(finding)?.iter().map(|row| history::line(row, finding)).collect();
    let left_out = lines.len().saturating_sub(MOST);
    if left_out > 0 {
        lines.drain(1..=left_out);
    }
    Ok((lines, left_out))
}

fn claim(row: &ClaimRow) -> Result<Claim, LedgerError> {
    let observations = kept::of_row(row)?;
    let mut places = Vec::new();
    let mut fixed_in = Vec::new();
    for observation in &observations {
        for place in ends::places(observation) {
            if places.len() < MOST && !places.contains(&place) {
                places.push(place);
            }
        }
        for version in observation.component.iter().flat_map(|c| &c.fixed_in) {
            if fixed_in.len() < MOST && !fixed_in.contains(version) {
                fixed_in.push(version.clone());
            }
        }
    }
    let first = observations.into_iter().next().unwrap_or_default();
    Ok(Claim {
        source: row.source.clone(),
        reference: row.reference.clone(),
        live: row.live,
        standing: row.standing.clone(),
        unseen: row.unseen.clone(),
        rule: row.edge.rule.clone(),
        evidence: row.edge.evidence.clone(),
        author: row.edge.author.clone(),
        title: first.title,
        severity: first.severity.as_str().to_owned(),
        places,
        fixed_in,
        description: first.description,
        remedy: first.remedy,
        references: first.references.into_iter().take(MOST).collect(),
    })
}
