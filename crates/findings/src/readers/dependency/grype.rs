//! What did Grype find in an image, a folder or a bill of materials?
//!
//! `grype -o json`: `matches[]`, and `ignoredMatches[]` that rules or VEX documents put aside.
//! Anchore's Grype documentation, «Output formats».

use crate::coverage::{Filter, Target};
use crate::format::Format;
use crate::observation::{Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields::Cells, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// Grype JSON.
pub const FORMAT: Format = Format { id: "grype", title: "Grype JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    shape.any(&["matches[].vulnerability.id", "ignoredMatches[].vulnerability.id"])
        || (shape.has("matches") && shape.value("descriptor.name") == "grype")
}

const DOCUMENT: [&str; 8] = [
    "descriptor.name",
    "descriptor.version",
    "descriptor.timestamp",
    "source.type",
    "source.target",
    "descriptor.db.built",
    "descriptor.db.status.built",
    "descriptor.configuration",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &DOCUMENT, sink)?;
    facts::tool(sink, "Grype", context.root_text("descriptor.version"));
    facts::scanned(sink, context.root_text("descriptor.timestamp"));
    // Of a folder or a file the target is its path and no more.
    let image = context.root("source.target");
    let named = image.map(|image| image.text("userInput")).unwrap_or_default();
    facts::target(sink, if named.is_empty() { context.root_text("source.target") } else { named });
    facts::only_packages(sink);
    if let Some(image) = image {
        facts::platform(sink, image.text("os"), image.text("architecture"));
    }
    let digests = image.map(|image| image.first(&["repoDigests.0", "manifestDigest"]));
    told::digest(sink, digests.unwrap_or_default());
    let built =
        [context.root_text("descriptor.db.status.built"), context.root_text("descriptor.db.built")];
    told::rules_version(sink, built.into_iter().find(|at| !at.is_empty()).unwrap_or_default());
    // All of an image is looked at. A folder is named as it was asked for (`.`), and may be another one each time.
    if context.root_text("source.type") == "image" {
        sink.fact(Fact::Looked(Target::folder("")));
        facts::looked_at_all(sink);
    }
    if let Some(configuration) = context.root("descriptor.configuration") {
        configured(configuration, sink);
    }
    json::walk(source, &["matches[]", "ignoredMatches[]"], sink, &mut |sink, hit| {
        let mut observation = matched(hit.record());
        if hit.pattern == 1 {
            (observation.standing, observation.standing_reason) = put_aside(hit.record());
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

/// What hides matches: Grype writes its whole configuration. What its ignore rules put aside stands in the document.
fn configured(configuration: Record<'_>, sink: &mut dyn Sink) {
    let mut open = configuration.has("only-fixed");
    let mut hide = |sink: &mut dyn Sink, filter: Filter| {
        open = false;
        sink.fact(Fact::Filter(filter));
    };
    if configuration.flag("only-fixed") {
        hide(sink, Filter::OnlyFixed);
    }
    if configuration.flag("only-notfixed") {
        hide(sink, Filter::OnlyUnfixed);
    }
    for pattern in configuration.texts("exclude") {
        hide(sink, Filter::Without(pattern));
    }
    for name in ["ignore-wontfix", "ignore-states"] {
        let states = configuration.text(name);
        if !states.is_empty() {
            hide(sink, Filter::Other(format!("{name} {states}")));
        }
    }
    // Rules of Grype's own are about headers of kernels, by this kind of match.
    let own = |rule: &Record<'_>| rule.text("match-type") == "exact-indirect-match";
    if open && configuration.items("ignore").all(|rule| own(&rule)) {
        sink.fact(Fact::Filter(Filter::None));
    }
    told::setting(sink, "scope", configuration.first(&["search.scope", "scope"]));
    searched(configuration, sink);
}

/// What decides how many packages and problems it finds. An option that is not set is told too, so that one that is set
/// later is another configuration. `fail-on-severity` decides the exit code alone.
fn searched(configuration: Record<'_>, sink: &mut dyn Sink) {
    for (name, path) in [
        ("distro", "distro"),
        ("platform", "platform"),
        ("by-cve", "by-cve"),
        ("add-cpes-if-none", "add-cpes-if-none"),
        ("indexed-archives", "search.indexed-archives"),
        ("unindexed-archives", "search.unindexed-archives"),
        ("external-sources", "externalSources.enable"),
    ] {
        if configuration.has(path) {
            let value = configuration.string(path);
            let value = if value.is_empty() { "not set" } else { &value };
            told::setting(sink, name, value);
        }
    }
    for (ecosystem, _) in configuration.entries("match") {
        let by_cpe = configuration.string(&format!("match.{ecosystem}.using-cpes"));
        if !by_cpe.is_empty() {
            told::setting(sink, "using-cpes", &format!("{ecosystem} {by_cpe}"));
        }
    }
}

fn matched(record: Record<'_>) -> Observation {
    let rule = record.text("vulnerability.id");
    let related = || record.items("relatedVulnerabilities");
    let description = related()
        .map(|related| related.text("description"))
        .chain([record.text("vulnerability.description")])
        .max_by_key(|text| text.len());
    let mut observation = Observation {
        rule: rule.into(),
        description: description.unwrap_or_default().into(),
        severity: words::severity(record.text("vulnerability.severity")),
        score: score(record),
        cwes: record
            .cells("vulnerability.cwes[].cwe")
            .iter()
            .filter_map(|c| words::cwe(c))
            .collect(),
        component: packages::component(
            record.text("artifact.purl"),
            record.text("artifact.type"),
            record.text("artifact.name"),
            record.text("artifact.version"),
            &record
                .texts(if record.has("vulnerability.fix") {
                    "vulnerability.fix.versions"
                } else {
                    "vulnerability.fixedInVersion"
                })
                .join(","),
        ),
        locations: packages::paths(
            record
                .items("artifact.locations")
                .map(|place| place.first(&["path", "RealPath"]).to_owned()),
        ),
        references: packages::addresses(
            [record.text("vulnerability.dataSource").to_owned()]
                .into_iter()
                .chain(record.texts("vulnerability.urls"))
                .chain(record.texts("vulnerability.links")),
        ),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, related().map(|related| related.text("id")));
    observation
}

/// The newest version of CVSS that the record or a related one has.
fn score(record: Record<'_>) -> String {
    let own = record.items("vulnerability.cvss");
    let related = record.items("relatedVulnerabilities").flat_map(|related| related.items("cvss"));
    let newest = own.chain(related).max_by(|a, b| {
        let version = |r: &Record<'_>| r.float("version").unwrap_or(0.0);
        // The first of equals is kept.
        version(a).total_cmp(&version(b)).then(std::cmp::Ordering::Greater)
    });
    newest.map(|cvss| cvss.text("vector").to_owned()).unwrap_or_default()
}

fn put_aside(record: Record<'_>) -> (Standing, String) {
    let rules: Vec<Record<'_>> = record.items("appliedIgnoreRules").collect();
    let reasons = rules.iter().flat_map(|rule| {
        ["reason", "vex-status", "vex-justification", "namespace"].map(|field| rule.text(field))
    });
    let reasons: Vec<&str> = reasons.filter(|reason| !reason.is_empty()).collect();
    let standing = match rules.iter().map(|rule| rule.text("vex-status")).find(|s| !s.is_empty()) {
        Some("not_affected") => Standing::NotAffected,
        Some("fixed") => Standing::Fixed,
        _ => Standing::Suppressed,
    };
    (standing, reasons.join(": "))
}
