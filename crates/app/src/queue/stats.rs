//! How long do attackers have, and is the queue getting longer?
//!
//! In: every finding of the record, once. Out: the patch gap (hours from «exploit available» to closed as fixed, median and
//! p90 by exposure), the closure rate, arrivals against closures by week, what is overdue by owner, and from which
//! entries this follows. Memory grows with the number of closed findings that had an exploit, four bytes each.

use std::collections::BTreeMap;

use ledger::change::Former;
use ledger::row::Finding;
use serde::Serialize;
use vocab::Instant;

use super::{QueueError, show};
use crate::books::{Actor, Books, UseCase, allow};

/// The schema of the JSON.
pub const SCHEMA: &str = "gabion.stats/1";
/// Weeks of arrivals and closures.
pub const WEEKS: usize = 12;
/// Owners that are named; the rest is one row.
const MOST_OWNERS: usize = 50;
const WEEK: i64 = 7 * 86_400;
/// The first Monday of 1970, so that weeks begin on Mondays, 00:00 UTC.
const MONDAY: i64 = 4 * 86_400;

/// The figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// When they were computed.
    pub at: Instant,
    /// They follow from the entries 1 to this one.
    pub entries: i64,
    /// The hash of that entry.
    pub head: String,
    /// Findings ever opened; void ones are left out everywhere.
    pub opened: u64,
    /// Of them open, paused ones among them.
    pub open: u64,
    /// Of the open, paused by an acceptance that holds.
    pub accepted: u64,
    /// Closed, by reason.
    pub closed: BTreeMap<String, u64>,
    /// Closed of all that were opened, from 0 to 1; none when there are none.
    pub closure_rate: Option<f64>,
    /// The patch gap.
    pub patch_gap: Vec<Gap>,
    /// Open findings that attackers can use today, with how long the oldest has waited.
    pub exploited_open: Waiting,
    /// The last weeks, the present one last.
    pub weeks: Vec<Week>,
    /// What is overdue, the longest rows first.
    pub overdue: Vec<Overdue>,
}

/// Hours from «exploit available» to closed as fixed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gap {
    /// `internet`, `internal`, `isolated`, `unknown`, or `all`.
    pub exposure: String,
    /// Findings that it follows from.
    pub findings: u64,
    /// Hours.
    pub median: Option<u32>,
    /// Hours.
    pub p90: Option<u32>,
}

/// What is still open with an exploit available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Waiting {
    /// Findings.
    pub findings: u64,
    /// Hours since the earliest exploit.
    pub longest: u32,
}

/// One week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its Monday, 00:00 UTC.
    pub from: Instant,
    /// Findings first seen in it.
    pub arrived: u64,
    /// Findings closed in it that are closed still.
    pub closed: u64,
}

/// What an owner has overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// Who; empty when nobody is named.
    pub owner: String,
    /// Overdue findings.
    pub findings: u64,
    /// Of them emergencies.
    pub emergencies: u64,
    /// Hours by which the oldest is overdue.
    pub longest: u32,
}

/// Computes the figures from every finding.
///
/// # Errors
/// Refused, the ledger's.
pub fn stats(actor: &Actor, books: &mut Books, now: Instant) -> Result<Stats, QueueError> {
    allow(actor, UseCase::Stats, true)?;
    let head = books.ledger.head()?;
    let mut tally = Tally::new(now);
    books.ledger.each_finding(None, false, &mut |finding| {
        tally.take(&finding);
        true
    })?;
    let mut stats = tally.figures();
    (stats.entries, stats.head) = (head.entry, head.hash);
    Ok(stats)
}

struct Tally {
    now: Instant,
    opened: u64,
    open: u64,
    accepted: u64,
    closed: BTreeMap<String, u64>,
    gaps: BTreeMap<String, Vec<u32>>,
    exploited: Waiting,
    weeks: Vec<Week>,
    overdue: BTreeMap<String, Overdue>,
}

impl Tally {
    fn new(now: Instant) -> Self {
        let this = now.as_second() - (now.as_second() - MONDAY).rem_euclid(WEEK);
        let weeks = (0..WEEKS as i64).rev().filter_map(|back| {
            let from = Instant::from_second(this - back * WEEK).ok()?;
            Some(Week { from, arrived: 0, closed: 0 })
        });
        Self {
            now,
            opened: 0,
            open: 0,
            accepted: 0,
            closed: BTreeMap::new(),
            gaps: BTreeMap::new(),
            exploited: Waiting::default(),
            weeks: weeks.collect(),
            overdue: BTreeMap::new(),
        }
    }

    fn take(&mut self, finding: &Finding) {
        // What a pull request alone reports is no part of the queue.
        if finding.state == "void" || !finding.reference.is_empty() {
            return;
        }
        self.opened += 1;
        let life = finding.clock.as_ref().and_then(|clock| clock.life.as_ref());
        for former in life.iter().flat_map(|life| &life.former) {
            self.former(finding, former);
        }
        let seen = life.and_then(|life| life.seen).unwrap_or(finding.first_seen);
        if let Some(week) = self.week(seen) {
            week.arrived += 1;
        }
        if finding.state == "closed" {
            self.closed(finding);
        } else {
            self.open(finding);
        }
    }

