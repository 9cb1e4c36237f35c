//! When is it due, since when was it exposed, and what comes first?
//!
//! In: facts, tables, `now`. Out: the acting clock, the others, and an order for the queue. The rules
//! are those of docs/ARCHITECTURE.md, «The clock»; the numbers in comments are theirs.

use std::cmp::Ordering;

use vocab::rank::LAST_BAND;
use vocab::{Instant, Rank, Urgency};

use crate::Duration;
use crate::column::Column;
use crate::evaluate::Acting;
use crate::facts::{ClockFrom, CveFacts, Facts, Feed, Kind};
use crate::inputs::{Silence, Subject};
use crate::policy::{Outcome, Policy};
use crate::signal;
use crate::why;

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
    /// The CVE whose signals decided; `None` when the group has none that is not rejected.
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
    /// An emergency by its row or by rule 9; never one that is only assumed.
    pub emergency: bool,
    /// What acts if a feed that never came would say the worst: shown, and without a say in the place.
    pub assumed: Option<Assumed>,
    /// Whether it could be an emergency since the KEV catalogue at hand was made.
    pub could_be_emergency: bool,
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
    /// Whether it is past due. What was overdue stays so: a new signal that starts a shorter clock does
    /// not undo the older due instant that was missed.
    pub fn overdue(&self, now: Instant) -> bool {
        self.first_due().is_some_and(|due| due < now)
    }

    /// The earliest due instant this finding ever had.
    pub fn first_due(&self) -> Option<Instant> {
        self.earlier.as_ref().map(|earlier| earlier.due).into_iter().chain(self.due).min()
    }

    /// What decides its place in the queue.
    pub fn urgency(&self) -> Urgency {
        let band = match self.band {
            Band::Emergency => 0,
            Band::Within(allowed) => allowed.as_hours().clamp(1, LAST_BAND - 1),
            Band::NextUpgrade => LAST_BAND,
        };
        Urgency { emergency: self.emergency, band, due: self.first_due() }
    }
}

/// What acts if a feed that never came would say the worst (rule 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumed {
    /// The table.
    pub policy: String,
    /// Its row.
    pub row: String,
    /// When it would be due.
    pub due: Option<Instant>,
    /// Whether it would be an emergency.
    pub emergency: bool,
    /// What never came («CISA KEV is missing»).
    pub because: String,
}

/// An older clock of the same finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The row that gave it.
    pub row: String,
    /// When it was due.
    pub due: Instant,
    /// What sets it apart from the acting one («before CISA KEV listed it», «by CVE-…», «under» another
    /// table).
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
    let tables = || policies.iter().chain(&default);
    let mut clocks: Vec<Clock> =
        tables().filter_map(|policy| of_policy(facts, policy, now, Silence::No)).collect();
    clocks.sort_by(sooner);
    if let Some((acting, others)) = clocks.split_first_mut() {
        for other in others.iter() {
            join(acting, other);
        }
        assume(acting, facts, tables(), now);
        // What another table once had due, and was missed, stays missed.
        for other in others.iter().filter(|other| other.overdue(now)) {
            hold(acting, other, &format!("under {}", other.policy));
        }
    }
    clocks.iter_mut().for_each(|clock| complete(clock, facts));
    let mut clocks = clocks.into_iter();
    Clocks { acting: clocks.next(), others: clocks.collect(), notice: None }
}

/// Among several tables the earliest due instant acts: one that calls everything an emergency and gives
/// it ten years must not take the place of one that gives a day.
fn sooner(a: &Clock, b: &Clock) -> Ordering {
    a.due.unwrap_or(Instant::MAX).cmp(&b.due.unwrap_or(Instant::MAX)).then_with(|| stricter(a, b))
}

/// What another table asks for beside its time is asked for as well.
fn join(acting: &mut Clock, other: &Clock) {
    if other.emergency && !acting.emergency {
        acting.emergency = true;
        acting.band = Band::Emergency;
        acting.why.push_str(&format!("; an emergency under {} row {}", other.policy, other.row));
    }
    if other.forensics && !acting.forensics {
        acting.forensics = true;
        acting
            .why
            .push_str(&format!("; {} row {} asks to look for traces", other.policy, other.row));
    }
}

