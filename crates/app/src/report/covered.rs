//! What was looked at, and what was not?

use serde::{Deserialize, Serialize};

use super::Report;

/// Paths named of those that were left out.
const NAMED: usize = 5;

/// A file or folder that could not be read whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// The path as given on the command line, joined with the place below it.
    pub path: String,
    /// Counted from 1; 0 when the problem has no line.
    pub line: u32,
    /// What was met and what was expected.
    pub problem: String,
    /// [`UNRESOLVED`] where what the file names was read all the same; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
}

/// What a file names was read; what that brings in is not known.
pub const UNRESOLVED: &str = "unresolved";

/// The rule of what the command passes over.
pub const EXCLUDED: &str = "--exclude";

/// Something passed over by rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// The path.
    pub path: String,
    /// The rule ([`EXCLUDED`], `link`, `.git`).
    pub rule: String,
}

/// What of an asset was looked at, so that two scans of it can be compared. Beside it stand [`Report::not_read`],
/// [`Report::skipped`] and [`Report::not_evaluated`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Covered {
    /// What stands before the paths of its places; empty when they are relative to its folder.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub places_below: String,
    /// Where its folder lies in its git repository, empty for the repository's own; absent when it lies in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// The address of that repository's `origin`, without scheme and user; where `.git` is a file, what it says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub repository: String,
    /// The branch that is checked out there; empty when none is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub branch: String,
    /// What tells it from another one of its name: of a bill what it is about, of an image its platform.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub itself: String,
    /// One file was scanned, and no folder.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub single: bool,
    /// The configuration's name for it means more than what was scanned.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub part: bool,
    /// Paths of the files that were read, as places have them, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<String>,
}

impl Report {
    /// What the command left out, in one line; nothing when it left out nothing.
    pub fn left_out(&self) -> Option<String> {
        let all: Vec<&str> = self
            .skipped
            .iter()
            .filter(|skipped| skipped.rule == EXCLUDED)
            .map(|skipped| skipped.path.as_str())
            .collect();
        let named = all.get(..NAMED.min(all.len()))?.join(", ");
        match all.len() {
            0 => None,
            more if more > NAMED => {
                Some(format!("left out by {EXCLUDED}: {named} and {} more", more - NAMED))
            }
            _ => Some(format!("left out by {EXCLUDED}: {named}")),
        }
    }
}
