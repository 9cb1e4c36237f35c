//! What did OWASP Dependency-Check find in the files of a project?
//!
//! Its XML (schemas 1.x to 4.x: only the namespace and the place of identifiers differ) and its JSON. A
//! dependency is known by the package URL that the tool is most sure of, else by the name of its file. What
//! its user suppressed stands in elements of its own. The score of CVSS 2 and 3 comes as parts; the number is
//! taken.

use crate::format::Format;
use crate::observation::{Component, Observation, Standing};
use crate::readers::dependency::{facts, fields, fields::Cells, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;
use crate::walk::xml::{self, Element};

/// Its XML.
pub const FORMAT: Format = Format {
    id: "dependency-check",
    title: "OWASP Dependency-Check XML",
    detects: |shape| {
        shape.has("analysis/scanInfo")
            && shape.any(&["analysis/dependencies", "analysis/projectInfo"])
    },
    read: read_xml,
};
/// Its JSON.
pub const JSON: Format = Format {
    id: "dependency-check-json",
    title: "OWASP Dependency-Check JSON",
    detects: detects_json,
    read: read_json,
};

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let patterns =
        ["analysis/scanInfo", "analysis/projectInfo", "analysis/dependencies/dependency"];
    xml::walk(source, &patterns, sink, &mut |sink, hit| {
        let element = &hit.element;
        match hit.pattern {
            0 => {
                facts::tool(sink, "OWASP Dependency-Check", element.text_of("engineVersion"));
                facts::only_packages(sink);
                let feeds = element
                    .all("dataSource")
                    .map(|feed| [feed.text_of("name"), feed.text_of("timestamp")].join(" "));
                told::rules_version(sink, &feeds.collect::<Vec<_>>().join(", "));
                for exception in element.all("analysisExceptions/analysisException").take(20) {
                    failed(sink, exception.text_of("exception/message"));
                }
            }
            1 => {
                facts::scanned(sink, element.text_of("reportDate"));
                facts::target(sink, element.text_of("name"));
            }
            _ => {
                told::among_manifests(sink, element.text_of("filePath"));
                let name = ["vulnerability", "suppressedVulnerability"];
                let Some(list) = element.at("vulnerabilities") else { return Ok(()) };
                let component = component(element);
                for found in
                    list.children.iter().filter(|child| name.contains(&child.name.as_str()))
                {
                    let mut observation = vulnerability_xml(found);
                    observation.component = component.clone();
                    observation.locations = packages::paths([element.text_of("filePath")]);
                    if found.name == "suppressedVulnerability" {
                        suppress(&mut observation, found.text_of("notes"));
                    }
                    packages::hand_on(sink, hit.place(), observation)?;
                }
            }
        }
        Ok(())
    })
}

/// An analyser that failed has looked at nothing.
fn failed(sink: &mut dyn Sink, message: &str) {
    let message = message.trim();
    let text = if message.is_empty() { "an analyser failed" } else { message };
    sink.fact(Fact::Incomplete(text.chars().take(500).collect()));
}

/// By package URL; of the old schemas by `group:artifact:version`; else by the file.
fn component(dependency: &Element) -> Option<Component> {
    let lists = ["identifiers", "identifiers/identifiers"];
    let purls = lists.iter().flat_map(|list| {
        dependency
            .at(list)
            .into_iter()
            .flat_map(|list| list.all("package"))
            .map(|p| (p.attribute("confidence"), p.text_of("id")))
    });
    let surest = ["HIGHEST", "HIGH", "MEDIUM", "LOW"];
    let rank =
        |confidence: &str| surest.iter().position(|c| *c == confidence).unwrap_or(surest.len());
    let purl = purls
        .filter(|(_, id)| id.starts_with("pkg:"))
        .min_by_key(|(confidence, _)| rank(confidence));
    if let Some((_, purl)) = purl {
        return packages::component(purl, "", "", "", "");
    }
    let old = dependency.at("identifiers").into_iter().flat_map(|list| list.all("identifier"));
    let named = old
        .filter(|identifier| !packages::kind(identifier.attribute("type")).is_empty())
        .find_map(|identifier| {
            let name = identifier.text_of("name").trim_matches(['(', ')']);
            let (name, version) = name.rsplit_once(':')?;
            packages::component("", identifier.attribute("type"), name, version, "")
        });
    named.or_else(|| file(dependency.text_of("fileName")))
}