/// What the silence of feeds may hide: of one that never came the strictest date, of a stale KEV catalogue
/// whether it could be an emergency.
fn assume<'p>(
    acting: &mut Clock,
    facts: &Facts,
    tables: impl Iterator<Item = &'p Policy> + Clone,
    now: Instant,
) {
    let feeds = &facts.feeds;
    let worst = |silence: Silence| {
        let clocks =
            tables.clone().filter_map(move |policy| of_policy(facts, policy, now, silence));
        let mut clocks: Vec<Clock> = clocks.collect();
        clocks.sort_by(sooner);
        clocks
    };
    if [feeds.kev, feeds.exploits, feeds.epss].into_iter().any(Feed::is_missing) {
        let clocks = worst(Silence::MissingOpen);
        let emergency = clocks.iter().any(|clock| clock.emergency);
        let first = clocks.into_iter().next();
        let stricter = |first: &Clock| {
            emergency && !acting.emergency || sooner(first, acting) == Ordering::Less
        };
        acting.assumed = first.filter(stricter).map(|first| Assumed {
            because: why::missing(&first.inputs),
            policy: first.policy,
            row: first.row,
            due: first.due,
            emergency: emergency && !acting.emergency,
        });
    }
    if feeds.kev.is_stale() && !acting.emergency {
        acting.could_be_emergency = worst(Silence::StaleOpen).iter().any(|clock| clock.emergency);
    }
}

/// Adds to the sentence what was found after the row.
fn complete(clock: &mut Clock, facts: &Facts) {
    if let Some(earlier) = &clock.earlier {
        clock.why.push_str(&why::earlier_phrase(earlier));
    }
    if let Some(assumed) = &clock.assumed {
        clock.why.push_str(&why::assumed_phrase(assumed));
    }
    if facts.disputed {
        clock.why.push_str("; disputed, which changes nothing");
    }
}

/// Which of two clocks of one finding is stricter: an emergency, then the earlier due instant, then the
/// shorter time, then forensics.
fn stricter(a: &Clock, b: &Clock) -> Ordering {
    let key = |c: &Clock| (!c.emergency, c.due.unwrap_or(Instant::MAX), c.band, !c.forensics);
    key(a).cmp(&key(b))
}

/// The queue (rule 10): the order of [`Rank`]. Equal clocks compare equal; the caller breaks ties by its own
/// ids.
pub fn queue_order(a: &Clock, b: &Clock, now: Instant) -> Ordering {
    let rank = |clock: &Clock| -> Rank { clock.urgency().rank(now) };
    rank(a).cmp(&rank(b))
}

/// Every CVE whole, the strictest wins (rule 5).
fn of_policy(facts: &Facts, policy: &Policy, now: Instant, silence: Silence) -> Option<Clock> {
    let live: Vec<&CveFacts> = facts.cves.iter().filter(|cve| !cve.rejected).collect();
    let subjects: Vec<Option<&CveFacts>> = match (live.is_empty(), facts.cves.first()) {
        (false, _) => live.into_iter().map(Some).collect(),
        (true, rejected) => vec![rejected],
    };
    let mut clocks: Vec<Clock> = subjects
        .into_iter()
        .filter_map(|cve| of_subject(&Subject { facts, cve, now, silence }, policy, now))
        .collect();
    clocks.sort_by(stricter);
    let mut clocks = clocks.into_iter();
    let mut acting = clocks.next()?;
    for other in clocks {
        let because = format!("by {}", other.cve.as_deref().unwrap_or("another record"));
        hold(&mut acting, &other, &because);
    }
    Some(acting)
}

/// Keeps an earlier due instant in view: the earliest that the other clock ever had.
fn hold(acting: &mut Clock, other: &Clock, because: &str) {
    let held = acting.first_due().unwrap_or(Instant::MAX);
    let first = match &other.earlier {
        Some(Earlier { row, due, because: own }) => Some((row, *due, format!("{because}, {own},"))),
        None => other.due.map(|due| (&other.row, due, because.to_owned())),
    };
    if let Some((row, due, because)) = first.filter(|(_, due, _)| *due < held) {
        acting.earlier = Some(Earlier { row: row.clone(), due, because });
    }
}

fn of_subject(subject: &Subject<'_>, policy: &Policy, now: Instant) -> Option<Clock> {
    let mut clock = evaluate(subject, policy, now)?;
    let Some(cve) = subject.live() else { return Some(clock) };
    let signal_only = subject.facts.clock_from == ClockFrom::SignalOnly;
    if signal_only || clock.start <= subject.facts.sighting {
        return Some(clock);
    }
    // It was seen before the signal came: what ran until then may not silently move later.
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
        let before = Subject { facts: &facts, cve: Some(&cve), ..*subject };
        if let Some(other) = evaluate(&before, policy, now) {
            hold(&mut clock, &other, because);
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
    let signal = signal::of(subject, &acting, now);
    let (start, start_event) = signal::start(facts, signal.as_ref(), now);
    let due = outcome.allowed.map(|allowed| start.checked_add(allowed).unwrap_or(Instant::MAX));
    let moved = if malicious { None } else { acting.would_move() };
    let would_move = moved.map(|m| why::move_phrase(policy, &m));
    let mut clock = Clock {
        policy: policy.name.clone(),
        policy_version: policy.version.clone(),
        row: row_id,
        cve: subject.live().map(|c| c.cve.clone()),
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
        assumed: None,
        could_be_emergency: false,
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
