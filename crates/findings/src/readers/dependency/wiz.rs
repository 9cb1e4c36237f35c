//! What did Wiz find in the cloud, in images, folders and templates?
//!
//! The CSV of issues (settings of resources), the CSV of vulnerability findings, and the JSON of its command
//! line (`result.osPackages[]`, `libraries[]`, `secrets[]`, `ruleMatches[]`). An issue's and a finding's id are
//! Wiz's own for one problem on one resource.

use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields, packages};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::table::Row;

/// Issues.
pub const ISSUES: Format = Format {
    id: "wiz-issues",
    title: "Wiz issues CSV",
    detects: |shape| shape.columns(&OF_ISSUES),
    read: read_issues,
};
/// Vulnerability findings.
pub const FINDINGS: Format = Format {
    id: "wiz-vulnerabilities",
    title: "Wiz vulnerability findings CSV",
    detects: |shape| shape.columns(&OF_FINDINGS),
    read: read_findings,
};
/// The command line.
pub const CLI: Format = Format {
    id: "wizcli",
    title: "Wiz CLI scan JSON",
    detects: |shape| {
        shape.value("result.__typename").starts_with("CICD")
            || shape.value("scanOriginResource.__typename").starts_with("CICD")
    },
    read: read_cli,
};

const OF_ISSUES: [&str; 5] =
    ["Title", "Resource Type", "Control ID", "Issue ID", "Resource external ID"];
const OF_FINDINGS: [&str; 5] =
    ["WizURL", "CVSSSeverity", "FindingStatus", "DetailedName", "AssetID"];
const FINDING: Fields = Fields {
    rule: "Name",
    remedy: "Remediation",
    severity: "VendorSeverity|CVSSSeverity",
    name: "DetailedName",
    version: "Version",
    fixed: "FixedVersion",
    path: "LocationPath",
    references: "Link",
    first_seen: "FirstDetected",
    ..fields::NONE
};
const PROBLEM: Fields = Fields {
    rule: "name",
    description: "description",
    severity: "severity",
    score: "score",
    fixed: "fixedVersion",
    references: "source",
    ..fields::NONE
};

fn read_issues(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Wiz", "");
    fields::read_table(source, sink, &OF_ISSUES, &fields::NONE, &|observation, row| {
        *observation = issue(row);
    })
}

fn issue(row: &Row<'_>) -> Observation {
    let (standing, reason) = standing(row.get("Status"), row.first(&["Resolution", "Note"]));
    Observation {
        class: Class::Configuration,
        rule: row.get("Control ID").into(),
        title: row.get("Title").into(),
        description: row.get("Description").into(),
        remedy: row.get("Remediation Recommendation").into(),
        severity: words::severity(row.get("Severity")),
        resource: row.first(&["Resource external ID", "Resource Name"]).into(),
        tool_id: row.get("Issue ID").into(),
        first_seen: vocab::instant::parse(row.get("Created At")),
        references: packages::addresses([row.get("Wiz URL")]),
        target: row.first(&["Subscription Name", "Subscription ID"]).into(),
        standing,
        standing_reason: reason,
        ..Observation::default()
    }
}

fn standing(status: &str, reason: &str) -> (Standing, String) {
    let standing = match status.to_ascii_uppercase().as_str() {
        "RESOLVED" => Standing::Fixed,
        "REJECTED" | "IGNORED" => Standing::Suppressed,
        "IN_PROGRESS" => Standing::UnderInvestigation,
        _ => return (Standing::Reported, String::new()),
    };
    (standing, if reason.is_empty() { status.to_owned() } else { format!("{status}: {reason}") })
}

fn read_findings(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Wiz", "");
    fields::read_table(source, sink, &OF_FINDINGS, &FINDING, &|observation, row| {
        observation.tool_id = row.get("ID").to_owned();
        observation.target = row.first(&["AssetName", "AssetID"]).to_owned();
        (observation.standing, observation.standing_reason) =
            standing(row.get("FindingStatus"), row.get("ResolutionReason"));
        let kind = match row.get("DetectionMethod") {
            "Package" => packages::kind(row.get("OperatingSystem")),
            _ => by_manifest(row.get("LocationPath")),
        };
        if let Some(component) = &mut observation.component {
            component.kind = kind.to_owned();
        }
    })
}

