//! Which findings of two reports have another date, and what brought it?
//!
//! A finding is the same when asset, package and version are, and the alias groups have a name in
//! common: an alias that arrives later does not make it another. Why a date moved is read from what the
//! reports hold: the acting policy and row, each input, the start of the clock.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use serde::Serialize;
use vocab::Instant;

use super::read::EarlierReport;
use crate::report::{Finding, Input};

/// The code of a date that moved later.
pub(super) const LATER: &str = "later";

/// How the dates of two reports differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Findings {
    /// Findings that both have in the queue.
    pub compared: u64,
    /// Of them, those with the same date and marks.
    pub same: u64,
    /// Those due later than before.
    pub later: u64,
    /// Those due earlier than before.
    pub earlier: u64,
    /// Those due at the same instant, with other marks (emergency, search for traces).
    pub marked: u64,
    /// Findings that only the first report has.
    pub only_from: u64,
    /// Findings that only the second report has.
    pub only_to: u64,
    /// Findings of the first's queue that the second ignores or takes out by a VEX statement.
    pub set_aside: u64,
    /// Findings of the second's queue that the first ignored or took out.
    pub returned: u64,
    /// What differs: later first, then earlier, then marks only; within it by the new date.
    pub moved: Vec<Moved>,
}

/// A finding whose date or marks differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// As in the second report's [`Finding::id`].
    pub id: String,
    /// The name of the alias group.
    pub advisory: String,
    /// The asset's id.
    pub asset: String,
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// `later`, `earlier` or `marked`.
    pub direction: &'static str,
    /// Seconds from the old date to the new one; absent where one of them is «on the next upgrade».
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// As it was.
    pub from: When,
    /// As it is.
    pub to: When,
    /// What changed between them.
    pub reasons: Vec<Reason>,
}

/// When a finding is due, and by what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct When {
    /// The due instant; absent means «on the next upgrade».
    pub due: Option<Instant>,
    /// Whether it was missed.
    pub overdue: bool,
    /// An emergency.
    pub emergency: bool,
    /// Look for traces of use.
    pub forensics: bool,
    /// The acting policy and its version.
    pub policy: String,
    /// The acting row.
    pub row: String,
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// `input`, `policy`, `row`, `table`, `start`, `first_seen` or `exposed_since`.
    pub what: &'static str,
    /// The input's name; else in words what it is.
    pub name: String,
    /// What it was.
    pub from: Said,
    /// What it is.
    pub to: Said,
}

/// A value, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The value.
    pub value: String,
    /// Its source; empty where it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// As of when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// `known`, `inferred`, `assumed` or `unknown`; empty where it is no input.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub how: String,
}

/// Compares.
pub(super) fn compare(before: &EarlierReport, after: &EarlierReport) -> Findings {
    let earlier = Known::of(&before.findings);
    let (now, aside) = (names(&after.findings), names(&after.aside));
    let aside_before = names(&before.aside);
    let mut found = Findings {
        compared: 0,
        same: 0,
        later: 0,
        earlier: 0,
        marked: 0,
        only_from: 0,
        only_to: 0,
        set_aside: 0,
        returned: 0,
        moved: Vec::new(),
    };
    for finding in &after.findings {
        if let Some(old) = earlier.same(finding) {
            found.compared += 1;
            match direction(old, finding) {
                None => found.same += 1,
                Some(direction) => found.moved.push(moved(old, finding, direction)),
            }
        } else if keys(finding).any(|key| aside_before.contains(&key)) {
            found.returned += 1;
        } else {
            found.only_to += 1;
        }
    }
    for finding in &before.findings {
        if keys(finding).any(|key| now.contains(&key)) {
            continue;
        }
        match keys(finding).any(|key| aside.contains(&key)) {
            true => found.set_aside += 1,
            false => found.only_from += 1,
        }
    }
    let count = |way: &str| found.moved.iter().filter(|m| m.direction == way).count() as u64;
    (found.later, found.earlier, found.marked) = (count(LATER), count("earlier"), count("marked"));
    let rank = |moved: &Moved| match moved.direction {
        LATER => 0,
        "earlier" => 1,
        _ => 2,
    };
    found.moved.sort_by(|a, b| {
        let key = |m: &Moved| (rank(m), m.to.due.unwrap_or(Instant::MAX));
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    found
}

/// Asset and package, version, and one name of the alias group.
type Key<'f> = (&'f str, &'f str, &'f str);

/// Every key under which a finding is known.
fn keys(finding: &Finding) -> impl Iterator<Item = Key<'_>> {
    let (subject, name) = finding.identity.rsplit_once('|').unwrap_or((&finding.identity, ""));
    let names = std::iter::once(name).chain(finding.aliases.iter().map(String::as_str));
    names.map(move |name| (subject, finding.version.as_str(), name))
}

fn names(findings: &[Finding]) -> HashSet<Key<'_>> {
    findings.iter().flat_map(keys).collect()
}

/// The findings of the first report, by every key. Of several under one, that which was due first: so
/// no date moves later silently when groups become one.
struct Known<'f>(HashMap<Key<'f>, &'f Finding>);

