//! Checkmarx: the XML report of SAST, Checkmarx One's JSON (results, and its two report types), and what
//! CxFlow writes.
//!
//! A finding is a flow through the code; the place is its end (the sink), where the value does harm, and
//! the description names its start. The similarity id names results that Checkmarx holds for the same, so
//! it is a fingerprint and no id of one problem.

use std::collections::BTreeMap;

use crate::format::Format;
use crate::observation::{Class, Component, Fingerprint, Location, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::xml::{self, Element};

use super::{claim, site};

/// The XML report.
pub const XML: Format = Format {
    id: "checkmarx-xml",
    title: "Checkmarx SAST XML",
    detects: |shape| shape.has("CxXMLResults"),
    read: read_xml,
};
/// Results of Checkmarx One, all engines.
pub const ONE: Format = Format {
    id: "checkmarx-one",
    title: "Checkmarx One JSON",
    detects: |shape| {
        let empty = shape.paths.keys().eq(["results", "scanID", "totalCount"]);
        empty || shape.all(&["results[].similarityId", "results[].type", "results[].state"])
    },
    read: read_one,
};
/// The report types of Checkmarx One.
pub const REPORT: Format = Format {
    id: "checkmarx-one-report",
    title: "Checkmarx One report JSON",
    detects: |shape| {
        shape.has("reportHeader.projectName")
            && shape.any(&["scanResults.resultsList", "scanResults.sast.languages"])
    },
    read: read_report,
};
/// CxFlow.
pub const CXFLOW: Format = Format {
    id: "checkmarx-cxflow",
    title: "Checkmarx CxFlow JSON",
    detects: |shape| {
        shape.all(&["xissues", "projectId", "deepLink"]) || shape.has("xissues[].similarityId")
    },
    read: read_cxflow,
};

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Checkmarx".to_owned()));
    told::kinds(sink, &[Class::Code]);
    let mut told = false;
    xml::walk(source, &["CxXMLResults/Query/Result"], sink, &mut |sink, hit| {
        if !told {
            told = true;
            claim::tell(sink, Fact::ToolVersion, hit.outer("CxXMLResults", "CheckmarxVersion"));
            claim::tell(sink, Fact::Target, hit.outer("CxXMLResults", "ProjectName"));
            claim::scanned_at(sink, hit.outer("CxXMLResults", "ScanStart"));
            told::setting(sink, "profile", hit.outer("CxXMLResults", "Preset"));
            let how = hit.outer("CxXMLResults", "ScanType");
            if !how.is_empty() && !how.eq_ignore_ascii_case("full") {
                told::other_filter(sink, "scan type", how);
            }
        }
        let query = |name: &str| hit.outer("Query", name);
        let (name, cwe) = (query("name"), query("cweId"));
        claim::keep(sink, of_xml(&hit.element, name, cwe, query("Severity"), hit.place()))
    })?;
    Ok(())
}

fn of_xml(result: &Element, name: &str, cwe: &str, severity: &str, place: String) -> Observation {
    let nodes: Vec<&Element> = result.all("Path/PathNode").collect();
    let location = |node: &Element| {
        let plain =
            site::location(node.text_of("FileName"), node.text_of("Line").parse().unwrap_or(0))?;
        Some(Location {
            column: node.text_of("Column").parse().unwrap_or(0),
            snippet: node.text_of("Snippet/Line/Code").to_owned(),
            ..plain
        })
    };
    let own =
        site::location(result.attribute("FileName"), result.attribute("Line").parse().unwrap_or(0));
    let place_of = nodes.last().and_then(|node| location(node)).or(own);
    let (mut standing, mut reason) = (Standing::Reported, String::new());
    if result.attribute("FalsePositive").eq_ignore_ascii_case("true") {
        (standing, reason) =
            (Standing::FalsePositive, result.attribute("Remark").trim().to_owned());
    } else if result.attribute("Status") == "Fixed" {
        standing = Standing::Fixed;
    }
    let rated = result.attribute("Severity");
    let similar = result.at("Path").map_or("", |path| path.attribute("SimilarityId"));
    Observation {
        class: Class::Code,
        rule: name.to_owned(),
        title: name.replace('_', " "),
        description: flow(nodes.first().and_then(|node| location(node))),
        severity: words::severity(if rated.is_empty() { severity } else { rated }),
        cwes: words::cwe(cwe).into_iter().collect(),
        locations: place_of.into_iter().collect(),
        fingerprints: similarity(similar),
        standing,
        standing_reason: reason,
        references: Some(result.attribute("DeepLink").to_owned())
            .filter(|link| link.starts_with("http"))
            .into_iter()
            .collect(),
        place,
        ..Observation::default()
    }
}