/// The kind of package by the manifest in which it is met.
fn by_manifest(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap_or_default() {
        "go.mod" | "go.sum" => "golang",
        "package.json" | "package-lock.json" | "yarn.lock" | "pnpm-lock.yaml" => "npm",
        "requirements.txt" | "Pipfile.lock" | "poetry.lock" | "METADATA" | "PKG-INFO" => "pypi",
        "pom.xml" => "maven",
        "Gemfile.lock" => "gem",
        "composer.lock" => "composer",
        "Cargo.lock" => "cargo",
        name if name.ends_with(".jar") || name.ends_with(".war") => "maven",
        name if name.ends_with(".gemspec") => "gem",
        name if name.ends_with(".deps.json") || name.ends_with(".csproj") => "nuget",
        _ => "",
    }
}

const PACKAGES: [&str; 3] = [
    "result.osPackages[].vulnerabilities[]",
    "result.libraries[].vulnerabilities[]",
    "result.applications[].vulnerabilities[]",
];

fn read_cli(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut around = vec![
        "createdAt".to_owned(),
        "scanOriginResource.name".to_owned(),
        "status.state".to_owned(),
    ];
    for list in PACKAGES {
        let package = list.trim_end_matches(".vulnerabilities[]");
        around.extend(["name", "version", "path"].map(|field| format!("{package}.{field}")));
    }
    let around: Vec<&str> = around.iter().map(String::as_str).collect();
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Wiz CLI", "");
    facts::scanned(sink, context.root_text("createdAt"));
    facts::target(sink, context.root_text("scanOriginResource.name"));
    let state = context.root_text("status.state");
    if !matches!(state, "" | "SUCCESS") {
        sink.fact(Fact::Incomplete(format!("status.state is «{state}»")));
    }
    let patterns: Vec<&str> =
        PACKAGES.into_iter().chain(["result.secrets[]", "result.ruleMatches[]"]).collect();
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match (hit.pattern, PACKAGES.get(hit.pattern)) {
            (_, Some(list)) => {
                let package = list.trim_end_matches(".vulnerabilities[]");
                let field = |name: &str| context.text(&hit, &format!("{package}.{name}"));
                let mut observation = PROBLEM.read(&record);
                let fixed = record.text("fixedVersion");
                observation.component = packages::component(
                    "",
                    by_manifest(field("path")),
                    field("name"),
                    field("version"),
                    fixed,
                );
                observation.locations = packages::paths([field("path")]);
                packages::hand_on(sink, hit.place(), observation)
            }
            (3, _) => packages::hand_on(sink, hit.place(), secret(record)),
            _ => matches(sink, &hit.place(), record),
        }
    })?;
    Ok(())
}

/// The description may quote what stands around the value; only the kind is kept.
fn secret(record: Record<'_>) -> Observation {
    let kind = record.text("type");
    Observation {
        class: Class::Secret,
        rule: kind.into(),
        title: format!("secret: {}", kind.to_ascii_lowercase().replace('_', " ")),
        severity: words::severity(record.text("severity")),
        locations: vec![Location {
            path: record.text("path").into(),
            line: record.whole("lineNumber"),
            ..Location::default()
        }],
        ..Observation::default()
    }
}

/// One rule and the places where it matches. What a rule about credentials quotes is left out.
fn matches(sink: &mut dyn Sink, place: &str, record: Record<'_>) -> Result<(), Stop> {
    let name = record.text("rule.name").to_ascii_lowercase();
    let hidden =
        ["password", "secret", "token", "credential", "key"].iter().any(|word| name.contains(word));
    let quoted = |text: &str| if hidden { String::new() } else { text.to_owned() };
    for (number, found) in record.items("matches").enumerate() {
        let observation = Observation {
            class: Class::Configuration,
            rule: record.text("rule.id").into(),
            title: record.text("rule.name").into(),
            description: quoted(&format!(
                "Expected: {}. Found: {}.",
                found.text("expected"),
                found.text("found")
            )),
            remedy: found.text("remediationInstructions").into(),
            severity: words::severity(record.text("severity")),
            resource: found.first(&["resourceName", "fileName"]).into(),
            locations: vec![Location {
                path: found.text("fileName").into(),
                line: found.whole("lineNumber"),
                snippet: quoted(found.text("matchContent")),
                ..Location::default()
            }],
            ..Observation::default()
        };
        packages::hand_on(sink, format!("{place}.matches[{number}]"), observation)?;
    }
    Ok(())
}