/// A file that no package is known for: «package.json:left-lib» is of that manifest.
fn file(name: &str) -> Option<Component> {
    packages::component("", "", name, "", "")
}

fn vulnerability_xml(found: &Element) -> Observation {
    let name = found.text_of("name");
    let first = |paths: &[&str]| {
        paths
            .iter()
            .map(|path| found.text_of(path))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .to_owned()
    };
    let weaknesses = found.all("cwes/cwe").chain(found.all("cwe")).map(|cwe| cwe.text.as_str());
    let mut observation = Observation {
        rule: name.into(),
        description: first(&["description"]),
        severity: words::severity(found.text_of("severity")),
        score: first(&["cvssV4/vectorString", "cvssV3/baseScore", "cvssV2/score", "cvssScore"]),
        cwes: weaknesses.filter_map(words::cwe).collect(),
        references: packages::addresses(
            found.all("references/reference").map(|r| r.text_of("url")),
        ),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, name, [""; 0]);
    by_score(&mut observation);
    observation
}

/// The severity that the tool leaves out in old schemas.
fn by_score(observation: &mut Observation) {
    if observation.severity == vocab::Severity::Unknown {
        observation.severity = words::severity_of_score(&observation.score);
    }
}

fn suppress(observation: &mut Observation, notes: &str) {
    observation.standing = Standing::Suppressed;
    observation.standing_reason = notes.into();
}

fn detects_json(shape: &Shape) -> bool {
    shape.has("scanInfo.engineVersion") && shape.any(&["dependencies[].fileName", "reportSchema"])
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let patterns = ["scanInfo", "projectInfo", "dependencies[]"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            0 => {
                facts::tool(sink, "OWASP Dependency-Check", record.text("engineVersion"));
                facts::only_packages(sink);
                let feeds = record
                    .items("dataSource")
                    .map(|feed| [feed.text("name"), feed.text("timestamp")].join(" "));
                told::rules_version(sink, &feeds.collect::<Vec<_>>().join(", "));
                for exception in record.items("analysisExceptions").take(20) {
                    failed(sink, exception.first(&["exception.message", "message"]));
                }
            }
            1 => {
                facts::scanned(sink, record.text("reportDate"));
                facts::target(sink, record.text("name"));
            }
            _ => {
                told::among_manifests(sink, record.text("filePath"));
                for (list, suppressed) in [
                    ("vulnerabilities", false),
                    ("suppressedVulnerabilities", true),
                    ("vulnerabilities.suppressedVulnerabilities", true),
                ] {
                    for (number, found) in record.items(list).enumerate() {
                        let mut observation = vulnerability_json(found);
                        observation.component = component_json(record);
                        observation.locations = packages::paths([record.text("filePath")]);
                        if suppressed {
                            suppress(&mut observation, found.text("notes"));
                        }
                        let place = format!("{}.{list}[{number}]", hit.place());
                        packages::hand_on(sink, place, observation)?;
                    }
                }
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn component_json(record: Record<'_>) -> Option<Component> {
    let surest = ["HIGHEST", "HIGH", "MEDIUM", "LOW"];
    let purl = record
        .items("packages")
        .filter(|package| package.text("id").starts_with("pkg:"))
        .min_by_key(|package| {
            surest.iter().position(|c| *c == package.text("confidence")).unwrap_or(9)
        });
    match purl {
        Some(package) => packages::component(package.text("id"), "", "", "", ""),
        None => file(record.text("fileName")),
    }
}

fn vulnerability_json(found: Record<'_>) -> Observation {
    let name = found.text("name");
    let mut observation = Observation {
        rule: name.into(),
        description: found.text("description").into(),
        severity: words::severity(found.text("severity")),
        score: found.cell("cvssv4.vectorString|cvssv3.baseScore|cvssv2.score"),
        cwes: found.texts("cwes").iter().flat_map(|text| fields::cwes(text)).collect(),
        references: packages::addresses(found.cells("references[].url")),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, name, [""; 0]);
    by_score(&mut observation);
    observation
}
