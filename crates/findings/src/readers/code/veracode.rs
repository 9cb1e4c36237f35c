//! Veracode: the detailed XML report and the findings API's JSON; static, dynamic, manual and composition.
//!
//! Severities go from 5 (very high) over 4, 3, 2 to 1 (very low) and 0 (informational). The issue id is
//! unique within an application and stays, so the application's id belongs to it.

use vocab::Severity;

use crate::format::Format;
use crate::observation::{Class, Component, Endpoint, Location, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::xml::{self, Element};

use super::{claim, site};

/// The detailed report.
pub const XML: Format = Format {
    id: "veracode-xml",
    title: "Veracode detailed report XML",
    detects: |shape| {
        shape.has("detailedreport/@report_format_version") || shape.has("detailedreport/@app_id")
    },
    read: read_xml,
};
/// The findings API.
pub const JSON: Format = Format {
    id: "veracode-json",
    title: "Veracode findings JSON",
    detects: |shape| {
        ["findings[]", "_embedded.findings[]"].iter().any(|list| {
            shape.has(&format!("{list}.scan_type")) && shape.has(&format!("{list}.finding_details"))
        })
    },
    read: read_json,
};

const FLAWS: &[&str] = &[
    "detailedreport/severity/category/cwe/staticflaws/flaw",
    "detailedreport/severity/category/cwe/dynamicflaws/flaw",
    "detailedreport/severity/category/cwe/manualflaws/flaw",
    "detailedreport/software_composition_analysis/vulnerable_components/component",
    "detailedreport/severity/category/recommendations",
    "detailedreport/flaw-status",
    "detailedreport/static-analysis",
    "detailedreport/dynamic-analysis",
    "detailedreport/manual-analysis",
];

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Veracode".to_owned()));
    let (mut told, mut remedy, mut without) = (false, String::new(), 0);
    xml::walk(source, FLAWS, sink, &mut |sink, hit| {
        let root = |name: &str| hit.outer("detailedreport", name).to_owned();
        if !told {
            told = true;
            claim::tell(sink, Fact::Target, &root("app_name"));
            claim::scanned_at(sink, &root("last_update_time"));
            told::setting(sink, "policy", &root("policy_name"));
        }
        match hit.pattern {
            0..=2 => {
                let mut observation = flaw(&hit.element, &root("app_id"), hit.place());
                observation.remedy.clone_from(&remedy);
                claim::keep(sink, observation)
            }
            3 => {
                // Components without problems are listed too.
                let paths = hit.element.all("file_paths/file_path");
                paths.for_each(|path| told::among_manifests(sink, path.attribute("value")));
                without +=
                    u64::from(hit.element.all("vulnerabilities/vulnerability").next().is_none());
                component(sink, &hit.element, &hit.place())
            }
            4 => {
                remedy = paragraphs(&hit.element);
                Ok(())
            }
            // Each analysis that was made has its element.
            6 => {
                claim::tell(sink, Fact::ToolVersion, hit.element.attribute("engine_version"));
                sink.fact(Fact::KindAmong(Class::Code));
                Ok(())
            }
            7 => {
                sink.fact(Fact::KindAmong(Class::Web));
                Ok(())
            }
            _ => Ok(()),
        }
    })?;
    if without > 0 {
        sink.fact(Fact::Passed(without));
    }
    Ok(())
}

/// The texts stand in attributes.
fn paragraphs(element: &Element) -> String {
    let (mut texts, mut left) = (Vec::new(), vec![element]);
    while let Some(element) = left.pop() {
        let text = element.attribute("text").trim();
        if !text.is_empty() {
            texts.push(text);
        }
        left.extend(element.children.iter().rev());
    }
    texts.join("\n")
}

fn severity(number: &str) -> Severity {
    match number.trim() {
        "5" => Severity::Critical,
        "4" => Severity::High,
        "3" => Severity::Medium,
        "2" | "1" => Severity::Low,
        "0" => Severity::None,
        _ => Severity::Unknown,
    }
}

/// The weakness is the only id of a check that Veracode shows.
fn weakness(number: &str) -> String {
    words::cwe(number).map_or_else(String::new, |number| format!("CWE-{number}"))
}

