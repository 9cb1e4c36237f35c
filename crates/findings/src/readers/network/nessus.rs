//! What does Tenable say: Nessus, Tenable.io, Tenable Security Center, Web App Scanning?
//!
//! `.nessus` is XML (version 2): `HostProperties` before the `ReportItem`s of a host. A plugin that covers
//! several CVEs is one observation that mentions them; severity 0 is informational and still observed.
//! Every host has a `ReportHost`, those without findings too. Plugin 19506 tells of each host whether it was looked
//! at signed in, with which feed and which ports; plugin 10180 that it did not answer. A port range is numbers, `all`
//! for all of them, or `default` for those that the scanner takes for common (Nessus's documentation, «Discovery scan
//! settings»).
//!
//! CSV has the columns of the product that wrote it; Nessus repeats a row for every CVE of a plugin, and such
//! rows become one observation again.

use std::collections::BTreeSet;

use vocab::{Instant, Severity};

use super::claim::{self, cover, hand_on, paragraphs, service};
use super::when::when;
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::shape::has_columns;
use crate::walk::table::{self, Row};
use crate::walk::xml::{self, Element};

/// The XML of all of them.
pub const XML: Format = Format {
    id: "nessus",
    title: "Nessus XML (.nessus)",
    detects: |shape| shape.has("NessusClientData_v2"),
    read: read_xml,
};

/// The tables of all of them.
pub const CSV: Format = Format {
    id: "nessus-csv",
    title: "Nessus and Tenable CSV",
    detects: |shape| shape.rows.iter().flatten().any(|row| is_header(row)),
    read: read_csv,
};

const OF_HOST: &str = "NessusClientData_v2/Report/ReportHost/@";
const HOST: &str = "NessusClientData_v2/Report/ReportHost/HostProperties";
const ITEM: &str = "NessusClientData_v2/Report/ReportHost/ReportItem";
const POLICY: &str = "NessusClientData_v2/Policy/policyName";
const PREFERENCE: &str = "NessusClientData_v2/Policy/Preferences/ServerPreferences/preference";
const OF_PLUGIN: &str = "NessusClientData_v2/Policy/Preferences/PluginsPreferences/item";

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Nessus".to_owned()));
    let mut scan = Scan::default();
    let patterns = [HOST, ITEM, POLICY, PREFERENCE, OF_HOST, OF_PLUGIN];
    let end = xml::walk(source, &patterns, sink, &mut |sink, hit| {
        match hit.pattern {
            4 => scan.looked_at(sink, hit.element.attribute("name")),
            2 => claim::setting(sink, "policy", hit.element.text.trim().to_owned()),
            3 => {
                let (name, value) =
                    (hit.element.text_of("name"), hit.element.text_of("value").trim());
                match name {
                    "plugin_set" => plugin_set(sink, value),
                    "port_range" => value.clone_into(&mut scan.policy_range),
                    name => preference(sink, name, value),
                }
            }
            5 => {
                let name = hit.element.text_of("preferenceName");
                preference(sink, name, hit.element.text_of("selectedValue").trim());
            }
            _ => {
                let host = hit.outer("ReportHost", "name");
                if hit.pattern == 1 {
                    scan.of_plugin(sink, &hit.element, host);
                    return hand_on(sink, of_item(&hit.element, host, hit.place()));
                }
                let has = |name: &str| !property(&hit.element, name).is_empty();
                let begun = has("HOST_START") || has("HOST_START_TIMESTAMP");
                // It was stopped there, or the report was written before.
                if begun && !has("HOST_END") && !has("HOST_END_TIMESTAMP") {
                    target_of(host).into_iter().for_each(|host| sink.fact(Fact::Missed(host)));
                }
                let ends = ["HOST_END_TIMESTAMP", "HOST_END", "HOST_START"];
                let told = ends.iter().find_map(|name| when(property(&hit.element, name)));
                scan.latest = scan.latest.max(told);
            }
        }
        Ok(())
    });
    scan.tell(sink);
    end
}

