//! Configuration, cloud, clusters, secrets, crashes and people's reports.

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[];
