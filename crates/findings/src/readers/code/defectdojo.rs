//! DefectDojo's «Generic Findings Import», JSON and CSV: what many in-house tools write today.
//!
//! One record with several endpoints is one claim for each of them; the tool's id is left out of those,
//! since it would stand for several places.

use crate::format::Format;
use crate::observation::{Class, Component, Endpoint, MAX_MEMBERS, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::{Shape, has_columns};
use crate::walk::table::{self, Row};

use super::site;

/// The JSON shape.
pub const JSON: Format =
    Format { id: "defectdojo-json", title: "DefectDojo generic JSON", detects, read };
/// The CSV shape.
pub const CSV: Format = Format {
    id: "defectdojo-csv",
    title: "DefectDojo generic CSV",
    detects: detects_csv,
    read: read_csv,
};

/// What may stand beside the findings; anything else is another tool's report.
const BESIDE: &[&str] = &[
    "name",
    "type",
    "version",
    "description",
    "dynamic_tool",
    "static_tool",
    "soc",
    "findings",
    "title",
];
const COLUMNS: &[&str] = &["title", "cweid", "severity", "description", "mitigation", "active"];

/// Its fields are written in lower case with underscores, all of them.
fn detects(shape: &Shape) -> bool {
    let own = |path: &String| {
        let field = path.strip_prefix("findings[].").filter(|field| !field.contains(['.', '[']));
        field.is_none_or(|field| !field.contains(|c: char| c.is_ascii_uppercase()))
    };
    let beside = |path: &String| path.contains(['.', '[']) || BESIDE.contains(&path.as_str());
    shape.is_json
        && shape.all(&["findings[].title", "findings[].severity", "findings[].description"])
        && shape.paths.keys().all(|path| beside(path) && own(path))
}

fn detects_csv(shape: &Shape) -> bool {
    shape.columns(COLUMNS)
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let patterns = ["findings[]", "type", "name", "version"];
    let mut names = [String::new(), String::new()];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default().to_owned();
        match hit.pattern {
            0 => return claims(sink, hit.record(), &hit.place()),
            1 => names[0] = text,
            2 => names[1] = text,
            _ => sink.fact(Fact::ToolVersion(text)),
        }
        Ok(())
    })?;
    if let Some(tool) = names.into_iter().find(|name| !name.is_empty()) {
        sink.fact(Fact::Tool(tool));
    }
    Ok(())
}

fn claims(sink: &mut dyn Sink, record: Record<'_>, place: &str) -> Result<(), Stop> {
    let observation = observation(record, place);
    let endpoints: Vec<Endpoint> =
        record.items("endpoints").take(MAX_MEMBERS).filter_map(endpoint).collect();
    all(sink, observation, endpoints)
}

fn all(
    sink: &mut dyn Sink,
    observation: Observation,
    endpoints: Vec<Endpoint>,
) -> Result<(), Stop> {
    if observation.title.is_empty() && observation.rule.is_empty() {
        sink.dropped(&observation.place, "a finding without a title");
        return Ok(());
    }
    let several = endpoints.len() > 1;
    let mut places: Vec<Option<Endpoint>> = endpoints.into_iter().map(Some).collect();
    if places.is_empty() {
        places.push(None);
    }
    for endpoint in places {
        let mut one = observation.clone();
        if several {
            one.tool_id.clear();
        }
        one.endpoint = endpoint;
        one.class = class(&one);
        sink.observation(one)?;
    }
    Ok(())
}

fn observation(record: Record<'_>, place: &str) -> Observation {
    let mut ids = record.texts("vulnerability_ids");
    ids.extend(record.texts("cve"));
    ids.retain(|id| words::is_id(id));
    let (ids, mentions) = site::one_or_many(ids);
    let named = record.text("component_name");
    let mut cwes: Vec<u32> = record.texts("cwes").iter().filter_map(|t| words::cwe(t)).collect();
    cwes.extend(words::cwe(&record.string("cwe")));
    let scores = ["cvssv4", "cvssv3", "cvssv4_score", "cvssv3_score"];
    let score = scores.iter().map(|name| record.string(name)).find(|s| !s.is_empty());
    let (standing, standing_reason) = standing(&|name| record.flag(name));
    Observation {
        rule: record.string("vuln_id_from_tool"),
        title: record.text("title").trim().to_owned(),
        description: joined(record.text("description"), record.text("impact")),
        remedy: record.text("mitigation").to_owned(),
        severity: words::severity(record.text("severity")),
        score: score.unwrap_or_default(),
        ids,
        mentions,
        cwes,
        component: (!named.is_empty()).then(|| Component {
            name: named.to_owned(),
            version: record.string("component_version"),
            fixed_in: record.texts("fix_version"),
            ..Component::default()
        }),
        locations: site::location(record.text("file_path"), record.whole("line"))
            .into_iter()
            .collect(),
        tool_id: record.string("unique_id_from_tool"),
        standing,
        standing_reason,
        first_seen: vocab::instant::parse(record.text("date")),
        references: addresses(record.text("references")),
        place: place.to_owned(),
        ..Observation::default()
    }
}

