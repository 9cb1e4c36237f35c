//! What do tools say that look at how something is set up and defended?
//!
//! Cloudflare's insights (JSON and table), KrakenD's audit, 42Crunch, PingCastle, Picus, kube-hunter. What is
//! set wrongly is the resource: a zone, a place in a definition, a domain.

use std::collections::BTreeMap;

use vocab::Severity;

use super::claim::{self, hand_on};
use super::flat::{Flat, NOTHING};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Fingerprint, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json;
use crate::walk::shape::has_columns;
use crate::walk::table;
use crate::walk::xml;

/// Cloudflare's Security Center, by its interface.
pub const CLOUDFLARE: Format = Format {
    id: "cloudflare-insights",
    title: "Cloudflare Insights JSON",
    detects: |shape| shape.all(&["[].issue_class", "[].issue_type", "[].subject", "[].dismissed"]),
    read: read_cloudflare,
};

/// Cloudflare's Security Center as a table.
pub const CLOUDFLARE_CSV: Format = Format {
    id: "cloudflare-insights-csv",
    title: "Cloudflare Insights CSV",
    detects: |shape| shape.columns(CLOUDFLARE_COLUMNS),
    read: read_cloudflare_rows,
};

/// `krakend audit -f`.
pub const KRAKEND: Format = Format {
    id: "krakend-audit",
    title: "KrakenD audit JSON",
    detects: |shape| {
        shape.has("stats") && shape.all(&["recommendations[].rule", "recommendations[].message"])
    },
    read: read_krakend,
};

/// 42Crunch's audit of an OpenAPI definition.
pub const CRUNCH42: Format = Format {
    id: "42crunch",
    title: "42Crunch audit JSON",
    detects: |shape| shape.all(&["report.assessmentVersion", "report.oasVersion", "report.index"]),
    read: read_crunch42,
};

/// PingCastle's health check of an Active Directory.
pub const PINGCASTLE: Format = Format {
    id: "pingcastle",
    title: "PingCastle health check XML",
    detects: |shape| shape.has("HealthcheckData"),
    read: read_pingcastle,
};

/// Picus' simulated attacks.
pub const PICUS: Format = Format {
    id: "picus-csv",
    title: "Picus CSV",
    detects: |shape| shape.columns(PICUS_COLUMNS),
    read: read_picus,
};

/// `kube-hunter --report json`.
pub const KUBEHUNTER: Format = Format {
    id: "kube-hunter",
    title: "kube-hunter JSON",
    detects: |shape| {
        shape.all(&["nodes", "services", "vulnerabilities"])
            && shape.any(&["nodes[].location", "services[].location", "vulnerabilities[].vid"])
    },
    read: read_kubehunter,
};

fn read_cloudflare(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    const ROW: Flat = Flat {
        class: Class::Configuration,
        rule: &["issue_class"],
        title: &["issue_class"],
        description: &["issue_type"],
        remedy: &["resolve_text"],
        severity: &["severity"],
        links: &["resolve_link"],
        first_seen: &["since"],
        ..NOTHING
    };
    sink.fact(Fact::Tool("Cloudflare".to_owned()));
    json::walk(source, &["[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let mut found = ROW.read(&record, hit.place());
        record.text("subject").clone_into(&mut found.resource);
        found.title = found.title.replace('_', " ");
        if record.flag("dismissed") {
            found.standing = Standing::Suppressed;
            "dismissed".clone_into(&mut found.standing_reason);
        }
        hand_on(sink, found)
    })
    .map(|_| ())
}

const CLOUDFLARE_COLUMNS: &[&str] = &["issue_class", "subject", "issue_type", "recommended_action"];

fn read_cloudflare_rows(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    const ROW: Flat = Flat {
        class: Class::Configuration,
        rule: &["issue_class"],
        title: &["issue_class"],
        description: &["issue_type", "insight", "risk"],
        remedy: &["recommended_action"],
        severity: &["severity"],
        ..NOTHING
    };
    sink.fact(Fact::Tool("Cloudflare".to_owned()));
    let header = |row: &[String]| has_columns(row, CLOUDFLARE_COLUMNS);
    table::walk(source, &header, sink, &mut |sink, row| {
        let mut found = ROW.read(&row, row.place());
        row.get("subject").clone_into(&mut found.resource);
        found.standing = match row.get("status").to_ascii_lowercase().as_str() {
            "resolved" => Standing::Fixed,
            "archived" | "dismissed" => Standing::Suppressed,
            _ => Standing::Reported,
        };
        hand_on(sink, found)
    })
}

fn read_krakend(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("KrakenD".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    json::walk(source, &["recommendations[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let found = Observation {
            class: Class::Configuration,
            rule: record.text("rule").to_owned(),
            title: record.text("message").to_owned(),
            severity: words::severity(record.text("severity")),
            place: hit.place(),
            ..Observation::default()
        };
        hand_on(sink, found)
    })
    .map(|_| ())
}

