//! Brakeman (`-f json`): Ruby on Rails.
//!
//! It rates its confidence alone: high, medium, weak (read as low). The fingerprint is documented as what a
//! warning is known by from scan to scan. Checks that were made are the active rules.

use super::claim;
use super::fields::{self, CODE, Cells, Fields};
use crate::format::Format;
use crate::observation::{Class, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "brakeman",
    title: "Brakeman JSON",
    detects: |shape| shape.all(&["scan_info.brakeman_version", "warnings"]),
    read,
};

const FIELDS: Fields = Fields {
    tool: "brakeman",
    rule: "check_name",
    title: "message",
    description: "message",
    severity: "confidence",
    confidence: "confidence",
    cwe: "cwe_id",
    path: "file",
    line: "line",
    snippet: "code",
    symbol: "location.method",
    fingerprint: "fingerprint",
    reference: "link",
    rate: |word| {
        if word.eq_ignore_ascii_case("weak") { Severity::Low } else { words::severity(word) }
    },
    finish: |cells, observation| {
        let found = words::cves(&cells.cell("message"));
        (observation.ids, observation.mentions) = super::site::one_or_many(found);
    },
    ..CODE
};

const PATTERNS: &[&str] = &[
    "warnings[]",
    "ignored_warnings[]",
    "errors[]",
    "scan_info.brakeman_version",
    "scan_info.end_time",
    "scan_info.checks_performed[]",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("brakeman".to_owned()));
    told::kinds(sink, &[Class::Code]);
    let (mut told, mut all_rules) = (0, false);
    json::walk(source, PATTERNS, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 => return claim::keep(sink, fields::observation(&record, &FIELDS, hit.place())),
            1 => {
                let mut observation = fields::observation(&record, &FIELDS, hit.place());
                observation.standing = Standing::Suppressed;
                observation.standing_reason = record.cell("note");
                return claim::keep(sink, observation);
            }
            2 if told < 20 => {
                told += 1;
                claim::tell(sink, Fact::Incomplete, record.first(&["error", "location"]));
            }
            3 => claim::tell(sink, Fact::ToolVersion, text),
            4 => claim::scanned_at(sink, text),
            5 => {
                all_rules = true;
                claim::tell(sink, Fact::ActiveRule, text);
            }
            _ => {}
        }
        Ok(())
    })?;
    if all_rules {
        sink.fact(Fact::AllRules);
    }
    Ok(())
}
