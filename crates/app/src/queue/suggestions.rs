//! Which other findings of the asset may be the same?
//!
//! In: a finding with its claims. Out: at most five candidates with score and evidence, by `findings::suggest`. Three
//! steps, so that no asset is too large: numbers by place, words and class (`gather`); out of them goes what is known to
//! be another problem (`apart`); of the rest the nearest by their facts and lines are compared by their claims, and with
//! them what people told in words, whose facts say little. Nothing is linked: a person does that.

mod apart;
mod gather;

use std::collections::BTreeMap;

use findings::Observation;
use findings::observation::{Class, Location};
use findings::suggest::{Index, LEAST};
use ledger::row::{ClaimRow, Finding};
use ledger::{LedgerError, Tied};
use serde::Serialize;
use vocab::Severity;

use super::QueueError;
use super::names::{self, Letter};
use crate::books::Books;
use crate::intake::kept;

/// Candidates that are told.
const TOLD: usize = 5;
/// Findings looked at by their facts.
const LOOKED_AT: usize = 1_000;
/// Lines from a place within which a finding is looked at before others.
const CLOSE: u32 = 20;
/// The nearest of them, which are looked at by their claims; what people told is, whatever its facts.
const CLOSELY: usize = 100;
/// Most claims of one finding that are compared.
const CLAIMS: usize = 4;

/// What may be the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// `F-12`.
    pub finding: String,
    /// Its line.
    pub title: String,
    /// `open`, `closed`.
    pub state: String,
    /// From 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub evidence: String,
}

/// The candidates, the likeliest first.
pub(super) fn candidates(
    books: &mut Books,
    finding: &Finding,
    claims: &[ClaimRow],
) -> Result<Vec<Candidate>, QueueError> {
    if finding.state == "void" {
        return Ok(Vec::new());
    }
    let own = closely(finding, claims.iter())?;
    let (others, told, tied) = others(books, finding, &own)?;
    let near = nearest(&own, &others, &told, &tied);
    let numbers: Vec<i64> = near.iter().map(|other| other.id).collect();
    let mut said: BTreeMap<i64, Vec<ClaimRow>> = BTreeMap::new();
    for (id, claim) in books.ledger.claims_of(&numbers)? {
        said.entry(id).or_default().push(claim);
    }
    let mut full = Vec::new();
    let mut whose = Vec::new();
    for other in &near {
        let claims = said.get(&other.id).map(Vec::as_slice).unwrap_or_default();
        for observation in closely(other, claims.iter())? {
            full.push(observation);
            whose.push(*other);
        }
    }
    Ok(best(&own, &Index::new(&full), &whose))
}

/// Of each finding the claim that fits best, the best findings first.
fn best(own: &[Observation], index: &Index, whose: &[&Finding]) -> Vec<Candidate> {
    let mut best: BTreeMap<i64, (f64, String, &Finding)> = BTreeMap::new();
    for observation in own {
        for found in index.suggest(observation, whose.len()) {
            let Some(other) = whose.get(found.at) else { continue };
            let known = best.get(&other.id).map_or(LEAST, |(score, ..)| *score);
            if found.score >= known {
                best.insert(other.id, (found.score, found.evidence, *other));
            }
        }
    }
    let mut best: Vec<(f64, String, &Finding)> = best.into_values().collect();
    best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.id.cmp(&b.2.id)));
    best.truncate(TOLD);
    let candidate = |(score, evidence, other): (f64, String, &Finding)| Candidate {
        finding: names::write(Letter::F, other.id),
        title: other.facts.title.clone(),
        state: other.state.clone(),
        score,
        evidence,
    };
    best.into_iter().map(candidate).collect()
}

/// Findings that may be the same, the numbers of those that people told in words, and where each stands.
type Others = (Vec<Finding>, Vec<i64>, BTreeMap<i64, Vec<Tied>>);