fn joined(description: &str, impact: &str) -> String {
    match impact.trim() {
        "" => description.trim().to_owned(),
        impact => format!("{}\n\nImpact: {impact}", description.trim()),
    }
}

/// What its users said in DefectDojo. «Inactive» alone says nothing: its own examples have it everywhere.
fn standing(flag: &dyn Fn(&str) -> bool) -> (Standing, String) {
    let told = [
        ("false_p", Standing::FalsePositive, "false positive"),
        ("falsepositive", Standing::FalsePositive, "false positive"),
        ("is_mitigated", Standing::Fixed, "mitigated"),
        ("ismitigated", Standing::Fixed, "mitigated"),
        ("risk_accepted", Standing::Suppressed, "risk accepted"),
        ("out_of_scope", Standing::Suppressed, "out of scope"),
    ];
    let met = told.into_iter().find(|(name, _, _)| flag(name));
    met.map_or((Standing::Reported, String::new()), |(_, standing, why)| (standing, why.to_owned()))
}

fn addresses(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|word| word.starts_with("http"));
    words.take(MAX_MEMBERS).map(str::to_owned).collect()
}

/// An endpoint is an object or an address.
fn endpoint(item: Record<'_>) -> Option<Endpoint> {
    let text = item.0.as_str().unwrap_or_default();
    let mut endpoint = words::address(text);
    if text.is_empty() {
        let path = item.text("path");
        endpoint = Endpoint {
            host: item.text("host").to_ascii_lowercase(),
            port: u16::try_from(item.whole("port")).unwrap_or(0),
            service: item.text("protocol").to_ascii_lowercase(),
            path: if path.is_empty() || path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            },
            ..Endpoint::default()
        };
    }
    (!endpoint.host.is_empty()).then_some(endpoint)
}

fn class(observation: &Observation) -> Class {
    match &observation.endpoint {
        Some(e) if e.service.starts_with("http") || !e.path.is_empty() => Class::Web,
        Some(_) => Class::Host,
        None if observation.component.is_some() => Class::Dependency,
        None if !observation.locations.is_empty() => Class::Code,
        None if !observation.ids.is_empty() => Class::Dependency,
        None => Class::Report,
    }
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    table::walk(source, &|row| has_columns(row, COLUMNS), sink, &mut |sink, row| {
        let (observation, endpoints) = of_row(&row);
        all(sink, observation, endpoints)
    })
}

/// The dates have no one order of day and month, so only ISO ones are read.
fn of_row(row: &Row<'_>) -> (Observation, Vec<Endpoint>) {
    let flag = |name: &str| row.get(name).eq_ignore_ascii_case("true");
    let (standing, standing_reason) = standing(&flag);
    let named = row.first(&["componentname", "component_name"]);
    let ids = row.first(&["cve", "vulnerability_id", "vulnerability_ids", "vulnerabilityid"]);
    let observation = Observation {
        rule: row.first(&["vulnidfromtool", "vuln_id_from_tool"]).to_owned(),
        title: row.get("title").to_owned(),
        description: joined(row.get("description"), row.get("impact")),
        remedy: row.get("mitigation").to_owned(),
        severity: words::severity(row.get("severity")),
        score: row
            .first(&["cvssv4", "cvssv3", "cvssv4_score", "cvssv3_score"])
            .trim_matches('"')
            .to_owned(),
        ids: ids.split([',', ' ']).filter(|id| words::is_id(id)).map(str::to_owned).collect(),
        cwes: words::cwe(row.get("cweid")).into_iter().collect(),
        component: (!named.is_empty()).then(|| Component {
            name: named.to_owned(),
            version: row.first(&["componentversion", "component_version"]).to_owned(),
            fixed_in: Some(row.get("fix_version").to_owned())
                .filter(|v| !v.is_empty())
                .into_iter()
                .collect(),
            ..Component::default()
        }),
        tool_id: row.first(&["uniqueidfromtool", "unique_id_from_tool"]).to_owned(),
        standing,
        standing_reason,
        first_seen: vocab::instant::parse(row.get("date")),
        references: addresses(row.get("references")),
        place: row.place(),
        ..Observation::default()
    };
    let endpoint = words::address(row.get("url"));
    let endpoints = Some(endpoint).filter(|e| !e.host.is_empty()).into_iter().collect();
    (observation, endpoints)
}
