//! What does Qualys' network scanning say: scan reports as table and XML, PCI, VMDR, the scan from its pages?
//!
//! Severity is 1 to 5 (Qualys, «Severity levels»: minimal, medium, serious, critical, urgent); information
//! gathered has levels too and is no problem by itself. A host that is tracked by address is known by it,
//! one that is tracked by name or agent by its name. A QID that covers several CVEs mentions them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use vocab::{Instant, Severity};

use super::claim::{self, cover, hand_on, paragraphs, service};
use super::when::when;
use crate::coverage::{Filter, MAX_TOLD, Target};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::shape::has_columns;
use crate::walk::table::{self, Row};
use crate::walk::xml::{self, Element};

/// The scan report as a table.
pub const CSV: Format = Format {
    id: "qualys-csv",
    title: "Qualys scan report CSV",
    detects: |shape| shape.columns(REPORT),
    read: |source, sink| read_rows(source, sink, REPORT, of_report_row),
};

/// Reports of Qualys PCI and of those who sell it under their name (HackerGuardian).
pub const PCI: Format = Format {
    id: "qualys-pci-csv",
    title: "Qualys PCI and HackerGuardian CSV",
    detects: |shape| shape.columns(COMPLIANCE),
    read: |source, sink| read_rows(source, sink, COMPLIANCE, of_compliance_row),
};

/// Vulnerability Management, Detection and Response, by QID or by CVE.
pub const VMDR: Format = Format {
    id: "qualys-vmdr-csv",
    title: "Qualys VMDR CSV",
    detects: |shape| shape.columns(DETECTION),
    read: |source, sink| read_rows(source, sink, DETECTION, of_detection_row),
};

/// The asset data report.
pub const XML: Format = Format {
    id: "qualys",
    title: "Qualys asset data report XML",
    detects: |shape| shape.has("ASSET_DATA_REPORT"),
    read: read_assets,
};

/// The scan as it is downloaded from the scans page.
pub const SCAN: Format = Format {
    id: "qualys-scan",
    title: "Qualys scan XML from the web pages",
    detects: |shape| shape.has("SCAN/@value") && shape.has("SCAN/HEADER/KEY/@value"),
    read: read_scan,
};

const REPORT: &[&str] = &["IP", "QID", "Vuln Status", "Tracking Method"];
const COMPLIANCE: &[&str] = &["IP", "QID", "VULN TITLE", "IS_PCI", "Q_SEVERITY"];
const DETECTION: &[&str] = &["QID", "Title", "KB Severity", "Type Detected", "Asset Name"];
/// Most entries of a glossary that are kept; the knowledge base has about 200,000.
pub(super) const MAX_GLOSSARY: usize = 300_000;

/// A level from 1 to 5; `information` tells whether the check only gathers information.
pub(super) fn level(level: &str, information: bool) -> Severity {
    match level.trim() {
        _ if information => Severity::None,
        "1" | "2" => Severity::Low,
        "3" => Severity::Medium,
        "4" => Severity::High,
        "5" => Severity::Critical,
        _ => Severity::Unknown,
    }
}

fn read_rows(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    columns: &[&str],
    of_row: fn(&Row<'_>) -> Observation,
) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Qualys".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let date: Cell<Option<Instant>> = Cell::new(None);
    let is_header = |row: &[String]| {
        if date.get().is_none() {
            date.set(row.iter().find_map(|cell| when(cell)));
        }
        has_columns(row, columns)
    };
    let mut hosts = Hosts::default();
    let end = table::walk(source, &is_header, sink, &mut |sink, row| {
        let found = of_row(&row);
        hosts.met(&found, row.get("IP Status"));
        if row.get("QID").is_empty() && !row.get("IP Status").is_empty() {
            return Ok(());
        }
        signed_in(sink, &found);
        hand_on(sink, found)
    });
    hosts.tell(sink);
    if let Some(instant) = date.get() {
        sink.fact(Fact::ScannedAt(instant));
    }
    end
}

/// The hosts of a report with their «IP Status»: «host scanned, found vuln», «host scanned, no vuln», «host not
/// scanned …» (Qualys, «Scan report, CSV»). Only where one without findings is listed are all that were looked at.
#[derive(Default)]
struct Hosts {
    looked: BTreeSet<Target>,
    missed: BTreeSet<Target>,
    all: bool,
}

impl Hosts {
    fn met(&mut self, found: &Observation, status: &str) {
        let Some(at) = found.endpoint.as_ref().filter(|at| !at.host.is_empty()) else { return };
        let status = status.to_ascii_lowercase();
        if status.is_empty() || self.looked.len() + self.missed.len() >= MAX_TOLD {
            return;
        }
        let scanned = status.starts_with("host scanned");
        self.all |= scanned && status.contains("no vuln");
        let of = if scanned { &mut self.looked } else { &mut self.missed };
        of.insert(Target::host(&at.host));
    }

