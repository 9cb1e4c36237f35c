//! Since when could attackers use it, and what does the clock count from?
//!
//! In: the row that acts and the facts. Out: the signal, and the start with the phrase that says what
//! happened then (docs/ARCHITECTURE.md, «The clock», rules 1 and 10). Nothing starts after `now`: what
//! is known now has happened, whatever date a feed writes beside it.

use vocab::Instant;

use crate::column::Column;
use crate::evaluate::Acting;
use crate::facts::{ClockFrom, CveFacts, Exploit, Facts};
use crate::inputs::Subject;
use crate::why::day;

/// A signal and what it was.
pub(crate) struct Signal {
    pub(crate) at: Instant,
    pub(crate) event: String,
}

/// The latest of the signals that the acting row rests on; where it rests on none, the advisory.
pub(crate) fn of(subject: &Subject<'_>, acting: &Acting<'_>, now: Instant) -> Option<Signal> {
    let facts = subject.facts;
    let rests_on = |column: usize| {
        // The lowest value of a column that has a signal is «no».
        acting.condition().and_then(|c| c.mask(column)).is_some_and(|mask| mask & 1 == 0)
    };
    let signals = acting.columns().filter(|(at, ..)| rests_on(*at));
    let signals =
        signals.filter_map(|(_, domain, ..)| dated(domain.column, facts, subject.live()?));
    let latest = signals.max_by_key(|signal| signal.at);
    let mut signal = latest.or_else(|| published(facts, subject.live()))?;
    if signal.at > now {
        signal = Signal {
            at: now,
            event: format!("{}, a date to come: counted from now", signal.event),
        };
    }
    Some(signal)
}

/// The signal behind a column, if it has one.
fn dated(column: Column, facts: &Facts, cve: &CveFacts) -> Option<Signal> {
    let kev = cve.kev.map(|kev| Signal {
        at: kev.date_added,
        event: format!("CISA KEV added it {}", day(kev.date_added)),
    });
    let exploit = || public(cve.exploit.as_ref()?, cve.published.or(facts.published));
    match column {
        Column::Kev | Column::Ransomware => kev,
        Column::Exploit => exploit(),
        Column::Exploitation => kev.or_else(exploit),
        _ => None,
    }
}

/// When an exploit was first seen, but never before its CVE was published.
fn public(exploit: &Exploit, published: Option<Instant>) -> Option<Signal> {
    match (exploit.first_seen, published) {
        (Some(seen), published) if published.is_none_or(|published| published <= seen) => {
            Some(Signal { at: seen, event: format!("exploit public {}", day(seen)) })
        }
        (_, published) => {
            let at = published?;
            Some(Signal { at, event: format!("published {} with an exploit", day(at)) })
        }
    }
}

fn published(facts: &Facts, cve: Option<&CveFacts>) -> Option<Signal> {
    let advisory = facts.published.map(|at| (at, "advisory published"));
    let record = || cve.and_then(|cve| cve.published).map(|at| (at, "CVE published"));
    let (at, what) = advisory.or_else(record)?;
    Some(Signal { at, event: format!("{what} {}", day(at)) })
}

/// The later of signal and sighting; never later than a first start it already had.
pub(crate) fn start(facts: &Facts, signal: Option<&Signal>, now: Instant) -> (Instant, String) {
    let seen = facts.sighting.min(now);
    // Who remembers it is no part of the sentence: whoever reads it later, elsewhere, reads the same.
    let sighting = format!("first seen {}", day(seen));
    let (at, event) = match (signal, facts.clock_from) {
        (Some(signal), ClockFrom::SignalOnly) => (signal.at, signal.event.clone()),
        (Some(signal), ClockFrom::SightingAndSignal) if signal.at > seen => {
            (signal.at, signal.event.clone())
        }
        (None, ClockFrom::SignalOnly) => (seen, format!("{sighting} (no signal is dated)")),
        _ => (seen, sighting),
    };
    match facts.earlier_start {
        Some(first) if first < at => (first, "returned soon, keeps its first start".to_owned()),
        _ => (at, event),
    }
}
