//! Semgrep and Opengrep (`--json`), and what Semgrep's platform exports: findings of code and of the supply
//! chain.
//!
//! Severities: ERROR is high, WARNING medium, INFO low (Semgrep's documentation, «rule syntax»). A
//! fingerprint that says «requires login» is none, and neither are such lines of code.

use vocab::Severity;

use crate::format::Format;
use crate::observation::{
    Class, Component, Confidence, Fingerprint, Location, Observation, Standing,
};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

use super::{claim, site};

/// The command's own report.
pub const FORMAT: Format = Format { id: "semgrep", title: "Semgrep JSON", detects, read };
/// Findings of code as the platform's API gives them.
pub const PLATFORM: Format = Format {
    id: "semgrep-platform",
    title: "Semgrep platform findings",
    detects: |shape| shape.all(&["findings[].match_based_id", "findings[].rule_name"]),
    read: read_platform,
};
/// Findings of dependencies as the platform's API gives them.
pub const SUPPLY_CHAIN: Format = Format {
    id: "semgrep-supply-chain",
    title: "Semgrep supply chain findings",
    detects: |shape| shape.all(&["vulns[].advisory.ruleId", "vulns[].matchedDependency.name"]),
    read: read_supply_chain,
};

/// «requires login» stands in place of what only the platform tells.
const WITHHELD: &str = "requires login";

fn detects(shape: &Shape) -> bool {
    let names = shape.paths.keys().filter(|path| !path.contains(['.', '[']));
    let bare = || names.clone().eq(["errors", "results"]) && !shape.has("results[]");
    shape.all(&["results[].check_id", "results[].extra"])
        || shape.all(&["results", "errors", "paths.scanned", "version"])
        || (shape.is_json && bare() && shape.all(&["errors", "results"]))
}

const PATTERNS: &[&str] = &[
    "results[]",
    "errors[]",
    "version",
    "skipped_rules[]",
    "paths.scanned[]",
    "paths.skipped[]",
    "time.rules[]",
    "engine_requested",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("semgrep".to_owned()));
    told::rated_apart(sink, "semgrep");
    let (mut told, mut all_rules) = (0, false);
    json::walk(source, PATTERNS, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 => return claim::keep(sink, observation(record, hit.place())),
            1 => error(sink, record, &mut told),
            2 => claim::tell(sink, Fact::ToolVersion, text),
            3 => claim::tell(sink, Fact::InactiveRule, record.first(&["rule_id", "id"])),
            4 => told::looked_at_file(sink, text),
            5 => skipped(sink, record),
            // With `--time`: every rule that ran.
            6 => {
                let rule = if text.is_empty() { record.text("id") } else { text };
                all_rules |= !rule.is_empty();
                claim::tell(sink, Fact::ActiveRule, rule);
            }
            _ => told::setting(sink, "engine", text),
        }
        Ok(())
    })?;
    if all_rules {
        sink.fact(Fact::AllRules);
    }
    Ok(())
}

/// An error at a file says that this file was not looked at as it should; another one speaks of the run.
fn error(sink: &mut dyn Sink, record: Record<'_>, told: &mut u32) {
    let path = record.first(&["path", "location.path", "spans.0.file"]);
    if !told::missed_file(sink, path) && record.text("level") == "error" && *told < 20 {
        *told += 1;
        let words = record.first(&["long_msg", "message", "short_msg", "type"]);
        claim::tell(sink, Fact::Incomplete, words);
    }
}

/// A rule that cannot match a file skips it and has looked at it all the same.
fn skipped(sink: &mut dyn Sink, record: Record<'_>) {
    match record.text("reason") {
        "irrelevant_rule" | "wrong_language" => {}
        "too_many_matches" => sink.fact(Fact::Capped(record.text("rule_id").to_owned())),
        _ => _ = told::missed_file(sink, record.text("path")),
    }
}

fn severity(word: &str) -> Severity {
    match word.to_ascii_uppercase().as_str() {
        "INFO" => Severity::Low,
        "EXPERIMENT" | "INVENTORY" => Severity::None,
        other => words::severity(other),
    }
}

fn open(text: &str) -> &str {
    if text == WITHHELD { "" } else { text }
}

fn observation(record: Record<'_>, place: String) -> Observation {
    let said = record.text("extra.message");
    let package = record.at("extra.sca_info.dependency_match.found_dependency");
    let rule = record.text("check_id");
    let mut ids = record.texts("extra.metadata.cve");
    ids.extend(record.texts("extra.metadata.sca-vuln-database-identifier"));
    ids.retain(|id| words::is_id(id));
    let mut observation = Observation {
        class: match package {
            Some(_) => Class::Dependency,
            None if rule.contains(".secrets.") => Class::Secret,
            None => Class::Code,
        },
        rule: rule.to_owned(),
        title: claim::headline(said).to_owned(),
        description: said.to_owned(),
        remedy: record.text("extra.fix").to_owned(),
        severity: severity(record.text("extra.severity")),
        confidence: Confidence::of(record.text("extra.metadata.confidence")),
        ids,
        cwes: record.texts("extra.metadata.cwe").iter().filter_map(|t| words::cwe(t)).collect(),
        component: package.map(|package| Component {
            kind: package.text("ecosystem").to_ascii_lowercase(),
            name: package.text("package").to_owned(),
            version: package.text("version").to_owned(),
            ..Component::default()
        }),
        locations: place_of(record).into_iter().collect(),
        references: record.texts("extra.metadata.references"),
        place,
        ..Observation::default()
    };
    let fingerprint = open(record.text("extra.fingerprint"));
    if !fingerprint.is_empty() {
        let (name, value) = ("matchBasedId/v1".to_owned(), fingerprint.to_owned());
        observation.fingerprints.push(Fingerprint { name, value });
    }
    if record.flag("extra.is_ignored") {
        observation.standing = Standing::Suppressed;
        observation.standing_reason = "nosemgrep".to_owned();
    }
    if observation.class == Class::Secret {
        observation.locations.iter_mut().for_each(|location| location.snippet.clear());
    }
    observation
}