fn flow(start: Option<Location>) -> String {
    start.map_or_else(String::new, |at| format!("The value comes from {}:{}.", at.path, at.line))
}

fn similarity(value: &str) -> Vec<Fingerprint> {
    let fingerprint = Fingerprint { name: "similarityId".to_owned(), value: value.to_owned() };
    Some(fingerprint).filter(|f| !matches!(f.value.as_str(), "" | "0")).into_iter().collect()
}

fn read_one(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Checkmarx One".to_owned()));
    let (mut met, mut total) = (0_u64, 0);
    json::walk(source, &["results[]", "totalCount"], sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            total = hit.value.as_u64().unwrap_or(0);
            return Ok(());
        }
        met += 1;
        let record = hit.record();
        match record.text("type") {
            "sca" | "sca-container" | "containers" => {
                claim::keep(sink, package(record, hit.place()))
            }
            _ => claim::keep(sink, of_one(record, hit.place())),
        }
    })?;
    if total > met {
        sink.fact(Fact::Incomplete(format!("one page: {met} of {total} results")));
    }
    Ok(())
}

/// What all results of Checkmarx One have.
fn common(record: Record<'_>, place: String) -> Observation {
    let state = record.text("state").to_ascii_uppercase().replace(' ', "_");
    let status = record.text("status").to_ascii_uppercase();
    let standing = match (state.as_str(), status.as_str()) {
        ("NOT_EXPLOITABLE", _) => Standing::FalsePositive,
        ("IGNORED" | "NOT_IGNORED_SNOOZED" | "SNOOZED", _) => Standing::Suppressed,
        ("PROPOSED_NOT_EXPLOITABLE", _) => Standing::UnderInvestigation,
        (_, "FIXED") => Standing::Fixed,
        _ => Standing::Reported,
    };
    Observation {
        severity: words::severity(record.text("severity")),
        standing,
        standing_reason: match standing {
            Standing::Reported | Standing::Fixed => String::new(),
            _ => state,
        },
        first_seen: words::when(record.first(&[
            "firstFoundAt",
            "firstFoundDate",
            "firstDetectionDate",
            "foundDate",
        ])),
        place,
        ..Observation::default()
    }
}

/// Paths of Checkmarx One begin with a slash that stands for the root of the sources.
fn below_root(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

fn of_one(record: Record<'_>, place: String) -> Observation {
    let nodes: Vec<Record<'_>> = record.items("data.nodes").collect();
    let name = record.text("data.queryName");
    let node = |node: &Record<'_>| {
        let plain = site::location(below_root(node.text("fileName")), node.whole("line"))?;
        let symbol = node.first(&["fullName", "method"]).to_owned();
        Some(Location { column: node.whole("column"), symbol, ..plain })
    };
    let file = record.first(&["data.fileName", "data.filename"]);
    let own = site::location(below_root(file), record.whole("data.line"));
    let mut observation = common(record, place);
    observation.rule = name.to_owned();
    observation.title = name.replace('_', " ");
    observation.description = record.text("description").to_owned();
    if observation.description.is_empty() {
        observation.description = flow(nodes.first().and_then(node));
    }
    let (expected, actual) = (record.text("data.expectedValue"), record.text("data.value"));
    if !actual.is_empty() {
        observation.description = format!("{}\n{actual}", observation.description);
        observation.remedy = expected.to_owned();
    }
    observation.cwes =
        words::cwe(&record.string("vulnerabilityDetails.cweId")).into_iter().collect();
    observation.locations = nodes.last().and_then(node).or(own).into_iter().collect();
    observation.fingerprints = similarity(&record.string("similarityId"));
    let hash = record.text("data.resultHash");
    if !hash.is_empty() {
        let (name, value) = ("resultHash".to_owned(), hash.to_owned());
        observation.fingerprints.push(Fingerprint { name, value });
    }
    observation
}

