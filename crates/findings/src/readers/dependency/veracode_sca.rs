//! What did Veracode's software composition analysis find?
//!
//! The issues of its agent-based API (`_embedded.issues[]`) and its CSV export. CVE numbers come without their
//! prefix. An issue's id is Veracode's own for one problem of one library in one project.

use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::dependency::{facts, fields, fields::Fields, packages};
use crate::readers::words;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::has_columns;
use crate::walk::table::{self, Row};

/// The API's JSON.
pub const FORMAT: Format = Format {
    id: "veracode-sca",
    title: "Veracode SCA issues (API)",
    detects: |shape| shape.all(&["_embedded.issues[].issue_type", "_embedded.issues[].library"]),
    read: read_json,
};
/// The CSV export.
pub const CSV: Format = Format {
    id: "veracode-sca-csv",
    title: "Veracode SCA CSV",
    detects: |shape| shape.columns(&COLUMNS),
    read: read_csv,
};

const COLUMNS: [&str; 5] =
    ["Issue ID", "Issue type", "Library", "Version in use", "Vulnerability ID"];
const ISSUE: Fields = Fields {
    rule: "vulnerability.id",
    title: "vulnerability.title|title",
    description: "vulnerability.overview",
    score: "vulnerability.cvss3_vector|vulnerability.cvss3_score|severity",
    cwes: "vulnerability.cwe_id",
    name: "library.name",
    version: "library.version",
    references: "_links.html.href",
    ..fields::NONE
};
const ROW: Fields = Fields {
    rule: "Vulnerability ID",
    title: "Title",
    severity: "Severity",
    score: "CVSS score",
    kind: "Package manager",
    name: "Library",
    version: "Version in use",
    fixed: "Updated Version",
    ..fields::NONE
};

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Veracode SCA", "");
    json::walk(source, &["_embedded.issues[]"], sink, &mut |sink, hit| {
        let observation = issue(hit.record());
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn issue(record: Record<'_>) -> Observation {
    let mut observation = ISSUE.read(&record);
    observation.severity = words::severity_of_score(&record.string("severity"));
    // «maven:org.example:artifact:1.0:»: the coordinates; the name is for people.
    let parts: Vec<&str> = record.text("library.id").trim_end_matches(':').split(':').collect();
    if let [kind, first, rest @ ..] = parts.as_slice() {
        let name = match rest {
            [second, _version, ..] if !second.is_empty() && packages::kind(kind) == "maven" => {
                format!("{first}:{second}")
            }
            _ => (*first).to_owned(),
        };
        observation.component =
            packages::component("", kind, &name, record.text("library.version"), "");
    }
    named(&mut observation, record.text("vulnerability.cve"));
    observation.tool_id = record.text("id").into();
    observation.first_seen = vocab::instant::parse(record.text("created_date"));
    observation.target = record.text("project_name").into();
    stand(&mut observation, record.flag("ignored"), record.text("issue_status"));
    if record.text("issue_type") == "license" {
        licence(&mut observation, record.first(&["license.name", "library.name"]));
    }
    observation
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Veracode SCA", "");
    let header = |row: &[String]| has_columns(row, &COLUMNS);
    table::walk(source, &header, sink, &mut |sink, row| {
        let observation = of_row(&row);
        packages::hand_on(sink, row.place(), observation)
    })
}

fn of_row(row: &Row<'_>) -> Observation {
    let mut observation = ROW.read(row);
    let coordinates = [row.get("Coordinate 1"), row.get("Coordinate 2")];
    let name =
        coordinates.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(":");
    if let Some(component) = observation.component.as_mut().filter(|_| !name.is_empty()) {
        component.name = name;
    }
    named(&mut observation, row.get("CVE"));
    observation.tool_id = row.get("Issue ID").into();
    observation.target = row.get("Project").into();
    stand(&mut observation, row.get("Ignored").eq_ignore_ascii_case("true"), row.get("Status"));
    if row.get("Issue type").eq_ignore_ascii_case("license") {
        licence(&mut observation, row.get("License"));
    }
    observation
}

fn named(observation: &mut Observation, number: &str) {
    let digits = number.starts_with(|c: char| c.is_ascii_digit());
    let id = if digits { format!("CVE-{number}") } else { number.to_owned() };
    let rule = observation.rule.clone();
    packages::name_problem(observation, &rule, [id]);
}

fn stand(observation: &mut Observation, ignored: bool, status: &str) {
    (observation.standing, observation.standing_reason) = match status.to_ascii_lowercase().as_str()
    {
        _ if ignored => (Standing::Suppressed, "ignored".into()),
        "fixed" | "closed" => (Standing::Fixed, status.into()),
        _ => (Standing::Reported, String::new()),
    };
}

fn licence(observation: &mut Observation, name: &str) {
    observation.class = Class::Licence;
    observation.rule = name.to_owned();
}
