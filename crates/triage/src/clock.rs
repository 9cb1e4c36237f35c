//! When is it due, since when was it exposed, and what comes first?
//!
//! In: facts, tables, `now`. Out: the acting clock, the others, and an order for the queue. The rules
//! are those of docs/ARCHITECTURE.md, «The clock»; the numbers in comments are theirs.

use std::cmp::Ordering;

use vocab::Instant;

use crate::Duration;
use crate::column::Column;
use crate::evaluate::Acting;
use crate::facts::{ClockFrom, CveFacts, Facts, Feed, Kind, SightingFrom};
use crate::inputs::Subject;
use crate::policy::{Outcome, Policy};
use crate::why::{self, day};

/// The clocks of one finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clocks {
    /// The strictest clock: the finding's own. `None` for an informational advisory (rule 8).
    pub acting: Option<Clock>,
    /// The clocks of the other tables, strictest first.
    pub others: Vec<Clock>,
    /// Why there is no clock, when there is none.
    pub notice: Option<String>,
}

/// A due instant with everything that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// The table's name.
    pub policy: String,
    /// The table's version.
    pub policy_version: String,
    /// The id of the row that acted.
    pub row: String,
    /// The CVE whose signals decided; `None` when the group has no CVE id.
    pub cve: Option<String>,
    /// The band of the queue.
    pub band: Band,
    /// How long the row allows; `None`: on the next upgrade.
    pub allowed: Option<Duration>,
    /// What the time counts from.
    pub start: Instant,
    /// What happened then, as a phrase.
    pub start_event: String,
    /// The signal: since when attackers could use it. Never mixed with `due`.
    pub exposed_since: Option<Instant>,
    /// `start + allowed`; `None`: on the next upgrade, never overdue (rule 6).
    pub due: Option<Instant>,
    /// An emergency by its row or by rule 9.
    pub emergency: bool,
    /// Traces of use have to be looked for.
    pub forensics: bool,
    /// An older clock of the same finding that ran out before `due`, so that nothing moves silently.
    pub earlier: Option<Earlier>,
    /// Every column of the table, with its value, and what else was taken into account.
    pub inputs: Vec<Input>,
    /// The one fact that would move the due instant, as a phrase («3 d if …»).
    pub would_move: Option<String>,
    /// One sentence that says all of this.
    pub why: String,
}

impl Clock {
    /// Whether it is past due.
    pub fn overdue(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due < now)
    }
}

/// An older clock of the same finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The row that gave it.
    pub row: String,
    /// When it was due.
    pub due: Instant,
    /// What sets it apart from the acting one («before CISA KEV listed it», «by CVE-…»).
    pub because: String,
}

/// The bands of the queue, most urgent first (rule 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Before everything.
    Emergency,
    /// By the time allowed.
    Within(Duration),
    /// On the next upgrade.
    NextUpgrade,
}

impl std::fmt::Display for Band {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Emergency => f.write_str("emergency"),
            Self::Within(allowed) => f.write_str(&why::length(*allowed)),
            Self::NextUpgrade => f.write_str("next upgrade"),
        }
    }
}

/// One input of a clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The column's name, or what else it is («disputed»).
    pub name: String,
    /// The value in words; what was assumed, where it was.
    pub value: String,
    /// Who says so.
    pub source: String,
    /// The date of what they say.
    pub as_of: Option<Instant>,
    /// How the value is known.
    pub how: How,
}

/// How a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Stated by its source.
    Known,
    /// Derived from something else, by rule 3.
    Inferred,
    /// Unknown; the value that leads to the strictest row was taken, by rule 4.
    Assumed,
    /// Unknown; the table has a row for that, or it made no difference.
    Unknown,
}

/// Computes the clocks of one finding. With no table given, [`Policy::DEFAULT`] acts.
pub fn clock(facts: &Facts, policies: &[Policy], now: Instant) -> Clocks {
    if facts.kind == Kind::Informational {
        let notice = Some("informational advisory: shown as a notice, without a clock".to_owned());
        return Clocks { notice, ..Clocks::default() };
    }
    let default = if policies.is_empty() { Policy::builtin(Policy::DEFAULT) } else { None };
    let mut clocks: Vec<Clock> = policies
        .iter()
        .chain(&default)
        .filter_map(|policy| of_policy(facts, policy, now))
        .collect();
    clocks.sort_by(stricter);
    let mut clocks = clocks.into_iter();
    Clocks { acting: clocks.next(), others: clocks.collect(), notice: None }
}

/// Which of two clocks of one finding is stricter: an emergency, then the earlier due instant, then the
/// shorter time, then forensics.
fn stricter(a: &Clock, b: &Clock) -> Ordering {
    let key = |c: &Clock| (!c.emergency, c.due.unwrap_or(Instant::MAX), c.band, !c.forensics);
    key(a).cmp(&key(b))
}

