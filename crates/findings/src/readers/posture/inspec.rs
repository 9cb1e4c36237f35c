//! Chef InSpec: controls of profiles on one system.
//!
//! One control a line (the audit cookbook's log), or the report of the command line: `profiles[].controls[]`.
//! `impact` runs from 0 to 1 in the bands of CVSS divided by ten (InSpec documentation, «Control impact»).
//! A control fails when one of its results does; without a failed and with a passed result it passed; only
//! skipped ones were not evaluated and are rated «none».

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
        let statuses: Vec<&str> = control.items("results").map(|r| r.text("status")).collect();
        let status = match control.text("status") {
            "" if statuses.contains(&"failed") => "failed",
            "" if statuses.contains(&"passed") => "passed",
            "" => "skipped",
            status => status,
        };
        if status == "passed" {
            passed += 1;
            // What a test that was skipped would have said is not known: such a control is no proof.
            let whole = !statuses.contains(&"skipped");
            let rule = if whole { control.text("id") } else { "" };
            units.passed(sink, rule, control.text("platform.target_id"));
            return Ok(());
        }
        units.met(control.text("platform.target_id"));
        if control.text("id").is_empty() {
            sink.dropped(&place, "no id");
            return Ok(());
        }
        sink.observation(Observation { place, ..observation(control, status) })
    })?;
    units.tell(sink);
    tell_passed(sink, passed);
    Ok(())
}

fn observation(control: Record<'_>, status: &str) -> Observation {
    let impact = control.float("impact");
    let failed = control.items("results").filter(|r| r.text("status") != "passed");
    let said: Vec<&str> =
        failed.take(50).map(|r| r.first(&["skip_message", "message", "code_desc"])).collect();
    let severity = match (status, impact) {
        ("skipped", _) => Severity::None,
        (_, Some(impact)) => Severity::from_score(impact * 10.0),
        _ => Severity::Unknown,
    };
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