/// `Maven-com.thoughtworks.xstream:xstream-1.4.5`: kind, name and version.
fn package(record: Record<'_>, place: String) -> Observation {
    let id = record.text("id");
    let mut observation = common(record, place);
    let identifier = record.first(&["data.packageIdentifier", "data.scaPackageData.id"]);
    let (kind, rest) = identifier.split_once('-').unwrap_or(("", identifier));
    let named = record.text("data.scaPackageData.dependencyPaths.0.0.name");
    let (name, version) = rest
        .strip_prefix(named)
        .filter(|_| !named.is_empty())
        .map(|version| (named, version.trim_start_matches('-')))
        .or_else(|| dashed(rest))
        .unwrap_or((rest, ""));
    let (name, version) = match record.text("data.packageName") {
        "" => (name, version),
        name => (name, record.text("data.packageVersion")),
    };
    let recommended = record.text("data.recommendedVersion");
    observation.class = Class::Dependency;
    observation.rule = id.to_owned();
    observation.title = claim::in_package(id, name);
    observation.description = record.text("description").to_owned();
    observation.ids = [id, record.text("vulnerabilityDetails.cveName")]
        .into_iter()
        .filter(|id| words::is_id(id))
        .map(str::to_owned)
        .collect();
    observation.score = record.string("vulnerabilityDetails.cvssScore");
    observation.cwes =
        words::cwe(&record.string("vulnerabilityDetails.cweId")).into_iter().collect();
    observation.component = (!name.is_empty()).then(|| Component {
        kind: match kind.to_ascii_lowercase().as_str() {
            "python" => "pypi".to_owned(),
            "php" => "composer".to_owned(),
            "go" => "golang".to_owned(),
            "ruby" => "gem".to_owned(),
            other => other.to_owned(),
        },
        name: name.to_owned(),
        version: version.to_owned(),
        fixed_in: Some(recommended.to_owned()).filter(|v| !v.is_empty()).into_iter().collect(),
        ..Component::default()
    });
    let files = record.texts("data.scaPackageData.locations");
    observation.locations = files.iter().filter_map(|path| site::location(path, 0)).collect();
    observation.references =
        record.items("data.packageData").map(|link| link.text("url").to_owned()).collect();
    observation
}

/// Splits before the first dash that a digit follows.
fn dashed(text: &str) -> Option<(&str, &str)> {
    let digit = |at: usize| text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
    let at = text.match_indices('-').map(|(at, _)| at).find(|at| digit(*at))?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

const QUERIES: &[&str] = &[
    "scanResults.resultsList[].queryName",
    "scanResults.resultsList[].cweId",
    "scanResults.resultsList[].description",
    "scanResults.sast.languages[].queries[].queryName",
    "scanResults.sast.languages[].queries[].description",
    "reportHeader.projectName",
    "reportHeader.scannedBranchName",
    "reportHeader.branchName",
    "executiveSummary.branchName",
    "reportHeader.scanDate",
];
const FLAWS: &[&str] = &[
    "scanResults.resultsList[].vulnerabilities[]",
    "scanResults.sast.languages[].queries[].vulnerabilities[]",
    "iacScanResults.technology[].queries[]",
    "scaScanResults.packages[]",
    "scanResults.sca.packages[]",
    "scanResults.kics.results[]",
    "containerScanResults.packages[]",
];
/// Most queries whose names are kept.
const MAX_QUERIES: usize = 100_000;

#[derive(Debug, Default)]
struct Query {
    name: String,
    cwe: Option<u32>,
    description: String,
}

fn read_report(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Checkmarx One".to_owned()));
    let mut queries: BTreeMap<(usize, usize), Query> = BTreeMap::new();
    json::walk(source, QUERIES, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        let key = (hit.index(0), if matches!(hit.pattern, 3 | 4) { hit.index(1) } else { 0 });
        if hit.pattern < 5 && queries.len() >= MAX_QUERIES && !queries.contains_key(&key) {
            return Ok(());
        }
        match hit.pattern {
            0 | 3 => text.clone_into(&mut queries.entry(key).or_default().name),
            1 => queries.entry(key).or_default().cwe = words::cwe(&record.0.to_string()),
            2 | 4 => text.clone_into(&mut queries.entry(key).or_default().description),
            5 => claim::tell(sink, Fact::Target, text),
            9 => claim::scanned_at(sink, text),
            _ => claim::tell(sink, Fact::Branch, text),
        }
        Ok(())
    })?;
    let none = Query::default();
    json::walk(source, FLAWS, sink, &mut |sink, hit| {
        let record = hit.record();
        let second = if hit.pattern == 1 { hit.index(1) } else { 0 };
        match hit.pattern {
            0 | 1 => {
                let query = queries.get(&(hit.index(0), second)).unwrap_or(&none);
                claim::keep(sink, of_report(record, query, hit.place()))
            }
            2 => infrastructure(sink, record, &hit.place()),
            _ => {
                sink.dropped(&hit.place(), "packages and infrastructure of this report type are not read; export the results");
                Ok(())
            }
        }
    })?;
    Ok(())
}

