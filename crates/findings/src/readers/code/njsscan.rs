//! njsscan and mobsfscan (`--json`): one rule with the places that it matches.

use super::fields::{self, CODE, Fields};
use super::{claim, site};
use crate::format::Format;
use crate::observation::{Class, Location};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use vocab::Severity;

/// Both tools' JSON.
pub const FORMAT: Format = Format {
    id: "njsscan",
    title: "njsscan and mobsfscan JSON",
    detects: |shape| shape.any(&["njsscan_version", "mobsfscan_version"]) && shape.has("errors"),
    read,
};

const FIELDS: Fields = Fields {
    description: "metadata.description",
    title: "metadata.description",
    severity: "metadata.severity",
    cwe: "metadata.cwe",
    reference: "metadata.reference",
    // Their INFO is what they rate lowest.
    rate: |word| {
        if word.eq_ignore_ascii_case("info") { Severity::Low } else { words::severity(word) }
    },
    ..CODE
};

const PATTERNS: &[&str] =
    &["nodejs.*", "templates.*", "results.*", "njsscan_version", "mobsfscan_version", "errors[]"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    told::kinds(sink, &[Class::Code]);
    json::walk(source, PATTERNS, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            0..=2 => return rule(sink, record, hit.key(1), &hit.place()),
            3 | 4 => {
                let tool = if hit.pattern == 3 { "njsscan" } else { "mobsfscan" };
                sink.fact(Fact::Tool(tool.to_owned()));
                claim::tell(sink, Fact::ToolVersion, record.0.as_str().unwrap_or_default());
            }
            _ => sink.fact(Fact::Incomplete("the tool reports an error".to_owned())),
        }
        Ok(())
    })?;
    Ok(())
}

fn rule(sink: &mut dyn Sink, record: Record<'_>, name: &str, place: &str) -> Result<(), Stop> {
    let mut observation = fields::observation(&record, &FIELDS, place.to_owned());
    if !record.has("metadata") {
        sink.dropped(place, "a rule without metadata");
        return Ok(());
    }
    name.clone_into(&mut observation.rule);
    let mut met = false;
    for (number, file) in record.items("files").enumerate() {
        met = true;
        let mut one = observation.clone();
        one.place = format!("{place}.files[{number}]");
        let line = file.whole("match_lines.0");
        let last = file.whole("match_lines.1");
        let location = site::location(file.text("file_path"), line).map(|plain| Location {
            end_line: if last > line { last } else { 0 },
            column: file.whole("match_position.0"),
            snippet: file.text("match_string").to_owned(),
            ..plain
        });
        one.locations.extend(location);
        claim::keep(sink, one)?;
    }
    if met { Ok(()) } else { claim::keep(sink, observation) }
}
