//! What does Greenbone (OpenVAS) say?
//!
//! A result is a check (network vulnerability test, by its OID) at a port of a host. The CVE scanner has the
//! CVE in place of an OID. Threat «Log» is information; «False Positive» and overrides are the user's word.
//! Hosts are known by the address that was scanned. A report is a view of a scan by a filter that it states: which
//! levels, how sure (quality of detection), and whether hosts without results are listed.

use vocab::Severity;

use std::collections::BTreeMap;

use super::claim::{self, cover, hand_on, paragraphs, service};
use super::when::when;
use crate::coverage::{Filter, Target};
use crate::format::Format;
use crate::observation::{Class, Confidence, Endpoint, Location, Observation, Standing};
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
/// The envelopes that occur.
const ENVELOPES: [&str; 3] = ["report/report", "report", "get_reports_response/report/report"];
/// Results first, then what is said of the run.
const SAID: [&str; 8] = [
    "results/result",
    "scan_run_status",
    "scan_end",
    "filters",
    "host",
    "errors/error",
    "task/name",
    "result_count",
];

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("OpenVAS".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let patterns: Vec<String> =
        SAID.iter().flat_map(|said| ENVELOPES.map(|root| format!("{root}/{said}"))).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let (mut met, mut count) = (0_u64, None::<u64>);
    // Hosts with results alone are no list of what was looked at; the filter says which hosts are listed.
    let (mut all_hosts, mut hosts) = (false, Vec::new());
    let end = xml::walk(source, &patterns, sink, &mut |sink, hit| {
        let (element, text) = (&hit.element, hit.element.text.trim());
        match hit.pattern / ENVELOPES.len() {
            0 => {
                met += 1;
                return hand_on(sink, of_result(element, hit.place()));
            }
            1 if text.eq_ignore_ascii_case("done") => sink.fact(Fact::Succeeded),
            1 => sink.fact(Fact::Incomplete(format!("the run's status is «{text}»"))),
            2 => looked_at(sink, text, when(text)),
            3 => all_hosts |= filters(sink, element),
            4 if hosts.len() < crate::coverage::MAX_TOLD => hosts.extend(of_host(sink, element)),
            5 => error(sink, element),
            6 => claim::setting(sink, "task", text.to_owned()),
            7 => count = element.text_of("filtered").parse().ok(),
            _ => {}
        }
        Ok(())
    });
    if all_hosts {
        hosts.into_iter().for_each(|host| sink.fact(Fact::Looked(host)));
    }
    if let Some(count) = count.filter(|count| *count > met) {
        sink.fact(Fact::Incomplete(format!("the report holds {met} of {count} results")));
    }
    end
}

/// A host of the scan, when it was looked at to the end. Details tell how signing in went, by protocol.
fn of_host(sink: &mut dyn Sink, host: &Element) -> Option<Target> {
    let target = claim::host_target(host.text_of("ip"))?;
    for detail in host.all("detail") {
        let name = detail.text_of("name");
        if name.starts_with("Auth-") && (name.ends_with("-Success") || name.ends_with("-Failure")) {
            sink.fact(Fact::SignedIn(target.clone(), name.ends_with("-Success")));
        }
    }
    if host.at("end").is_some_and(|end| end.text.trim().is_empty()) {
        sink.fact(Fact::Missed(target));
        return None;
    }
    Some(target)
}

/// «Host dead», or a test that did not end.
fn error(sink: &mut dyn Sink, error: &Element) {
    if error.text_of("description").to_ascii_lowercase().contains("dead") {
        let host = claim::host_target(error.text_of("host"));
        host.into_iter().for_each(|host| sink.fact(Fact::Missed(host)));
        return;
    }
    let oid = error.at("nvt").map_or("", |nvt| nvt.attribute("oid"));
    if !oid.is_empty() {
        sink.fact(Fact::InactiveRule(oid.to_owned()));
    }
}

