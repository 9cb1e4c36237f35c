//! Which other findings of the asset may be the same?
//!
//! In: a finding with its claims. Out: at most five candidates with score and evidence, by `findings::suggest`. Two steps,
//! so that no asset is too large: findings that share words or the class, by their facts alone; then the best of them, by
//! their claims. Nothing is linked: a person does that.

use findings::Observation;
use findings::observation::{Class, Location};
use findings::suggest::suggest;
use ledger::row::{ClaimRow, Finding};
use serde::Serialize;
use vocab::Severity;

use super::QueueError;
use super::names::{self, Letter};
use crate::books::Books;

/// Candidates that are told.
const TOLD: usize = 5;
/// Findings of the class that are looked at by their facts.
const BY_CLASS: usize = 1_000;
/// Findings of the asset that are passed over for them at most.
const VISITED: usize = 5_000;
/// Findings looked at that share words.
const BY_WORDS: u32 = 50;
/// Words of the title, and ids, that are searched for.
const WORDS: usize = 5;
/// Findings looked at by their claims.
const CLOSELY: usize = 40;

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
    let own = closely(finding, claims);
    let others = others(books, finding)?;
    let light: Vec<Observation> = others.iter().map(lightly).collect();
    let mut near: Vec<&Finding> = suggest(&own, &light, CLOSELY)
        .into_iter()
        .filter_map(|suggestion| others.get(suggestion.at))
        .collect();
    near.sort_by_key(|other| other.id);
    near.dedup_by_key(|other| other.id);
    let mut full = Vec::with_capacity(near.len());
    for other in &near {
        let claims = books.ledger.claims(other.id)?;
        full.push(closely(other, &claims));
    }
    let told = suggest(&own, &full, TOLD).into_iter().filter_map(|suggestion| {
        let other = near.get(suggestion.at)?;
        Some(Candidate {
            finding: names::write(Letter::F, other.id),
            title: other.facts.title.clone(),
            state: other.state.clone(),
            score: suggestion.score,
            evidence: suggestion.evidence,
        })
    });
    Ok(told.collect())
}

/// Findings of the same asset that share words or the class; no void ones, and not what was merged already.
fn others(books: &mut Books, finding: &Finding) -> Result<Vec<Finding>, QueueError> {
    let fits = |other: &Finding| {
        let merged = |a: &Finding, b: i64| a.closure.as_ref().is_some_and(|c| c.duplicate_of == b);
        other.asset == finding.asset
            && other.id != finding.id
            && other.state != "void"
            && !merged(other, finding.id)
            && !merged(finding, other.id)
    };
    let mut others = Vec::new();
    let mut words: Vec<&str> = finding.facts.title.split_whitespace().collect();
    // Long words tell more.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.truncate(WORDS);
    words.extend(finding.facts.ids.iter().take(WORDS).map(String::as_str));
    for text in words {
        others.extend(books.ledger.search(text, BY_WORDS)?.into_iter().filter(&fits));
    }
    let (mut visited, mut taken) = (0, 0);
    books.ledger.each_finding(Some(finding.asset), false, &mut |other| {
        visited += 1;
        if other.class == finding.class && fits(&other) {
            others.push(other);
            taken += 1;
        }
        taken < BY_CLASS && visited < VISITED
    })?;
    others.sort_by_key(|other| other.id);
    others.dedup_by_key(|other| other.id);
    Ok(others)
}

/// The first live claim as the source has it; else the facts.
fn closely(finding: &Finding, claims: &[ClaimRow]) -> Observation {
    let claim = claims.iter().find(|claim| claim.live).or(claims.first());
    let first = claim.and_then(|claim| observations(&claim.body)?.into_iter().next());
    first.unwrap_or_else(|| lightly(finding))
}

/// The facts alone.
fn lightly(finding: &Finding) -> Observation {
    let class = serde_json::from_value::<Class>(finding.class.clone().into()).unwrap_or_default();
    let place = Location { path: finding.facts.place.clone(), ..Location::default() };
    Observation {
        class,
        rule: finding.facts.rule.clone(),
        title: finding.facts.title.clone(),
        severity: Severity::from_word(&finding.facts.severity),
        ids: finding.facts.ids.clone(),
        locations: vec![place],
        ..Observation::default()
    }
}

/// The observations of a claim's body: a list of them, or one; `None` when it is neither.
pub(super) fn observations(body: &str) -> Option<Vec<Observation>> {
    let many = serde_json::from_str::<Vec<Observation>>(body).ok();
    many.or_else(|| serde_json::from_str::<Observation>(body).ok().map(|one| vec![one]))
}
