//! How does a scan look as a GitLab dependency scanning report?
//!
//! In: a [`Log`], plain data filled by the caller. Out: `gl-dependency-scanning-report.json` after the
//! published schema, version [`VERSION`]. `dependency_files`, which versions up to 15.0 demand, is there
//! too. Descriptions and solutions are shown as Markdown by GitLab and are escaped for it; names are
//! cut where the schema cuts them. An incomplete scan has the status `failure` and says why.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use sha2::{Digest, Sha256};
use vocab::{Instant, Severity};

use crate::page::markdown::prose;
use crate::text::{printable, truncate};

/// Version of the schema that is written.
pub const VERSION: &str = "15.2.1";
/// Vulnerabilities of one report; our own bound, said in a message.
pub const VULNERABILITIES: usize = 10_000;
/// Messages of one report; our own bound.
const MESSAGES: usize = 100;
/// Identifiers of one vulnerability that GitLab takes.
const IDENTIFIERS: usize = 20;
/// Characters of a vulnerability's name.
const NAME: usize = 255;
/// Columns of a description; our own bound.
const TEXT: usize = 1_000;
/// Columns of a solution; escapes make them up to fourteen times as long, and the schema takes 7,000.
const SOLUTION: usize = 400;

/// A scan, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// Gabion's own version.
    pub tool_version: String,
    /// When the scan was made.
    pub made: Instant,
    /// Everything was read and evaluated.
    pub complete: bool,
    /// What was not.
    pub messages: Vec<String>,
    /// What was found, the most urgent first.
    pub vulnerabilities: Vec<Vulnerability>,
}

/// One finding at one place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vulnerability {
    /// Unique in the report and stable over scans; written as a UUID made of it.
    pub key: String,
    /// What it is, without the asset.
    pub name: String,
    /// What, why and when.
    pub description: String,
    /// How bad.
    pub severity: Severity,
    /// What to do.
    pub solution: String,
    /// Ids of the advisory, the telling one first.
    pub ids: Vec<String>,
    /// Weakness classes (`CWE-79`).
    pub cwes: Vec<String>,
    /// Advisories to read, as OSV ids.
    pub records: Vec<String>,
    /// The file, relative to the repository.
    pub file: String,
    /// The package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// Named by the project itself, if the files tell.
    pub direct: Option<bool>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    schema: String,
    scan: Scan<'a>,
    vulnerabilities: Vec<Entry>,
    dependency_files: Vec<DependencyFile>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool<'a>,
    scanner: Tool<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool<'a> {
    id: &'static str,
    name: &'static str,
    version: &'a str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: Vec<Identifier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    location: Location,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Link {
    name: String,
    url: String,
}

#[derive(Serialize)]
struct Location {
    file: String,
    dependency: Dependency,
}

#[derive(Serialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Dependency {
    package: Package,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    direct: Option<bool>,
}

#[derive(Serialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
}

#[derive(Serialize)]
struct DependencyFile {
    path: String,
    package_manager: String,
    dependencies: Vec<Dependency>,
}

/// Writes the document, indented, with a line break at its end.
///
/// # Errors
/// What the writer returns.
pub fn write(log: &Log, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(log))?;
    out.write_all(b"\n")
}

fn document(log: &Log) -> Document<'_> {
    let kept = log.vulnerabilities.get(..VULNERABILITIES).unwrap_or(&log.vulnerabilities);
    let mut messages: Vec<String> = log.messages.iter().take(MESSAGES).cloned().collect();
    if log.messages.len() > MESSAGES {
        messages.push(format!("{} further messages are left out", log.messages.len() - MESSAGES));
    }
    let rest = log.vulnerabilities.len() - kept.len();
    if rest > 0 {
        messages.push(format!("{rest} further vulnerabilities are left out, the least urgent"));
    }
    // Empty values are not allowed; a version is always there.
    let tool = || Tool {
        id: "gabion",
        name: "Gabion",
        version: if log.tool_version.is_empty() { "unknown" } else { &log.tool_version },
        vendor: Vendor { name: "Gabion" },
    };
    let time = log.made.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let messages = messages
        .iter()
        .map(|value| Message { level: "warn", value: printable(value).into_owned() })
        .filter(|message| !message.value.is_empty());
    Document {
        version: VERSION,
        schema: format!(
            "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v{VERSION}/dist/dependency-scanning-report-format.json"
        ),
        scan: Scan {
            analyzer: tool(),
            scanner: tool(),
            kind: "dependency_scanning",
            start_time: time.clone(),
            end_time: time,
            status: if log.complete && rest == 0 { "success" } else { "failure" },
            messages: messages.collect(),
        },
        vulnerabilities: kept.iter().map(entry).collect(),
        dependency_files: dependency_files(kept),
    }
}