/// Tells the filter of the report; returns whether it lists hosts without results too.
fn filters(sink: &mut dyn Sink, filters: &Element) -> bool {
    let mut terms: BTreeMap<String, String> = BTreeMap::new();
    let mut others: Vec<String> = Vec::new();
    for term in filters.text_of("term").split_whitespace().take(200) {
        match term.split_once('=') {
            Some((name, value)) => {
                terms.insert(name.to_owned(), value.trim_matches('"').to_owned());
            }
            None if term == "and" => {}
            None => others.push(term.to_owned()),
        }
    }
    for keyword in filters.all("keywords/keyword").filter(|k| k.text_of("relation") == "=") {
        let value = keyword.text_of("value").to_owned();
        terms.entry(keyword.text_of("column").to_owned()).or_insert(value);
    }
    let term = |name: &str| terms.get(name).map(String::as_str);
    if let Some(levels) = term("levels") {
        sink.fact(Fact::Filter(of_levels(levels)));
        if !levels.contains('c') && levels.contains('h') {
            // Until 2024 «high» held what is critical now.
            others.push(format!("levels={levels}"));
        }
        if term("apply_overrides") == Some("1") && !levels.contains('f') {
            others.push("apply_overrides=1".to_owned());
        }
    }
    if let Some(least) = term("min_qod").and_then(|least| least.parse::<u32>().ok()) {
        sink.fact(Fact::Filter(of_quality(least)));
    }
    let restricts = |name: &&String| !NEUTRAL.contains(&name.as_str());
    others.extend(
        terms.keys().filter(restricts).map(|name| format!("{name}={}", terms[name.as_str()])),
    );
    others.into_iter().for_each(|other| sink.fact(Fact::Filter(Filter::Other(other))));
    term("result_hosts_only") == Some("0")
}

/// Terms that order or decorate, and those that are read above.
const NEUTRAL: &[&str] = &[
    "apply_overrides",
    "details",
    "first",
    "levels",
    "max",
    "min_qod",
    "notes",
    "overrides",
    "result_hosts_only",
    "rows",
    "sort",
    "sort-reverse",
    "start",
    "timezone",
];

/// `hml`: critical, high, medium, low and log by their letters; what leaves a gap is no threshold.
fn of_levels(levels: &str) -> Filter {
    let has = |level: char| levels.contains(level);
    let shown = [has('h'), has('m'), has('l'), has('g')];
    match shown {
        [true, true, true, true] => Filter::Severity(Severity::None),
        [true, true, true, false] => Filter::Severity(Severity::Low),
        [true, true, false, false] => Filter::Severity(Severity::Medium),
        [true, false, false, false] => Filter::Severity(Severity::High),
        [false, false, false, false] if has('c') => Filter::Severity(Severity::Critical),
        _ => Filter::Other(format!("levels={levels}")),
    }
}

/// From which quality of detection on a result is as sure: 70 is Greenbone's own threshold.
const SURE: u32 = 70;
/// Below it a result is hardly more than a hint (`package_unreliable`, «remote banner, unreliable»).
const UNSURE: u32 = 31;

fn confidence(quality: &str) -> Confidence {
    match quality.trim().parse::<u32>() {
        Ok(quality) if quality >= SURE => Confidence::High,
        Ok(quality) if quality >= UNSURE => Confidence::Medium,
        Ok(_) => Confidence::Low,
        Err(_) => Confidence::Unknown,
    }
}

/// A least quality between two steps hides some of the lower one, so that it stands for the higher.
fn of_quality(least: u32) -> Filter {
    match least {
        0 => Filter::Confidence(Confidence::Low),
        1..=UNSURE => Filter::Confidence(Confidence::Medium),
        32..=SURE => Filter::Confidence(Confidence::High),
        _ => Filter::Other(format!("min_qod={least}")),
    }
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
        confidence: confidence(result.text_of("qod/value")),
        references: of_type("url").flat_map(|(_, link)| claim::links(link)).collect(),
        endpoint: endpoint(result.text_of("host"), result.text_of("port")),
        locations: installations(result.text_of("description")),
        place,
        ..Observation::default()
    };
    overridden(&mut observation, result, threat);
    let cves: Vec<&str> = of_type("cve").map(|(_, id)| *id).chain([nvt("cve")]).collect();
    cover(&mut observation, words::cves(&cves.join(" ")));
    observation
}

/// Where the checked product is installed: a host can have it twice, and the result's own id is another in each
/// report. A port stands in its place where the product was seen over the network.
fn installations(said: &str) -> Vec<Location> {
    let told = said.split_once("Installation path / port:").map_or("", |(_, rest)| rest);
    let path = told.lines().next().unwrap_or_default().trim();
    let is_path = path.starts_with('/') && path.len() > 1 || path.contains(":\\");
    let location = Location { path: path.to_owned(), ..Location::default() };
    is_path.then_some(location).into_iter().collect()
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
    sink.fact(Fact::Kind(Class::Host));
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
        confidence: confidence(row.get("QoD")),
        references: claim::links(row.get("Other References")),
        locations: installations(row.get("Specific Result")),
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
