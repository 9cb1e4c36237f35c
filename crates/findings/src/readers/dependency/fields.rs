//! Which field of a record holds what? For formats whose records are flat and differ in names only.
//!
//! In: a [`Fields`] table and a record of JSON, XML or CSV. Out: an [`Observation`] of class «dependency» with
//! what the fields say. Never: a decision that only one tool needs; that stands in the tool's own reader.

use crate::observation::Observation;
use crate::readers::{dependency::packages, words};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::has_columns;
use crate::walk::table::{self, Row};
use crate::walk::xml::Element;

/// The names of fields. Alternatives are separated by `|`: the first with something in it counts; of the
/// lists (`ids`, `cwes`, `path`, `references`) all count. In JSON a name is a path with `[]` for every member
/// (`identifiers[].value`), in XML an attribute or a path of elements, in CSV a column. Empty: no such field.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    pub rule: &'static str,
    pub ids: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub remedy: &'static str,
    pub severity: &'static str,
    pub score: &'static str,
    pub cwes: &'static str,
    pub purl: &'static str,
    pub kind: &'static str,
    pub name: &'static str,
    pub version: &'static str,
    pub fixed: &'static str,
    pub path: &'static str,
    pub references: &'static str,
    pub first_seen: &'static str,
}

/// Nothing named.
pub const NONE: Fields = Fields {
    rule: "",
    ids: "",
    title: "",
    description: "",
    remedy: "",
    severity: "",
    score: "",
    cwes: "",
    purl: "",
    kind: "",
    name: "",
    version: "",
    fixed: "",
    path: "",
    references: "",
    first_seen: "",
};

/// Reads every record at the patterns by its fields; `adjust` adds what only this tool says.
///
/// # Errors
/// Where the document is no JSON.
pub fn read_json(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    patterns: &[&str],
    fields: &Fields,
    adjust: &dyn Fn(&mut Observation, &json::Hit<'_>),
) -> Result<(), Stop> {
    json::walk(source, patterns, sink, &mut |sink, hit| {
        let mut observation = fields.read(&hit.record());
        adjust(&mut observation, &hit);
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

/// Reads every row of a table whose header has these columns; `adjust` adds what only this tool says.
///
/// # Errors
/// When no such header is met.
pub fn read_table(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    columns: &[&str],
    fields: &Fields,
    adjust: &dyn Fn(&mut Observation, &Row<'_>),
) -> Result<(), Stop> {
    let header = |row: &[String]| has_columns(row, columns);
    table::walk(source, &header, sink, &mut |sink, row| {
        let mut observation = fields.read(&row);
        adjust(&mut observation, &row);
        packages::hand_on(sink, row.place(), observation)
    })
}

/// A record whose fields are met by name.
pub trait Cells {
    /// All texts under that name; none when there are none.
    fn cells(&self, name: &str) -> Vec<String>;

    /// The first text with something in it under one of several names separated by `|`.
    fn cell(&self, names: &str) -> String {
        names
            .split('|')
            .filter(|name| !name.is_empty())
            .flat_map(|name| self.cells(name))
            .find(|text| !text.trim().is_empty())
            .unwrap_or_default()
    }

    /// All texts under all of several names separated by `|`.
    fn list(&self, names: &str) -> Vec<String> {
        names.split('|').filter(|name| !name.is_empty()).flat_map(|name| self.cells(name)).collect()
    }
}

impl Cells for Record<'_> {
    fn cells(&self, name: &str) -> Vec<String> {
        let mut met = vec![*self];
        for part in name.split('.') {
            let key = part.trim_end_matches("[]");
            met.retain_mut(|record| {
                let below = if key.is_empty() { Some(*record) } else { record.at(key) };
                below.is_some_and(|below| {
                    *record = below;
                    true
                })
            });
            for _ in 0..(part.len() - key.len()) / 2 {
                met = met.into_iter().flat_map(|record| record.items("")).collect();
            }
        }
        met.into_iter().flat_map(|r| r.items("")).map(scalar).filter(|t| !t.is_empty()).collect()
    }
}

fn scalar(record: Record<'_>) -> String {
    match record.0 {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

impl Cells for Row<'_> {
    fn cells(&self, name: &str) -> Vec<String> {
        let text = self.get(name);
        if text.is_empty() { Vec::new() } else { vec![text.to_owned()] }
    }
}

impl Cells for Element {
    fn cells(&self, name: &str) -> Vec<String> {
        let attribute = self.attribute(name);
        if !attribute.is_empty() {
            return vec![attribute.to_owned()];
        }
        self.all(name).map(Element::deep_text).filter(|text| !text.is_empty()).collect()
    }
}

impl Fields {
    /// What the fields of a record say.
    pub fn read(&self, cells: &dyn Cells) -> Observation {
        let rule = cells.cell(self.rule).trim().to_owned();
        let score = cells.cell(self.score);
        let severity = cells.cell(self.severity);
        let mut observation = Observation {
            title: cells.cell(self.title),
            description: cells.cell(self.description),
            remedy: cells.cell(self.remedy),
            severity: match words::severity(&severity) {
                vocab::Severity::Unknown if severity.is_empty() => words::severity_of_score(&score),
                severity => severity,
            },
            score,
            cwes: cells.list(self.cwes).iter().flat_map(|text| cwes(text)).collect(),
            component: packages::component(
                &cells.cell(self.purl),
                &cells.cell(self.kind),
                &cells.cell(self.name),
                &cells.cell(self.version),
                &cells.list(self.fixed).join(","),
            ),
            locations: packages::paths(cells.list(self.path)),
            references: packages::addresses(cells.list(self.references)),
            first_seen: vocab::instant::parse(&cells.cell(self.first_seen)),
            ..packages::dependency()
        };
        let ids = cells.list(self.ids);
        packages::name_problem(
            &mut observation,
            &rule,
            ids.iter().flat_map(|text| split_ids(text)),
        );
        observation.rule = rule;
        observation
    }
}

/// The ids of a cell that may hold several.
pub fn split_ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '[' | ']' | '"' | '\''))
        .filter(|id| !id.is_empty())
}

/// The weaknesses of a cell that may hold several: `CWE-79, CWE-80`, `79`, `["CWE-79"]`.
pub fn cwes(text: &str) -> Vec<u32> {
    let upper = text.to_ascii_uppercase();
    if !upper.contains("CWE") {
        return split_ids(&upper)
            .filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
            .filter_map(words::cwe)
            .collect();
    }
    let parts = upper.split("CWE").skip(1);
    parts.filter_map(|part| words::cwe(part.get(..part.len().min(9)).unwrap_or(part))).collect()
}
