//! Does a document prove that a claim has ended?
//!
//! «Not in the new report» is no closure. A covering run is: declared scope the same or wider, same source and
//! branch, complete and successful, the rule still active, not older. A pull request's scan, an empty or a
//! partial report closes nothing.

use vocab::Instant;

/// How much of the asset a run looked at, as declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// All of it.
    #[default]
    Whole,
    /// These paths or parts and what lies below them, sorted.
    Parts(Vec<String>),
    /// What a pull request changed.
    PullRequest,
}

/// A run that a document reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// When it looked.
    pub scanned_at: Instant,
    /// What it looked at.
    pub scope: Scope,
    /// Why it is not whole: the document's own words, records that were dropped; empty when it is.
    pub incomplete: Vec<String>,
    /// Observations in it.
    pub observations: u64,
    /// The tool's version; empty when not stated.
    pub tool_version: String,
    /// Whether it lists its active rules.
    pub lists_rules: bool,
}

/// A standing claim that the run does not contain.
#[derive(Debug, Clone, PartialEq)]
pub struct Absent<'a> {
    /// The tool's rule; empty when it has none.
    pub rule: &'a str,
    /// Whether the run lists that rule as active or has other observations of it.
    pub rule_met: bool,
    /// The path of its first place; empty when it has none.
    pub path: &'a str,
    /// Whether an ambiguous observation may be it.
    pub ambiguous: bool,
}

/// What a run proves of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It has ended: the evidence in one sentence.
    Ended(String),
    /// Nothing: why, in one sentence.
    Nothing(String),
}

/// Whether a run can close anything of its stream at all; the reason where it cannot. `last` is the stream's
/// last run, if there was one.
pub fn covers(run: &Run, last: Option<&Run>) -> Result<(), String> {
    let _ = (run, last);
    Err("not yet".to_owned())
}

/// What a covering run proves of one claim that it does not contain.
pub fn absent(run: &Run, last: Option<&Run>, claim: &Absent<'_>) -> Proof {
    let _ = (run, last, claim);
    Proof::Nothing("not yet".to_owned())
}
