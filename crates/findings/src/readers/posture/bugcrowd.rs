//! Bugcrowd: submissions, as the API lists them and as the export of a programme writes them.
//!
//! Priorities are P1 (critical) to P5 (informational) as numbers (Bugcrowd's Vulnerability Rating Taxonomy);
//! the taxonomy's id or lineage is the kind of problem. States: `resolved` is fixed; `not_applicable` and
//! `not_reproducible` are false positives; `duplicate`, `informational`, `out_of_scope` and `wont_fix` are
//! closed without a fix and put aside; `new`, `triaged` and `unresolved` stand. The submission's id is
//! Bugcrowd's own.

use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use crate::walk::shape::has_columns;
use crate::walk::table;
use vocab::Severity;

/// Bugcrowd's API: a bare array or `data[]`.
pub const JSON: Format = Format {
    id: "bugcrowd",
    title: "Bugcrowd submissions (API, JSON)",
    detects: |shape| {
        ["[].", "data[]."].iter().any(|root| {
            shape.value(&format!("{root}type")) == "submission"
                && shape.has(&format!("{root}attributes.vrt_id"))
        })
    },
    read,
};

/// Bugcrowd's export as CSV.
pub const CSV: Format = Format {
    id: "bugcrowd-csv",
    title: "Bugcrowd submissions (export, CSV)",
    detects: |shape| shape.columns(COLUMNS),
    read: read_csv,
};

const COLUMNS: &[&str] = &["reference_number", "bounty_code", "vrt_lineage", "substate"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Bugcrowd".to_owned()));
    walk(source, &["[]", "data[]"], sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        if record.text("attributes.title").is_empty() {
            sink.dropped(&place, "no title");
            return Ok(());
        }
        sink.observation(Observation { place, ..of_api(record) })
    })?;
    Ok(())
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Bugcrowd".to_owned()));
    table::walk(source, &|row| has_columns(row, COLUMNS), sink, &mut |sink, row| {
        let place = row.place();
        if row.get("reference_number").is_empty() || row.get("title").is_empty() {
            sink.dropped(&place, "no reference_number or no title");
            return Ok(());
        }
        let state = row.first(&["substate", "state"]);
        let (standing, standing_reason) = standing(state, row.get("duplicate"));
        let references = row.get("vulnerability_references").split_whitespace();
        sink.observation(Observation {
            class: Class::Report,
            rule: row.get("vrt_lineage").to_owned(),
            title: row.get("title").to_owned(),
            description: row.get("description").to_owned(),
            remedy: row.get("remediation_advice").to_owned(),
            severity: severity(row.get("priority")),
            endpoint: endpoint(row.get("bug_url")),
            tool_id: row.get("reference_number").to_owned(),
            standing,
            standing_reason,
            first_seen: words::when(row.get("submitted_at")),
            references: references.filter(|r| r.contains("://")).map(str::to_owned).collect(),
            target: row.get("target_name").to_owned(),
            place,
            ..Observation::default()
        })
    })
}

fn of_api(record: Record<'_>) -> Observation {
    let (standing, standing_reason) =
        standing(record.text("attributes.state"), &record.string("attributes.duplicate"));
    let references = record.text("attributes.vulnerability_references").split_whitespace();
    Observation {
        class: Class::Report,
        rule: record.text("attributes.vrt_id").to_owned(),
        title: record.text("attributes.title").to_owned(),
        description: record.text("attributes.description").to_owned(),
        remedy: record.text("attributes.remediation_advice").to_owned(),
        severity: severity(&record.string("attributes.severity")),
        endpoint: endpoint(record.text("attributes.bug_url")),
        tool_id: record.string("id"),
        standing,
        standing_reason,
        first_seen: words::when(record.text("attributes.submitted_at")),
        references: references.filter(|r| r.contains("://")).map(str::to_owned).collect(),
        ..Observation::default()
    }
}

fn severity(priority: &str) -> Severity {
    words::severity(&format!("p{}", priority.trim().trim_start_matches(['P', 'p'])))
}

/// The address, when the field holds one: reporters write anything into it.
fn endpoint(url: &str) -> Option<Endpoint> {
    let url = url.trim();
    let is_address = url.starts_with("http://") || url.starts_with("https://");
    (is_address && !url.contains(char::is_whitespace)).then(|| words::address(url))
}

fn standing(state: &str, duplicate: &str) -> (Standing, String) {
    let word = state.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    let standing = match word.as_str() {
        "resolved" => Standing::Fixed,
        "not_applicable" | "not_reproducible" => Standing::FalsePositive,
        "duplicate" | "informational" | "out_of_scope" | "wont_fix" => Standing::Suppressed,
        _ if duplicate.eq_ignore_ascii_case("true") => {
            return (Standing::Suppressed, "duplicate".to_owned());
        }
        _ => return (Standing::Reported, String::new()),
    };
    (standing, word)
}
