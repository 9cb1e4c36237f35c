//! What does Dependency-Track know of the components of a project?
//!
//! The Finding Packaging Format (versions 1.0 to 1.3, `/api/v1/finding/project/…/export`) and the plain array
//! of `/api/v1/finding/project/…`. The states of analysis are those of its documentation, «Analysis states».

use crate::format::Format;
use crate::observation::{Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields::Cells, packages};
use crate::readers::words;
use crate::sink::{Met, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// Findings of Dependency-Track.
pub const FORMAT: Format =
    Format { id: "dependency-track", title: "Dependency-Track findings", detects, read };

fn detects(shape: &Shape) -> bool {
    shape.value("meta.application") == "Dependency-Track"
        || shape.all(&["[].component.uuid", "[].vulnerability.vulnId", "[].matrix"])
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let document = ["meta.version", "meta.timestamp", "project.name", "project.version"];
    let context = Context::of(source, &document, sink)?;
    facts::tool(sink, "Dependency-Track", context.root_text("meta.version"));
    facts::only_packages(sink);
    facts::scanned(sink, context.root_text("meta.timestamp"));
    facts::target(sink, context.root_text("project.name"));
    // Version 3 leaves the list away when there is nothing in it.
    if !context.root_text("project.name").is_empty() {
        sink.met(Met::Anything);
    }
    json::walk(source, &["findings[]", "[]"], sink, &mut |sink, hit| {
        let observation = finding(hit.record());
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn finding(record: Record<'_>) -> Observation {
    let rule = record.text("vulnerability.vulnId");
    let name = match record.text("component.group") {
        "" => record.text("component.name").to_owned(),
        group => format!("{group}:{}", record.text("component.name")),
    };
    let mut observation = Observation {
        rule: rule.into(),
        title: record.first(&["vulnerability.title", "vulnerability.subtitle"]).into(),
        description: record.text("vulnerability.description").into(),
        remedy: record.text("vulnerability.recommendation").into(),
        severity: words::severity(record.text("vulnerability.severity")),
        score: record.cell(
            "vulnerability.cvssV4Vector|vulnerability.cvssV3Vector|vulnerability.cvssV4Score|\
             vulnerability.cvssV3BaseScore|vulnerability.cvssV2Vector|vulnerability.cvssV2BaseScore",
        ),
        cwes: record
            .list("vulnerability.cwes[].cweId|vulnerability.cweId")
            .iter()
            .filter_map(|cwe| words::cwe(cwe))
            .collect(),
        component: packages::component(
            record.text("component.purl"),
            "",
            &name,
            record.text("component.version"),
            record.text("vulnerability.patchedVersions"),
        ),
        first_seen: vocab::instant::parse(record.text("attribution.attributedOn")),
        references: packages::addresses([record.text("vulnerability.references")]),
        ..packages::dependency()
    };
    (observation.standing, observation.standing_reason) = standing(record);
    let aliases = record.items("vulnerability.aliases").flat_map(|alias| {
        alias
            .entries("")
            .filter(|(key, _)| key.ends_with("Id"))
            .map(|(_, id)| id.0.as_str().unwrap_or_default())
    });
    packages::name_problem(&mut observation, rule, aliases);
    observation
}

fn standing(record: Record<'_>) -> (Standing, String) {
    let state = record.text("analysis.state");
    let standing = match state {
        "FALSE_POSITIVE" => Standing::FalsePositive,
        "NOT_AFFECTED" => Standing::NotAffected,
        "RESOLVED" => Standing::Fixed,
        _ if record.flag("analysis.isSuppressed") => Standing::Suppressed,
        "IN_TRIAGE" => Standing::UnderInvestigation,
        _ => return (Standing::Reported, String::new()),
    };
    let words = [state, record.text("analysis.justification"), record.text("analysis.details")];
    let said: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    (standing, if said.is_empty() { "suppressed".into() } else { said.join(": ") })
}
