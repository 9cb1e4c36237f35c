//! Chef InSpec: controls of profiles on one system.
//!
//! One control a line (the audit cookbook's log), or the report of the command line: `profiles[].controls[]`.
//! `impact` runs from 0 to 1 in the bands of CVSS divided by ten (InSpec documentation, «Control impact»).
//! A control fails when one of its results does and passed when all did. Else it was not evaluated, or not to the end: it is
//! no claim, and an earlier one stays as it was.

use super::reading::{Units, one_line, tell_passed};
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// Chef InSpec JSON and JSON lines.
pub const FORMAT: Format = Format {
    id: "inspec",
    title: "Chef InSpec JSON",
    detects: |shape| {
        shape.is_json
            && (shape.all(&["impact", "results[].code_desc", "platform.target_id", "profile.name"])
                || shape.all(&["profiles[].controls[].impact", "profiles[].controls[].results"]))
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Chef InSpec".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let lines = crate::walk::shape::Shape::of(source, 1 << 16)?.has("impact");
    let pattern = if lines { "" } else { "profiles[].controls[]" };
    let (mut passed, mut number) = (0, 0);
    let mut units = Units::default();
    let patterns = if lines { &[pattern][..] } else { &[pattern, "platform", "version"] };
    walk(source, patterns, sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            sink.fact(Fact::Target(hit.record().text("target_id").to_owned()));
            return Ok(());
        }
        if hit.pattern == 2 {
            sink.fact(Fact::ToolVersion(hit.value.as_str().unwrap_or_default().to_owned()));
            return Ok(());
        }
        number += 1;
        let control = hit.record();
        let place = if lines { format!("document {number}") } else { hit.place() };
        let (rule, unit) = (control.text("id"), control.text("platform.target_id"));
        match status(control) {
            "passed" => {
                passed += 1;
                units.passed(sink, rule, unit);
                return Ok(());
            }
            "skipped" | "error" => {
                units.not_run(sink, rule, unit);
                return Ok(());
            }
            _ => units.met(unit),
        }
        if rule.is_empty() {
            sink.dropped(&place, "no id");
            return Ok(());
        }
        sink.observation(Observation { place, ..observation(control) })
    })?;
    units.tell(sink);
    tell_passed(sink, passed);
    Ok(())
}

/// Its own status, where it has one that says so; else that of its results together.
fn status(control: Record<'_>) -> &str {
    let statuses = || control.items("results").map(|result| result.text("status"));
    match control.text("status") {
        "not_applicable" | "not_reviewed" | "profile_error" => "skipped",
        "" | "passed" if statuses().any(|status| status == "failed") => "failed",
        "" if statuses().next().is_none() => "skipped",
        "" | "passed" if statuses().any(|status| status != "passed") => "skipped",
        "" => "passed",
        own => own,
    }
}

fn observation(control: Record<'_>) -> Observation {
    let impact = control.float("impact");
    let failed = control.items("results").filter(|r| r.text("status") != "passed");
    let said: Vec<&str> =
        failed.take(50).map(|r| r.first(&["skip_message", "message", "code_desc"])).collect();
    let severity = impact.map_or(Severity::Unknown, |impact| Severity::from_score(impact * 10.0));
    let host = control.text("platform.target_id");
    Observation {
        class: Class::Configuration,
        rule: control.text("id").to_owned(),
        title: one_line(control.first(&["title", "id"])),
        description: format!("{}\n\n{}", control.first(&["description", "desc"]), said.join("\n"))
            .trim()
            .to_owned(),
        severity,
        cwes: control.texts("tags.cwe").iter().filter_map(|text| words::cwe(text)).collect(),
        resource: host.to_owned(),
        target: host.to_owned(),
        ..Observation::default()
    }
}