/// The queue (rule 10): overdue first, by band and then due; then the rest by due, those without a due
/// instant last. Equal clocks compare equal; the caller breaks ties by its own ids.
pub fn queue_order(a: &Clock, b: &Clock, now: Instant) -> Ordering {
    let due = |c: &Clock| c.due.unwrap_or(Instant::MAX);
    let undated = |c: &Clock| c.due.is_none();
    match (a.overdue(now), b.overdue(now)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (true, true) => (a.band, due(a)).cmp(&(b.band, due(b))),
        (false, false) => (undated(a), due(a), a.band).cmp(&(undated(b), due(b), b.band)),
    }
}

/// Every CVE whole, the strictest wins (rule 5).
fn of_policy(facts: &Facts, policy: &Policy, now: Instant) -> Option<Clock> {
    let live: Vec<&CveFacts> = facts.cves.iter().filter(|cve| !cve.rejected).collect();
    let subjects: Vec<Option<&CveFacts>> = match (live.is_empty(), facts.cves.first()) {
        (false, _) => live.into_iter().map(Some).collect(),
        (true, rejected) => vec![rejected],
    };
    let mut clocks: Vec<Clock> = subjects
        .into_iter()
        .filter_map(|cve| of_subject(&Subject { facts, cve }, policy, now))
        .collect();
    clocks.sort_by(stricter);
    let mut clocks = clocks.into_iter();
    let mut acting = clocks.next()?;
    for other in clocks {
        let because = format!("by {}", other.cve.as_deref().unwrap_or("another record"));
        hold(&mut acting, &other, because);
    }
    if let Some(earlier) = &acting.earlier {
        acting.why.push_str(&why::earlier_phrase(earlier));
    }
    if facts.disputed {
        acting.why.push_str("; disputed, which changes nothing");
    }
    Some(acting)
}

/// Keeps an earlier due instant in view.
fn hold(acting: &mut Clock, other: &Clock, because: String) {
    let held = acting.earlier.as_ref().map(|e| e.due).or(acting.due).unwrap_or(Instant::MAX);
    if let Some(due) = other.due.filter(|due| *due < held) {
        acting.earlier = Some(Earlier { row: other.row.clone(), due, because });
    }
}

fn of_subject(subject: &Subject<'_>, policy: &Policy, now: Instant) -> Option<Clock> {
    let mut clock = evaluate(subject, policy, now)?;
    let (Some(cve), ClockFrom::SightingAndSignal) = (subject.live(), subject.facts.clock_from)
    else {
        return Some(clock);
    };
    // What ran before a signal came: a new signal may not silently give more time.
    let before = [
        (cve.kev.is_some(), false, "before CISA KEV listed it"),
        (false, cve.exploit.is_some(), "before an exploit was public"),
        (cve.kev.is_some(), cve.exploit.is_some(), "before its signals came"),
    ];
    for (kev, exploit, because) in before {
        if !kev && !exploit {
            continue;
        }
        let (mut facts, mut cve) = (subject.facts.clone(), cve.clone());
        if kev {
            cve.kev = None;
            facts.feeds.kev = Feed::Fresh { as_of: now };
        }
        if exploit {
            cve.exploit = None;
            facts.feeds.exploits = Feed::Fresh { as_of: now };
        }
        if let Some(other) = evaluate(&Subject { facts: &facts, cve: Some(&cve) }, policy, now) {
            hold(&mut clock, &other, because.to_owned());
        }
    }
    Some(clock)
}

/// One table, one CVE.
fn evaluate(subject: &Subject<'_>, policy: &Policy, now: Instant) -> Option<Clock> {
    let facts = subject.facts;
    let acting = Acting::resolve(policy, subject)?;
    let row = acting.row()?;
    let malicious = facts.kind == Kind::Malicious;
    let (row_id, outcome) =
        if malicious { rule_9(&acting, row.outcome) } else { (row.id.clone(), row.outcome) };
    let signal = signal(subject, &acting, now);
    let (start, start_event) = start(facts, &signal, now);
    let due = outcome.allowed.map(|allowed| start.checked_add(allowed).unwrap_or(Instant::MAX));
    let moved = if malicious { None } else { acting.would_move() };
    let would_move = moved.map(|m| why::move_phrase(policy, &m));
    let mut clock = Clock {
        policy: policy.name.clone(),
        policy_version: policy.version.clone(),
        row: row_id,
        cve: subject.cve.map(|c| c.cve.clone()),
        band: match (outcome.emergency, outcome.allowed) {
            (true, _) => Band::Emergency,
            (false, Some(allowed)) => Band::Within(allowed),
            (false, None) => Band::NextUpgrade,
        },
        allowed: outcome.allowed,
        start,
        start_event,
        exposed_since: signal.as_ref().map(|s| s.at),
        due,
        emergency: outcome.emergency,
        forensics: outcome.forensics,
        earlier: None,
        inputs: why::inputs(subject, &acting),
        would_move,
        why: String::new(),
    };
    clock.why = why::sentence(&clock, subject, &acting);
    Some(clock)
}