/// Findings of the same asset; no void ones, not what was merged already, not what is known to be another problem.
fn others(books: &mut Books, finding: &Finding, own: &[Observation]) -> Result<Others, QueueError> {
    let (mut numbers, told) = gather::gather(books, finding, own)?;
    let apart = apart::by_people(books, finding, &numbers)?;
    numbers.push(finding.id);
    let tied = books.ledger.tied(&numbers)?;
    let sources = apart::Sources::of(books, &tied)?;
    let own_telling = apart::is_told(&finding.class);
    numbers.retain(|id| {
        let telling = own_telling && told.contains(id);
        *id != finding.id && !apart.contains(id) && (telling || !sources.share(finding.id, *id))
    });
    let mut places: BTreeMap<i64, Vec<Tied>> = BTreeMap::new();
    for claim in tied {
        places.entry(claim.finding).or_default().push(claim);
    }
    // A file can hold more than is looked at.
    numbers.sort_by_cached_key(|id| !places.get(id).is_some_and(|claims| is_close(own, claims)));
    numbers.truncate(LOOKED_AT);
    let mut others = books.ledger.findings(&numbers)?;
    let merged = |a: &Finding, b: i64| a.closure.as_ref().is_some_and(|c| c.duplicate_of == b);
    others.retain(|other| {
        other.asset == finding.asset
            && other.state != "void"
            && !merged(other, finding.id)
            && !merged(finding, other.id)
    });
    Ok((others, told, places))
}

/// Whether a claim stands a few lines from one of the places, in a file of that name.
fn is_close(own: &[Observation], claims: &[Tied]) -> bool {
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let mut places = own.iter().flat_map(|o| &o.locations);
    places.any(|at| {
        let of_at = name(&at.path);
        claims
            .iter()
            .any(|claim| claim.line.abs_diff(at.line) <= CLOSE && name(&claim.path) == of_at)
    })
}

/// The nearest by facts and lines, and what people told.
fn nearest<'o>(
    own: &[Observation],
    others: &'o [Finding],
    told: &[i64],
    tied: &BTreeMap<i64, Vec<Tied>>,
) -> Vec<&'o Finding> {
    let light: Vec<Observation> = others.iter().map(|other| lightly(other, tied)).collect();
    let index = Index::new(&light);
    let mut near: Vec<&Finding> = Vec::new();
    for observation in own {
        let found = index.nearest(observation, CLOSELY);
        near.extend(found.into_iter().filter_map(|found| others.get(found.at)));
    }
    near.extend(others.iter().filter(|other| told.contains(&other.id)));
    near.sort_by_key(|other| other.id);
    near.dedup_by_key(|other| other.id);
    near
}

/// The first observation of each live claim, as the source has it; of retired ones where none is live; else the facts.
fn closely<'c>(
    finding: &Finding,
    claims: impl Iterator<Item = &'c ClaimRow>,
) -> Result<Vec<Observation>, LedgerError> {
    let (live, retired): (Vec<&ClaimRow>, Vec<&ClaimRow>) = claims.partition(|claim| claim.live);
    let claims = if live.is_empty() { retired } else { live };
    let mut said = Vec::new();
    for claim in claims {
        said.extend(kept::of_row(claim)?.into_iter().next());
        if said.len() >= CLAIMS {
            break;
        }
    }
    if said.is_empty() {
        said.push(lightly(finding, &BTreeMap::new()));
    }
    Ok(said)
}

/// The facts alone, and the places of the claims.
fn lightly(finding: &Finding, tied: &BTreeMap<i64, Vec<Tied>>) -> Observation {
    let class = serde_json::from_value::<Class>(finding.class.clone().into()).unwrap_or_default();
    let claims = tied.get(&finding.id).into_iter().flatten();
    let mut locations: Vec<Location> = claims
        .filter(|claim| !claim.path.is_empty())
        .map(|c| Location { path: c.path.clone(), line: c.line, ..Location::default() })
        .collect();
    if locations.is_empty() {
        locations.push(Location { path: finding.facts.place.clone(), ..Location::default() });
    }
    Observation {
        class,
        rule: finding.facts.rule.clone(),
        title: finding.facts.title.clone(),
        severity: Severity::from_word(&finding.facts.severity),
        ids: finding.facts.ids.clone(),
        locations,
        ..Observation::default()
    }
}