fn place_of(record: Record<'_>) -> Option<Location> {
    let plain = site::location(record.text("path"), record.whole("start.line"))?;
    let end = record.whole("end.line");
    Some(Location {
        end_line: if end > plain.line { end } else { 0 },
        column: record.whole("start.col"),
        snippet: open(record.text("extra.lines")).trim_end().to_owned(),
        ..plain
    })
}

fn read_platform(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("semgrep".to_owned()));
    json::walk(source, &["findings[]"], sink, &mut |sink, hit| {
        claim::keep(sink, of_platform(hit.record(), hit.place()))
    })?;
    Ok(())
}

fn of_platform(record: Record<'_>, place: String) -> Observation {
    let at = site::location(record.text("location.file_path"), record.whole("location.line"));
    let end = record.whole("location.end_line");
    let (standing, standing_reason) = standing(record);
    let said = record.first(&["rule_message", "rule.message"]);
    Observation {
        class: Class::Code,
        rule: record.text("rule_name").to_owned(),
        title: claim::headline(said).to_owned(),
        description: said.to_owned(),
        remedy: record.text("assistant.guidance.instructions").to_owned(),
        severity: severity(record.text("severity")),
        confidence: Confidence::of(record.text("confidence")),
        cwes: record.texts("rule.cwe_names").iter().filter_map(|t| words::cwe(t)).collect(),
        locations: at
            .map(|plain| Location {
                end_line: if end > plain.line { end } else { 0 },
                column: record.whole("location.column"),
                ..plain
            })
            .into_iter()
            .collect(),
        tool_id: record.string("id"),
        fingerprints: ["match_based_id", "syntactic_id"]
            .into_iter()
            .map(|name| Fingerprint { name: name.to_owned(), value: record.text(name).to_owned() })
            .filter(|fingerprint| !fingerprint.value.is_empty())
            .collect(),
        standing,
        standing_reason,
        first_seen: words::when(record.text("created_at")),
        references: record.texts("line_of_code_url"),
        target: record.text("repository.name").to_owned(),
        place,
        ..Observation::default()
    }
}

/// `status` of the API: open, fixing, reviewing, provisionally_ignored, ignored, fixed, removed.
fn standing(record: Record<'_>) -> (Standing, String) {
    let reason = record.text("triage_reason");
    let standing = match (record.text("status"), record.text("state")) {
        ("fixed" | "removed", _) | (_, "fixed" | "removed") => Standing::Fixed,
        ("ignored" | "provisionally_ignored", _) | (_, "muted") => match reason {
            "false_positive" => Standing::FalsePositive,
            _ => Standing::Suppressed,
        },
        ("reviewing", _) => Standing::UnderInvestigation,
        _ => return (Standing::Reported, String::new()),
    };
    let comment = record.text("triage_comment");
    let both = [reason, comment].into_iter().filter(|text| !text.is_empty());
    (standing, both.collect::<Vec<_>>().join(": "))
}

fn read_supply_chain(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("semgrep".to_owned()));
    told::kinds(sink, &[Class::Dependency]);
    json::walk(source, &["vulns[]", "hasMore"], sink, &mut |sink, hit| {
        if hit.pattern == 0 {
            return claim::keep(sink, of_supply_chain(hit.record(), hit.place()));
        }
        if hit.value.as_bool() == Some(true) {
            sink.fact(Fact::Incomplete("one page of several".to_owned()));
        }
        Ok(())
    })?;
    Ok(())
}

fn of_supply_chain(record: Record<'_>, place: String) -> Observation {
    let (ids, mentions) = site::one_or_many(record.texts("advisory.references.cveIds"));
    let status = record.text("triage.status").to_ascii_uppercase();
    let (dismissed, because) = (status.as_str(), record.text("triage.dismissReason"));
    let standing = match (dismissed, because) {
        ("FIXED", _) => Standing::Fixed,
        ("DISMISSED" | "IGNORED", "FALSE_POSITIVE") => Standing::FalsePositive,
        ("DISMISSED" | "IGNORED", _) => Standing::Suppressed,
        _ => Standing::Reported,
    };
    let fixed = record.text("closestSafeDependency.versionSpecifier");
    let at = "dependencyFileLocation";
    let path = record.text(&format!("{at}.path"));
    Observation {
        class: Class::Dependency,
        rule: record.text("advisory.ruleId").to_owned(),
        title: record.text("title").to_owned(),
        description: record.text("advisory.description").to_owned(),
        severity: severity(record.text("advisory.severity")),
        ids,
        mentions,
        cwes: record
            .texts("advisory.references.cweIds")
            .iter()
            .filter_map(|t| words::cwe(t))
            .collect(),
        component: Some(Component {
            kind: record.text("advisory.ecosystem").to_ascii_lowercase(),
            name: record.text("matchedDependency.name").to_owned(),
            version: record.text("matchedDependency.versionSpecifier").to_owned(),
            fixed_in: Some(fixed.to_owned()).filter(|v| !v.is_empty()).into_iter().collect(),
            ..Component::default()
        }),
        locations: site::location(path, record.whole(&format!("{at}.startLine")))
            .into_iter()
            .collect(),
        standing,
        standing_reason: if standing == Standing::Reported {
            String::new()
        } else {
            because.to_owned()
        },
        first_seen: words::when(record.text("openedAt")),
        references: record.texts("advisory.references.urls"),
        target: record.text("repositoryName").to_owned(),
        place,
        ..Observation::default()
    }
}
