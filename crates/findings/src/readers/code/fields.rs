//! Where does a plain tool put what an observation needs? A table of names, one for each tool.
//!
//! For formats whose records are flat: the names are paths in a JSON record, columns of a table, or paths in
//! an XML element (`a/b`, `a/@b`). Alternatives are separated by `|`; the first with something in it counts.

use vocab::Severity;

use super::{claim, site};
use crate::observation::{Class, Confidence, Fingerprint, Location, Observation};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::has_columns;
use crate::walk::table::{self, Row};
use crate::walk::xml::{self, Element};

/// The names.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The tool's name.
    pub tool: &'static str,
    /// What its records are about.
    pub class: Class,
    /// All kinds that it looks for, where that is the nature of the tool; none: not told.
    pub kinds: &'static [Class],
    /// The check.
    pub rule: &'static str,
    /// One line.
    pub title: &'static str,
    /// The explanation.
    pub description: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// The rating word.
    pub severity: &'static str,
    /// The word for how sure the tool is.
    pub confidence: &'static str,
    /// The vector or number.
    pub score: &'static str,
    /// Weaknesses, one or several.
    pub cwe: &'static str,
    /// Published ids, one or several.
    pub ids: &'static str,
    /// The file.
    pub path: &'static str,
    /// Its line.
    pub line: &'static str,
    /// The last line.
    pub end_line: &'static str,
    /// The column.
    pub column: &'static str,
    /// The code.
    pub snippet: &'static str,
    /// The function.
    pub symbol: &'static str,
    /// A fingerprint; its name is the path's.
    pub fingerprint: &'static str,
    /// The tool's id of the problem.
    pub tool_id: &'static str,
    /// What is set wrongly.
    pub resource: &'static str,
    /// Addresses.
    pub reference: &'static str,
    /// When it was first seen.
    pub first_seen: &'static str,
    /// The asset.
    pub target: &'static str,
    /// The tool's scale.
    pub rate: fn(&str) -> Severity,
    /// Whether a record is about a problem at all; others are counted as passed.
    pub is_problem: fn(&dyn Cells) -> bool,
    /// What is particular to the tool.
    pub finish: fn(&dyn Cells, &mut Observation),
}

/// No names at all; rows begin with it.
pub const CODE: Fields = Fields {
    tool: "",
    class: Class::Code,
    kinds: &[],
    rule: "",
    title: "",
    description: "",
    remedy: "",
    severity: "",
    confidence: "",
    score: "",
    cwe: "",
    ids: "",
    path: "",
    line: "",
    end_line: "",
    column: "",
    snippet: "",
    symbol: "",
    fingerprint: "",
    tool_id: "",
    resource: "",
    reference: "",
    first_seen: "",
    target: "",
    rate: words::severity,
    is_problem: |_| true,
    finish: |_, _| {},
};

/// A record that is read by names.
pub trait Cells {
    /// The trimmed text under a name; empty when there is none. Of a list, its members joined by spaces.
    fn one(&self, name: &str) -> String;

    /// The first of several names with something under it.
    fn cell(&self, names: &str) -> String {
        let mut found = names.split('|').filter(|n| !n.is_empty()).map(|name| self.one(name));
        found.find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The number under a name; 0 when there is none. Of `12-14` the first.
    fn number(&self, names: &str) -> u32 {
        let text = self.cell(names);
        let digits = text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    }
}

impl Cells for Record<'_> {
    fn one(&self, name: &str) -> String {
        let text = self.string(name);
        let text = if text.is_empty() { self.texts(name).join(" ") } else { text };
        text.trim().to_owned()
    }
}

impl Cells for Row<'_> {
    fn one(&self, name: &str) -> String {
        self.get(name).to_owned()
    }
}

impl Cells for Element {
    fn one(&self, name: &str) -> String {
        let text = match name.rsplit_once('@') {
            Some(("", attribute)) => self.attribute(attribute),
            Some((path, attribute)) => self
                .at(path.trim_end_matches('/'))
                .map_or("", |element| element.attribute(attribute)),
            None => self.text_of(name),
        };
        text.trim().to_owned()
    }
}

/// What a place in a document says of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The tool's version.
    Version,
    /// When it looked.
    At,
    /// What it looked at.
    Target,
    /// Why it is not complete, where something stands there.
    Trouble,
    /// A file that it could not look at: the key of what stands there.
    MissedKey,
}