fn entry(v: &Vulnerability) -> Entry {
    let ids = v.ids.iter().take(IDENTIFIERS / 2).map(|id| identifier(id));
    let mut identifiers: Vec<Identifier> = ids.collect();
    identifiers.extend(v.cwes.iter().take(IDENTIFIERS / 2).map(|cwe| weakness(cwe)));
    if identifiers.is_empty() {
        identifiers.push(identifier(""));
    }
    let web = |id: &String| Link {
        name: printable(id).into_owned(),
        url: format!("https://osv.dev/vulnerability/{}", crate::sarif::uri(id.as_bytes()).0),
    };
    Entry {
        id: uuid(&v.key),
        name: printable(&v.name).chars().take(NAME).collect(),
        description: prose(&truncate(&printable(&v.description), TEXT)),
        severity: match v.severity {
            Severity::Unknown => "Unknown",
            Severity::None => "Info",
            Severity::Low => "Low",
            Severity::Medium => "Medium",
            Severity::High => "High",
            Severity::Critical => "Critical",
        },
        solution: prose(&truncate(&printable(&v.solution), SOLUTION)),
        identifiers,
        links: v.records.iter().take(IDENTIFIERS).map(web).collect(),
        location: Location { file: file(v), dependency: dependency(v) },
    }
}

fn file(v: &Vulnerability) -> String {
    let file = printable(&v.file).into_owned();
    if file.is_empty() { ".".to_owned() } else { file }
}

fn dependency(v: &Vulnerability) -> Dependency {
    let package = Package { name: printable(&v.package).into_owned() };
    Dependency { package, version: printable(&v.version).into_owned(), direct: v.direct }
}

fn identifier(id: &str) -> Identifier {
    let name = if id.is_empty() { "unknown".to_owned() } else { printable(id).into_owned() };
    let encoded = crate::sarif::uri(id.as_bytes()).0;
    let (kind, url) = match id.split_once('-').map_or("", |(prefix, _)| prefix) {
        "CVE" => ("cve", format!("https://www.cve.org/CVERecord?id={encoded}")),
        "GHSA" => ("ghsa", format!("https://github.com/advisories/{encoded}")),
        _ => ("osv", format!("https://osv.dev/vulnerability/{encoded}")),
    };
    Identifier { kind: kind.to_owned(), value: name.clone(), name, url: Some(url) }
}

fn weakness(cwe: &str) -> Identifier {
    let number = cwe.trim_start_matches(|c: char| !c.is_ascii_digit());
    let known = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let name = if cwe.is_empty() { "unknown".to_owned() } else { printable(cwe).into_owned() };
    Identifier {
        kind: "cwe".to_owned(),
        value: if known { number.to_owned() } else { name.clone() },
        name,
        url: known.then(|| format!("https://cwe.mitre.org/data/definitions/{number}.html")),
    }
}

fn dependency_files(all: &[Vulnerability]) -> Vec<DependencyFile> {
    let mut files: BTreeMap<(String, &str), Vec<Dependency>> = BTreeMap::new();
    for v in all {
        files.entry((file(v), &v.ecosystem)).or_default().push(dependency(v));
    }
    let listed = files.into_iter().map(|((path, ecosystem), mut dependencies)| {
        dependencies.sort();
        dependencies.dedup();
        let package_manager = match printable(ecosystem).into_owned() {
            empty if empty.is_empty() => "unknown".to_owned(),
            ecosystem => ecosystem,
        };
        DependencyFile { path, package_manager, dependencies }
    });
    listed.collect()
}

/// A UUID of version 8 (RFC 9562, section 5.8) from the first half of the key's SHA-256.
pub fn uuid(key: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let mut number = u128::from_be_bytes(digest.first_chunk().copied().unwrap_or_default());
    number = number & !(0xf << 76) | 8 << 76;
    number = number & !(0b11 << 62) | 0b10 << 62;
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