/// Criticality is 1 to 5: info, low, medium, high, critical (42Crunch, «Severity levels»).
fn read_crunch42(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("42Crunch".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut index: BTreeMap<usize, String> = BTreeMap::new();
    json::walk(source, &["report.index[]", "report.assessmentVersion"], sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default().to_owned();
        if hit.pattern == 1 {
            sink.fact(Fact::ToolVersion(text));
        } else if index.len() < 1_000_000 {
            index.insert(hit.index(0), text);
        }
        Ok(())
    })?;
    // Security, data, warnings and what else has issues: each by the name of its check.
    json::walk(source, &["report.*.issues.*"], sink, &mut |sink, hit| {
        let (check, rule) = (hit.record(), hit.key(3));
        for (number, issue) in check.items("issues").enumerate() {
            let place = format!("{}.issues[{number}]", hit.place());
            let pointer = usize::try_from(issue.whole("pointer")).unwrap_or(usize::MAX);
            let fingerprint = issue.text("fingerprint").to_owned();
            let level = [issue, check].into_iter().find(|r| r.has("criticality"));
            let found = Observation {
                class: Class::Configuration,
                rule: rule.to_owned(),
                title: check.text("description").to_owned(),
                description: issue.text("specificDescription").to_owned(),
                severity: match level.map(|level| level.whole("criticality")) {
                    Some(1) => Severity::None,
                    Some(2) => Severity::Low,
                    Some(3) => Severity::Medium,
                    Some(4) => Severity::High,
                    Some(5) => Severity::Critical,
                    _ => Severity::Unknown,
                },
                resource: index.get(&pointer).cloned().unwrap_or_default(),
                fingerprints: Some(fingerprint)
                    .filter(|value| !value.is_empty())
                    .map(|value| Fingerprint { name: "fingerprint".to_owned(), value })
                    .into_iter()
                    .collect(),
                place,
                ..Observation::default()
            };
            hand_on(sink, found)?;
        }
        Ok(())
    })
    .map(|_| ())
}

/// The domain stands before the rules. Points are no rating: rules of 0 points inform, others have none.
fn read_pingcastle(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("PingCastle".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut domain = String::new();
    let patterns = [
        "HealthcheckData/RiskRules/HealthcheckRiskRule",
        "HealthcheckData/DomainFQDN",
        "HealthcheckData/GenerationDate",
        "HealthcheckData/EngineVersion",
    ];
    xml::walk(source, &patterns, sink, &mut |sink, hit| {
        let (rule, text) = (&hit.element, hit.element.text.trim());
        match hit.pattern {
            0 => {
                let informs = rule.text_of("Points") == "0";
                let found = Observation {
                    class: Class::Configuration,
                    rule: rule.text_of("RiskId").to_owned(),
                    title: claim::first_line(rule.text_of("Rationale")).to_owned(),
                    description: format!("{} {}", rule.text_of("Category"), rule.text_of("Model")),
                    severity: if informs { Severity::None } else { Severity::Unknown },
                    resource: domain.clone(),
                    place: hit.place(),
                    ..Observation::default()
                };
                return hand_on(sink, found);
            }
            1 => {
                domain = text.to_ascii_lowercase();
                sink.fact(Fact::Target(domain.clone()));
            }
            2 => looked_at(sink, text, when(text)),
            _ => sink.fact(Fact::ToolVersion(text.to_owned())),
        }
        Ok(())
    })
}

const PICUS_COLUMNS: &[&str] = &["simulationRunId", "threatId", "actionId", "actionName"];

/// An attack that was blocked is as it should be.
fn read_picus(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    const ROW: Flat = Flat {
        class: Class::Configuration,
        rule: &["actionId", "threatId"],
        title: &["actionName", "threatName"],
        description: &["actionDescription", "threatName"],
        severity: &["severity", "threatSeverity"],
        cwes: &["cwe"],
        ..NOTHING
    };
    sink.fact(Fact::Tool("Picus".to_owned()));
    let mut passed = 0;
    let header = |row: &[String]| has_columns(row, PICUS_COLUMNS);
    let end = table::walk(source, &header, sink, &mut |sink, row| {
        let result = row.first(&["actionPreventionResult", "threatPreventionResult"]);
        if result.eq_ignore_ascii_case("blocked") {
            passed += 1;
            return Ok(());
        }
        let mut found = ROW.read(&row, row.place());
        found.mentions = words::cves(row.get("cve"));
        row.first(&["platform", "affectedPlatforms"]).clone_into(&mut found.resource);
        hand_on(sink, found)
    });
    sink.fact(Fact::Passed(passed));
    end
}

/// Evidence can hold tokens and is left out.
fn read_kubehunter(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("kube-hunter".to_owned()));
    json::walk(source, &["vulnerabilities[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let location = record.text("location");
        let mut found = Observation {
            class: Class::Host,
            rule: record.first(&["vid", "vulnerability"]).to_owned(),
            title: record.text("vulnerability").to_owned(),
            description: record.text("description").to_owned(),
            severity: words::severity(record.text("severity")),
            references: claim::links(record.text("avd_reference")),
            place: hit.place(),
            ..Observation::default()
        };
        if found.rule == "None" {
            found.rule.clone_from(&found.title);
        }
        // What is met from inside a pod has a name in place of an address.
        if location.contains([':', '.']) {
            let (host, port) = location.rsplit_once(':').unwrap_or((location, ""));
            found.endpoint = claim::service(host, port, "tcp", "");
        } else {
            location.clone_into(&mut found.resource);
        }
        hand_on(sink, found)
    })
    .map(|_| ())
}
