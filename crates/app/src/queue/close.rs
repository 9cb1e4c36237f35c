//! How does a person end a finding? With a reason that stands in the record.

use vocab::Instant;

use super::QueueError;
use super::call::{Call, Ending};
use super::decide::{Deciding, Done, decide};
use super::names::Named;
use crate::books::{Actor, Books};

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
