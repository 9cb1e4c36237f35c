//! What does Greenbone (OpenVAS) say?
//!
//! A result is a check (network vulnerability test, by its OID) at a port of a host. The CVE scanner has the
//! CVE in place of an OID. Threat «Log» is information; «False Positive» and overrides are the user's word.
//! Hosts are known by the address that was scanned.

use vocab::Severity;

use super::claim::{self, cover, hand_on, paragraphs, service};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::shape::has_columns;
use crate::walk::table::{self, Row};
use crate::walk::xml::{self, Element};

/// The report as XML, inside its envelope or without.
pub const XML: Format = Format {
    id: "openvas",
    title: "OpenVAS / Greenbone XML",
    detects: |shape| {
        shape.any(&["report/report/scan_run_status", "report/scan_run_status"])
            || shape.has("get_reports_response/report")
            || shape.any(&["report/report/results/result/nvt", "report/results/result/nvt"])
    },
    read: read_xml,
};

/// The report as a table.
pub const CSV: Format = Format {
    id: "openvas-csv",
    title: "OpenVAS / Greenbone CSV",
    detects: |shape| shape.columns(COLUMNS),
    read: read_csv,
};

const COLUMNS: &[&str] = &["IP", "NVT Name", "NVT OID", "CVSS"];
/// Results first, then what is said of the run; each in the envelopes that occur.
const PATTERNS: &[&str] = &[
    "report/report/results/result",
    "report/results/result",
    "get_reports_response/report/report/results/result",
    "report/report/scan_run_status",
    "report/scan_run_status",
    "get_reports_response/report/report/scan_run_status",
    "report/report/scan_end",
    "report/scan_end",
    "get_reports_response/report/report/scan_end",
];

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("OpenVAS".to_owned()));
    xml::walk(source, PATTERNS, sink, &mut |sink, hit| {
        let text = hit.element.text.trim();
        match hit.pattern {
            0..=2 => return hand_on(sink, of_result(&hit.element, hit.place())),
            3..=5 if !text.eq_ignore_ascii_case("done") => {
                sink.fact(Fact::Incomplete(format!("the run's status is «{text}»")));
            }
            6.. => looked_at(sink, text, when(text)),
            _ => {}
        }
        Ok(())
    })
}

fn of_result(result: &Element, place: String) -> Observation {
    let check = result.at("nvt");
    let nvt = |path: &str| check.map_or("", |check| check.text_of(path));
    let tags = tags(nvt("tags"));
    let tag = |name: &str| tags.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| *value);
    let refs: Vec<(&str, &str)> = check
        .into_iter()
        .flat_map(|check| check.all("refs/ref"))
        .map(|reference| (reference.attribute("type"), reference.attribute("id")))
        .collect();
    let of_type = |kind: &'static str| refs.iter().filter(move |r| r.0.eq_ignore_ascii_case(kind));
    let threat = result.text_of("threat");
    let mut observation = Observation {
        class: Class::Host,
        rule: check.map_or("", |check| check.attribute("oid")).to_owned(),
        title: claim::first_line(or(result.text_of("name"), nvt("name"))).to_owned(),
        description: paragraphs(&[
            tag("summary"),
            tag("insight"),
            tag("impact"),
            tag("affected"),
            result.text_of("description"),
        ]),
        remedy: or(nvt("solution"), tag("solution")).to_owned(),
        severity: rating(result.text_of("severity"), threat),
        score: claim::score(&[
            tag("cvss_base_vector"),
            nvt("severities/severity/value"),
            result.text_of("severity"),
            nvt("cvss_base"),
        ]),
        references: of_type("url").flat_map(|(_, link)| claim::links(link)).collect(),
        endpoint: endpoint(result.text_of("host"), result.text_of("port")),
        place,
        ..Observation::default()
    };
    overridden(&mut observation, result, threat);
    let cves: Vec<&str> = of_type("cve").map(|(_, id)| *id).chain([nvt("cve")]).collect();
    cover(&mut observation, words::cves(&cves.join(" ")));
    observation
}

/// An override that sets the severity to -1 calls the result a false positive (Greenbone, «Overrides»).
fn overridden(observation: &mut Observation, result: &Element, threat: &str) {
    let negative = result.text_of("severity").starts_with('-');
    if threat.eq_ignore_ascii_case("false positive") || negative {
        observation.standing = Standing::FalsePositive;
        observation.standing_reason = result.text_of("overrides/override/text").to_owned();
    }
}

/// The number is finer than the word, which ended at «High» until 2024.
fn rating(number: &str, word: &str) -> Severity {
    match words::severity_of_score(number) {
        Severity::Unknown => words::severity(word),
        known => known,
    }
}

fn or<'t>(one: &'t str, other: &'t str) -> &'t str {
    if one.is_empty() { other } else { one }
}

/// `name=value` joined by bars, as checks carry their texts.
fn tags(text: &str) -> Vec<(&str, &str)> {
    text.split('|').filter_map(|tag| tag.split_once('=')).take(100).collect()
}

/// A port is `443/tcp`, `general/tcp` or `general/CPE-T`.
fn endpoint(host: &str, port: &str) -> Option<Endpoint> {
    let (number, protocol) = port.split_once('/').unwrap_or((port, ""));
    // Older reports write «https (443/tcp)».
    let number = number.rsplit_once('(').map_or(number, |(_, number)| number);
    let protocol = protocol.trim_end_matches(')');
    let protocol = if matches!(protocol, "tcp" | "udp") { protocol } else { "" };
    service(host, number, protocol, "")
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("OpenVAS".to_owned()));
    let mut latest = None;
    let header = |row: &[String]| has_columns(row, COLUMNS);
    let end = table::walk(source, &header, sink, &mut |sink, row| {
        latest = latest.max(when(row.get("Timestamp")));
        hand_on(sink, of_row(&row))
    });
    if let Some(instant) = latest {
        sink.fact(Fact::ScannedAt(instant));
    }
    end
}

fn of_row(row: &Row<'_>) -> Observation {
    let mut observation = Observation {
        class: Class::Host,
        rule: row.get("NVT OID").to_owned(),
        title: row.get("NVT Name").to_owned(),
        description: paragraphs(&[
            row.get("Summary"),
            row.get("Vulnerability Insight"),
            row.get("Impact"),
            row.get("Affected Software/OS"),
            row.get("Specific Result"),
        ]),
        remedy: row.get("Solution").to_owned(),
        severity: rating(row.get("CVSS"), row.get("Severity")),
        score: claim::score(&[row.get("CVSS")]),
        references: claim::links(row.get("Other References")),
        endpoint: service(
            row.first(&["IP", "Hostname"]),
            row.get("Port"),
            row.get("Port Protocol"),
            "",
        ),
        place: row.place(),
        ..Observation::default()
    };
    if row.get("Severity").eq_ignore_ascii_case("false positive") {
        observation.standing = Standing::FalsePositive;
    }
    cover(&mut observation, words::cves(row.get("CVEs")));
    observation
}
