//! Does a document prove that a claim has ended?
//!
//! «Not in the new report» is no closure. A covering run is: declared scope the same or wider, same source and
//! branch, complete and successful, the rule still active, not older. A pull request's scan, an empty or a
//! partial report closes nothing.

use vocab::Instant;

use crate::identity::normal_path;
use crate::readers::words;

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
///
/// # Errors
/// The reason in one sentence: a pull request, a partial or empty run, or one older than the last.
pub fn covers(run: &Run, last: Option<&Run>) -> Result<(), String> {
    if run.scope == Scope::PullRequest {
        return Err("it looked only at what a pull request changed".to_owned());
    }
    if let Some(first) = run.incomplete.first() {
        let more = match run.incomplete.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        return Err(format!("it is not whole: {first}{more}"));
    }
    if run.observations == 0 {
        return Err("it contains nothing, and a run that failed looks the same".to_owned());
    }
    if matches!(&run.scope, Scope::Parts(parts) if parts.is_empty()) {
        return Err("it names no part of the asset that it looked at".to_owned());
    }
    match last {
        Some(last) if run.scanned_at < last.scanned_at => {
            Err(format!("it is older than the last one, of {}", last.scanned_at))
        }
        _ => Ok(()),
    }
}

/// What a covering run proves of one claim that it does not contain. Whether it covers is asked again here, so
/// that a caller who forgot closes nothing.
pub fn absent(run: &Run, last: Option<&Run>, claim: &Absent<'_>) -> Proof {
    let why_not = covers(run, last)
        .err()
        .or_else(|| {
            claim.ambiguous.then(|| "another one that it contains may be this one".to_owned())
        })
        .or_else(|| outside(&run.scope, claim.path))
        .or_else(|| inactive(run, last, claim));
    match why_not {
        Some(why) => Proof::Nothing(why),
        None => Proof::Ended(evidence(run, claim)),
    }
}

/// Why the claim lies outside of what the run looked at.
fn outside(scope: &Scope, path: &str) -> Option<String> {
    let Scope::Parts(parts) = scope else { return None };
    let path = normal_path(path);
    if path.is_empty() {
        return Some("it looked at parts of the asset, and this one has no path".to_owned());
    }
    let within = parts.iter().any(|part| {
        let part = normal_path(part);
        let below = path.strip_prefix(part.as_str());
        part.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    (!within).then(|| format!("it did not look at {path}"))
}

/// Why nothing shows that the rule was still active. A published problem needs none: a tool that looks at
/// packages has no rule that could be off.
fn inactive(run: &Run, last: Option<&Run>, claim: &Absent<'_>) -> Option<String> {
    let rule = claim.rule.trim();
    if claim.rule_met || rule.is_empty() || words::is_id(rule) {
        return None;
    }
    if run.lists_rules {
        return Some("it does not list the rule among the active ones".to_owned());
    }
    let version = run.tool_version.trim();
    match last.map(|last| last.tool_version.trim()) {
        _ if version.is_empty() => Some(
            "it states neither its rules nor its version, so nothing shows that the rule was still active; name \
             the version (--tool-version), or a person closes this"
                .to_owned(),
        ),
        Some(before) if before == version => None,
        Some(before) => Some(format!(
            "its version is {version} and was {before}, and nothing shows that the rule is still active; the next \
             run of the same version will tell"
        )),
        None => Some(
            "it is the first run, and nothing shows that the rule is active; the next run of the same version \
             will tell"
                .to_owned(),
        ),
    }
}

/// What was looked at and what shows that it would have been seen.
fn evidence(run: &Run, claim: &Absent<'_>) -> String {
    let scope = match &run.scope {
        Scope::Parts(parts) => parts.join(", "),
        Scope::Whole | Scope::PullRequest => "the whole asset".to_owned(),
    };
    let rule = match claim.rule.trim() {
        "" => String::new(),
        rule if words::is_id(rule) => String::new(),
        rule if run.lists_rules => format!("; the rule {rule} was active"),
        rule if claim.rule_met => format!("; the rule {rule} found others"),
        rule => {
            format!("; the version that has the rule {rule}, {}, is the same", run.tool_version)
        }
    };
    format!("the run of {} looked at {scope} and no longer has it{rule}", run.scanned_at)
}
