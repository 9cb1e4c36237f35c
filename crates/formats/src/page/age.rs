//! How long has each finding been open to attackers, and how long may it stay?
//!
//! In: findings. Out: for each exposure how many there are, how long they have been known to attackers
//! or the public, and how many of them longer than their policy lets them stay; and the same as points
//! for a drawing. A finding whose signal or due time is not known is counted, never guessed.

use std::collections::BTreeMap;

use vocab::{Exposure, Instant};

use super::Finding;
use super::words::days;

/// What can be said of the findings of one exposure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Who can reach them.
    pub exposure: Exposure,
    /// How many.
    pub findings: u64,
    /// By days exposed, after [`BANDS`]; the last is «more».
    pub bands: [u64; BANDS.len() + 1],
    /// Whose signal is not known.
    pub undated: u64,
    /// Exposed for longer than they may stay from the start of their clock.
    pub longer: u64,
    /// The most days exposed.
    pub oldest: Option<i64>,
}

/// Days exposed, up to and with each.
pub const BANDS: [i64; 5] = [3, 7, 14, 30, 90];

/// Findings with the same age, allowance and exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Who can reach them.
    pub exposure: Exposure,
    /// Days since the signal.
    pub exposed: i64,
    /// Days they may stay from the start of their clock.
    pub allowed: i64,
    /// How many.
    pub count: u64,
}

/// Days since the signal, if it is known.
pub fn exposed(finding: &Finding, now: Instant) -> Option<i64> {
    finding.exposed_since.map(|since| days(since, now))
}

/// Days it may stay from the start of its clock; absent when it has no due time.
pub fn allowed(finding: &Finding) -> Option<i64> {
    finding.clock_start.zip(finding.due).map(|(start, due)| days(start, due))
}

/// A row for each exposure that occurs, the most reachable first.
pub fn rows(findings: &[Finding], now: Instant) -> Vec<Row> {
    let mut rows: BTreeMap<std::cmp::Reverse<Exposure>, Row> = BTreeMap::new();
    for finding in findings {
        let row = rows.entry(std::cmp::Reverse(finding.exposure)).or_insert_with(|| Row {
            exposure: finding.exposure,
            findings: 0,
            bands: [0; BANDS.len() + 1],
            undated: 0,
            longer: 0,
            oldest: None,
        });
        row.findings += 1;
        let Some(age) = exposed(finding, now) else {
            row.undated += 1;
            continue;
        };
        let band = BANDS.iter().position(|most| age <= *most).unwrap_or(BANDS.len());
        if let Some(count) = row.bands.get_mut(band) {
            *count += 1;
        }
        row.oldest = row.oldest.max(Some(age));
        if allowed(finding).is_some_and(|allowed| age > allowed) {
            row.longer += 1;
        }
    }
    rows.into_values().collect()
}

/// The findings whose age and allowance are known, as points in a stable order.
pub fn points(findings: &[Finding], now: Instant) -> Vec<Point> {
    let mut points: BTreeMap<(Exposure, i64, i64), u64> = BTreeMap::new();
    for finding in findings {
        if let Some((age, allowed)) = exposed(finding, now).zip(allowed(finding)) {
            *points.entry((finding.exposure, age, allowed)).or_default() += 1;
        }
    }
    let point = |((exposure, exposed, allowed), count)| Point { exposure, exposed, allowed, count };
    points.into_iter().map(point).collect()
}
