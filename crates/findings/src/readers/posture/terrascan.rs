//! Terrascan: policies over infrastructure as code.
//!
//! `results.violations[]`, `results.skipped_violations[]` (put aside by a comment in the code),
//! `results.passed_rules[]`. `results.scan_errors[]` make the run incomplete, unless they only say that there
//! is nothing of that kind in the folder.

use super::reading::{one_line, relative, setting, tell_passed};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// Terrascan JSON.
pub const FORMAT: Format = Format {
    id: "terrascan",
    title: "Terrascan JSON",
    detects: |shape| {
        shape.is_json
            && shape.all(&["results.violations", "results.scan_summary.policies_validated"])
    },
    read,
};

const PATTERNS: &[&str] = &[
    "results.violations[]",
    "results.skipped_violations[]",
    "results.passed_rules[].rule_id",
    "results.scan_errors[]",
    "results.scan_summary",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Terrascan".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut passed = 0;
    walk(source, PATTERNS, sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        match hit.pattern {
            0 | 1 if record.text("rule_id").is_empty() => sink.dropped(&place, "no rule_id"),
            0 => return sink.observation(Observation { place, ..observation(record) }),
            1 => {
                return sink.observation(Observation {
                    standing: Standing::Suppressed,
                    standing_reason: record.text("skip_comment").to_owned(),
                    place,
                    ..observation(record)
                });
            }
            2 => {
                passed += 1;
                sink.fact(Fact::ActiveRule(record.0.as_str().unwrap_or_default().to_owned()));
            }
            3 => {
                let error = record.text("errMsg");
                if !error.contains("not found in the directory")
                    && !error.contains("found in directory")
                {
                    sink.fact(Fact::Incomplete(one_line(error)));
                }
            }
            _ => {
                let told = record.text("scanned_at");
                looked_at(sink, told, words::when(told));
                sink.fact(Fact::Target(record.text("file/folder").to_owned()));
                setting(sink, "iac type", record.text("iac_type").to_owned());
            }
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}

fn observation(record: Record<'_>) -> Observation {
    let (kind, name) = (record.text("resource_type"), record.text("resource_name"));
    Observation {
        class: Class::Configuration,
        rule: record.text("rule_id").to_owned(),
        title: one_line(record.first(&["description", "rule_name", "rule_id"])),
        severity: words::severity(record.text("severity")),
        locations: vec![Location {
            path: relative(record.text("file")),
            line: record.whole("line"),
            ..Location::default()
        }],
        resource: format!("{kind}.{name}").trim_matches('.').to_owned(),
        ..Observation::default()
    }
}
