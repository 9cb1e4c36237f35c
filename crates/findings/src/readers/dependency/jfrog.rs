//! What did JFrog Xray find in artifacts?
//!
//! Four exports: the unified report (`rows[]`), the older one by component (`data[]`), the summary of an
//! artifact by the API (`artifacts[].issues[]`) and the on-demand binary scan (`[].vulnerabilities[]`). An issue
//! of Xray may cover several CVEs. Component identifiers: JFrog's documentation, «Xray component identifiers».

use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Component, Observation};
use crate::readers::dependency::{context::Context, facts, fields, fields::Cells, packages};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// The unified report.
pub const UNIFIED: Format = Format {
    id: "jfrog-xray-unified",
    title: "JFrog Xray unified report",
    detects: |shape| shape.all(&["total_rows", "rows"]),
    read: read_unified,
};
/// The report by component.
pub const COMPONENTS: Format = Format {
    id: "jfrog-xray",
    title: "JFrog Xray report by component",
    detects: |shape| shape.all(&["total_count", "data[].component_versions"]),
    read: read_components,
};
/// The API's summary of an artifact.
pub const SUMMARY: Format = Format {
    id: "jfrog-xray-summary",
    title: "JFrog Xray summary of artifacts (API)",
    detects: |shape| shape.all(&["artifacts[].general", "artifacts[].issues"]),
    read: read_summary,
};
/// The on-demand binary scan.
pub const ON_DEMAND: Format = Format {
    id: "jfrog-xray-on-demand",
    title: "JFrog Xray on-demand binary scan",
    detects: |shape| shape.all(&["[].scan_id", "[].component_id"]),
    read: read_on_demand,
};

fn read_unified(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "JFrog Xray", "");
    facts::only_packages(sink);
    let (mut met, mut total) = (0, 0);
    json::walk(source, &["rows[]", "total_rows"], sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern == 1 {
            total = record.0.as_u64().unwrap_or(0);
            return Ok(());
        }
        met += 1;
        let component =
            by_identifier(record.text("vulnerable_component"), record.text("package_type"));
        let mut observation = issue(record, "cves", component);
        observation.locations = packages::paths([record.text("path")]);
        observation.target = record.text("impacted_artifact").into();
        packages::hand_on(sink, hit.place(), observation)
    })?;
    if total > met {
        sink.fact(Fact::Incomplete(format!("one page: {met} of {total} rows")));
    }
    Ok(())
}

