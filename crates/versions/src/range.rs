//! Does a version lie inside an advisory's range?
//!
//! In go the events of one `affected[].ranges[]` of the OSV schema, out come intervals; in go an interval
//! and a version, out comes inside or not. The rules are those of the schema, section «Evaluation».

use std::cmp::Ordering;

use crate::scheme::Scheme;
use crate::schemes::{packagist, rpm};
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

impl<'a> Event<'a> {
    /// Where an interval begins with this event: `Some(None)` before everything.
    fn start(self) -> Option<Option<&'a str>> {
        match self {
            Self::Introduced("0") => Some(None),
            Self::Introduced(text) => Some(Some(text)),
            _ => None,
        }
    }

    fn end(self) -> Option<&'a str> {
        if let Self::Fixed(text) = self { Some(text) } else { None }
    }

    fn last(self) -> Option<&'a str> {
        if let Self::LastAffected(text) = self { Some(text) } else { None }
    }
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
/// than once. At one and the same version a fix ends the open interval before an introduction begins the
/// next one; where none is open, introduced and fixed at once is nothing. A `last_affected` comes after both.
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
    sorted.sort_by(|a, b| compare_places(&a.at, &b.at));

    let mut found: Vec<Interval<'a>> = Vec::new();
    let mut open: Option<Option<&'a str>> = None;
    for place in sorted.chunk_by(|a, b| compare_places(&a.at, &b.at) == Ordering::Equal) {
        let end = place.iter().find_map(|p| p.event.end());
        let start = place.iter().find_map(|p| p.event.start());
        let closes = place.iter().find_map(|p| p.event.last());
        match (open.take(), end, start) {
            (Some(from), Some(end), start) => {
                found.push(Interval { from, end: End::Before(end) });
                open = start;
            }
            (Some(from), None, _) => open = Some(from),
            // Introduced and fixed in one: nothing.
            (None, Some(_), _) => {}
            (None, None, start) => open = start,
        }
        if let (Some(from), Some(last)) = (open, closes) {
            found.push(Interval { from, end: End::UpTo(last) });
            open = None;
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
/// Four rules go beyond the order. A text that its native tool orders but does not hold for a release
/// (a branch, an invalid or legacy version) is refused. Where an rpm version has an epoch and the bound
/// has none, epochs are left out of that comparison: advisories drop them, and reading the absence
/// as zero would put every installed version above every fix; a version without an epoch has epoch
/// 0, as in rpm itself. PyPI's last affected version covers its local builds (`2.0.0+cu118` with
/// `2.0.0`). And Packagist's numbers are padded with zeros (1.0 is 1.0.0), as Composer pads them.
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
        End::UpTo(end) => last(version, &read(scheme, end)?) != Ordering::Greater,
    })
}

/// Is this the version that an advisory lists by name? Equal in the order, and for PyPI also a local
/// build of the listed version (`2.0.0+cu118` of `2.0.0`). What does not read lists nothing.
pub fn lists(scheme: Scheme, listed: &str, version: &Version<'_>) -> bool {
    scheme
        .parse(listed)
        .is_ok_and(|listed| version.compare_with_affected(&listed) == Ordering::Equal)
}

/// A bound; one that names no release is refused, else a hash as a «fix» would clear everything.
fn read<'a>(scheme: Scheme, text: &'a str) -> Result<Version<'a>, Unparsable> {
    let version = scheme.parse(text)?;
    version.placed()?;
    Ok(version)
}

fn against(version: &Version<'_>, bound: &Version<'_>) -> Ordering {
    match version.scheme() {
        Scheme::Rpm => rpm::compare_with_bound(version.text(), bound.text()),
        Scheme::Packagist => packagist::compare_with_bound(version.text(), bound.text()),
        _ => version.compare(bound),
    }
}

/// Against a bound that is itself affected.
fn last(version: &Version<'_>, bound: &Version<'_>) -> Ordering {
    match version.scheme() {
        Scheme::PyPI => version.compare_with_affected(bound),
        _ => against(version, bound),
    }
}

fn compare_places(a: &Option<Version<'_>>, b: &Option<Version<'_>>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.compare(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
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
