//! What a scan asks of the clock's facts: how fresh its feeds are, and its groups.

use triage::Feeds;

use super::Context;
use crate::clock::feeds_of;

/// How fresh each feed is for a scan.
pub(super) fn feeds(context: &Context<'_>) -> Feeds {
    feeds_of(context.index.meta(), context.max_age(), context.now)
}