impl<'f> Known<'f> {
    fn of(findings: &'f [Finding]) -> Self {
        let mut known: HashMap<Key<'f>, &'f Finding> = HashMap::new();
        for finding in findings {
            for key in keys(finding) {
                let held = known.entry(key).or_insert(finding);
                if first_due(finding) < first_due(held) {
                    *held = finding;
                }
            }
        }
        Self(known)
    }

    fn same(&self, finding: &Finding) -> Option<&'f Finding> {
        keys(finding).filter_map(|key| self.0.get(&key).copied()).min_by_key(|old| first_due(old))
    }
}

/// Orders by due; of equals the one with more marks, then by id, so that the order of a file is nothing.
fn first_due(finding: &Finding) -> (Instant, Reverse<(bool, bool)>, &str) {
    let marks = Reverse((finding.emergency, finding.forensics));
    (finding.due.unwrap_or(Instant::MAX), marks, finding.id.as_str())
}

/// Which way it moved; `None` when nothing did.
fn direction(old: &Finding, new: &Finding) -> Option<&'static str> {
    let due = |f: &Finding| f.due.unwrap_or(Instant::MAX);
    let marks = |f: &Finding| (f.emergency, f.forensics);
    match due(new).cmp(&due(old)) {
        std::cmp::Ordering::Greater => Some(LATER),
        std::cmp::Ordering::Less => Some("earlier"),
        std::cmp::Ordering::Equal => (marks(old) != marks(new)).then_some("marked"),
    }
}

fn moved(old: &Finding, new: &Finding, direction: &'static str) -> Moved {
    let seconds = old.due.zip(new.due).map(|(a, b)| b.as_second().saturating_sub(a.as_second()));
    Moved {
        id: new.id.clone(),
        advisory: new.advisory.to_string(),
        asset: new.asset.to_string(),
        name: new.name.clone(),
        version: new.version.clone(),
        direction,
        seconds,
        from: when(old),
        to: when(new),
        reasons: reasons(old, new),
    }
}

fn when(finding: &Finding) -> When {
    When {
        due: finding.due,
        overdue: finding.overdue,
        emergency: finding.emergency,
        forensics: finding.forensics,
        policy: finding.policy.to_string(),
        row: finding.row.to_string(),
    }
}

/// What changed between two clocks: table and row, inputs, start.
fn reasons(old: &Finding, new: &Finding) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |what, name: &str, from: Said, to: Said| {
        reasons.push(Reason { what, name: name.to_owned(), from, to });
    };
    let same_policy = old.policy == new.policy;
    let same_row = same_policy && old.row == new.row;
    if !same_policy {
        add("policy", "policy", plain(&old.policy), plain(&new.policy));
    }
    if !same_row {
        add("row", "row", plain(&old.row), plain(&new.row));
    }
    let restarted = old.clock_start != new.clock_start;
    let (earlier, now) = (inputs(old), inputs(new));
    for (name, now) in &now {
        let before = earlier.iter().find(|(held, _)| held == name);
        // Another table asks about other columns; that is its row's matter, and no fact changed.
        let Some((_, before)) = before else { continue };
        let value = before.value != now.value || before.how != now.how;
        if value || restarted && before.as_of != now.as_of {
            add("input", &now.name, said(before), said(now));
        }
    }
    if same_policy {
        for (name, input) in &now {
            if !earlier.iter().any(|(held, _)| held == name) {
                add("input", &input.name, plain("not there"), said(input));
            }
        }
        for (name, input) in &earlier {
            if !now.iter().any(|(held, _)| held == name) {
                add("input", &input.name, said(input), plain("not there"));
            }
        }
    }
    let allowed =
        |f: &Finding| f.due.zip(f.clock_start).map(|(d, s)| d.as_second() - s.as_second());
    if same_row && allowed(old) != allowed(new) {
        let name = format!("row {} of {}", new.row, new.policy);
        let words = |f: &Finding| {
            allowed(f).map_or("on the next upgrade".to_owned(), formats::text::amount)
        };
        add("table", &name, plain(&words(old)), plain(&words(new)));
    }
    if restarted {
        let date = |at: Option<Instant>| Said { as_of: at, ..plain("") };
        if old.first_seen != new.first_seen {
            let seen = |f: &Finding| Said {
                source: f.first_seen_from.clone(),
                ..date(Some(f.first_seen))
            };
            add("first_seen", "first seen", seen(old), seen(new));
        }
        if old.exposed_since != new.exposed_since {
            add("exposed_since", "exposed since", date(old.exposed_since), date(new.exposed_since));
        }
        add("start", "clock starts", date(old.clock_start), date(new.clock_start));
    }
    reasons
}

/// The inputs, each under its name and how often that was there before; as many as a table can have.
fn inputs(finding: &Finding) -> Vec<((&str, usize), &Input)> {
    /// A clock has a dozen inputs; a file may say anything.
    const MOST: usize = 64;
    let mut found: Vec<((&str, usize), &Input)> = Vec::new();
    for input in finding.inputs.iter().take(MOST) {
        let before = found.iter().filter(|((name, _), _)| *name == input.name).count();
        found.push(((&input.name, before), input));
    }
    found
}

fn said(input: &Input) -> Said {
    Said {
        value: input.value.clone(),
        source: input.source.clone(),
        as_of: input.as_of,
        how: input.how.clone(),
    }
}

fn plain(value: &str) -> Said {
    Said { value: value.to_owned(), source: String::new(), as_of: None, how: String::new() }
}
