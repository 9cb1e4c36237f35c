//! Hosts and web applications, as seen by requests or agents.

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[];
