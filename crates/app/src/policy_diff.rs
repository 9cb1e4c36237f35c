//! Which dates move when tables or facts change?
//!
//! In: two tables; or two tables and what to scan with each; or two earlier reports. Out: one value,
//! schema `gabion.policy-diff/1`: which cases the tables judge differently, or which findings have
//! another due instant and which input, row or start brought it. Clocks never move later silently, so
//! what moved later stands first. Nothing is decided here anew: reports are compared as they are.

mod moved;
mod read;

use serde::Serialize;
use triage::{Direction, Policy, Side, TableDiff};
use vocab::Instant;

use crate::intelligence::Intelligence;
use crate::policy::{self, PolicyChoiceError};
use crate::policy_show::Due;
use crate::scan::{self, Request, ScanError};

pub use moved::{Findings, Moved, Reason, Said, When};
pub use read::{EarlierReport, ReportError};

/// Name and version of the JSON shape.
pub const SCHEMA: &str = "gabion.policy-diff/1";

/// What differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyDiff {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// What is compared from.
    pub from: Compared,
    /// What is compared to.
    pub to: Compared,
    /// The cases that the tables judge differently, when tables were compared by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tables: Option<Tables>,
    /// The findings whose dates differ, when findings were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Findings>,
    /// What the reader should know of the comparison.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

impl PolicyDiff {
    /// Whether a date moved later, or a table allows some case more time.
    pub fn is_later(&self) -> bool {
        self.findings.as_ref().is_some_and(|f| f.later > 0)
            || self.tables.as_ref().is_some_and(|t| t.changes.iter().any(|c| c.later))
    }
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// A table's name and version, or the report's file.
    pub name: String,
    /// Of a report or scan: its instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scanned_at: Option<Instant>,
    /// Of a report or scan: whether everything was read and evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
}

/// How two tables judge the combinations of their columns' values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tables {
    /// The columns of both.
    pub columns: Vec<String>,
    /// How many combinations of their values there are.
    pub combinations: u64,
    /// How many both judge the same.
    pub same: u64,
    /// How many the second judges more strictly.
    pub stricter: u64,
    /// How many the second judges less strictly.
    pub looser: u64,
    /// How many it judges more strictly in one way and less in another.
    pub mixed: u64,
    /// The differences: looser first, then mixed, then stricter.
    pub changes: Vec<Change>,
}

/// All the cases that go from one outcome to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `looser`, `mixed` or `stricter`.
    pub direction: &'static str,
    /// Whether more time is allowed: such dates move later.
    pub later: bool,
    /// How many combinations these are.
    pub combinations: u64,
    /// What the first table says.
    pub from: Outcome,
    /// What the second says.
    pub to: Outcome,
    /// The conditions that together describe the cases.
    pub when: Vec<Condition>,
}

/// What a table says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What is allowed and asked.
    #[serde(flatten)]
    pub due: Due,
    /// The rows that act; `rule 9` where it is a malicious package.
    pub rows: Vec<String>,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// In words.
    pub text: String,
    /// The columns that matter, each with its values in words; none of them: every case.
    pub columns: Vec<Values>,
}

