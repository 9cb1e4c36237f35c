//! What did GitLab's dependency scanning and container scanning find?
//!
//! Its security report schemas 14 and 15 (gitlab-org/security-products/security-report-schemas). The first
//! identifier is the primary one: the rule. The record's `id` is not unique from run to run and no id here.

use std::collections::HashMap;

use crate::coverage::Target;
use crate::format::Format;
use crate::observation::Observation;
use crate::readers::dependency::{context::Context, facts, fields::Cells, packages};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

/// Dependency scanning.
pub const DEPENDENCIES: Format = Format {
    id: "gitlab-dependency-scanning",
    title: "GitLab dependency scanning",
    detects: |shape| is(shape, "dependency_scanning") && !is_container(shape),
    read,
};
/// Container scanning.
pub const CONTAINER: Format = Format {
    id: "gitlab-container-scanning",
    title: "GitLab container scanning",
    detects: is_container,
    read,
};

fn is_container(shape: &Shape) -> bool {
    is(shape, "container_scanning")
        || shape.value("scan.type") == "cluster_image_scanning"
        || (shape.has("version") && shape.has("vulnerabilities[].location.operating_system"))
}

fn is(shape: &Shape, kind: &str) -> bool {
    shape.has("vulnerabilities")
        && (shape.value("scan.type") == kind
            || shape.value("vulnerabilities[].category") == kind
            || (kind == "dependency_scanning"
                && shape.all(&["version", "vulnerabilities[].location.dependency.package.name"])))
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = [
        "scan.scanner.name",
        "scan.scanner.version",
        "scan.end_time",
        "scan.status",
        "dependency_files[].path",
        "dependency_files[].package_manager",
    ];
    let context = Context::of(source, &around, sink)?;
    facts::tool(
        sink,
        match context.root_text("scan.scanner.name") {
            "" => "GitLab",
            name => name,
        },
        context.root_text("scan.scanner.version"),
    );
    facts::scanned(sink, context.root_text("scan.end_time"));
    facts::only_packages(sink);
    match context.root_text("scan.status") {
        "" => {}
        "success" => sink.fact(Fact::Succeeded),
        status => sink.fact(Fact::Incomplete(format!("scan.status is «{status}»"))),
    }
    let at = |n: usize, field: &str| context.at(&format!("$.dependency_files[{n}].{field}"));
    let managers: HashMap<String, String> = (0..)
        .map_while(|n| Some((at(n, "path")?.to_owned(), at(n, "package_manager")?.to_owned())))
        .collect();
    // All files with dependencies are listed (the report schema's `dependency_files`).
    for path in (0..).map_while(|n| at(n, "path")) {
        sink.fact(Fact::Looked(Target::manifest(path)));
    }
    json::walk(source, &["vulnerabilities[]"], sink, &mut |sink, hit| {
        let observation = vulnerability(&hit, &managers);
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn vulnerability(hit: &Hit<'_>, managers: &HashMap<String, String>) -> Observation {
    let record = hit.record();
    let rule = record.first(&["identifiers.0.value", "identifiers.0.name"]);
    let file = record.text("location.file");
    let weaknesses =
        record.items("identifiers").filter(|id| id.text("type").eq_ignore_ascii_case("cwe"));
    let mut observation = Observation {
        rule: rule.into(),
        title: record.first(&["name", "message"]).into(),
        description: record.text("description").into(),
        remedy: record.text("solution").into(),
        severity: words::severity(record.text("severity")),
        score: record.cell("cvss_vectors[].vector"),
        cwes: weaknesses.filter_map(|id| words::cwe(id.first(&["value", "name"]))).collect(),
        component: packages::component(
            "",
            kind_word(record, managers, file),
            record.text("location.dependency.package.name"),
            record.text("location.dependency.version"),
            "",
        ),
        locations: packages::paths([file]),
        references: packages::addresses(record.list("links[].url|identifiers[].url")),
        target: record.text("location.image").into(),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, record.cells("identifiers[].value"));
    observation
}

/// The operating system of an image, else the package manager of the file.
fn kind_word<'c>(record: Record<'c>, managers: &'c HashMap<String, String>, file: &str) -> &'c str {
    let system = record.text("location.operating_system");
    if !system.is_empty() {
        return system;
    }
    managers.get(file).map(String::as_str).unwrap_or_else(|| {
        match file.rsplit('/').next().unwrap_or_default() {
            "package-lock.json" | "yarn.lock" | "pnpm-lock.yaml" | "npm-shrinkwrap.json" => "npm",
            "go.sum" | "go.mod" => "go",
            "pom.xml" | "build.gradle" | "build.sbt" | "gradle.lockfile" => "maven",
            "Gemfile.lock" => "gem",
            "composer.lock" => "composer",
            "requirements.txt" | "Pipfile.lock" | "poetry.lock" | "Pipfile" | "setup.py" => "pip",
            "packages.lock.json" => "nuget",
            "Cargo.lock" => "cargo",
            _ => "",
        }
    })
}