/// Reads JSON: the patterns of its records, and those of facts.
///
/// # Errors
/// When it is no JSON, or the taker wants no more.
pub fn json(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    fields: &Fields,
    records: &[&str],
    facts: &[(&str, About)],
) -> Result<(), Stop> {
    sink.fact(Fact::Tool(fields.tool.to_owned()));
    told::kinds(sink, fields.kinds);
    let mut patterns = records.to_vec();
    patterns.extend(facts.iter().map(|(pattern, _)| *pattern));
    let (mut passed, mut troubles) = (0, 0);
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let Some(at) = hit.pattern.checked_sub(records.len()) else {
            return take(sink, &hit.record(), fields, hit.place(), &mut passed);
        };
        let text = match &hit.value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        match facts.get(at).map(|(_, about)| *about) {
            Some(About::Trouble) if troubles >= 20 => {}
            Some(About::MissedKey) => _ = told::missed_file(sink, last_key(hit.path)),
            Some(about) => {
                troubles += usize::from(about == About::Trouble);
                tell(sink, about, &text);
            }
            None => {}
        }
        Ok(())
    })?;
    count(sink, passed);
    Ok(())
}

fn last_key(path: &[json::Step]) -> &str {
    match path.last() {
        Some(json::Step::Key(key)) => key,
        _ => "",
    }
}

fn tell(sink: &mut dyn Sink, about: About, text: &str) {
    match about {
        About::Version => claim::tell(sink, Fact::ToolVersion, text),
        About::At => claim::scanned_at(sink, text),
        About::Target => claim::tell(sink, Fact::Target, text),
        About::Trouble => {
            let short: String = text.chars().take(500).collect();
            claim::tell(sink, Fact::Incomplete, &short);
        }
        About::MissedKey => {}
    }
}

fn count(sink: &mut dyn Sink, passed: u64) {
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
}

fn take(
    sink: &mut dyn Sink,
    cells: &dyn Cells,
    fields: &Fields,
    place: String,
    passed: &mut u64,
) -> Result<(), Stop> {
    if !(fields.is_problem)(cells) {
        *passed += 1;
        return Ok(());
    }
    claim::keep(sink, observation(cells, fields, place))
}

/// Reads XML.
///
/// # Errors
/// When it is no XML, or the taker wants no more.
pub fn xml(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    fields: &Fields,
    records: &[&str],
) -> Result<(), Stop> {
    sink.fact(Fact::Tool(fields.tool.to_owned()));
    told::kinds(sink, fields.kinds);
    let mut passed = 0;
    xml::walk(source, records, sink, &mut |sink, hit| {
        take(sink, &hit.element, fields, hit.place(), &mut passed)
    })?;
    count(sink, passed);
    Ok(())
}

/// Reads a table with these columns.
///
/// # Errors
/// When it has no such header, or the taker wants no more.
pub fn table(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    fields: &Fields,
    columns: &[&str],
) -> Result<(), Stop> {
    sink.fact(Fact::Tool(fields.tool.to_owned()));
    told::kinds(sink, fields.kinds);
    let mut passed = 0;
    table::walk(source, &|row| has_columns(row, columns), sink, &mut |sink, row| {
        let place = row.place();
        take(sink, &row, fields, place, &mut passed)
    })?;
    count(sink, passed);
    Ok(())
}

/// The claim of one record.
pub fn observation(cells: &dyn Cells, fields: &Fields, place: String) -> Observation {
    let get = |names: &str| cells.cell(names);
    let line = cells.number(fields.line);
    let end = cells.number(fields.end_line);
    let location = site::location(&get(fields.path), line).map(|plain| Location {
        end_line: if end > line { end } else { 0 },
        column: cells.number(fields.column),
        snippet: get(fields.snippet),
        symbol: get(fields.symbol),
        ..plain
    });
    let ids = get(fields.ids)
        .split([' ', ',', ';'])
        .filter(|id| words::is_id(id))
        .map(str::to_owned)
        .collect();
    let (ids, mentions) = site::one_or_many(ids);
    let fingerprint = get(fields.fingerprint);
    let name = fields.fingerprint.rsplit(['.', '/', '@']).next().unwrap_or_default();
    let mut observation = Observation {
        class: fields.class,
        rule: get(fields.rule),
        title: claim::headline(&get(fields.title)).to_owned(),
        description: get(fields.description),
        remedy: get(fields.remedy),
        severity: (fields.rate)(&get(fields.severity)),
        confidence: Confidence::of(&get(fields.confidence)),
        score: get(fields.score),
        ids,
        mentions,
        cwes: site::cwes(&get(fields.cwe)),
        locations: location.into_iter().collect(),
        resource: get(fields.resource),
        tool_id: get(fields.tool_id),
        fingerprints: Some(Fingerprint { name: name.to_owned(), value: fingerprint })
            .filter(|fingerprint| !fingerprint.value.is_empty())
            .into_iter()
            .collect(),
        references: get(fields.reference)
            .split_whitespace()
            .filter(|text| text.starts_with("http"))
            .map(str::to_owned)
            .collect(),
        first_seen: words::when(&get(fields.first_seen)),
        target: get(fields.target),
        place,
        ..Observation::default()
    };
    (fields.finish)(cells, &mut observation);
    observation
}
