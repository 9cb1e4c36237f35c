//! GitLab's secret detection report (versions 14 and 15 of the report schemas).
//!
//! `vulnerabilities[]` with `scan.type` (or, in reports without `scan`, `category`) «secret_detection». The
//! value is `raw_source_code_extract`. `id` is made anew in each run and `cve` holds a digest of the value, so
//! neither is taken.

use super::reading::secret;
use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// GitLab secret detection JSON.
pub const FORMAT: Format = Format {
    id: "gitlab-secrets",
    title: "GitLab secret detection report",
    detects: |shape| {
        shape.is_json
            && shape.has("vulnerabilities")
            && [shape.value("scan.type"), shape.value("vulnerabilities[].category")]
                .contains(&"secret_detection")
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    walk(source, &["vulnerabilities[]", "scan"], sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern == 1 {
            scan(record, sink);
            return Ok(());
        }
        let rule = record.first(&["identifiers.0.value", "identifiers.0.name", "name"]);
        if rule.is_empty() || record.text("location.file").is_empty() {
            sink.dropped(&hit.place(), "no identifier or no file");
            return Ok(());
        }
        sink.observation(Observation {
            class: Class::Secret,
            rule: rule.to_owned(),
            title: record.first(&["name", "identifiers.0.name"]).to_owned(),
            description: record.text("description").to_owned(),
            remedy: record.text("solution").to_owned(),
            severity: words::severity(record.text("severity")),
            locations: vec![Location {
                path: record.text("location.file").to_owned(),
                line: record.whole("location.start_line"),
                end_line: record.whole("location.end_line"),
                ..Location::default()
            }],
            secret: secret(record.text("raw_source_code_extract")),
            cwes: words_of_cwe(record),
            place: hit.place(),
            ..Observation::default()
        })
    })?;
    Ok(())
}

fn words_of_cwe(record: Record<'_>) -> Vec<u32> {
    let weaknesses = record.items("identifiers").filter(|id| id.text("type") == "cwe");
    weaknesses.filter_map(|id| words::cwe(&id.string("value"))).collect()
}

fn scan(scan: Record<'_>, sink: &mut dyn Sink) {
    let facts = [
        (scan.text("scanner.name"), Fact::Tool as fn(String) -> Fact),
        (scan.text("scanner.version"), Fact::ToolVersion),
    ];
    for (text, fact) in facts {
        if !text.is_empty() {
            sink.fact(fact(text.to_owned()));
        }
    }
    if let Some(analyzer) = scan.at("analyzer") {
        told::analyzer(sink, analyzer);
    }
    let when = scan.first(&["end_time", "start_time"]);
    looked_at(sink, when, words::when(when));
    sink.fact(Fact::Kind(Class::Secret));
    let status = scan.text("status");
    if status == "success" {
        sink.fact(Fact::Succeeded);
    }
    if !matches!(status, "" | "success") {
        sink.fact(Fact::Incomplete(format!("scan.status is «{status}»")));
    }
}
