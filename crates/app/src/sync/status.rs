//! How old is what we know?

use intel::{Meta, Source};
use vocab::Instant;

use crate::report::{self, Coverage};

/// Older than this, a scan says so.
pub const SAID_AFTER_HOURS: i64 = 24;
/// Older than this, a feed's absences no longer mean «no» unless the user allows more.
pub const STALE_AFTER_HOURS: i64 = 7 * 24;

/// The instant up to which a feed speaks: its own date, or when it was fetched if that is later (a
/// feed that was asked and had nothing newer is as fresh as the asking).
pub fn as_of(source: &Source) -> Option<Instant> {
    source.data_time.max(source.fetched)
}

/// Whole hours from `then` to `now`; never negative, so that a clock that is off shows as fresh.
pub fn hours(then: Instant, now: Instant) -> i64 {
    (now.duration_since(then).as_hours()).max(0)
}

/// What the index holds, with ages, for reports and `sync --status`.
pub fn intel(meta: &Meta, now: Instant) -> report::Intel {
    let sources = meta.sources.iter().map(|source| {
        let as_of = as_of(source);
        report::Source {
            feed: source.feed.clone(),
            address: source.address.clone(),
            as_of,
            age_hours: as_of.map(|then| hours(then, now)),
            records: source.records,
            sha256: source.sha256.clone(),
        }
    });
    let coverage = meta.coverage.iter().map(|(name, c)| Coverage {
        ecosystem: name.clone(),
        complete: c.complete,
        records: c.records,
    });
    report::Intel {
        built_at: meta.built_at,
        sources: sources.collect(),
        coverage: coverage.collect(),
    }
}
