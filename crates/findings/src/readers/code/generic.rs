//! The shapes for whoever has no format of their own: JSON (`gabion.findings/1`) and CSV.
//!
//! docs/FORMATS.md documents both with an example. The fields are those of an observation; what is left out
//! stays empty. A word that is not understood drops its record rather than being guessed.

use vocab::Severity;

use crate::format::Format;
use crate::observation::{
    Class, Component, Confidence, Endpoint, Fingerprint, Location, MAX_MEMBERS, Observation,
    Secret, Standing,
};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, untimely};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::{Shape, has_columns};
use crate::walk::table::{self, Row};

use super::{generic_coverage, site};

/// JSON of the schema `gabion.findings/1`.
pub const JSON: Format =
    Format { id: "generic-json", title: "Generic JSON (gabion.findings/1)", detects, read };
/// CSV with the columns `title`, `severity`, `class`, `rule` and any of the others.
pub const CSV: Format =
    Format { id: "generic-csv", title: "Generic CSV", detects: detects_csv, read: read_csv };

const COLUMNS: &[&str] = &["title", "severity", "class", "rule"];

fn detects(shape: &Shape) -> bool {
    shape.value("schema").starts_with("gabion.findings/")
}

fn detects_csv(shape: &Shape) -> bool {
    shape.columns(COLUMNS)
}

/// What has to be known before anything is told: whose run it is.
const FIRST: &[&str] = &["tool", "category"];
const RECORDS: &[&str] = &[
    "findings[]",
    "schema",
    "tool",
    "tool_version",
    "scanned_at",
    "target",
    "revision",
    "branch",
    "rules[]",
    "incomplete",
    "passed",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut first = [String::new(), String::new()];
    json::walk(source, FIRST, sink, &mut |_, hit| {
        if let Some(field) = first.get_mut(hit.pattern) {
            hit.value.as_str().unwrap_or_default().trim().clone_into(field);
        }
        Ok(())
    })?;
    let [tool, category] = first;
    if !category.is_empty() {
        sink.fact(Fact::Run { tool, category });
    }
    generic_coverage::read(source, sink)?;
    json::walk(source, RECORDS, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default().to_owned();
        match hit.pattern {
            0 => {
                let seen = record.text("first_seen");
                if vocab::instant::parse(seen).is_none() {
                    untimely(sink, seen);
                }
                return claim(sink, observation(record, hit.place()), &hit.place());
            }
            1 if text != "gabion.findings/1" => {
                let what = format!("this program reads gabion.findings/1, not {text}");
                return Err(Stop::broken("$.schema", what));
            }
            2 => sink.fact(Fact::Tool(text)),
            3 => sink.fact(Fact::ToolVersion(text)),
            4 => match vocab::instant::parse(&text) {
                Some(at) => sink.fact(Fact::ScannedAt(at)),
                None => sink.dropped("$.scanned_at", "not an instant: RFC 3339 or a date is read"),
            },
            5 => sink.fact(Fact::Target(text)),
            6 => sink.fact(Fact::Revision(text)),
            7 => sink.fact(Fact::Branch(text)),
            8 => sink.fact(Fact::ActiveRule(text)),
            9 if !text.is_empty() => sink.fact(Fact::Incomplete(text)),
            10 => sink.fact(Fact::Passed(record.0.as_u64().unwrap_or(0))),
            _ => {}
        }
        Ok(())
    })?;
    Ok(())
}

fn claim(sink: &mut dyn Sink, made: Result<Observation, String>, place: &str) -> Result<(), Stop> {
    match made {
        Ok(observation) => sink.observation(observation),
        Err(why) => {
            sink.dropped(place, &why);
            Ok(())
        }
    }
}