    fn tell(self, sink: &mut dyn Sink) {
        self.missed.into_iter().for_each(|host| sink.fact(Fact::Missed(host)));
        if self.all {
            self.looked.into_iter().for_each(|host| sink.fact(Fact::Looked(host)));
        }
    }
}

/// Checks that tell how signing in went: the method that worked (70053 Windows, 38307 Unix), and that it failed
/// (105015 Windows, 105053 Unix).
fn signed_in(sink: &mut dyn Sink, found: &Observation) {
    let is = match found.rule.as_str() {
        "70053" | "38307" => true,
        "105015" | "105053" => false,
        _ => return,
    };
    if let Some(at) = found.endpoint.as_ref().filter(|at| !at.host.is_empty()) {
        sink.fact(Fact::SignedIn(Target::host(&at.host), is));
    }
}

fn of_report_row(row: &Row<'_>) -> Observation {
    let host = match row.get("Tracking Method").to_ascii_uppercase().as_str() {
        "IP" => row.first(&["IP", "DNS"]),
        _ => row.first(&["FQDN", "DNS", "NetBIOS", "IP"]),
    };
    let mut observation = Observation {
        class: Class::Host,
        rule: row.get("QID").to_owned(),
        title: row.get("Title").to_owned(),
        description: paragraphs(&[row.get("Threat"), row.get("Impact"), row.get("Results")]),
        remedy: row.get("Solution").to_owned(),
        severity: level(row.get("Severity"), row.get("Type").eq_ignore_ascii_case("ig")),
        score: claim::score(&[&vector(row.get("CVSS3 Base")), &vector(row.get("CVSS Base"))]),
        endpoint: service(host, row.get("Port"), row.get("Protocol"), ""),
        place: row.place(),
        ..Observation::default()
    };
    observation.standing = standing(row.get("Vuln Status"));
    cover(&mut observation, words::cves(row.get("CVE ID")));
    observation
}

/// «8.1 (AV:N/…)» is the vector.
fn vector(text: &str) -> String {
    match text.split_once('(') {
        Some((_, vector)) => vector.trim_end_matches(')').to_owned(),
        None => text.to_owned(),
    }
}

fn standing(status: &str) -> Standing {
    match status.trim().to_ascii_lowercase().as_str() {
        "fixed" => Standing::Fixed,
        "ignored" | "disabled" => Standing::Suppressed,
        _ => Standing::Reported,
    }
}

/// The PCI severity is low, medium or high by its letter or word; `Q_SEVERITY` is the level of the QID.
fn of_compliance_row(row: &Row<'_>) -> Observation {
    let severity = match row.get("SEVERITY").to_ascii_uppercase().as_str() {
        "L" => Severity::Low,
        "M" => Severity::Medium,
        "H" => Severity::High,
        word => words::severity(word),
    };
    let information = row.get("TYPE").to_ascii_uppercase().starts_with("INFO");
    let severity = match severity {
        Severity::Unknown => level(row.get("Q_SEVERITY"), information),
        known => known,
    };
    let mut observation = Observation {
        class: Class::Host,
        rule: row.get("QID").to_owned(),
        title: row.get("VULN TITLE").to_owned(),
        description: paragraphs(&[row.get("THREAT"), row.get("IMPACT"), row.get("RESULT")]),
        remedy: row.get("SOLUTION").to_owned(),
        severity,
        score: claim::score(&[row.get("CVSS_BASE")]),
        endpoint: service(row.first(&["HOSTNAME", "IP"]), row.get("PORT"), row.get("PROTOCOL"), ""),
        place: row.place(),
        ..Observation::default()
    };
    let asked = row.get("FALSE POSITIVE STATUS");
    observation.standing = match asked.to_ascii_lowercase().as_str() {
        "requested" => Standing::UnderInvestigation,
        "approved" | "accepted" => Standing::FalsePositive,
        _ => Standing::Reported,
    };
    if observation.standing != Standing::Reported {
        observation.standing_reason = format!("false positive: {asked}");
    }
    cover(&mut observation, words::cves(row.get("CVEID")));
    observation
}

