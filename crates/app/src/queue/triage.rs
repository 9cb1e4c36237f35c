//! What is decided on findings, short of ending them by evidence?
//!
//! In: findings or fixes, a [`Call`], a reason. Out: what happened to each, and the entry that `undo` takes back. An
//! agent's call becomes a proposal; see [`super::settle`] for what a person does with it.

use vocab::Instant;

use super::QueueError;
use super::call::Call;
use super::decide::{Deciding, decide};
use super::names::Named;
use crate::books::{Actor, Books};
use crate::intelligence::Intelligence;

pub use super::decide::{Done, MOST_FINDINGS, Outcome};

/// What is asked.
pub struct Request<'a> {
    /// On what; of a fix its open findings.
    pub targets: Vec<Named>,
    /// What is decided.
    pub call: Call,
    /// Why; may be empty where the record does not need it.
    pub reason: String,
    /// The advisory index, for clocks that move with the decision.
    pub intelligence: Option<&'a Intelligence>,
}

/// Decides on all of the targets in one entry, or on none.
///
/// # Errors
/// Refused, a target that is not there, a call that does not fit, the ledger's.
pub fn triage(
    actor: &Actor,
    books: &mut Books,
    request: &Request<'_>,
    now: Instant,
) -> Result<Done, QueueError> {
    let deciding = Deciding {
        actor,
        call: &request.call,
        reason: request.reason.trim(),
        now,
        intelligence: request.intelligence,
        settles: None,
    };
    decide(books, &deciding, &request.targets)
}
