//! Which known claim is which observation, once no name tells?
//!
//! One-to-one, in stages (field notes, «Dedup»): equal content, then nearest line in the order of the file. What
//! stays ambiguous stays unassigned and open. The exact stage is a look-up by name, and the last one, a unique rename, a look-up by
//! `moved`: both are `app`'s, for they go beyond one bucket.

use crate::identity::Key;

/// Largest bucket that is matched by nearness (seen or known); larger ones stay open and are said.
pub const MAX_BUCKET: usize = 5_000;

/// An observation of a bucket that no name has matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What stands there.
    pub content: Option<Key>,
    /// Where; 0 when unknown.
    pub line: u32,
}

/// A standing claim of the same bucket that no observation has matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What stood there.
    pub content: Option<Key>,
    /// Where; 0 when unknown.
    pub line: u32,
}

/// How a pair was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// By name.
    Exact,
    /// By equal content.
    Content,
    /// By the nearest line, in the order of the file.
    Nearest,
    /// The only one of its content that went, and the only one that came.
    Renamed,
}

/// What one bucket gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assigned {
    /// Positions in `seen` and `known`, with the stage.
    pub pairs: Vec<(usize, usize, Stage)>,
    /// Positions in `known` that an unassigned observation could also be: they stay open.
    pub ambiguous: Vec<usize>,
}

/// Assigns within one bucket.
pub fn assign(seen: &[Seen], known: &[Known]) -> Assigned {
    let _ = (seen, known);
    Assigned::default()
}