/// `plugin_set` lists the plugins that the policy switches on. What they depend on runs too; that one of those is not in
/// the list is no proof that it was active.
fn plugin_set(sink: &mut dyn Sink, list: &str) {
    let plugins = list.split(';').map(str::trim);
    let plugins = plugins.filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
    let mut listed = false;
    plugins.for_each(|id| {
        listed = true;
        sink.fact(Fact::ActiveRule(id.to_owned()));
    });
    if listed {
        sink.fact(Fact::AllRules);
    }
}

/// Preferences that decide how much is found: of the server, and of «Global variable settings».
fn preference(sink: &mut dyn Sink, name: &str, value: &str) {
    let name = match name.trim() {
        "report_paranoia" | "Report paranoia" => "report paranoia",
        "thorough_tests" | "Thorough tests (slow)" => "policy's thorough tests",
        "safe_checks" => "policy's safe checks",
        "optimize_test" => "policy's optimised tests",
        "unscanned_closed" => "unscanned ports are closed",
        _ => return,
    };
    claim::setting(sink, name, value.to_owned());
}

/// What the hosts of a report say together.
#[derive(Default)]
struct Scan {
    latest: Option<Instant>,
    version: String,
    web: bool,
    hosts: bool,
    feeds: BTreeSet<String>,
    ranges: BTreeSet<String>,
    /// As the policy has it, where no host tells of it.
    policy_range: String,
}

/// Most feeds and port ranges that are compared; a report has one.
const MAX_SAID: usize = 100;

impl Scan {
    fn looked_at(&mut self, sink: &mut dyn Sink, host: &str) {
        if host.is_empty() {
            return;
        }
        let is_web = host.contains("://");
        if is_web && !self.web || !is_web && !self.hosts {
            sink.fact(Fact::Kind(if is_web { Class::Web } else { Class::Host }));
        }
        self.web |= is_web;
        self.hosts |= !is_web;
        target_of(host).into_iter().for_each(|target| sink.fact(Fact::Looked(target)));
    }

    /// «Nessus Scan Information» and «Ping the remote host» speak of the scan.
    fn of_plugin(&mut self, sink: &mut dyn Sink, item: &Element, host: &str) {
        let output = item.text_of("plugin_output");
        let said = |label: &str| line_of(output, label).unwrap_or_default().to_owned();
        match item.attribute("pluginID") {
            "10180" if output.contains("dead") => {
                target_of(host).into_iter().for_each(|target| sink.fact(Fact::Missed(target)));
            }
            "19506" => {
                let version = said("Nessus version :");
                if !version.is_empty() {
                    self.version = version;
                }
                for (label, all) in
                    [("Plugin feed version :", &mut self.feeds), ("Port range :", &mut self.ranges)]
                {
                    if all.len() < MAX_SAID {
                        all.insert(said(label));
                    }
                }
                let credentials = said("Credentialed checks :");
                if let (Some(target), false) = (target_of(host), credentials.is_empty()) {
                    sink.fact(Fact::SignedIn(target, credentials.starts_with("yes")));
                }
                for (label, name) in [
                    ("Scan policy used :", "policy"),
                    ("Thorough tests :", "thorough tests"),
                    ("Paranoia level :", "paranoia level"),
                    ("Experimental tests :", "experimental tests"),
                    ("Safe checks :", "safe checks"),
                    ("Optimize the test :", "optimised tests"),
                    ("CGI scanning :", "CGI scanning"),
                    ("Web application tests :", "web application tests"),
                    ("Display superseded patches :", "superseded patches"),
                ] {
                    // What stands in brackets is of the host.
                    let said = said(label);
                    let said = said.split(" (").next().unwrap_or_default();
                    claim::setting(sink, name, said.to_owned());
                }
            }
            _ => {}
        }
    }

    fn tell(self, sink: &mut dyn Sink) {
        if let Some(instant) = self.latest {
            sink.fact(Fact::ScannedAt(instant));
        }
        if !self.version.is_empty() {
            sink.fact(Fact::ToolVersion(self.version));
        }
        // Hosts that were looked at with different feeds or ports have none in common.
        let one = |all: BTreeSet<String>| {
            Some(all).filter(|all| all.len() == 1).and_then(|mut all| all.pop_first())
        };
        if let Some(feed) = one(self.feeds).filter(|feed| !feed.is_empty()) {
            sink.fact(Fact::RulesVersion(feed));
        }
        let mut ranges = self.ranges;
        if ranges.iter().all(String::is_empty) {
            ranges = BTreeSet::from([self.policy_range]);
        }
        tell_ports(sink, &ranges.into_iter().collect::<Vec<_>>());
    }
}