fn read_components(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "JFrog Xray", "");
    facts::only_packages(sink);
    json::walk(source, &["data[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let component =
            by_identifier(record.first(&["source_comp_id", "source_id", "component"]), "");
        let mut observation = issue(record, "component_versions.more_details.cves", component);
        if observation.rule.is_empty() {
            observation.rule.clone_from(observation.ids.first().unwrap_or(&String::new()));
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn read_summary(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["artifacts[].general", "errors[].identifier"], sink)?;
    facts::tool(sink, "JFrog Xray", "");
    facts::only_packages(sink);
    // The API answers for every artifact that it was asked about, and names those that it could not.
    for general in (0..).map_while(|n| context.record_at(&format!("$.artifacts[{n}].general"))) {
        sink.fact(Fact::Looked(Target::unit(general.text("component_id"))));
    }
    for missed in (0..).map_while(|n| context.at(&format!("$.errors[{n}].identifier"))) {
        sink.fact(Fact::Missed(Target::unit(missed)));
    }
    json::walk(source, &["artifacts[].issues[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let general = context.record(&hit, "artifacts[].general");
        let (artifact, kind) =
            general.map_or(("", ""), |g| (g.text("component_id"), g.text("pkg_type")));
        // The last part of the path is the component, where it is told: «3.12:openssl:1.1.1k-r0».
        let path = record.cell("impact_path");
        let last = path.rsplit('/').next().filter(|last| last.contains(':'));
        let component = by_identifier(last.unwrap_or(artifact), kind);
        let mut observation = issue(record, "cves", component);
        observation.target = artifact.into();
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn read_on_demand(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["[].component_id", "[].package_type"], sink)?;
    facts::tool(sink, "JFrog Xray", "");
    sink.fact(Fact::KindAmong(Class::Dependency));
    for component in (0..).map_while(|n| context.at(&format!("$[{n}].component_id"))) {
        sink.fact(Fact::LookedAmong(Target::unit(component)));
    }
    json::walk(source, &["[].vulnerabilities[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let stated = packages::settled(issue(record, "cves", None));
        for (identifier, place) in record.entries("components") {
            let mut observation = stated.clone();
            observation.component =
                by_identifier(identifier, context.text(&hit, "[].package_type"));
            if let Some(component) = &mut observation.component {
                component.fixed_in = packages::versions(&place.texts("fixed_versions").join(","));
            }
            observation.locations = packages::paths(place.cells("impact_paths[][].full_path"));
            observation.target = context.text(&hit, "[].component_id").into();
            packages::hand_on(sink, hit.place(), observation)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn issue(record: Record<'_>, cves: &str, component: Option<Component>) -> Observation {
    let rule = record.first(&["issue_id", "id"]);
    let scores = ["cvss_v3_vector", "cvss_v3", "cvss_v3_score", "cvss_v2_vector", "cvss_v2"];
    let score = scores
        .iter()
        .map(|field| record.cell(&format!("{cves}[].{field}")))
        .find(|s| !s.is_empty());
    // «9.8/CVSS:3.0/AV:N/…»: the number before the vector.
    let score = score.unwrap_or_default();
    let vector = score.find("CVSS:").and_then(|at| score.get(at..)).unwrap_or(&score);
    let fixed = record.list("fixed_versions|component_versions.fixed_versions");
    let mut observation = Observation {
        rule: rule.into(),
        title: record.text("summary").into(),
        description: record
            .first(&["description", "component_versions.more_details.description"])
            .into(),
        severity: words::severity(record.text("severity")),
        score: vector.to_owned(),
        cwes: record
            .cells(&format!("{cves}[].cwe"))
            .iter()
            .flat_map(|text| fields::cwes(text))
            .collect(),
        component: component.map(|component| Component {
            fixed_in: packages::versions(&fixed.join(",").replace('≥', ">=")),
            ..component
        }),
        references: packages::addresses(record.texts("references")),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, record.cells(&format!("{cves}[].cve")));
    observation
}

/// `gav://group:artifact:1.0`, `deb://debian:stretch:name:2:1.6`, `alpine://3.12:name:1`, `rpm://7:name:0:1.0`,
/// `npm://name:1.0`. Without a scheme, the kind of the artifact tells; an operating system's release in
/// front («3.12:openssl:1.1») is left out.
fn by_identifier(identifier: &str, kind_word: &str) -> Option<Component> {
    let (scheme, rest) = identifier.split_once("://").unwrap_or(("", identifier));
    let parts: Vec<&str> = rest.split(':').collect();
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let (kind, name, version) = match (scheme, parts.as_slice()) {
        ("gav", [group, artifact, version @ ..]) => {
            ("maven", format!("{group}:{artifact}"), version.join(":"))
        }
        ("deb", [_, _, name, version @ ..]) => ("deb", (*name).to_owned(), version.join(":")),
        ("alpine", [_, name, version @ ..]) => ("apk", (*name).to_owned(), version.join(":")),
        // The epoch stands before the name or before the version.
        ("rpm", [_, epoch, name, version @ ..]) if number(epoch) && !version.is_empty() => {
            ("rpm", (*name).to_owned(), format!("{epoch}:{}", version.join(":")))
        }
        ("rpm", [_, name, version @ ..]) => ("rpm", (*name).to_owned(), version.join(":")),
        ("generic", [.., last]) => {
            ("", last.rsplit('/').next().unwrap_or_default().to_owned(), String::new())
        }
        ("", [release, name, version @ ..]) if number(release) && !version.is_empty() => {
            ("apk", (*name).to_owned(), version.join(":"))
        }
        ("", [group, artifact, version @ ..]) if !version.is_empty() => {
            (kind_word, format!("{group}:{artifact}"), version.join(":"))
        }
        (scheme, [name, version @ ..]) => (
            if scheme.is_empty() { kind_word } else { scheme },
            (*name).to_owned(),
            version.join(":"),
        ),
        _ => return None,
    };
    packages::component("", kind, &name, &version, "")
}