    /// A life that had ended long before the finding returned counts as an arrival and a closure of its own.
    fn former(&mut self, finding: &Finding, former: &Former) {
        self.opened += 1;
        if let Some(week) = self.week(former.seen) {
            week.arrived += 1;
        }
        self.ended(finding, &former.reason, former.closed_at, former.exploit_since);
    }

    fn closed(&mut self, finding: &Finding) {
        let reason = finding.closure.as_ref().map(|closure| closure.reason.clone());
        let reason = reason.unwrap_or_default();
        let exploit = finding.clock.as_ref().and_then(|clock| clock.exploit_since);
        match finding.closed_at {
            Some(closed_at) => self.ended(finding, &reason, closed_at, exploit),
            None => *self.closed.entry(reason).or_default() += 1,
        }
    }

    fn ended(
        &mut self,
        finding: &Finding,
        reason: &str,
        closed_at: Instant,
        exploit: Option<Instant>,
    ) {
        if let Some(week) = self.week(closed_at) {
            week.closed += 1;
        }
        if let (Some(since), "fixed") = (exploit, reason) {
            let hours = hours(since, closed_at);
            let exposure = show::exposure(finding).0;
            for key in [exposure, "all"] {
                self.gaps.entry(key.to_owned()).or_default().push(hours);
            }
        }
        *self.closed.entry(reason.to_owned()).or_default() += 1;
    }

    fn open(&mut self, finding: &Finding) {
        self.open += 1;
        if finding.decision.accepted_until.is_some_and(|until| until > self.now) {
            self.accepted += 1;
        }
        let clock = finding.clock.as_ref();
        if let Some(since) = clock.and_then(|clock| clock.exploit_since) {
            self.exploited.findings += 1;
            self.exploited.longest = self.exploited.longest.max(hours(since, self.now));
        }
        if let Some(clock) = clock.filter(|_| show::overdue(finding, self.now)) {
            let owner = show::owner(finding).to_owned();
            let row = self.overdue.entry(owner.clone()).or_insert(Overdue {
                owner,
                findings: 0,
                emergencies: 0,
                longest: 0,
            });
            row.findings += 1;
            row.emergencies += u64::from(clock.emergency);
            let by = clock.due.map_or(0, |due| hours(due, self.now));
            row.longest = row.longest.max(by);
        }
    }

    fn week(&mut self, at: Instant) -> Option<&mut Week> {
        let first = self.weeks.first()?.from.as_second();
        let index = usize::try_from((at.as_second() - first).div_euclid(WEEK)).ok()?;
        self.weeks.get_mut(index)
    }

    fn figures(mut self) -> Stats {
        let closed: u64 = self.closed.values().sum();
        let order = ["all", "internet", "internal", "unknown", "isolated"];
        let gaps = order.into_iter().map(|exposure| {
            let mut hours = self.gaps.remove(exposure).unwrap_or_default();
            hours.sort_unstable();
            Gap {
                exposure: exposure.to_owned(),
                findings: hours.len() as u64,
                median: rank(&hours, 50),
                p90: rank(&hours, 90),
            }
        });
        let patch_gap = gaps.collect();
        let mut overdue: Vec<Overdue> = self.overdue.into_values().collect();
        overdue.sort_by(|a, b| b.findings.cmp(&a.findings).then_with(|| a.owner.cmp(&b.owner)));
        fold(&mut overdue);
        let rate = |all: u64| closed as f64 / all as f64;
        Stats {
            schema: SCHEMA,
            at: self.now,
            entries: 0,
            head: String::new(),
            opened: self.opened,
            open: self.open,
            accepted: self.accepted,
            closed: self.closed,
            closure_rate: (self.opened > 0).then(|| rate(self.opened)),
            patch_gap,
            exploited_open: self.exploited,
            weeks: self.weeks,
            overdue,
        }
    }
}

/// The rows past the most that are named, as one.
fn fold(rows: &mut Vec<Overdue>) {
    if rows.len() <= MOST_OWNERS {
        return;
    }
    let rest = rows.split_off(MOST_OWNERS);
    let mut sum = Overdue {
        owner: format!("{} others", rest.len()),
        findings: 0,
        emergencies: 0,
        longest: 0,
    };
    for row in rest {
        sum.findings += row.findings;
        sum.emergencies += row.emergencies;
        sum.longest = sum.longest.max(row.longest);
    }
    rows.push(sum);
}

/// Nearest rank: the smallest value that so many per cent do not exceed.
fn rank(sorted: &[u32], percent: usize) -> Option<u32> {
    let at = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(at - 1).copied()
}

/// Whole hours, rounded up: nobody is told of a shorter gap than there was; none when it is not later.
fn hours(from: Instant, to: Instant) -> u32 {
    let seconds = to.as_second().saturating_sub(from.as_second()).max(0);
    u32::try_from(seconds.saturating_add(3_599) / 3_600).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn ranks_are_values_that_occurred() {
        assert_eq!(rank(&[], 50), None);
        assert_eq!(rank(&[7], 90), Some(7));
        assert_eq!([rank(&[1, 2], 50), rank(&[1, 2], 90)], [Some(1), Some(2)]);
        let ten: Vec<u32> = (1..=10).collect();
        assert_eq!([rank(&ten, 50), rank(&ten, 90)], [Some(5), Some(9)]);
    }
}