/// Which ports a word or ranges that differ from host to host mean is not said: only a run that says the same is known
/// to have looked at the same ones.
fn tell_ports(sink: &mut dyn Sink, ranges: &[String]) {
    let known = match ranges {
        [all] if all.eq_ignore_ascii_case("all") => {
            Some(vec![Fact::Ports(String::new(), 0, u16::MAX)])
        }
        [range] => claim::ports("", range),
        _ => None,
    };
    match known {
        Some(ports) => ports.into_iter().for_each(|range| sink.fact(range)),
        None => told::other_filter(sink, "ports", ranges.join(" / ").trim()),
    }
}

/// A host, or the site that Web App Scanning looks at.
fn target_of(host: &str) -> Option<Target> {
    if host.contains("://") { claim::site_target(host) } else { claim::host_target(host) }
}

fn property<'e>(properties: &'e Element, name: &str) -> &'e str {
    let mut tags = properties.all("tag").filter(|tag| tag.attribute("name") == name);
    tags.next().map_or("", |tag| tag.text.trim())
}

/// What stands behind a label at the beginning of a line.
fn line_of<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(label))?;
    Some(line.trim()).filter(|rest| !rest.is_empty())
}

fn of_item(item: &Element, host: &str, place: String) -> Observation {
    let texts = |name: &'static str| item.all(name).map(|e| e.text.trim().to_owned());
    let output = item.text_of("plugin_output");
    let xrefs: Vec<String> = texts("xref").collect();
    let weak =
        texts("cwe").chain(xrefs.iter().filter_map(|x| x.strip_prefix("CWE:").map(str::to_owned)));
    let mut observation = Observation {
        rule: item.attribute("pluginID").to_owned(),
        title: first(&[item.attribute("pluginName"), item.text_of("plugin_name")]).to_owned(),
        description: paragraphs(&[item.text_of("synopsis"), item.text_of("description"), output]),
        remedy: item.text_of("solution").to_owned(),
        severity: of_number(item.attribute("severity")),
        score: claim::score(&[
            item.text_of("cvss4_vector"),
            item.text_of("cvss3_vector"),
            item.text_of("cvss3_base_score"),
            item.text_of("cvssv3"),
            item.text_of("cvss_vector"),
            item.text_of("cvss_base_score"),
            item.text_of("cvss"),
        ]),
        cwes: weak.filter_map(|text| words::cwe(&text)).collect(),
        references: item.all("see_also").flat_map(|e| claim::links(&e.text)).collect(),
        endpoint: service(
            host,
            item.attribute("port"),
            item.attribute("protocol"),
            item.attribute("svc_name"),
        ),
        class: Class::Host,
        place,
        ..Observation::default()
    };
    if host.contains("://") {
        as_web(&mut observation, host, output);
    }
    cover(&mut observation, words::cves(&texts("cve").collect::<Vec<_>>().join(" ")));
    observation
}

/// Web App Scanning names the page and the element in words: «… on URL 'http://…' by exploiting 'form'
/// element named 'query' …».
fn as_web(observation: &mut Observation, host: &str, output: &str) {
    let quoted = |after: &str| {
        let (_, rest) = output.split_once(after)?;
        rest.split_once('\'').map(|(quoted, _)| quoted)
    };
    let url = quoted("URL '").filter(|url| url.contains("://")).unwrap_or(host);
    observation.class = Class::Web;
    observation.endpoint = claim::page(url, "", quoted("named '").unwrap_or_default());
}

/// `severity` of `ReportItem`: 0 informational to 4 critical (Nessus file format, version 2).
fn of_number(number: &str) -> Severity {
    match number.trim() {
        "0" => Severity::None,
        "1" => Severity::Low,
        "2" => Severity::Medium,
        "3" => Severity::High,
        "4" => Severity::Critical,
        word => words::severity(word),
    }
}

