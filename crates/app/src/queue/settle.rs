//! What does a person do with a proposal?
//!
//! An approval does exactly what was proposed, in the approver's name, in one entry with the proposal's settlement; a
//! refusal settles it. Whoever approves must be allowed to decide it without the proposal.

use ledger::Change;
use ledger::row::ProposalRow;
use serde::Serialize;
use vocab::Instant;

use super::call::Call;
use super::decide::{Deciding, Done, Outcome, decide, owns};
use super::names::{self, Letter, Named};
use super::{QueueError, unfit};
use crate::books::{Actor, Books, Triage, UseCase, allow};
use crate::intelligence::Intelligence;

const SETTLE: UseCase = UseCase::Triage(Triage::Settle);

/// A proposal that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// `P-2`.
    pub proposal: String,
    /// `F-12`.
    pub finding: String,
    /// In words: «accept until 2026-12-01 00:00 UTC».
    pub what: String,
    /// Why.
    pub reason: String,
    /// Who proposes.
    pub author: String,
    /// When.
    pub at: Instant,
}

impl From<ProposalRow> for Proposal {
    fn from(row: ProposalRow) -> Self {
        let what = serde_json::from_value::<Call>(row.what.clone())
            .map_or_else(|_| row.what.to_string(), |call| call.words());
        Self {
            proposal: names::write(Letter::P, row.id),
            finding: names::write(Letter::F, row.finding),
            what,
            reason: row.reason,
            author: row.author,
            at: row.at,
        }
    }
}

/// Does what was proposed.
///
/// # Errors
/// Refused, no such proposal, it no longer fits, the ledger's.
pub fn approve(
    actor: &Actor,
    books: &mut Books,
    proposal: i64,
    reason: &str,
    intelligence: Option<&Intelligence>,
    now: Instant,
) -> Result<Done, QueueError> {
    allow(actor, SETTLE, true)?;
    let row = find(books, proposal)?;
    let call: Call = serde_json::from_value(row.what).map_err(|e| {
        unfit(
            format!("{} cannot be read: {e}", names::write(Letter::P, proposal)),
            "a newer Gabion may have written it; reject it, or use the newer one",
        )
    })?;
    // The record keeps both voices: who proposed why, and who approved why.
    let mut because = format!("proposed by {}", row.author);
    for part in [row.reason.trim(), reason.trim()].into_iter().filter(|part| !part.is_empty()) {
        because.push_str("; ");
        because.push_str(part);
    }
    let deciding = Deciding {
        actor,
        call: &call,
        reason: &because,
        now,
        intelligence,
        settles: Some(proposal),
    };
    decide(books, &deciding, &[Named::Finding(row.finding)])
}

/// Refuses a proposal.
///
/// # Errors
/// Refused, no such proposal, the ledger's.
pub fn reject(
    actor: &Actor,
    books: &mut Books,
    proposal: i64,
    reason: &str,
    now: Instant,
) -> Result<Done, QueueError> {
    allow(actor, SETTLE, true)?;
    let row = find(books, proposal)?;
    let finding = books.ledger.finding(row.finding)?;
    allow(actor, SETTLE, finding.is_some_and(|finding| owns(actor, &finding)))?;
    let name = names::write(Letter::P, proposal);
    let mut write = books.write(actor, now)?;
    let reason = reason.trim().to_owned();
    write.append(&Change::Settled { proposal, taken: false, reason })?;
    let entry = write.commit("decision", &format!("{name} rejected"))?.entry;
    let outcome = Outcome { name, words: "rejected".to_owned() };
    Ok(Done { entry: Some(entry), outcomes: vec![outcome], ..Done::default() })
}

fn find(books: &mut Books, proposal: i64) -> Result<ProposalRow, QueueError> {
    let row = books.ledger.proposals(None)?.into_iter().find(|row| row.id == proposal);
    row.ok_or_else(|| {
        unfit(
            format!("no proposal {} waits", names::write(Letter::P, proposal)),
            "`gabion queue --view proposals` lists where one waits; `gabion show F-n` names it",
        )
    })
}
