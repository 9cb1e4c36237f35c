//! Does a version lie inside an advisory's range?
//!
//! In go the events of one `affected[].ranges[]` of the OSV schema, out come intervals; in go an interval
//! and a version, out comes inside or not. The rules are those of the schema, section «Evaluation».

use std::cmp::Ordering;

use crate::scheme::Scheme;
use crate::version::{Unparsable, Version};

/// One event of a range, as the advisory has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event<'a> {
    /// From here on affected; `0` comes before every version.
    Introduced(&'a str),
    /// From here on no longer affected.
    Fixed(&'a str),
    /// The last affected version.
    LastAffected(&'a str),
    /// Nothing from here on is said to be affected; `*` is no limit. Several are OR-ed: a version need
    /// only be before one of them, so the highest counts.
    Limit(&'a str),
}

/// Where an interval ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End<'a> {
    /// It does not.
    Open,
    /// Before this version: a fix or a limit.
    Before(&'a str),
    /// With this version: `last_affected`.
    UpTo(&'a str),
}

/// Versions from one (inclusive) to an end. `from` is `None` for «before everything».
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval<'a> {
    /// The first affected version.
    pub from: Option<&'a str>,
    /// The end.
    pub end: End<'a>,
}

/// An event with its place, ready for sorting.
struct Placed<'a> {
    event: Event<'a>,
    /// `None` stands for «before everything».
    at: Option<Version<'a>>,
}

/// The affected intervals of one range, ascending and disjoint. Events may come in any order and more
/// than once. At one and the same version a fix comes before an introduction, so that a version that is
/// both is affected; a `last_affected` comes after both.
///
/// A range without any `introduced` event affects nothing, as in the schema's evaluation.
///
/// # Errors
/// [`Unparsable`] when a version in an event cannot be read: the whole range is then not evaluated.
pub fn intervals<'a>(
    scheme: Scheme,
    events: &[Event<'a>],
) -> Result<Vec<Interval<'a>>, Unparsable> {
    let limit = highest_limit(scheme, events)?;
    let mut sorted = Vec::with_capacity(events.len());
    for &event in events {
        let at = match event {
            Event::Introduced("0") => None,
            Event::Introduced(text) | Event::Fixed(text) | Event::LastAffected(text) => {
                Some(read(scheme, text)?)
            }
            Event::Limit(_) => continue,
        };
        sorted.push(Placed { event, at });
    }
    sorted.sort_by(|a, b| compare_places(&a.at, &b.at).then(rank(a.event).cmp(&rank(b.event))));

    let mut found: Vec<Interval<'a>> = Vec::new();
    let mut open: Option<Option<&'a str>> = None;
    for Placed { event, .. } in &sorted {
        match (*event, open) {
            (Event::Introduced("0"), None) => open = Some(None),
            (Event::Introduced(text), None) => open = Some(Some(text)),
            (Event::Fixed(text), Some(from)) => {
                found.push(Interval { from, end: End::Before(text) });
                open = None;
            }
            (Event::LastAffected(text), Some(from)) => {
                found.push(Interval { from, end: End::UpTo(text) });
                open = None;
            }
            _ => {}
        }
    }
    if let Some(from) = open {
        found.push(Interval { from, end: End::Open });
    }
    match limit {
        Some(limit) => cut(scheme, found, &limit),
        None => Ok(found),
    }
}

/// Is the version inside the interval?
///
/// Two rules go beyond the order. A text that its native tool orders but does not hold for a release
/// (a branch, an invalid or legacy version) is refused. And where the version has an rpm epoch and the
/// bound has none, epochs are left out of that comparison: advisories drop them, and reading the
/// absence as zero would put every installed version above every fix. A version without an epoch
/// has epoch 0, as in rpm itself.
///
/// # Errors
/// [`Unparsable`] when a bound cannot be read, or the version or a bound names no release.
pub fn contains(
    scheme: Scheme,
    interval: &Interval<'_>,
    version: &Version<'_>,
) -> Result<bool, Unparsable> {
    version.placed()?;
    if version.scheme() != scheme {
        return Err(Unparsable::new(scheme, version.text(), "it was read by another scheme"));
    }
    if let Some(from) = interval.from
        && against(version, &read(scheme, from)?) == Ordering::Less
    {
        return Ok(false);
    }
    Ok(match interval.end {
        End::Open => true,
        End::Before(end) => against(version, &read(scheme, end)?) == Ordering::Less,
        End::UpTo(end) => against(version, &read(scheme, end)?) != Ordering::Greater,
    })
}

/// A bound; one that names no release is refused, else a hash as a «fix» would clear everything.
fn read<'a>(scheme: Scheme, text: &'a str) -> Result<Version<'a>, Unparsable> {
    let version = scheme.parse(text)?;
    version.placed()?;
    Ok(version)
}

fn against(version: &Version<'_>, bound: &Version<'_>) -> Ordering {
    if version.scheme() == Scheme::Rpm {
        return crate::schemes::rpm::compare_with_bound(version.text(), bound.text());
    }
    version.compare(bound)
}

fn compare_places(a: &Option<Version<'_>>, b: &Option<Version<'_>>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.compare(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn rank(event: Event<'_>) -> u8 {
    match event {
        Event::Fixed(_) => 0,
        Event::Introduced(_) => 1,
        Event::LastAffected(_) | Event::Limit(_) => 2,
    }
}

/// The highest limit, or `None` when there is none or one is `*`.
fn highest_limit<'a>(
    scheme: Scheme,
    events: &[Event<'a>],
) -> Result<Option<Version<'a>>, Unparsable> {
    let mut highest: Option<Version<'a>> = None;
    for event in events {
        match *event {
            Event::Limit("*") => return Ok(None),
            Event::Limit(text) => {
                let limit = read(scheme, text)?;
                if highest.as_ref().is_none_or(|h| limit.compare(h) == Ordering::Greater) {
                    highest = Some(limit);
                }
            }
            _ => {}
        }
    }
    Ok(highest)
}

/// The intervals as far as they lie before the limit.
fn cut<'a>(
    scheme: Scheme,
    found: Vec<Interval<'a>>,
    limit: &Version<'a>,
) -> Result<Vec<Interval<'a>>, Unparsable> {
    let mut kept = Vec::with_capacity(found.len());
    for mut interval in found {
        if let Some(from) = interval.from
            && read(scheme, from)?.compare(limit) != Ordering::Less
        {
            break;
        }
        let past = match interval.end {
            End::Open => true,
            End::Before(end) => read(scheme, end)?.compare(limit) == Ordering::Greater,
            End::UpTo(end) => read(scheme, end)?.compare(limit) != Ordering::Less,
        };
        if past {
            interval.end = End::Before(limit.text());
        }
        kept.push(interval);
    }
    Ok(kept)
}
