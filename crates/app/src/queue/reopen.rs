//! How is an end taken back? The finding is open again, with its history and its first start.

use vocab::Instant;

use super::QueueError;
use super::call::Call;
use super::decide::{Deciding, Done, decide};
use super::names::Named;
use crate::books::{Actor, Books};

/// Opens all of the targets again in one entry, or none.
///
/// # Errors
/// Refused, no reason, a target that is not there, the ledger's.
pub fn reopen(
    actor: &Actor,
    books: &mut Books,
    targets: &[Named],
    reason: &str,
    now: Instant,
) -> Result<Done, QueueError> {
    let reason = reason.trim();
    let call = Call::Reopen;
    let deciding = Deciding { actor, call: &call, reason, now, intelligence: None, settles: None };
    decide(books, &deciding, targets)
}
