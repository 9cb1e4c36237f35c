//! GitLab's SAST report (`gl-sast-report.json`), of GitLab's analyzers and of others that write it.
//!
//! The identifiers come with types: the first that is no weakness and no CVE is the analyzer's rule. The
//! reports of dependency, secret and container scanning are formats of their own. `id` may be a new UUID
//! in each run, so it is no identity; `cve` of the older schemas is a fingerprint whatever its name says.

use crate::format::Format;
use crate::observation::{Class, Confidence, Fingerprint, Location, Observation};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

use super::{claim, site};

/// Its JSON, versions 2 to 15.
pub const FORMAT: Format = Format { id: "gitlab-sast", title: "GitLab SAST report", detects, read };

fn detects(shape: &Shape) -> bool {
    let of_code = shape.has("vulnerabilities[].identifiers")
        && shape.has("vulnerabilities[].location.file")
        && shape.value("scan.type").is_empty()
        && !shape.has("dependency_files")
        && matches!(shape.value("vulnerabilities[].category"), "" | "sast");
    let empty = shape.paths.keys().eq(["remediations", "version", "vulnerabilities"]);
    shape.has("vulnerabilities") && (shape.value("scan.type") == "sast" || of_code || empty)
}

const RECORDS: &[&str] = &[
    "vulnerabilities[]",
    "scan.scanner.name",
    "scan.scanner.version",
    "scan.end_time",
    "scan.status",
    "scan.messages[]",
    "scan.primary_identifiers[]",
    "scan.analyzer",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    told::kinds(sink, &[Class::Code, Class::Secret]);
    let mut all_rules = false;
    json::walk(source, RECORDS, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 => return claim::keep(sink, observation(record, hit.place())),
            1 => claim::tell(sink, Fact::Tool, text),
            2 => claim::tell(sink, Fact::ToolVersion, text),
            3 => claim::scanned_at(sink, text),
            4 if text == "success" => sink.fact(Fact::Succeeded),
            4 => sink.fact(Fact::Incomplete(format!("the scan's status is {text}"))),
            // «An exhaustive list of primary identifiers for which the analyzer may return results» (its schema).
            6 => {
                let rule = rule_of(record);
                all_rules |= rule.is_some();
                claim::tell(sink, Fact::ActiveRule, &rule.unwrap_or_default());
            }
            7 => told::analyzer(sink, record),
            5 if record.text("level") == "fatal" => {
                claim::tell(sink, Fact::Incomplete, record.text("value"));
            }
            _ => {}
        }
        Ok(())
    })?;
    if all_rules {
        sink.fact(Fact::AllRules);
    }
    Ok(())
}

/// The rule that an identifier names; none for weaknesses, published problems and scans.
fn rule_of(identifier: Record<'_>) -> Option<String> {
    let value = identifier.string("value");
    match identifier.text("type").to_ascii_lowercase().as_str() {
        // Checkmarx writes the scan here.
        "cwe" | "owasp" | "cve" | "ghsa" | "cxonescan" => None,
        // NodeJsScan writes a sentence as the value and the rule as the name.
        _ if value.contains(' ') => Some(identifier.text("name").to_owned()),
        _ => Some(value),
    }
}

fn observation(record: Record<'_>, place: String) -> Observation {
    let (mut rule, mut cwes, mut ids, mut references) =
        (String::new(), Vec::new(), Vec::new(), Vec::new());
    for identifier in record.items("identifiers") {
        let (kind, value) =
            (identifier.text("type").to_ascii_lowercase(), identifier.string("value"));
        references.extend(identifier.texts("url"));
        match kind.as_str() {
            "cwe" => cwes.extend(words::cwe(&value)),
            "owasp" => {}
            "cve" | "ghsa" => ids.push(value),
            _ if rule.is_empty() => rule = rule_of(identifier).unwrap_or_default(),
            _ => {}
        }
    }
    if rule.is_empty() {
        record.text("name").clone_into(&mut rule);
    }
    let (ids, mentions) = site::one_or_many(ids);
    let said = record.first(&["description", "message"]);
    let name = record.first(&["name", "message"]);
    references.extend(record.items("links").map(|link| link.text("url").to_owned()));
    let mut observation = Observation {
        class: Class::Code,
        rule,
        title: claim::headline(if name.is_empty() { said } else { name }).to_owned(),
        description: said.to_owned(),
        remedy: record.text("solution").to_owned(),
        severity: words::severity(record.text("severity")),
        confidence: Confidence::of(record.text("confidence")),
        ids,
        mentions,
        cwes,
        locations: location(record).into_iter().collect(),
        fingerprints: fingerprints(record),
        references: references.into_iter().filter(|text| text.starts_with("http")).collect(),
        place,
        ..Observation::default()
    };
    // TruffleHog and others run as analyzers of SAST in the older versions.
    if record.text("scanner.id") == "trufflehog" || observation.rule == "Password in URL" {
        observation.class = Class::Secret;
        observation.fingerprints.clear();
    }
    observation
}

fn location(record: Record<'_>) -> Option<Location> {
    let at = record.at("location")?;
    let plain = site::location(at.text("file"), at.whole("start_line"))?;
    let symbols = [at.text("class"), at.text("method")].into_iter().filter(|t| !t.is_empty());
    Some(Location {
        end_line: if at.whole("end_line") > plain.line { at.whole("end_line") } else { 0 },
        symbol: symbols.collect::<Vec<_>>().join("."),
        ..plain
    })
}

/// Signatures of the tracking, the one by line alone left out since any edit above changes it.
fn fingerprints(record: Record<'_>) -> Vec<Fingerprint> {
    let signatures = record.items("tracking.items").flat_map(|item| item.items("signatures"));
    let mut found: Vec<Fingerprint> = signatures
        .map(|signature| Fingerprint {
            name: signature.text("algorithm").trim().to_owned(),
            value: signature.text("value").to_owned(),
        })
        .filter(|f| {
            !matches!(f.name.as_str(), "" | "location") && !matches!(f.value.as_str(), "" | "NA")
        })
        .collect();
    // `file:line:rule` would change with any edit above; a hash of the code stands in the others.
    let key = record.text("cve");
    let lined =
        key.split(':').any(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !key.is_empty() && !lined {
        found.push(Fingerprint { name: "compare_key".to_owned(), value: key.to_owned() });
    }
    found
}
