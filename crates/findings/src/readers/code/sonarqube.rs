//! SonarQube and SonarCloud: issues and hotspots as the web API gives them (`api/issues/search`,
//! `api/hotspots/search`), and the export of sonar-report.
//!
//! The key of an issue is unique and stays. The five severities are BLOCKER, CRITICAL, MAJOR, MINOR, INFO:
//! critical, high, medium, low and none. The probability of a hotspot is a severity word. Reports as HTML
//! are not read: export JSON.

use std::collections::BTreeMap;

use vocab::Severity;

use crate::format::Format;
use crate::observation::{Class, Component, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

use super::{claim, site};

/// All of its JSON shapes.
pub const FORMAT: Format = Format { id: "sonarqube", title: "SonarQube JSON", detects, read };

/// Most rules whose explanation is kept.
const MAX_RULES: usize = 20_000;

fn detects(shape: &Shape) -> bool {
    let listed =
        |list: &str| shape.has(&format!("{list}.key")) && shape.has(&format!("{list}.component"));
    let issues = |list: &str| listed(list) && shape.has(&format!("{list}.rule"));
    let hotspots =
        |list: &str| listed(list) && shape.has(&format!("{list}.vulnerabilityProbability"));
    ["issues[]", "[]"].into_iter().any(issues)
        || ["hotspots[]", "[]"].into_iter().any(hotspots)
        || shape.all(&["issues", "paging.pageIndex", "components"])
        || shape.all(&["hotspots", "paging.pageIndex", "components"])
        || shape.all(&["sonarBaseURL", "sonarComponent", "issues"])
}

const RECORDS: &[&str] = &["issues[]", "hotspots[]", "[]", "branch", "date", "projectName"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("SonarQube".to_owned()));
    let mut rules: BTreeMap<String, (String, String)> = BTreeMap::new();
    json::walk(source, &["rules.*"], sink, &mut |_, hit| {
        if rules.len() < MAX_RULES {
            let record = hit.record();
            let text = |name| record.text(name).chars().take(4_000).collect::<String>();
            rules.insert(hit.key(1).to_owned(), (text("name"), text("htmlDesc")));
        }
        Ok(())
    })?;
    json::walk(source, RECORDS, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            0..=2 => return claim::keep(sink, observation(record, &rules, hit.place())),
            3 => claim::tell(sink, Fact::Branch, record.0.as_str().unwrap_or_default()),
            4 => claim::scanned_at(sink, record.0.as_str().unwrap_or_default()),
            _ => claim::tell(sink, Fact::Target, record.0.as_str().unwrap_or_default()),
        }
        Ok(())
    })?;
    Ok(())
}

fn severity(word: &str) -> Severity {
    match word {
        "BLOCKER" => Severity::Critical,
        "CRITICAL" => Severity::High,
        "MAJOR" => Severity::Medium,
        "MINOR" => Severity::Low,
        other => words::severity(other),
    }
}

fn observation(
    record: Record<'_>,
    rules: &BTreeMap<String, (String, String)>,
    place: String,
) -> Observation {
    let rule = record.first(&["rule", "ruleKey", "securityCategory"]);
    let explained = rules.get(rule);
    let said = record.text("message");
    let name = explained.map_or("", |(name, _)| name.as_str());
    let title = [name, record.text("description"), said].into_iter().find(|text| !text.is_empty());
    let more = explained.map_or("", |(_, text)| text.as_str());
    let line = match record.whole("line") {
        0 => record.whole("textRange.startLine"),
        line => line,
    };
    let end = record.whole("textRange.endLine");
    let location = site::location(path(record), line).map(|plain| Location {
        end_line: if end > line { end } else { 0 },
        column: offset(record),
        ..plain
    });
    let (standing, standing_reason) = standing(record);
    let mut cwes: Vec<u32> =
        record.texts("tags").iter().filter_map(|t| site::cwe_in_tag(t)).collect();
    cwes.extend(record.texts("securityStandards").iter().filter_map(|t| site::cwe_in_tag(t)));
    let mut observation = Observation {
        class: Class::Code,
        rule: rule.to_owned(),
        title: title.unwrap_or_default().to_owned(),
        description: if more.is_empty() { said.to_owned() } else { format!("{said}\n\n{more}") },
        severity: severity(record.first(&["severity", "vulnerabilityProbability"])),
        cwes,
        locations: location.into_iter().collect(),
        tool_id: record.text("key").to_owned(),
        standing,
        standing_reason,
        first_seen: words::when(record.text("creationDate")),
        target: record.text("project").to_owned(),
        place,
        ..Observation::default()
    };
    if rule.ends_with("UsingComponentWithKnownVulnerability") {
        dependency(&mut observation, said);
    }
    observation
}

/// `project:path` without the project; the project alone is no path.
fn path(record: Record<'_>) -> &str {
    let (component, project) = (record.text("component"), record.text("project"));
    let inside = component.strip_prefix(project).and_then(|rest| rest.strip_prefix(':'));
    match inside {
        Some(path) => path,
        None if component == project => "",
        None if project.is_empty() => component,
        None => component.rsplit_once(':').map_or(component, |(_, path)| path),
    }
}

/// Offsets are counted from 0.
fn offset(record: Record<'_>) -> u32 {
    let at = "textRange.startOffset";
    if record.has(at) { record.whole(at).saturating_add(1) } else { 0 }
}

fn standing(record: Record<'_>) -> (Standing, String) {
    let (status, resolution) = (record.text("status"), record.text("resolution"));
    let standing = match (status, resolution) {
        (_, "FALSE-POSITIVE") | ("FALSE_POSITIVE", _) => Standing::FalsePositive,
        (_, "WONTFIX" | "ACKNOWLEDGED") | ("ACCEPTED", _) => Standing::Suppressed,
        (_, "SAFE") => Standing::FalsePositive,
        (_, "FIXED" | "REMOVED") | ("CLOSED" | "RESOLVED" | "FIXED", _) => Standing::Fixed,
        _ => return (Standing::Reported, String::new()),
    };
    let both = [status, resolution].into_iter().filter(|text| !text.is_empty());
    (standing, both.collect::<Vec<_>>().join(" "))
}

/// The plugin of OWASP Dependency-Check: `Filename: name:1.2 | Reference: CVE-… | CVSS Score: 6.4 | …`.
fn dependency(observation: &mut Observation, message: &str) {
    let part = |name: &str| {
        let mut parts = message.split('|').map(str::trim);
        parts.find_map(|part| part.strip_prefix(name)).map_or("", str::trim)
    };
    observation.class = Class::Dependency;
    let file = part("Filename:");
    let (name, version) = file.rsplit_once(':').unwrap_or((file, ""));
    observation.component = (!name.is_empty()).then(|| Component {
        name: name.to_owned(),
        version: version.to_owned(),
        ..Component::default()
    });
    let references = [part("Reference:"), part("References:")].join(" ");
    let ids =
        references.split([' ', ',']).filter(|id| words::is_id(id)).map(str::to_owned).collect();
    let (ids, mentions) = site::one_or_many(ids);
    (observation.ids, observation.mentions) = (ids, mentions);
    observation.score = part("CVSS Score:").to_owned();
    observation.cwes.extend(site::cwe_in_tag(part("Category:")));
    if let Some(id) = observation.ids.first() {
        observation.title = format!("{id} in {name}");
    }
}