fn flaw(flaw: &Element, application: &str, place: String) -> Observation {
    let issue = flaw.attribute("issueid");
    let (standing, standing_reason) = standing_of_flaw(flaw);
    let mut observation = Observation {
        class: Class::Code,
        rule: weakness(flaw.attribute("cweid")),
        title: flaw.attribute("categoryname").to_owned(),
        description: flaw.attribute("description").to_owned(),
        severity: severity(flaw.attribute("severity")),
        cwes: words::cwe(flaw.attribute("cweid")).into_iter().collect(),
        tool_id: if issue.is_empty() { String::new() } else { format!("{application}-{issue}") },
        standing,
        standing_reason,
        first_seen: words::when(flaw.attribute("date_first_occurrence")),
        place,
        ..Observation::default()
    };
    let url = flaw.attribute("url");
    if !url.is_empty() {
        observation.class = Class::Web;
        let parameter = flaw.attribute("vuln_parameter").to_owned();
        observation.endpoint = Some(Endpoint { parameter, ..words::address(url) });
        return observation;
    }
    let folder = flaw.attribute("sourcefilepath").trim_end_matches('/');
    let file = flaw.attribute("sourcefile");
    let path = if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
    let plain = site::location(&path, flaw.attribute("line").parse().unwrap_or(0));
    let symbol = flaw.attribute("functionprototype").to_owned();
    observation.locations = plain.map(|plain| Location { symbol, ..plain }).into_iter().collect();
    observation
}

fn standing_of_flaw(flaw: &Element) -> (Standing, String) {
    let accepted = flaw.attribute("mitigation_status") == "accepted";
    let mitigations = || flaw.all("mitigations/mitigation");
    let fixed = flaw.attribute("remediation_status") == "Fixed";
    let false_positive = mitigations().any(|m| m.attribute("action").contains("False Positive"));
    let standing = match (fixed, accepted, false_positive) {
        (true, _, _) => Standing::Fixed,
        (false, true, true) => Standing::FalsePositive,
        (false, true, false) => Standing::Suppressed,
        _ => return (Standing::Reported, String::new()),
    };
    let mut why =
        vec![flaw.attribute("mitigation_status_desc"), flaw.attribute("remediation_status")];
    why.extend(
        mitigations().take(5).flat_map(|m| [m.attribute("action"), m.attribute("description")]),
    );
    why.retain(|text| !text.trim().is_empty());
    (standing, why.join("; "))
}

fn component(sink: &mut dyn Sink, element: &Element, place: &str) -> Result<(), Stop> {
    let paths = element.all("file_paths/file_path").map(|path| path.attribute("value"));
    let locations: Vec<Location> = paths.filter_map(|path| site::location(path, 0)).collect();
    for found in element.all("vulnerabilities/vulnerability") {
        let id = found.attribute("cve_id");
        let mitigated = found.attribute("mitigation").eq_ignore_ascii_case("true");
        claim::keep(
            sink,
            Observation {
                class: Class::Dependency,
                rule: id.to_owned(),
                title: claim::in_package(id, element.attribute("library")),
                description: found.attribute("cve_summary").to_owned(),
                severity: severity(found.attribute("severity")),
                score: found.attribute("cvss_score").to_owned(),
                ids: Some(id.to_owned()).filter(|id| words::is_id(id)).into_iter().collect(),
                cwes: words::cwe(found.attribute("cwe_id")).into_iter().collect(),
                component: Some(library(
                    element.attribute("library_id"),
                    element.attribute("library"),
                    element.attribute("version"),
                )),
                locations: locations.clone(),
                standing: if mitigated { Standing::Suppressed } else { Standing::Reported },
                standing_reason: if mitigated {
                    found.attribute("mitigation_type").to_owned()
                } else {
                    String::new()
                },
                first_seen: words::when(found.attribute("first_found_date")),
                place: place.to_owned(),
                ..Observation::default()
            },
        )?;
    }
    Ok(())
}

