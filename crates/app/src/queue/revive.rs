//! What of a finding stands again when the statement falls on which it was closed?
//!
//! In: a closed finding, and why. Out: it is open, and the claims that ended with it stand again as unseen: so a run that has
//! them says that they are as they were, and one that covers them ends them. Never: a claim that ended otherwise.

use std::collections::BTreeMap;

use ledger::change::{Change, Closure, Missing, UnseenFacts};
use ledger::row::Finding;
use ledger::{LedgerError, Write};

/// A claim, as far as the record tells.
#[derive(Default)]
struct Told {
    /// The last document that is named as having it.
    had: i64,
    unseen: Option<UnseenFacts>,
    /// The document that ended it.
    ended: i64,
}

/// Opens findings of an asset again, each with the claims that ended with it. `missing`: what is not said any more, in words.
pub(super) fn revive(
    write: &mut Write<'_>,
    asset: i64,
    findings: &[i64],
    why: &str,
    missing: &str,
) -> Result<(), LedgerError> {
    let streams = write.streams(asset)?.into_iter();
    let pulls = streams.filter(|(_, _, reference)| crate::intake::is_pull_request(reference));
    let pulls: Vec<i64> = pulls.map(|(stream, ..)| stream).collect();
    let mut changes = Vec::new();
    for finding in write.findings(findings)? {
        let Some(was) = finding.closure.clone().filter(|_| finding.state == "closed") else {
            continue;
        };
        for (attribution, facts) in claims(write, &finding, &was, &pulls, missing)? {
            changes.push(Change::Returned { attribution, document: was.document });
            changes.push(Change::Unseen { attribution, facts });
        }
        let (was_at, why) = (finding.closed_at, why.to_owned());
        changes.push(Change::Reopened { finding: finding.id, why, was, was_at, at: None });
    }
    changes.iter().try_for_each(|change| write.append(change))
}

/// The claims that the document of the closure ended, with since when they are unseen. What a pull request had ended with
/// its branch, and is reported anew where it still is.
fn claims(
    write: &mut Write<'_>,
    finding: &Finding,
    was: &Closure,
    pulls: &[i64],
    missing: &str,
) -> Result<Vec<(i64, UnseenFacts)>, LedgerError> {
    let mut told = told(write, finding.id)?;
    let mut claims = Vec::new();
    for claim in write.attributions_of(finding.id)? {
        let ended = told.remove(&claim.id).filter(|told| told.ended == was.document);
        let Some(told) = ended.filter(|_| !claim.live && !pulls.contains(&claim.stream)) else {
            continue;
        };
        let facts = match told.unseen {
            Some(unseen) => unseen,
            None => {
                let last = write.document_before(claim.stream, was.document)?;
                let why = missing.to_owned();
                UnseenFacts {
                    document: was.document,
                    reported: last.map_or(told.had, |last| last.id),
                    missing: vec![Missing { which: "target".to_owned(), no: false, why }],
                }
            }
        };
        claims.push((claim.id, facts));
    }
    Ok(claims)
}

/// What the record tells of each claim of a finding.
fn told(write: &mut Write<'_>, finding: i64) -> Result<BTreeMap<i64, Told>, LedgerError> {
    let mut claims: BTreeMap<i64, Told> = BTreeMap::new();
    for change in write.changes_of(finding)? {
        match change {
            Change::Attributed { attribution, document, .. }
            | Change::Returned { attribution, document }
            | Change::Seen { attribution, document, .. } => {
                claims.insert(attribution, Told { had: document, ..Told::default() });
            }
            Change::Observed { attribution, document, .. } => {
                claims.entry(attribution).or_default().had = document;
            }
            Change::Unseen { attribution, facts } => {
                claims.entry(attribution).or_default().unseen = Some(facts);
            }
            Change::Retired { attribution, document, .. } => {
                claims.entry(attribution).or_default().ended = document;
            }
            _ => {}
        }
    }
    Ok(claims)
}