/// A column's values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Values {
    /// The column's name.
    pub column: String,
    /// The values («internal or internet»).
    pub values: String,
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum PolicyDiffError {
    /// A table cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyChoiceError),
    /// The tables are too large together.
    #[error(transparent)]
    Tables(#[from] triage::DiffError),
    /// A report cannot be used.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The scan failed.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Compares two tables, given by built-in name or file, over every combination of values.
///
/// # Errors
/// A table cannot be used, or both are too large together.
pub fn tables(from: &str, to: &str) -> Result<PolicyDiff, PolicyDiffError> {
    let (before, after) = (policy::load(from)?, policy::load(to)?);
    let found = triage::diff(&before, &after)?;
    let unsaid = "An input that is not known counts as whatever leads to the strictest row, where a table does not name «unknown».";
    let named = |choice: &str, policy: &Policy| Compared {
        name: called(choice, policy),
        scanned_at: None,
        complete: None,
    };
    let mut remarks = Vec::new();
    if !found.changes.is_empty() {
        remarks.push(unsaid.to_owned());
        remarks.extend(same_version(&before, &after));
    }
    Ok(PolicyDiff {
        schema: SCHEMA,
        from: named(from, &before),
        to: named(to, &after),
        tables: Some(told(found)),
        findings: None,
        remarks,
    })
}

/// Scans with each of two tables and compares the dates. What the request names as policies is not used.
///
/// # Errors
/// A table cannot be used, or there is no report, as for a scan.
pub fn on(
    from: &str,
    to: &str,
    request: &Request,
    intelligence: &Intelligence,
    now: Instant,
) -> Result<PolicyDiff, PolicyDiffError> {
    let (first, second) = (policy::load(from)?, policy::load(to)?);
    let scan = |choice: &str, policy: &Policy| -> Result<EarlierReport, ScanError> {
        let request = Request { policies: vec![choice.to_owned()], ..request.clone() };
        let report = scan::scan(&request, intelligence, now)?;
        Ok(EarlierReport::of(called(choice, policy), report))
    };
    let (before, after) = (scan(from, &first)?, scan(to, &second)?);
    let mut found = findings(&before, &after);
    if first != second {
        found.remarks.extend(same_version(&first, &second));
    }
    Ok(found)
}

/// A table's name and version, and its file where it has one.
fn called(choice: &str, policy: &Policy) -> String {
    let named = format!("{} {}", policy.name(), policy.version());
    if choice == policy.name() { named } else { format!("{named} ({choice})") }
}

/// What is wrong when two tables that differ cannot be told apart in a report.
fn same_version(from: &Policy, to: &Policy) -> Option<String> {
    let same = from.name() == to.name() && from.version() == to.version();
    same.then(|| {
        format!(
            "Both call themselves {} {}: raise the version when a row changes, so that reports tell them apart.",
            to.name(),
            to.version()
        )
    })
}

/// Compares the dates of two reports of `gabion scan`.
pub fn findings(before: &EarlierReport, after: &EarlierReport) -> PolicyDiff {
    let found = moved::compare(before, after);
    let compared = |report: &EarlierReport| Compared {
        name: report.name.clone(),
        scanned_at: Some(report.scanned_at),
        complete: Some(report.complete),
    };
    PolicyDiff {
        schema: SCHEMA,
        from: compared(before),
        to: compared(after),
        tables: None,
        remarks: remarks(before, after, &found),
        findings: Some(found),
    }
}

fn remarks(before: &EarlierReport, after: &EarlierReport, found: &Findings) -> Vec<String> {
    let mut remarks = Vec::new();
    if after.scanned_at < before.scanned_at {
        remarks.push("The second report is older than the first.".to_owned());
    }
    for report in [before, after].into_iter().filter(|report| !report.complete) {
        let text = format!(
            "{} is incomplete: what only the other has may have been there too.",
            report.name
        );
        if !remarks.contains(&text) {
            remarks.push(text);
        }
    }
    let restarted = found.moved.iter().any(|moved| {
        moved.direction == moved::LATER && moved.reasons.iter().any(|r| r.what == "first_seen")
    });
    if restarted {
        remarks.push(
            "First sightings were not carried on, so clocks began anew; `gabion scan --baseline` carries them on."
                .to_owned(),
        );
    }
    remarks
}

fn told(found: TableDiff) -> Tables {
    let count = |direction| found.count(direction);
    Tables {
        combinations: found.combinations,
        same: found.same,
        stricter: count(Direction::Stricter),
        looser: count(Direction::Looser),
        mixed: count(Direction::Mixed),
        changes: found.changes.iter().map(change).collect(),
        columns: found.columns,
    }
}

fn change(change: &triage::Change) -> Change {
    let side = |side: &Side| Outcome { due: Due::from(&side.outcome), rows: side.rows.clone() };
    let condition = |case: &triage::Case| Condition {
        text: case.to_string(),
        columns: case
            .values
            .iter()
            .map(|(column, values)| Values { column: column.clone(), values: values.clone() })
            .collect(),
    };
    Change {
        direction: match change.direction {
            Direction::Looser => "looser",
            Direction::Mixed => "mixed",
            Direction::Stricter => "stricter",
        },
        later: change.is_later(),
        combinations: change.combinations,
        from: side(&change.from),
        to: side(&change.to),
        when: change.when.iter().map(condition).collect(),
    }
}
