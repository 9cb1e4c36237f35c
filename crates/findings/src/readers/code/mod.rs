//! Static analysis, SARIF, Gabion's own and generic shapes.

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[];
