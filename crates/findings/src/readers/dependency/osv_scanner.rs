//! What did OSV-Scanner find in lock files, bills of materials and images?
//!
//! `osv-scanner --format json`: `results[].packages[].vulnerabilities[]`, each an OSV record, and
//! `license_violations`. Its aliases are those of the record; the groups that the tool makes add nothing to
//! them but the highest score. OSV schema 1.7; OSV-Scanner's documentation, «Output».

use std::collections::HashMap;

use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::dependency::{context::Context, facts, fields, fields::Cells, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

/// OSV-Scanner JSON.
pub const FORMAT: Format = Format { id: "osv-scanner", title: "OSV-Scanner JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    shape.has("results[].packages[].package.ecosystem")
        || (shape.all(&["results", "experimental_config"]) && !shape.has("runs"))
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = [
        "results[].source.path",
        "results[].packages[].package",
        "results[].packages[].groups",
        "experimental_config.licenses.allowlist",
    ];
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "OSV-Scanner", "");
    sink.fact(Fact::KindAmong(Class::Dependency));
    let allowed = context.root("experimental_config.licenses.allowlist");
    if allowed.and_then(|list| list.at("0")).is_some() {
        sink.fact(Fact::KindAmong(Class::Licence));
    }
    let sources = (0..).map_while(|n| context.at(&format!("$.results[{n}].source.path")));
    sources.for_each(|path| told::among_manifests(sink, path));
    let patterns =
        ["results[].packages[].vulnerabilities[]", "results[].packages[].license_violations[]"];
    // The highest scores of one package's groups: its problems come one after the other.
    let mut highest = ((usize::MAX, 0), HashMap::new());
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let Some(package) = context.record(&hit, "results[].packages[].package") else {
            sink.dropped(&hit.place(), "the record names no package");
            return Ok(());
        };
        let path = context.text(&hit, "results[].source.path");
        let at = (hit.index(0), hit.index(1));
        if highest.0 != at {
            let groups = context.record(&hit, "results[].packages[].groups");
            highest = (at, groups.map(highest_of).unwrap_or_default());
        }
        let observation = match hit.pattern {
            0 => vulnerability(&hit, package, &highest.1, path),
            _ => licence(&hit, package, path),
        };
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn vulnerability(
    hit: &Hit<'_>,
    package: Record<'_>,
    highest: &HashMap<String, String>,
    path: &str,
) -> Observation {
    let record = hit.record();
    let rule = record.text("id");
    let highest = highest.get(rule).cloned().unwrap_or_default();
    let name = package.text("name");
    let affected: Vec<Record<'_>> =
        record.items("affected").filter(|affected| affected.text("package.name") == name).collect();
    let vector = record.items("severity").last().map(|s| s.text("score").to_owned());
    let fixed: Vec<String> =
        affected.iter().flat_map(|a| a.cells("ranges[].events[].fixed")).collect();
    let weaknesses = affected
        .iter()
        .flat_map(|a| a.cells("database_specific.cwes[].cweId"))
        .chain(record.cells("database_specific.cwe_ids"));
    let severity = match words::severity(record.text("database_specific.severity")) {
        vocab::Severity::Unknown => words::severity_of_score(&highest),
        severity => severity,
    };
    let mut observation = Observation {
        rule: rule.into(),
        title: record.text("summary").into(),
        description: record.text("details").into(),
        severity,
        score: vector.filter(|vector| !vector.is_empty()).unwrap_or(highest),
        cwes: weaknesses.flat_map(|text| fields::cwes(&text)).collect(),
        component: packages::component(
            "",
            package.text("ecosystem"),
            match name {
                // A checked out repository has no name but its address.
                "" => affected
                    .iter()
                    .flat_map(|a| a.items("ranges"))
                    .map(|r| r.text("repo"))
                    .find(|r| !r.is_empty())
                    .unwrap_or(path),
                name => name,
            },
            package.first(&["version", "commit"]),
            &fixed.join(","),
        ),
        locations: packages::paths([path]),
        references: packages::addresses(record.cells("references[].url")),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, record.texts("aliases"));
    observation
}

/// The highest score of each id's group.
fn highest_of(groups: Record<'_>) -> HashMap<String, String> {
    let of_group = |group: Record<'_>| {
        // «10.0» at the most; a longer text is no score and would be kept once for each id.
        let score =
            Some(group.string("max_severity")).filter(|score| score.len() <= 4).unwrap_or_default();
        group.texts("ids").into_iter().map(move |id| (id, score.clone())).collect::<Vec<_>>()
    };
    groups.items("").flat_map(of_group).collect()
}

fn licence(hit: &Hit<'_>, package: Record<'_>, path: &str) -> Observation {
    let rule = hit.value.as_str().unwrap_or_default();
    Observation {
        class: Class::Licence,
        rule: rule.into(),
        title: rule.into(),
        component: packages::component(
            "",
            package.text("ecosystem"),
            package.text("name"),
            package.text("version"),
            "",
        ),
        locations: packages::paths([path]),
        ..Observation::default()
    }
}