fn observation(record: Record<'_>, place: String) -> Result<Observation, String> {
    let mut observation = Observation {
        rule: record.string("rule"),
        title: record.text("title").to_owned(),
        description: record.text("description").to_owned(),
        remedy: record.text("remedy").to_owned(),
        severity: severity(record.text("severity"))?,
        confidence: Confidence::of(record.text("confidence")),
        score: record.string("score"),
        ids: record.texts("ids"),
        mentions: record.texts("mentions"),
        cwes: record.texts("cwes").iter().filter_map(|text| words::cwe(text)).collect(),
        component: record.at("component").map(component),
        locations: record.items("locations").take(MAX_MEMBERS).filter_map(location).collect(),
        endpoint: record.at("endpoint").map(endpoint),
        resource: record.text("resource").to_owned(),
        secret: Secret::new(record.text("secret")),
        frames: record.texts("frames"),
        tool_id: record.string("tool_id"),
        fingerprints: fingerprints(record),
        standing_reason: record.text("standing_reason").to_owned(),
        first_seen: vocab::instant::parse(record.text("first_seen")),
        references: record.texts("references"),
        target: record.text("target").to_owned(),
        place,
        ..Observation::default()
    };
    observation.standing = standing(record.text("standing"))?;
    observation.class = class(record.text("class"), &observation, record.has("secret"))?;
    checked(observation)
}

/// Without these nobody could know the problem again.
fn checked(mut observation: Observation) -> Result<Observation, String> {
    let known = [&observation.rule, &observation.title, &observation.tool_id];
    if known.iter().all(|text| text.trim().is_empty()) && observation.ids.is_empty() {
        return Err("no title, rule, id or tool_id".to_owned());
    }
    if observation.class == Class::Secret {
        observation.locations.iter_mut().for_each(|location| location.snippet.clear());
        if let Some(secret) = observation.secret.clone() {
            for text in
                [&mut observation.title, &mut observation.description, &mut observation.remedy]
            {
                *text = text.replace(secret.expose(), "(hidden)");
            }
        }
    }
    if observation.title.trim().is_empty() {
        let first = observation.ids.first().cloned();
        observation.title = first.unwrap_or_else(|| observation.rule.clone());
    }
    Ok(observation)
}

/// A word, or a CVSS score from 0 to 10; nothing is unknown.
pub(super) fn severity(word: &str) -> Result<Severity, String> {
    let found = [words::severity(word), words::severity_of_score(word)];
    let found = found.into_iter().find(|severity| *severity != Severity::Unknown);
    match found {
        Some(severity) => Ok(severity),
        None if word.trim().is_empty() || word.eq_ignore_ascii_case("unknown") => {
            Ok(Severity::Unknown)
        }
        None => Err(format!("severity «{}» is no word of the scale", short(word))),
    }
}

fn standing(word: &str) -> Result<Standing, String> {
    Ok(match word {
        "" | "reported" => Standing::Reported,
        "suppressed" => Standing::Suppressed,
        "false_positive" => Standing::FalsePositive,
        "fixed" => Standing::Fixed,
        "not_affected" => Standing::NotAffected,
        "under_investigation" => Standing::UnderInvestigation,
        other => return Err(format!("standing «{}» is not known", short(other))),
    })
}

/// The class as written; without one, by what the record has.
fn class(word: &str, observation: &Observation, has_secret: bool) -> Result<Class, String> {
    Ok(match word.trim().to_ascii_lowercase().as_str() {
        "dependency" => Class::Dependency,
        "code" => Class::Code,
        "secret" => Class::Secret,
        "host" => Class::Host,
        "web" => Class::Web,
        "configuration" => Class::Configuration,
        "crash" => Class::Crash,
        "report" => Class::Report,
        "licence" | "license" => Class::Licence,
        "" if has_secret => Class::Secret,
        "" if observation.component.is_some() => Class::Dependency,
        "" => match &observation.endpoint {
            Some(endpoint) if !endpoint.path.is_empty() || endpoint.service.starts_with("http") => {
                Class::Web
            }
            Some(_) => Class::Host,
            None if !observation.frames.is_empty() => Class::Crash,
            None if !observation.resource.is_empty() => Class::Configuration,
            None if observation.locations.is_empty() => Class::Report,
            None => Class::Code,
        },
        other => return Err(format!("class «{}» is not known", short(other))),
    })
}

pub(super) fn short(word: &str) -> String {
    word.chars().take(40).collect()
}

fn component(record: Record<'_>) -> Component {
    let text = |name| record.text(name).to_owned();
    Component {
        purl: text("purl"),
        kind: text("kind"),
        name: text("name"),
        version: record.string("version"),
        fixed_in: record.texts("fixed_in"),
    }
}

