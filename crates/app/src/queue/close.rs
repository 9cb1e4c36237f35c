//! How does a person end a finding? With a reason that stands in the record.

use vocab::Instant;

use super::call::{Call, Ending};
use super::decide::{Deciding, Done, decide};
use super::names::Named;
use super::{QueueError, meant, unfit};
use crate::books::{Actor, Books, UseCase, allow};

/// The open findings of an asset all of whose claims are unseen, of one source or all: what a person can confirm to have
/// ended with one reason.
///
/// # Errors
/// Refused, no such asset or source, none is unseen, the ledger's.
pub fn unseen(
    actor: &Actor,
    books: &mut Books,
    asset: &str,
    source: Option<&str>,
) -> Result<Vec<Named>, QueueError> {
    allow(actor, UseCase::Close, true)?;
    let found = books.ledger.assets()?.into_iter().find(|(_, facts)| facts.name == asset);
    let (id, _) = found.ok_or_else(|| super::source::no_asset(asset))?;
    let mut all = Vec::new();
    books.ledger.each_finding(Some(id), true, &mut |finding| {
        if finding.live > 0 && finding.unseen >= finding.live {
            all.push(finding.id);
        }
        true
    })?;
    let source = source.map(|source| meant::on(books, (id, asset), source)).transpose()?;
    if let Some(source) = &source {
        let mut own = Vec::new();
        for id in all {
            let claims = books.ledger.claims(id)?;
            if claims.iter().filter(|claim| claim.live).all(|claim| claim.source == *source) {
                own.push(id);
            }
        }
        all = own;
    }
    if all.is_empty() {
        return Err(unfit(
            "nothing is unseen there",
            "`gabion queue --view unseen` lists what later runs neither have nor cover",
        ));
    }
    Ok(all.into_iter().map(Named::Finding).collect())
}

/// Closes all of the targets in one entry, or none.
///
/// # Errors
/// Refused, no reason, a target that is not there or closed otherwise, the ledger's.
pub fn close(
    actor: &Actor,
    books: &mut Books,
    targets: &[Named],
    ending: Ending,
    reason: &str,
    now: Instant,
) -> Result<Done, QueueError> {
    let call = Call::Close { ending };
    let reason = reason.trim();
    let deciding = Deciding { actor, call: &call, reason, now, intelligence: None, settles: None };
    decide(books, &deciding, targets)
}
