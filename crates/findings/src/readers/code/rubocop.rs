//! RuboCop (`--format json`): Ruby. Only its cops of security and errors are rated as more than style.

use super::fields::{self, CODE, Fields};
use super::{claim, site};
use crate::format::Format;
use crate::observation::{Class, Location};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "rubocop",
    title: "RuboCop JSON",
    detects: |shape| shape.all(&["metadata.rubocop_version", "files"]),
    read,
};

const FIELDS: Fields = Fields {
    rule: "cop_name",
    title: "message",
    description: "message",
    severity: "severity",
    rate: |word| match word {
        "convention" | "refactor" => Severity::None,
        other => words::severity(other),
    },
    finish: |_, observation| {
        let security = observation.rule.starts_with("Security/");
        if security && observation.severity == Severity::None {
            observation.severity = Severity::Medium;
        }
    },
    ..CODE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("RuboCop".to_owned()));
    told::kinds(sink, &[Class::Code]);
    let mut passed = 0;
    json::walk(source, &["files[]", "metadata.rubocop_version"], sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern == 1 {
            claim::tell(sink, Fact::ToolVersion, record.0.as_str().unwrap_or_default());
            return Ok(());
        }
        passed += u64::from(record.items("offenses").next().is_none());
        // Every file that was inspected is listed.
        told::looked_at_file(sink, record.text("path"));
        for (number, offense) in record.items("offenses").enumerate() {
            let place = format!("{}.offenses[{number}]", hit.place());
            let mut observation = fields::observation(&offense, &FIELDS, place);
            let (line, last) =
                (offense.whole("location.line"), offense.whole("location.last_line"));
            let location = site::location(record.text("path"), line).map(|plain| Location {
                end_line: if last > line { last } else { 0 },
                column: offense.whole("location.column"),
                ..plain
            });
            observation.locations.extend(location);
            claim::keep(sink, observation)?;
        }
        Ok(())
    })?;
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
    Ok(())
}
