//! What does GitLab say of running applications: DAST, API fuzzing, coverage-guided fuzzing?
//!
//! The reports share their family with SAST and the others; these are known by their scan's type or by
//! locations with a host or a crash. The first identifier is the check. `id` is new in every report and no
//! identity. Evidence can hold what was leaked and is left out.

use super::claim::{self, cover, hand_on, paragraphs};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Confidence, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::{LONG_HEAD, Shape};

/// All three.
pub const FORMAT: Format =
    Format { id: "gitlab-dast", title: "GitLab DAST and fuzzing report JSON", detects, read };

const TYPES: &[&str] = &["dast", "api_fuzzing", "coverage_fuzzing"];

fn detects(shape: &Shape) -> bool {
    TYPES.contains(&shape.value("scan.type"))
        || shape.has("vulnerabilities[].identifiers")
            && shape.any(&[
                "vulnerabilities[].location.hostname",
                "vulnerabilities[].location.crash_state",
            ])
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    json::walk(source, &["scan"], sink, &mut |sink, hit| {
        about(sink, hit.record());
        Ok(())
    })?;
    if !Shape::of(source, LONG_HEAD)?.has("vulnerabilities") {
        return Err(Stop::broken("$.vulnerabilities", "the report has no list of vulnerabilities"));
    }
    json::walk(source, &["vulnerabilities[]"], sink, &mut |sink, hit| {
        hand_on(sink, of_vulnerability(hit.record(), hit.place()))
    })
    .map(|_| ())
}

fn about(sink: &mut dyn Sink, scan: Record<'_>) {
    let name = scan.first(&["scanner.name", "analyzer.name"]);
    if !name.is_empty() {
        sink.fact(Fact::Tool(name.to_owned()));
    }
    let version = scan.first(&["scanner.version", "analyzer.version"]);
    if !version.is_empty() {
        sink.fact(Fact::ToolVersion(version.to_owned()));
    }
    let told = scan.text("end_time");
    looked_at(sink, told, when(told));
    match scan.text("type") {
        "dast" | "api_fuzzing" => sink.fact(Fact::Kind(Class::Web)),
        "coverage_fuzzing" => sink.fact(Fact::Kind(Class::Crash)),
        _ => {}
    }
    let mut last = None;
    for resource in scan.items("scanned_resources") {
        let site = claim::site_target(resource.text("url"));
        if site != last {
            site.clone().into_iter().for_each(|site| sink.fact(Fact::Looked(site)));
            last = site;
        }
    }
    let status = scan.text("status");
    if status == "success" {
        sink.fact(Fact::Succeeded);
    } else if !status.is_empty() {
        sink.fact(Fact::Incomplete(format!("the scan's status is «{status}»")));
    }
}

fn of_vulnerability(record: Record<'_>, place: String) -> Observation {
    let of_type = |kind: &'static str| {
        let fits = move |id: &Record<'_>| id.text("type").eq_ignore_ascii_case(kind);
        record.items("identifiers").filter(fits)
    };
    let first = record.items("identifiers").next();
    let told = |key| first.map_or("", |identifier| identifier.text(key));
    let title = [record.first(&["name", "message"]), told("name")];
    let location = record.at("location").unwrap_or(record);
    let mut observation = Observation {
        class: Class::Web,
        rule: told("value").to_owned(),
        title: title.into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_owned(),
        description: paragraphs(&[record.text("message"), record.text("description")]),
        remedy: record.text("solution").to_owned(),
        severity: words::severity(record.text("severity")),
        cwes: of_type("cwe").filter_map(|id| words::cwe(&id.string("value"))).collect(),
        confidence: Confidence::of(record.text("confidence")),
        references: record.items("links").map(|link| link.text("url").to_owned()).collect(),
        place,
        ..Observation::default()
    };
    if location.has("crash_state") || location.has("crash_type") {
        observation.class = Class::Crash;
        location.text("crash_type").clone_into(&mut observation.rule);
        let frames = location.text("crash_state").lines().map(str::trim);
        observation.frames = frames.filter(|f| !f.is_empty()).map(str::to_owned).collect();
    } else {
        observation.endpoint = claim::page_at(
            location.first(&["hostname", "host"]),
            location.text("path"),
            location.text("method"),
            location.text("param"),
        );
    }
    cover(
        &mut observation,
        words::cves(&of_type("cve").map(|id| id.string("value")).collect::<Vec<_>>().join(" ")),
    );
    observation
}