fn location(record: Record<'_>) -> Option<Location> {
    let plain = site::location(record.text("path"), record.whole("line"))?;
    Some(Location {
        end_line: record.whole("end_line"),
        column: record.whole("column"),
        snippet: record.text("snippet").to_owned(),
        symbol: record.text("symbol").to_owned(),
        ..plain
    })
}

fn endpoint(record: Record<'_>) -> Endpoint {
    let mut endpoint = words::address(record.text("url"));
    let set = |field: &mut String, text: &str| {
        if !text.is_empty() {
            text.clone_into(field);
        }
    };
    set(&mut endpoint.host, &record.text("host").to_ascii_lowercase());
    set(&mut endpoint.protocol, record.text("protocol"));
    set(&mut endpoint.service, record.text("service"));
    set(&mut endpoint.path, record.text("path"));
    set(&mut endpoint.method, record.text("method"));
    set(&mut endpoint.parameter, record.text("parameter"));
    if record.has("port") {
        endpoint.port = u16::try_from(record.whole("port")).unwrap_or(0);
    }
    endpoint
}

fn fingerprints(record: Record<'_>) -> Vec<Fingerprint> {
    let pairs = record.entries("fingerprints").take(MAX_MEMBERS);
    let pair = |(name, value): (&str, Record<'_>)| Fingerprint {
        name: name.to_owned(),
        value: value.0.as_str().unwrap_or_default().to_owned(),
    };
    pairs.map(pair).filter(|f| !f.value.is_empty()).collect()
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    table::walk(source, &|row| has_columns(row, COLUMNS), sink, &mut |sink, row| {
        let place = row.place();
        claim(sink, of_row(&row), &place)
    })
}

/// Lists in a cell are separated by spaces, commas or semicolons.
fn listed(cell: &str) -> Vec<String> {
    let parts = cell.split([' ', ',', ';']).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn of_row(row: &Row<'_>) -> Result<Observation, String> {
    let cell = |name: &str| row.get(name).to_owned();
    let mut observation = Observation {
        rule: cell("rule"),
        title: cell("title"),
        description: cell("description"),
        remedy: cell("remedy"),
        severity: severity(row.get("severity"))?,
        ids: listed(row.first(&["ids", "id"])),
        cwes: listed(row.get("cwe")).iter().filter_map(|text| words::cwe(text)).collect(),
        component: package(row),
        endpoint: network(row),
        resource: cell("resource"),
        tool_id: cell("tool_id"),
        place: row.place(),
        ..Observation::default()
    };
    let line = row.get("line").parse().unwrap_or(0);
    observation.locations.extend(site::location(row.get("path"), line));
    observation.class = class(row.get("class"), &observation, false)?;
    checked(observation)
}

fn package(row: &Row<'_>) -> Option<Component> {
    let package = row.get("package");
    let (purl, name) = if package.starts_with("pkg:") { (package, "") } else { ("", package) };
    (!package.is_empty()).then(|| Component {
        purl: purl.to_owned(),
        name: name.to_owned(),
        kind: row.get("kind").to_owned(),
        version: row.get("version").to_owned(),
        fixed_in: listed(row.get("fixed_in")),
    })
}

fn network(row: &Row<'_>) -> Option<Endpoint> {
    let mut endpoint = words::address(row.get("url"));
    if !row.get("host").is_empty() {
        endpoint.host = row.get("host").to_ascii_lowercase();
    }
    if let Ok(port) = row.get("port").parse() {
        endpoint.port = port;
    }
    row.get("parameter").clone_into(&mut endpoint.parameter);
    (!endpoint.host.is_empty()).then_some(endpoint)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_class_and_standing_has_its_word() {
        let words = [
            "dependency",
            "code",
            "secret",
            "host",
            "web",
            "configuration",
            "crash",
            "report",
            "licence",
        ];
        let none = Observation::default();
        let met: BTreeMap<String, &str> = words
            .iter()
            .map(|word| (format!("{:?}", class(word, &none, false).unwrap()).to_lowercase(), *word))
            .collect();
        assert!(met.iter().all(|(class, word)| class == word), "{met:?}");
        assert!(class("sast", &none, false).is_err());
        assert!(standing("gone").is_err());
        assert_eq!(severity("9.1"), Ok(Severity::Critical));
        assert!(severity("rather bad").is_err());
    }
}
