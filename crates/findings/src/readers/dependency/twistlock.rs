//! What did Prisma Cloud Compute (Twistlock) find in images?
//!
//! `twistcli images scan --output-file` as JSON (`results[]`) and the consoles' CSV exports. Compliance findings
//! are settings of the image.

use std::collections::HashMap;

use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Component, Observation};
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Kept, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::table::Row;

/// twistcli's JSON.
pub const FORMAT: Format = Format {
    id: "twistlock",
    title: "Prisma Cloud (Twistlock) image scan JSON",
    detects: |shape| {
        shape.any(&["results[].vulnerabilityDistribution", "results[].complianceDistribution"])
            || shape.all(&["results[].vulnerabilities[].packageName", "results[].distro"])
    },
    read: read_json,
};
/// The console's CSV.
pub const CSV: Format = Format {
    id: "twistlock-csv",
    title: "Prisma Cloud (Twistlock) CSV",
    detects: |shape| shape.columns(&COLUMNS),
    read: read_csv,
};

/// Most packages whose types are kept.
const MAX_PACKAGES: usize = 500_000;
const COLUMNS: [&str; 5] = ["Repository", "CVE ID", "Compliance ID", "Packages", "Package Version"];
const PROBLEM: Fields = Fields {
    rule: "id",
    description: "description",
    severity: "severity",
    score: "vector|cvss",
    kind: "packageType|type",
    name: "packageName",
    version: "packageVersion",
    path: "packagePath",
    references: "link",
    ..fields::NONE
};
const ROW: Fields = Fields {
    rule: "CVE ID",
    description: "Description",
    severity: "Severity",
    score: "CVSS",
    name: "Packages",
    version: "Package Version",
    ..fields::NONE
};

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = [
        "results[].name",
        "results[].id",
        "results[].distro",
        "results[].scanTime",
        "results[].vulnerabilityDistribution",
        "results[].complianceDistribution",
    ];
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Prisma Cloud", "");
    facts::scanned(sink, context.any_text("scanTime"));
    facts::target(sink, context.any_text("name"));
    looked(&context, sink);
    let kinds = kinds(source)?;
    let patterns = ["results[].vulnerabilities[]", "results[].compliances[]"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let image = context.text(&hit, "results[].name");
        let record = hit.record();
        let mut observation = match hit.pattern {
            0 => {
                let mut observation = PROBLEM.read(&record);
                fixed(&mut observation, record.text("status"));
                if let Some(component) =
                    observation.component.as_mut().filter(|c| c.kind.is_empty())
                {
                    let known = kinds.get(&(hit.index(0), component.name.clone()));
                    let system = context.text(&hit, "results[].distro");
                    component.kind = match known.map(String::as_str) {
                        Some("os") => packages::kind(system).to_owned(),
                        Some(word) => packages::kind(word).to_owned(),
                        None => String::new(),
                    };
                }
                observation
            }
            _ => compliance(record, image),
        };
        observation.target = image.into();
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

/// Every image is listed, and counts what it was looked at for.
fn looked(context: &Context, sink: &mut dyn Sink) {
    let at = |n: usize, field: &str| format!("$.results[{n}].{field}");
    for n in (0..).take_while(|n| context.record_at(&at(*n, "name")).is_some()) {
        sink.fact(Fact::Looked(Target::unit(context.at(&at(n, "name")).unwrap_or_default())));
        for (field, kind) in [
            ("vulnerabilityDistribution", Class::Dependency),
            ("complianceDistribution", Class::Configuration),
        ] {
            if context.record_at(&at(n, field)).is_some() {
                sink.fact(Fact::KindAmong(kind));
            }
        }
    }
    if context.record_at(&at(1, "name")).is_none() {
        told::digest(sink, context.at(&at(0, "id")).unwrap_or_default());
    }
}

/// The types of packages by image and name; they are listed apart from their problems.
fn kinds(source: &mut Source<'_>) -> Result<HashMap<(usize, String), String>, Stop> {
    let mut kinds = HashMap::new();
    json::walk(source, &["results[].packages[]"], &mut Kept::default(), &mut |_, hit| {
        if kinds.len() < MAX_PACKAGES {
            let record = hit.record();
            kinds.insert(
                (hit.index(0), record.text("name").to_owned()),
                record.text("type").to_owned(),
            );
        }
        Ok(())
    })?;
    Ok(kinds)
}

/// «fixed in 4.1.3, 4.0.9».
fn fixed(observation: &mut Observation, status: &str) {
    if let Some((component, versions)) =
        observation.component.as_mut().zip(status.strip_prefix("fixed in "))
    {
        component.fixed_in = packages::versions(versions);
    }
    // Maven's group and artifact are joined by `_`.
    let joined = |name: &str| name.contains('.') && name.contains('_');
    let maven = |component: &&mut Component| {
        joined(&component.name) && matches!(component.kind.as_str(), "" | "maven")
    };
    if let Some(component) = observation.component.as_mut().filter(maven) {
        component.kind = "maven".into();
        component.name = component.name.replacen('_', ":", 1);
    }
}

fn compliance(record: Record<'_>, image: &str) -> Observation {
    Observation {
        class: Class::Configuration,
        rule: record.string("id"),
        title: record.text("title").into(),
        description: record.first(&["description", "cause"]).into(),
        severity: words::severity(record.text("severity")),
        resource: if image.is_empty() { "image".into() } else { image.into() },
        ..Observation::default()
    }
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Prisma Cloud", "");
    fields::read_table(source, sink, &COLUMNS, &ROW, &|observation, row| {
        let image = [row.get("Registry"), row.get("Repository")];
        observation.target = image.join("/").trim_matches('/').to_owned();
        fixed(observation, row.get("Fix Status"));
        if let Some(component) = observation.component.as_mut().filter(|c| c.kind.is_empty()) {
            component.kind = kind(row).to_owned();
        }
        if row.get("CVE ID").is_empty() {
            observation.class = Class::Configuration;
            observation.rule = row.get("Compliance ID").to_owned();
            observation.title = row.first(&["Cause", "Description"]).to_owned();
            observation.resource = observation.target.clone();
            observation.component = None;
        }
    })
}

/// «Type» occurs twice: of the scan and of the package. The second stands before the severity.
fn kind(row: &Row<'_>) -> &'static str {
    let before = row.header().iter().position(|name| name.eq_ignore_ascii_case("Severity"));
    let word = before.and_then(|at| at.checked_sub(1)).map_or("", |at| row.nth(at));
    if word.eq_ignore_ascii_case("OS") {
        packages::kind(row.get("Distro").split('-').next().unwrap_or_default())
    } else {
        packages::kind(word)
    }
}
