//! Which date has a finding once a person has said how exposed or how bad it is?
//!
//! The one place where a decision asks for a clock. In: the finding, what was decided, the advisory index when there is
//! one. Out: the clock, or why it cannot be computed. A date never moves silently: the move is a change of its own and
//! is said.

use ledger::change::{Clock, Decision};
use ledger::row::Finding;
use vocab::Instant;

use super::names::{self, Letter};
use crate::intake::timing::{About, Timing};
use crate::intelligence::Intelligence;
use crate::settings::Settings;

/// The clock after the decision; else a sentence that says why it stays.
pub(super) fn clock(
    finding: &Finding,
    decision: &Decision,
    intelligence: Option<&Intelligence>,
    settings: &Settings,
    now: Instant,
) -> Result<Option<Clock>, String> {
    let name = names::write(Letter::F, finding.id);
    let stays = |why: String| format!("{name}: {why}; its date stays until `gabion verify`");
    // Without an index every published id would count as exploited, and the date as moved by the decision.
    if intelligence.is_none() && !finding.facts.ids.is_empty() {
        return Err(stays("there is no advisory index".to_owned()));
    }
    let index = intelligence.map(Intelligence::index).transpose();
    let index = index.map_err(|e| stays(e.to_string()))?;
    let timing = Timing::new(index.as_ref(), settings, None, now);
    let about = About { decision, ..About::finding(finding) };
    timing.clock(&about).map_err(|e| stays(e.to_string()))
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