/// `maven:com.h2database:h2:2.1.214:`: kind, coordinates, version; else the library's name.
fn library(id: &str, name: &str, version: &str) -> Component {
    let parts: Vec<&str> = id.split(':').collect();
    let (kind, name) = match parts.as_slice() {
        ["maven", group, artifact, ..] => ("maven", format!("{group}:{artifact}")),
        [kind, name, ..] if !name.is_empty() => (*kind, (*name).to_owned()),
        _ => ("", name.to_owned()),
    };
    let kind = match kind {
        "go" => "golang",
        "packagist" => "composer",
        other => other,
    };
    Component { kind: kind.to_owned(), name, version: version.to_owned(), ..Component::default() }
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Veracode".to_owned()));
    let patterns = ["findings[]", "_embedded.findings[]"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        claim::keep(sink, finding(hit.record(), hit.place()))
    })?;
    Ok(())
}

fn finding(record: Record<'_>, place: String) -> Observation {
    let details = record.at("finding_details").unwrap_or(record);
    let issue = record.string("issue_id");
    let application = record.text("context_guid");
    let (standing, standing_reason) = standing_of_finding(record);
    let mut observation = Observation {
        class: Class::Code,
        rule: weakness(&details.string("cwe.id")),
        title: details.first(&["finding_category.name", "cwe.name"]).to_owned(),
        description: record.text("description").to_owned(),
        severity: severity(&details.string("severity")),
        cwes: words::cwe(&details.string("cwe.id")).into_iter().collect(),
        tool_id: if issue.is_empty() { String::new() } else { format!("{application}-{issue}") },
        standing,
        standing_reason,
        first_seen: words::when(record.text("finding_status.first_found_date")),
        place,
        ..Observation::default()
    };
    match record.text("scan_type") {
        "SCA" => composition(&mut observation, details),
        "DYNAMIC" => {
            observation.class = Class::Web;
            let parameter = details.text("vulnerable_parameter").to_owned();
            let mut endpoint = words::address(details.first(&["url", "URL"]));
            if endpoint.host.is_empty() {
                endpoint.host = details.text("hostname").to_ascii_lowercase();
            }
            observation.endpoint = Some(Endpoint { parameter, ..endpoint });
        }
        _ => {
            let path = details.first(&["file_path", "file_name"]);
            let plain = site::location(path, details.whole("file_line_number"));
            let symbol = details.text("procedure").to_owned();
            observation.locations =
                plain.map(|plain| Location { symbol, ..plain }).into_iter().collect();
        }
    }
    observation
}

fn composition(observation: &mut Observation, details: Record<'_>) {
    let id = details.text("cve.name");
    let file = details.text("component_filename");
    let version = details.text("version");
    // `name-1.2.jar` without the version and the ending.
    let name = file.split_once(&format!("-{version}")).map_or(file, |(name, _)| name);
    observation.class = Class::Dependency;
    observation.rule = id.to_owned();
    observation.title = claim::in_package(id, name);
    observation.ids = Some(id.to_owned()).filter(|id| words::is_id(id)).into_iter().collect();
    let vector = details.text("cve.cvss3.vector");
    observation.score = match (vector, details.string("cve.cvss")) {
        ("", score) => score,
        (vector, _) if vector.starts_with("CVSS:") => vector.to_owned(),
        (vector, _) => format!("CVSS:3.0/{vector}"),
    };
    observation.component = (!name.is_empty()).then(|| Component {
        kind: if details.text("language") == "JAVA" { "maven".to_owned() } else { String::new() },
        name: name.to_owned(),
        version: version.to_owned(),
        ..Component::default()
    });
    let paths = details.items("component_path").map(|path| path.text("path"));
    observation.locations = paths.filter_map(|path| site::location(path, 0)).collect();
}

fn standing_of_finding(record: Record<'_>) -> (Standing, String) {
    let status = record.text("finding_status.status");
    let resolution = record.text("finding_status.resolution");
    let accepted = record.text("finding_status.resolution_status") == "APPROVED";
    let standing = match (status, resolution) {
        (_, "POTENTIAL_FALSE_POSITIVE") if accepted => Standing::FalsePositive,
        (_, "MITIGATED" | "BY_DESIGN" | "NETENV" | "OSENV" | "APPDESIGN" | "ACCEPT_RISK")
            if accepted =>
        {
            Standing::Suppressed
        }
        ("CLOSED", _) => Standing::Fixed,
        _ => return (Standing::Reported, String::new()),
    };
    (standing, resolution.to_owned())
}
