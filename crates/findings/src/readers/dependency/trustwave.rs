//! What did Trustwave's scanner find on hosts?
//!
//! Its CSV export. Severities are letters: C, H, M, L and I.

use crate::format::Format;
use crate::observation::{Class, Endpoint};
use crate::readers::dependency::{facts, fields, fields::Fields};
use crate::sink::{Sink, Stop};
use crate::source::Source;

/// Trustwave's CSV.
pub const FORMAT: Format = Format {
    id: "trustwave",
    title: "Trustwave vulnerability scan CSV",
    detects: |shape| shape.columns(&COLUMNS),
    read,
};

const COLUMNS: [&str; 6] = ["IP", "Target Name", "Domain", "Vulnerability Name", "Evidence", "CVE"];
const ROW: Fields = Fields {
    title: "Vulnerability Name",
    ids: "CVE",
    description: "Description",
    remedy: "Remediation",
    ..fields::NONE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Trustwave", "");
    fields::read_table(source, sink, &COLUMNS, &ROW, &|observation, row| {
        observation.class = Class::Host;
        observation.rule = row.get("Vulnerability Name").to_owned();
        observation.severity = match row.get("Severity") {
            "C" => vocab::Severity::Critical,
            "H" => vocab::Severity::High,
            "M" => vocab::Severity::Medium,
            "L" => vocab::Severity::Low,
            "I" => vocab::Severity::None,
            _ => vocab::Severity::Unknown,
        };
        observation.endpoint = Some(Endpoint {
            host: row.first(&["Domain", "IP", "Target Name"]).to_ascii_lowercase(),
            port: row.get("Port").parse().unwrap_or(0),
            protocol: row.get("Protocol").to_ascii_lowercase(),
            service: row.get("Service").to_ascii_lowercase(),
            ..Endpoint::default()
        });
    })
}
