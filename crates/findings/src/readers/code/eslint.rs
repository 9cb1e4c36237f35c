//! ESLint (`-f json`): JavaScript. 2 is an error, 1 a warning.

use super::fields::{self, CODE, Fields};
use super::{claim, site};
use crate::format::Format;
use crate::observation::{Class, Location, Standing};
use crate::readers::told;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "eslint",
    title: "ESLint JSON",
    detects: |shape| shape.all(&["[].filePath", "[].messages", "[].errorCount"]),
    read,
};

const FIELDS: Fields = Fields {
    rule: "ruleId",
    title: "message",
    description: "message",
    severity: "severity",
    rate: |number| match number {
        "2" => Severity::High,
        "1" => Severity::Medium,
        _ => Severity::Unknown,
    },
    ..CODE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("ESLint".to_owned()));
    told::kinds(sink, &[Class::Code]);
    let mut passed = 0;
    json::walk(source, &["[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let path = record.text("filePath");
        if path.is_empty() {
            sink.dropped(&hit.place(), "a file without a path");
            return Ok(());
        }
        passed += u64::from(record.items("messages").next().is_none());
        // Every file that was linted is listed.
        told::looked_at_file(sink, path);
        for (list, standing) in
            [("messages", Standing::Reported), ("suppressedMessages", Standing::Suppressed)]
        {
            for (number, message) in record.items(list).enumerate() {
                let ignored =
                    !message.has("ruleId") && message.text("message").starts_with("File ignored");
                if message.flag("fatal") || ignored {
                    told::missed_file(sink, path);
                    continue;
                }
                let place = format!("{}.{list}[{number}]", hit.place());
                let mut observation = fields::observation(&message, &FIELDS, place);
                let line = message.whole("line");
                let end = message.whole("endLine");
                observation.locations.extend(site::location(path, line).map(|plain| Location {
                    end_line: if end > line { end } else { 0 },
                    column: message.whole("column"),
                    ..plain
                }));
                observation.standing = standing;
                if standing == Standing::Suppressed {
                    message
                        .text("suppressions.0.justification")
                        .clone_into(&mut observation.standing_reason);
                }
                claim::keep(sink, observation)?;
            }
        }
        Ok(())
    })?;
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
    Ok(())
}