/// Malicious packages: emergency, 24 h or less, look for traces, whatever the table says. The row is
/// the table's own where it has one that is as strict.
fn rule_9(acting: &Acting<'_>, outcome: Outcome) -> (String, Outcome) {
    let day = Duration::from_hours(24);
    let own = acting
        .columns()
        .find(|(_, domain, ..)| domain.column == Column::Malicious)
        .is_some_and(|(at, ..)| acting.asked(at));
    let strict = outcome.emergency && outcome.allowed.is_some_and(|allowed| allowed <= day);
    let (id, allowed) = match acting.row() {
        Some(row) if own && strict => (row.id.clone(), outcome.allowed),
        _ => ("rule 9".to_owned(), Some(day)),
    };
    (id, Outcome { allowed, emergency: true, forensics: true })
}

/// A signal and what it was.
struct Signal {
    at: Instant,
    event: String,
}

/// Rule 1: the latest of the signals that the acting row rests on; where it rests on none, the advisory.
/// No signal lies in the future: what is known now has happened.
fn signal(subject: &Subject<'_>, acting: &Acting<'_>, now: Instant) -> Option<Signal> {
    let facts = subject.facts;
    let published = facts.published.map(|at| (at, "advisory published"));
    let published =
        published.or(subject.live().and_then(|c| c.published).map(|at| (at, "CVE published")));
    let mut found: Option<(Instant, String)> = None;
    let mut rests_on = |at: Instant, event: String| {
        if found.as_ref().is_none_or(|(held, _)| *held < at) {
            found = Some((at, event));
        }
    };
    for (at, domain, _, value) in acting.columns() {
        // The lowest value of each of these columns is «no».
        let positive = acting.condition().and_then(|c| c.mask(at)).is_some_and(|m| m & 1 == 0);
        let Some(cve) = subject.live().filter(|_| positive) else { continue };
        let kev = cve.kev.map(|kev| kev.date_added);
        match domain.column {
            Column::Kev | Column::Ransomware => {
                if let Some(added) = kev {
                    rests_on(added, format!("CISA KEV added it {}", day(added)));
                }
            }
            Column::Exploitation if kev.is_some() => {
                if let Some(added) = kev {
                    rests_on(added, format!("CISA KEV added it {}", day(added)));
                }
            }
            Column::Exploit | Column::Exploitation if value != 1 => {
                let Some(exploit) = &cve.exploit else { continue };
                let floor = cve.published.or(facts.published);
                match (exploit.first_seen, floor) {
                    (Some(seen), floor) if floor.is_none_or(|floor| floor <= seen) => {
                        rests_on(seen, format!("exploit public {}", day(seen)));
                    }
                    (_, Some(floor)) => {
                        rests_on(floor, format!("published {} with an exploit", day(floor)));
                    }
                    (_, None) => {}
                }
            }
            _ => {}
        }
    }
    let (at, event) = found.or(published.map(|(at, what)| (at, format!("{what} {}", day(at)))))?;
    if at > now {
        let event = format!("{event}, a date to come: counted from now");
        return Some(Signal { at: now, event });
    }
    Some(Signal { at, event })
}

/// Rules 1 and 10: the later of signal and sighting; never later than a first start it already had.
fn start(facts: &Facts, signal: &Option<Signal>, now: Instant) -> (Instant, String) {
    let seen = facts.sighting.at.min(now);
    let sighting = match facts.sighting.from {
        SightingFrom::Now => "first seen now".to_owned(),
        SightingFrom::Ledger => format!("first seen {}", day(seen)),
        SightingFrom::Baseline => format!("first seen {} in the baseline", day(seen)),
    };
    let (at, event) = match (signal, facts.clock_from) {
        (Some(signal), ClockFrom::SignalOnly) => (signal.at, signal.event.clone()),
        (Some(signal), ClockFrom::SightingAndSignal) if signal.at > seen => {
            (signal.at, signal.event.clone())
        }
        (None, ClockFrom::SignalOnly) => (seen, format!("{sighting}; no signal is dated")),
        _ => (seen, sighting),
    };
    match facts.earlier_start {
        Some(first) if first < at => (first, "reopened, keeps its first start".to_owned()),
        _ => (at, event),
    }
}
