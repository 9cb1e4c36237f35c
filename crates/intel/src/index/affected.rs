//! Which versions of a package does a record's entry cover, in a form that is quick to ask?
//!
//! In: one `affected[]` entry and the ecosystem's scheme. Out: intervals, versions by name, and whether a
//! part of the entry could not be evaluated. The rules are those of the OSV schema, «Evaluation»: the
//! versions list OR any range. No range hides another: a GIT range (it needs the commit graph) or a
//! broken one says nothing about the ranges beside it.

use versions::range::{self, End, Event, Interval};
use versions::{Scheme, Unparsable};

use super::layout::{END_FIXED, END_LAST, END_LIMIT, END_NONE};
use crate::osv;

/// Bytes of statements of one package after which no further one is added.
const MAX_STATEMENTS: usize = 600;
/// The most comparisons that are spent on making one entry smaller; real ones need under 100,000.
const MAX_WORK: usize = 2_000_000;

/// What an entry covers.
#[derive(Debug, Default)]
pub struct Coverage<'a> {
    /// Intervals of all readable ranges: first version (`None`: from the beginning), last, how it ends.
    pub intervals: Vec<Span<'a>>,
    /// Enumerated versions that no interval holds.
    pub exacts: Vec<&'a str>,
    /// Something of the entry could not be evaluated: «not affected» cannot be said of this package.
    pub unreadable: bool,
    /// What the distribution says of the package besides.
    pub statement: String,
}

impl Coverage<'_> {
    /// Adds a statement that was not made yet.
    pub fn state(&mut self, statement: String) {
        if self.statement.is_empty() {
            self.statement = statement;
        } else if !self.statement.contains(&statement) && self.statement.len() < MAX_STATEMENTS {
            self.statement.push_str("; ");
            self.statement.push_str(&statement);
        }
    }
}

/// An interval as the index keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// The interval.
    pub interval: Interval<'a>,
    /// One of the `END_…` of the layout.
    pub end: u32,
}

/// Compiles one entry. Without a scheme no range can be evaluated; the versions list still can.
pub fn compile<'a>(scheme: Option<Scheme>, affected: &'a osv::Affected<'_>) -> Coverage<'a> {
    let mut found = Coverage::default();
    let mut stated = false;
    for range in &affected.ranges {
        match (range.kind.as_str(), scheme) {
            ("GIT", _) => {}
            ("ECOSYSTEM" | "SEMVER", Some(scheme)) => match spans(scheme, range) {
                // A range without `introduced` covers nothing and is no statement: somebody meant one.
                Ok(_) if !range.events.iter().any(|e| e.introduced.is_some()) => {
                    found.unreadable = true;
                }
                Ok(spans) => {
                    stated = true;
                    found.intervals.extend(spans);
                }
                Err(_) => found.unreadable = true,
            },
            _ => found.unreadable = true,
        }
    }
    // Neither versions nor a range of releases: a commit range alone, or nothing at all.
    if !stated && affected.versions.is_empty() {
        found.unreadable = true;
    }
    let texts = affected.versions.iter().map(osv::Text::as_str).filter(|text| !text.is_empty());
    let work = affected.versions.len().saturating_mul(found.intervals.len());
    found.exacts = match scheme {
        Some(scheme) if work <= MAX_WORK => {
            texts.filter(|text| !held(scheme, &found.intervals, text)).collect()
        }
        _ => texts.collect(),
    };
    found.exacts.sort_unstable();
    found.exacts.dedup();
    found
}

fn spans<'a>(scheme: Scheme, range: &'a osv::Range<'_>) -> Result<Vec<Span<'a>>, Unparsable> {
    let mut events = Vec::with_capacity(range.events.len());
    for event in &range.events {
        // The schema wants one field an event; older records put a pair into one object.
        let text = |field: &'a Option<osv::Text<'_>>| field.as_ref().map(|t| t.as_str());
        events.extend(text(&event.introduced).map(Event::Introduced));
        events.extend(text(&event.fixed).map(Event::Fixed));
        events.extend(text(&event.last_affected).map(Event::LastAffected));
        events.extend(text(&event.limit).map(Event::Limit));
    }
    let intervals = range::intervals(scheme, &events)?;
    let fixes: std::collections::HashSet<&str> = events
        .iter()
        .filter_map(|e| if let Event::Fixed(text) = e { Some(text.trim_ascii()) } else { None })
        .collect();
    let end = |interval: &Interval<'a>| match interval.end {
        End::Open => END_NONE,
        End::UpTo(_) => END_LAST,
        End::Before(text) if fixes.contains(text.trim_ascii()) => END_FIXED,
        End::Before(_) => END_LIMIT,
    };
    Ok(intervals.into_iter().map(|interval| Span { interval, end: end(&interval) }).collect())
}

/// Dropping an enumerated version that an interval holds loses nothing: list and ranges are OR-ed, and
/// the same text is held by the same interval when it is asked for. Not so where the interval ends at a
/// local build of PyPI: the listed version speaks of its later builds too.
fn held(scheme: Scheme, spans: &[Span<'_>], text: &str) -> bool {
    !spans.is_empty()
        && scheme.parse(text).is_ok_and(|version| {
            spans.iter().any(|s| {
                !ends_locally(scheme, &s.interval)
                    && range::contains(scheme, &s.interval, &version).unwrap_or(false)
            })
        })
}

fn ends_locally(scheme: Scheme, interval: &Interval<'_>) -> bool {
    let (End::Before(end) | End::UpTo(end)) = interval.end else { return false };
    scheme == Scheme::PyPI && end.contains('+')
}