fn of_detection_row(row: &Row<'_>) -> Observation {
    let information = row.get("Type Detected").to_ascii_lowercase().starts_with("info");
    let address = row.first(&["Asset IPV4", "Asset IPV6"]);
    let address = address.split(',').next().unwrap_or_default();
    let host = if row.get("Asset Name").is_empty() { address } else { row.get("Asset Name") };
    let mut observation = Observation {
        class: Class::Host,
        rule: row.get("QID").to_owned(),
        title: row.get("Title").to_owned(),
        description: paragraphs(&[
            row.get("CVE-Description"),
            row.get("Threat"),
            row.get("Results"),
        ]),
        remedy: row.get("Solution").to_owned(),
        severity: level(row.first(&["Severity", "KB Severity"]), information),
        score: claim::score(&[row.get("CVSSv3.1 Base (nvd)"), row.get("CVSSv2 Base (nvd)")]),
        endpoint: service(host, row.get("Port"), row.get("Protocol"), ""),
        first_seen: when(row.get("First Detected")),
        place: row.place(),
        ..Observation::default()
    };
    observation.standing = standing(row.get("Status"));
    for column in ["Disabled", "Ignored"] {
        if row.get(column).eq_ignore_ascii_case("yes") {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = column.to_ascii_lowercase();
        }
    }
    cover(&mut observation, words::cves(row.get("CVE")));
    observation
}

const DETAILS: &str = "ASSET_DATA_REPORT/GLOSSARY/VULN_DETAILS_LIST/VULN_DETAILS";
const TOLD: &str = "ASSET_DATA_REPORT/HEADER/GENERATION_DATETIME";
const TEMPLATE: &str = "ASSET_DATA_REPORT/HEADER/TEMPLATE";
const FILTERS: &str = "ASSET_DATA_REPORT/APPENDICES/TEMPLATE_DETAILS/FILTER_SUMMARY";
const LISTS: &str = "ASSET_DATA_REPORT/APPENDICES/TEMPLATE_DETAILS/VULN_LISTS";
const DEAD: &str = "ASSET_DATA_REPORT/APPENDICES/NO_RESULTS/IP_LIST/RANGE";
/// In the order of the DTD: what names a host stands before what was found on it.
const ASSETS: &[&str] = &[
    "ASSET_DATA_REPORT/HOST_LIST/HOST/IP",
    "ASSET_DATA_REPORT/HOST_LIST/HOST/TRACKING_METHOD",
    "ASSET_DATA_REPORT/HOST_LIST/HOST/DNS",
    "ASSET_DATA_REPORT/HOST_LIST/HOST/VULN_INFO_LIST/VULN_INFO",
];

fn read_assets(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Qualys".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let mut glossary: BTreeMap<String, Element> = BTreeMap::new();
    let about = [DETAILS, TOLD, TEMPLATE, FILTERS, LISTS, DEAD];
    xml::walk(source, &about, sink, &mut |sink, hit| {
        let words = || hit.element.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match hit.pattern {
            0 if glossary.len() < MAX_GLOSSARY => {
                glossary.insert(hit.element.text_of("QID").to_owned(), hit.element);
            }
            1 => looked_at(sink, &hit.element.text, when(&hit.element.text)),
            2 => claim::setting(sink, "template", words()),
            3 => sink.fact(Fact::Filter(Filter::Other(words()))),
            4 => {
                let other = format!("only the vulnerabilities of {}", words());
                sink.fact(Fact::Filter(Filter::Other(other)));
            }
            5 if hit.element.text_of("START") == hit.element.text_of("END") => {
                let host = claim::host_target(hit.element.text_of("START"));
                host.into_iter().for_each(|host| sink.fact(Fact::Missed(host)));
            }
            _ => {}
        }
        Ok(())
    })?;
    let (mut ip, mut tracking, mut dns) = (String::new(), String::new(), String::new());
    xml::walk(source, ASSETS, sink, &mut |sink, hit| {
        let text = hit.element.text.trim();
        match hit.pattern {
            0 => {
                text.clone_into(&mut ip);
                (tracking, dns) = (String::new(), String::new());
            }
            1 => text.clone_into(&mut tracking),
            2 => text.clone_into(&mut dns),
            _ => {
                let by_address = dns.is_empty() || tracking.eq_ignore_ascii_case("ip");
                let host = if by_address { &ip } else { &dns };
                let details = glossary.get(hit.element.text_of("QID"));
                let empty = Element::default();
                let details = details.unwrap_or(&empty);
                let found = of_asset(&hit.element, details, host, hit.place());
                signed_in(sink, &found);
                return hand_on(sink, found);
            }
        }
        Ok(())
    })
}

