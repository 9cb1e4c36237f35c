//! HackerOne: reports of people, as the API lists them and as the export of a programme writes them.
//!
//! The API answers `data[]` of type «report»; the export is `findings[]` with `substate`, or the same as CSV.
//! The report's number is HackerOne's own id. States (HackerOne API reference, «Report states»): `resolved` is
//! fixed; `not-applicable` and `spam` are no problem and so false positives; `duplicate` and `informative`
//! are closed without a fix and put aside; `needs-more-info` is looked into; `new`, `triaged`, `retesting` and
//! the rest stand as reported. `weakness` is the kind of problem, the reward and the reporter are nobody's
//! identity.

use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use crate::walk::shape::has_columns;
use crate::walk::table;

/// HackerOne's API and export as JSON.
pub const JSON: Format = Format {
    id: "hackerone",
    title: "HackerOne reports (API or export, JSON)",
    detects: |shape| {
        shape.is_json
            && ((shape.value("data[].type") == "report" && shape.has("data[].attributes.title"))
                || shape.value("links.self").contains("api.hackerone.com/")
                || shape.all(&["findings[].substate", "findings[].weakness"]))
    },
    read,
};

/// HackerOne's export as CSV.
pub const CSV: Format = Format {
    id: "hackerone-csv",
    title: "HackerOne reports (export, CSV)",
    detects: |shape| shape.columns(COLUMNS),
    read: read_csv,
};

const COLUMNS: &[&str] = &["id", "title", "severity_rating", "substate", "weakness"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("HackerOne".to_owned()));
    walk(source, &["data[]", "findings[]", "links.next"], sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        let observation = match hit.pattern {
            0 => of_api(record),
            1 => of_export(&|field| record.string(field)),
            _ => {
                if record.0.as_str().is_some_and(|next| !next.is_empty()) {
                    let why = "links.next: further pages are not in this document";
                    sink.fact(Fact::Incomplete(why.to_owned()));
                }
                return Ok(());
            }
        };
        hand_on(sink, observation, place)
    })?;
    Ok(())
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("HackerOne".to_owned()));
    table::walk(source, &|row| has_columns(row, COLUMNS), sink, &mut |sink, row| {
        let observation = of_export(&|field| row.get(field).to_owned());
        hand_on(sink, observation, row.place())
    })
}

fn hand_on(sink: &mut dyn Sink, observation: Observation, place: String) -> Result<(), Stop> {
    if observation.tool_id.is_empty() && observation.title.is_empty() {
        sink.dropped(&place, "neither id nor title");
        return Ok(());
    }
    sink.observation(Observation { place, ..observation })
}

fn of_api(report: Record<'_>) -> Observation {
    let scope = report.at("relationships.structured_scope.data.attributes");
    let asset = scope.map_or("", |scope| scope.text("asset_identifier"));
    let is_address = scope.is_some_and(|scope| {
        matches!(scope.text("asset_type").to_ascii_lowercase().as_str(), "url" | "domain")
    });
    let severity = report.at("relationships.severity.data.attributes");
    let weakness = report.at("relationships.weakness.data.attributes");
    let id = report.string("id");
    let state = report.text("attributes.state");
    let (standing, standing_reason) = standing(state, "");
    let (ids, mentions) = one_problem(report.texts("attributes.cve_ids"));
    Observation {
        class: Class::Report,
        rule: weakness.map_or("", |w| w.text("external_id")).to_owned(),
        title: report.text("attributes.title").to_owned(),
        description: report.text("attributes.vulnerability_information").to_owned(),
        severity: words::severity(severity.map_or("", |s| s.text("rating"))),
        score: severity.map(|s| s.string("score")).unwrap_or_default(),
        ids,
        mentions,
        cwes: weakness.and_then(|w| words::cwe(w.text("external_id"))).into_iter().collect(),
        endpoint: is_address.then(|| words::address(asset)),
        references: reference(&id),
        tool_id: id,
        standing,
        standing_reason,
        first_seen: words::when(
            report.first(&["attributes.submitted_at", "attributes.created_at"]),
        ),
        target: asset.to_owned(),
        ..Observation::default()
    }
}

fn of_export(field: &dyn Fn(&str) -> String) -> Observation {
    let id = field("id");
    let substate = field("substate");
    let state = if substate.is_empty() { field("state") } else { substate };
    let (standing, standing_reason) = standing(&state, &field("original_report_id"));
    let (ids, mentions) = one_problem(words::cves(&field("cve_ids")));
    Observation {
        class: Class::Report,
        rule: field("weakness"),
        title: field("title"),
        severity: words::severity(&field("severity_rating")),
        score: field("severity_score"),
        ids,
        mentions,
        references: reference(&id),
        tool_id: id,
        standing,
        standing_reason,
        first_seen: words::when(&field("reported_at")),
        target: field("structured_scope"),
        ..Observation::default()
    }
}

/// Several CVEs of one report are several problems.
fn one_problem(cves: Vec<String>) -> (Vec<String>, Vec<String>) {
    if cves.len() == 1 { (cves, Vec::new()) } else { (Vec::new(), cves) }
}

fn reference(id: &str) -> Vec<String> {
    let number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| format!("https://hackerone.com/reports/{id}")).into_iter().collect()
}

fn standing(state: &str, original: &str) -> (Standing, String) {
    let word = state.trim().to_ascii_lowercase().replace([' ', '_'], "-");
    let standing = match word.as_str() {
        "resolved" => Standing::Fixed,
        "not-applicable" | "spam" => Standing::FalsePositive,
        "duplicate" | "informative" => Standing::Suppressed,
        "needs-more-info" => Standing::UnderInvestigation,
        _ => return (Standing::Reported, String::new()),
    };
    let of = if word == "duplicate" && !original.is_empty() {
        format!(" of {original}")
    } else {
        String::new()
    };
    (standing, format!("{word}{of}"))
}