fn first<'t>(texts: &[&'t str]) -> &'t str {
    texts.iter().copied().find(|text| !text.is_empty()).unwrap_or_default()
}

fn is_header(row: &[String]) -> bool {
    has_columns(row, &["Plugin ID", "Host", "Risk", "Plugin Output"])
        || has_columns(row, &["Plugin", "Plugin Name", "IP Address", "Severity"])
        || has_columns(row, &["definition.id", "definition.name", "asset.name"])
}

/// Identifies the rows that are one plugin at one service; Nessus writes one for each CVE.
type Told = (String, Option<Endpoint>, String);

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Tenable".to_owned()));
    let mut waiting: Option<(Told, Observation, Vec<String>)> = None;
    let end = table::walk(source, &is_header, sink, &mut |sink, row| {
        let observation = of_row(&row);
        let cves = words::cves(row.first(&["CVE", "definition.cve"]));
        let told = (
            observation.rule.clone(),
            observation.endpoint.clone(),
            observation.description.clone(),
        );
        match &mut waiting {
            Some((same, _, all)) if *same == told => {
                all.extend(cves);
                Ok(())
            }
            _ => match waiting.replace((told, observation, cves)) {
                Some(before) => release(sink, before),
                None => Ok(()),
            },
        }
    });
    if let Some(last) = waiting {
        release(sink, last)?;
    }
    end
}

fn release(
    sink: &mut dyn Sink,
    (_, mut observation, cves): (Told, Observation, Vec<String>),
) -> Result<(), Stop> {
    cover(&mut observation, cves);
    hand_on(sink, observation)
}

fn of_row(row: &Row<'_>) -> Observation {
    let host = row.first(&[
        "Host",
        "asset.name",
        "asset.host_name",
        "asset.display_fqdn",
        "DNS Name",
        "IP Address",
        "asset.display_ipv4_address",
    ]);
    let output = row.first(&["Plugin Output", "output"]);
    let weak = paragraphs(&[row.get("XREF"), row.get("Cross References")]);
    let numbers = row.get("definition.cwe").split([',', ';', ' ']).filter_map(words::cwe);
    let mut observation = Observation {
        class: Class::Host,
        rule: row.first(&["Plugin ID", "Plugin", "definition.id"]).to_owned(),
        title: row.first(&["Name", "Plugin Name", "definition.name"]).to_owned(),
        description: paragraphs(&[
            row.first(&["Synopsis", "definition.synopsis"]),
            row.first(&["Description", "definition.description"]),
            output,
        ]),
        remedy: row.first(&["Solution", "definition.solution"]).to_owned(),
        severity: words::severity(row.first(&["Risk", "Severity", "Risk Factor"])),
        score: claim::score(&[
            row.first(&["CVSS V4 Vector", "definition.cvss4.base_vector"]),
            row.first(&["CVSS V3 Vector", "definition.cvss3.base_vector"]),
            row.first(&["CVSS v3.0 Base Score", "CVSS V3 Base Score", "CVSSv3"]),
            row.first(&["CVSS V2 Vector", "definition.cvss2.base_vector"]),
            row.first(&["CVSS v2.0 Base Score", "CVSS V2 Base Score", "CVSS"]),
        ]),
        cwes: numbers.chain(claim::weaknesses(&weak)).collect(),
        references: claim::links(row.first(&["See Also", "definition.see_also"])),
        endpoint: service(host, row.get("Port"), row.get("Protocol"), ""),
        first_seen: when(row.first(&["First Discovered", "first_observed"])),
        place: row.place(),
        ..Observation::default()
    };
    if host.contains("://") {
        as_web(&mut observation, host, output);
    }
    standing(&mut observation, row);
    observation
}

/// `state` and `risk_modified` of Tenable's export, the risk comments of the Security Center.
fn standing(observation: &mut Observation, row: &Row<'_>) {
    let accepted = row.get("Accept Risk Comment");
    if row.get("state").eq_ignore_ascii_case("fixed") {
        observation.standing = Standing::Fixed;
    } else if row.get("risk_modified").eq_ignore_ascii_case("accepted") || !accepted.is_empty() {
        observation.standing = Standing::Suppressed;
        observation.standing_reason = accepted.to_owned();
    }
}