fn of_asset(found: &Element, details: &Element, host: &str, place: String) -> Observation {
    let cves: Vec<&str> = details.all("CVE_ID_LIST/CVE_ID").map(|cve| cve.text_of("ID")).collect();
    let mut observation = Observation {
        class: Class::Host,
        rule: found.text_of("QID").to_owned(),
        title: details.text_of("TITLE").to_owned(),
        description: paragraphs(&[
            details.text_of("THREAT"),
            details.text_of("IMPACT"),
            found.text_of("RESULT"),
        ]),
        remedy: details.text_of("SOLUTION").to_owned(),
        severity: level(
            details.text_of("SEVERITY"),
            found.text_of("TYPE").eq_ignore_ascii_case("ig"),
        ),
        score: claim::score(&[
            details.text_of("CVSS3_SCORE/CVSS3_BASE"),
            details.text_of("CVSS_SCORE/CVSS_BASE"),
        ]),
        endpoint: service(
            host,
            found.text_of("PORT"),
            found.text_of("PROTOCOL"),
            found.text_of("SERVICE"),
        ),
        standing: standing(found.text_of("VULN_STATUS")),
        first_seen: when(found.text_of("FIRST_FOUND")),
        place,
        ..Observation::default()
    };
    cover(&mut observation, words::cves(&cves.join(" ")));
    observation
}

const FOUND: &[&str] = &[
    "SCAN/HEADER/KEY",
    "SCAN/IP/VULNS/CAT/VULN",
    "SCAN/IP/PRACTICES/CAT/PRACTICE",
    "SCAN/IP/INFOS/CAT/INFO",
    "SCAN/IP/SERVICES/CAT/SERVICE",
    "SCAN/IP/@",
    "SCAN/HEADER/OPTION_PROFILE/OPTION_PROFILE_TITLE",
];

fn read_scan(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Qualys".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let (mut alive, mut hosts) = (None, Vec::new());
    let end = xml::walk(source, FOUND, sink, &mut |sink, hit| {
        let text = hit.element.text.trim();
        if hit.pattern == 6 {
            claim::setting(sink, "profile", text.to_owned());
            return Ok(());
        }
        if hit.pattern == 5 {
            let name = name_of(hit.element.attribute("name"), hit.element.attribute("value"));
            hosts.extend(claim::host_target(name).filter(|_| hosts.len() < MAX_TOLD));
            return Ok(());
        }
        if hit.pattern == 0 {
            match hit.element.attribute("value") {
                "NBHOST_ALIVE" => alive = text.parse::<usize>().ok(),
                "OPTIONS" => claim::setting(sink, "options", text.to_owned()),
                "DATE" => looked_at(sink, text, when(text)),
                // A list or a range is told by its hosts: with one more host it is no other target.
                "TARGET" if !text.contains([',', '-']) => {
                    sink.fact(Fact::Target(text.to_owned()));
                }
                "STATUS" if text.eq_ignore_ascii_case("finished") => sink.fact(Fact::Succeeded),
                "STATUS" if !text.eq_ignore_ascii_case("finished") => {
                    sink.fact(Fact::Incomplete(format!("the scan's status is «{text}»")));
                }
                _ => {}
            }
            return Ok(());
        }
        let found = &hit.element;
        let cves = found.all("CVE_ID_LIST/CVE_ID").map(|cve| cve.text_of("ID"));
        let cves: Vec<&str> = cves.chain([found.attribute("cveid")]).collect();
        let host = name_of(hit.outer("IP", "name"), hit.outer("IP", "value"));
        let mut observation = Observation {
            class: Class::Host,
            rule: found.attribute("number").to_owned(),
            title: found.text_of("TITLE").to_owned(),
            description: paragraphs(&[
                found.text_of("DIAGNOSIS"),
                found.text_of("CONSEQUENCE"),
                found.text_of("RESULT"),
            ]),
            remedy: found.text_of("SOLUTION").to_owned(),
            severity: level(found.attribute("severity"), hit.pattern > 2),
            score: claim::score(&[found.text_of("CVSS3_BASE"), found.text_of("CVSS_BASE")]),
            references: found
                .all("VENDOR_REFERENCE_LIST/VENDOR_REFERENCE")
                .flat_map(|reference| claim::links(reference.text_of("URL")))
                .collect(),
            endpoint: service(host, hit.outer("CAT", "port"), hit.outer("CAT", "protocol"), ""),
            place: hit.place(),
            ..Observation::default()
        };
        cover(&mut observation, words::cves(&cves.join(" ")));
        signed_in(sink, &observation);
        hand_on(sink, observation)
    });
    // Where as many are listed as were alive, none is left out for having no findings.
    if alive == Some(hosts.len()) {
        hosts.into_iter().for_each(|host| sink.fact(Fact::Looked(host)));
    }
    end
}

fn name_of<'n>(name: &'n str, address: &'n str) -> &'n str {
    if matches!(name, "" | "No registered hostname") { address } else { name }
}