fn of_report(record: Record<'_>, query: &Query, place: String) -> Observation {
    let nodes: Vec<Record<'_>> = record.items("nodes").collect();
    let at = |file: &str, line: u32, code: &str, symbol: &str| {
        let plain = site::location(below_root(file), line)?;
        Some(Location { snippet: code.trim().to_owned(), symbol: symbol.to_owned(), ..plain })
    };
    let node = |n: &Record<'_>| {
        at(n.text("fileName"), n.whole("line"), n.text("code"), n.first(&["fullName", "method"]))
    };
    let end = at(
        record.text("destinationFileName"),
        record.whole("destinationLine"),
        record.text("destinationCode"),
        record.text("destinationMethod"),
    );
    let start =
        site::location(below_root(record.text("sourceFileName")), record.whole("sourceLine"));
    let mut observation = common(record, place);
    observation.class = Class::Code;
    observation.rule.clone_from(&query.name);
    observation.title = query.name.replace('_', " ");
    let said = flow(start.or_else(|| nodes.first().and_then(node)));
    observation.description = format!("{}\n{said}", query.description);
    observation.cwes = query.cwe.into_iter().chain(words::cwe(&record.string("cweId"))).collect();
    observation.locations = end.or_else(|| nodes.last().and_then(node)).into_iter().collect();
    observation.fingerprints = similarity(&record.string("similarityId"));
    // In the older type `id` is the hash of the result.
    let hash = record.text("id");
    if !hash.is_empty() {
        let (name, value) = ("resultHash".to_owned(), hash.to_owned());
        observation.fingerprints.push(Fingerprint { name, value });
    }
    observation
}

fn infrastructure(sink: &mut dyn Sink, query: Record<'_>, place: &str) -> Result<(), Stop> {
    for (number, result) in query.items("resultsList").enumerate() {
        let mut observation = common(result, format!("{place}.resultsList[{number}]"));
        observation.rule = query.text("queryName").to_owned();
        observation.title = query.text("queryName").to_owned();
        observation.description =
            format!("{}\n{}", query.text("description"), result.text("actualValue"));
        observation.remedy = result.text("expectedValue").to_owned();
        observation.locations =
            site::location(below_root(result.text("fileName")), 0).into_iter().collect();
        claim::keep(sink, observation)?;
    }
    Ok(())
}

fn read_cxflow(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Checkmarx".to_owned()));
    told::kinds(sink, &[Class::Code]);
    let patterns = ["xissues[]", "version", "project", "additionalDetails.scanStartDate"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            0 => return of_cxflow(sink, hit.record(), &hit.place()),
            1 => claim::tell(sink, Fact::ToolVersion, text),
            2 => claim::tell(sink, Fact::Target, text),
            _ => claim::scanned_at(sink, text),
        }
        Ok(())
    })?;
    Ok(())
}

/// One issue is a query in a file, with a result for each flow.
fn of_cxflow(sink: &mut dyn Sink, record: Record<'_>, place: &str) -> Result<(), Stop> {
    let name = record.text("vulnerability");
    let results: Vec<Record<'_>> = record.items("additionalDetails.results").collect();
    let one = |file: &str, line: u32, place: String| Observation {
        class: Class::Code,
        rule: name.to_owned(),
        title: name.replace('_', " "),
        description: record.text("description").to_owned(),
        severity: words::severity(record.text("severity")),
        cwes: words::cwe(&record.string("cwe")).into_iter().collect(),
        locations: site::location(file, line).into_iter().collect(),
        references: record.texts("link"),
        place,
        ..Observation::default()
    };
    if results.is_empty() {
        let mut lines = record.entries("details").peekable();
        if lines.peek().is_none() {
            return claim::keep(sink, one(record.text("filename"), 0, place.to_owned()));
        }
        for (line, detail) in lines {
            let number = line.parse().unwrap_or(0);
            let mut observation =
                one(record.text("filename"), number, format!("{place}.details.{line}"));
            excuse(&mut observation, detail);
            claim::keep(sink, observation)?;
        }
        return Ok(());
    }
    for (number, result) in results.iter().enumerate() {
        let end = result.at("sink").or_else(|| result.at("source")).unwrap_or(*result);
        let at = format!("{place}.additionalDetails.results[{number}]");
        let mut observation = one(end.text("file"), end.whole("line"), at);
        for location in &mut observation.locations {
            location.column = end.whole("column");
            location.snippet = end.text("snippet").trim().to_owned();
        }
        let start = site::location(result.text("source.file"), result.whole("source.line"));
        if observation.description.is_empty() {
            observation.description = flow(start);
        }
        if results.len() == 1 {
            observation.fingerprints = similarity(&record.string("similarityId"));
        }
        if let Some(detail) = record.at("details").and_then(|d| d.at(&result.string("source.line")))
        {
            excuse(&mut observation, detail);
        }
        claim::keep(sink, observation)?;
    }
    Ok(())
}

fn excuse(observation: &mut Observation, detail: Record<'_>) {
    if detail.flag("falsePositive") {
        observation.standing = Standing::FalsePositive;
        observation.standing_reason = detail.text("comment").trim().to_owned();
    }
}
