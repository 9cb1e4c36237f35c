//! What becomes of what a pull request alone reported, once it is merged or thrown away?
//!
//! It stands under its reference, outside of the queue. A person ends the reference: its claims go, and what nothing else
//! claims is closed. What the base has is in the queue already and stays there.

use ledger::Change;
use ledger::change::Closure;
use serde::Serialize;
use vocab::Instant;

use super::source::reasoned;
use super::{QueueError, unfit};
use crate::books::{Actor, Books, UseCase, allow};

/// Findings read at a time.
const PAGE: usize = 500;

/// What ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The entry; none where nothing changed.
    pub entry: Option<i64>,
    /// Findings closed.
    pub closed: u64,
    /// Claims retired.
    pub claims: u64,
}

/// Ends a reference on an asset, or on all.
///
/// # Errors
/// Refused, no such reference or asset, it is no pull request, the ledger's.
pub fn end(
    actor: &Actor,
    books: &mut Books,
    reference: &str,
    asset: Option<&str>,
    reason: &str,
    now: Instant,
) -> Result<Ended, QueueError> {
    allow(actor, UseCase::EndReference, true)?;
    let reason = reasoned(reason, "end a reference")?;
    let reference = crate::intake::normal_reference(reference);
    if !crate::intake::is_pull_request(reference) {
        return Err(unfit(
            format!(
                "«{reference}» is no pull request: what is reported on it is part of the queue"
            ),
            "such as refs/pull/7/merge; `gabion source show` lists the branches of each source",
        ));
    }
    let mut assets = books.ledger.assets()?;
    assets.retain(|(_, facts)| asset.is_none_or(|asset| facts.name == asset));
    if let (Some(asset), true) = (asset, assets.is_empty()) {
        return Err(super::source::no_asset(asset));
    }
    let mut streams = Vec::new();
    for (id, facts) in &assets {
        let of_asset = books.ledger.streams(*id)?;
        let mine = of_asset.into_iter().filter(|(_, _, known)| known == reference);
        let mine: Vec<i64> = mine.map(|(stream, ..)| stream).collect();
        if !mine.is_empty() {
            allow(actor, UseCase::EndReference, facts.owner == actor.name)?;
        }
        streams.extend(mine);
    }
    if streams.is_empty() {
        return Err(nothing(reference));
    }
    let evidence = format!("{}: {reference} ended: {reason}", actor.name);
    let mut write = books.write(actor, now)?;
    let mut ended = Ended { entry: None, closed: 0, claims: 0 };
    let mut findings = Vec::new();
    for stream in streams {
        let mut after = 0;
        loop {
            let page = write.live(stream, after, 1_000)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for claim in &page {
                findings.push(claim.finding);
                ended.claims += 1;
                write.append(&Change::Retired {
                    attribution: claim.id,
                    document: 0,
                    evidence: evidence.clone(),
                })?;
            }
        }
    }
    findings.sort_unstable();
    findings.dedup();
    for page in findings.chunks(PAGE) {
        for finding in write.findings(page)? {
            if finding.state == "open" && finding.live == 0 && finding.reference == reference {
                let reason = "asset_gone".to_owned();
                let closure = Closure { reason, evidence: evidence.clone(), ..Closure::default() };
                write.append(&Change::Closed { finding: finding.id, closure })?;
                ended.closed += 1;
            }
        }
    }
    let summary = format!("{reference} ended: {} findings closed", ended.closed);
    if ended.claims > 0 {
        ended.entry = Some(write.commit("closure", &summary)?.entry);
    }
    Ok(ended)
}

fn nothing(reference: &str) -> QueueError {
    unfit(
        format!("nothing was imported for {reference}"),
        "`gabion source show` lists the branches of each source",
    )
}

/// Refuses a reference for which no report was ever imported, on any of these assets: its silence says nothing.
///
/// # Errors
/// No such reference or asset, the ledger's.
pub(super) fn known(
    books: &mut Books,
    reference: &str,
    assets: &[String],
) -> Result<(), QueueError> {
    let mut all = books.ledger.assets()?;
    if let Some(unknown) = assets.iter().find(|n| !all.iter().any(|(_, facts)| facts.name == **n)) {
        return Err(super::source::no_asset(unknown));
    }
    all.retain(|(_, facts)| assets.is_empty() || assets.contains(&facts.name));
    if reference.is_empty() {
        return Ok(());
    }
    for (id, _) in all {
        if books.ledger.streams(id)?.iter().any(|(_, _, known)| known == reference) {
            return Ok(());
        }
    }
    Err(nothing(reference))
}
