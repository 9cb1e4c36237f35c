//! Solar appScreener (CSV).

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Standing};

/// Its CSV.
pub const FORMAT: Format = Format {
    id: "solar-appscreener-csv",
    title: "Solar appScreener CSV",
    detects: |shape| shape.columns(COLUMNS),
    read: |source, sink| fields::table(source, sink, &FIELDS, COLUMNS),
};

const COLUMNS: &[&str] =
    &["Vulnerability", "Recommendations", "File", "Line", "Severity Level", "Status", "Trace"];

const FIELDS: Fields = Fields {
    tool: "Solar appScreener",
    kinds: &[Class::Code],
    rule: "Vulnerability",
    title: "Vulnerability",
    description: "Description",
    remedy: "Recommendations",
    severity: "Severity Level",
    path: "File",
    line: "Line",
    reference: "Links",
    finish: |cells, observation| {
        let lines = cells.one("Line");
        let last = lines.split_once('-').and_then(|(_, last)| last.trim().parse().ok());
        for location in &mut observation.locations {
            location.end_line = last.unwrap_or(0);
        }
        if cells.one("Status") == "Rejected" {
            observation.standing = Standing::FalsePositive;
            observation.standing_reason = cells.one("Vulnerability Comment");
        }
    },
    ..CODE
};
