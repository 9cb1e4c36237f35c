//! What does a table say, in words that can be held against its source?
//!
//! In: the name or file of a table. Out: one value, schema `gabion.policy/1`, that `cli` writes as JSON
//! or as text.

use serde::Serialize;
use triage::{Outcome, Policy};

use crate::policy::{self, PolicyChoiceError};

/// Name and version of the JSON shape.
pub const SCHEMA: &str = "gabion.policy/1";

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The table's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line on what it is; may be empty.
    pub title: String,
    /// Where it comes from; may be empty.
    pub source: String,
    /// What the source calls the outcome; empty where the source is none that Gabion knows.
    pub outcome: String,
    /// Whether each line is one case of the source, or else one row.
    pub cases: bool,
    /// The columns, in the source's order.
    pub columns: Vec<Column>,
    /// The lines, in the table's order; the first that fits acts.
    pub lines: Vec<Line>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// As the source calls it, else as we do.
    pub name: String,
    /// The input's name in a table's file.
    pub input: String,
    /// The source's words, each with what it means in ours.
    pub values: Vec<Word>,
    /// Whether a row asks for `unknown`; else an unknown input counts as whatever is strictest.
    pub asks_unknown: bool,
}

/// A value in the source's word and in ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    /// The source's.
    pub word: String,
    /// Ours.
    pub means: String,
}

/// One case or one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The row that acts.
    pub row: String,
    /// Of a case: its value in each column.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Of a row: its conditions, any of which is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// What the source says; may be empty.
    pub says: String,
    /// What the row allows and asks for.
    pub due: Due,
}

/// What a row allows and asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Hours allowed; `null`: on the next upgrade.
    pub hours: Option<i64>,
    /// First of all.
    pub emergency: bool,
    /// Look for traces of use.
    pub forensics: bool,
    /// All of it in words.
    pub text: String,
}

impl From<&Outcome> for Due {
    fn from(outcome: &Outcome) -> Self {
        Self {
            hours: outcome.allowed.map(|allowed| allowed.as_hours()),
            emergency: outcome.emergency,
            forensics: outcome.forensics,
            text: outcome.to_string(),
        }
    }
}

/// Shows a table by its built-in name or from its file.
///
/// # Errors
/// No such name or file, or the table is wrong.
pub fn show(choice: &str) -> Result<Shown, PolicyChoiceError> {
    Ok(of(&policy::load(choice)?))
}

fn of(policy: &Policy) -> Shown {
    let sheet = policy.sheet();
    let word = |(word, means)| Word { word, means };
    let columns = sheet.headings.into_iter().map(|heading| Column {
        name: heading.name,
        input: heading.input,
        values: heading.values.into_iter().map(word).collect(),
        asks_unknown: heading.asks_unknown,
    });
    let lines = sheet.lines.into_iter().map(|line| Line {
        due: Due::from(&line.outcome),
        row: line.row,
        values: line.values,
        when: line.when,
        says: line.says,
    });
    Shown {
        schema: SCHEMA,
        name: policy.name().to_owned(),
        version: policy.version().to_owned(),
        title: policy.title().to_owned(),
        source: policy.source().to_owned(),
        outcome: sheet.outcome,
        cases: sheet.cases,
        columns: columns.collect(),
        lines: lines.collect(),
    }
}
