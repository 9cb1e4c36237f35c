//! Contrast Assess (CSV): what an agent in the running application saw. The vulnerability id stays.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Endpoint, Standing};
use crate::readers::words;
use vocab::{Instant, Severity};

/// Its CSV.
pub const FORMAT: Format = Format {
    id: "contrast-csv",
    title: "Contrast CSV",
    detects: |shape| shape.columns(COLUMNS),
    read: |source, sink| fields::table(source, sink, &FIELDS, COLUMNS),
};

const COLUMNS: &[&str] =
    &["Vulnerability Name", "Vulnerability ID", "Rule Name", "Severity", "Application Name"];

const FIELDS: Fields = Fields {
    tool: "Contrast",
    rule: "Rule Name",
    title: "Vulnerability Name",
    severity: "Severity",
    cwe: "CWE ID",
    tool_id: "Vulnerability ID",
    first_seen: "First Seen Datetime",
    target: "Application Name",
    // Contrast's scale: critical, high, medium, low, note.
    rate: |word| {
        if word.eq_ignore_ascii_case("note") { Severity::None } else { words::severity(word) }
    },
    finish: |cells, observation| {
        if observation.first_seen.is_none() {
            let milliseconds = cells.one("First Seen").parse().ok();
            observation.first_seen = milliseconds.and_then(|ms| Instant::from_millisecond(ms).ok());
        }
        let status = cells.one("Status");
        observation.standing = match status.as_str() {
            "NotAProblem" | "Not a Problem" => Standing::FalsePositive,
            "Remediated" | "Fixed" | "AutoRemediated" | "Remediated - Auto-Verified" => {
                Standing::Fixed
            }
            _ => Standing::Reported,
        };
        if observation.standing != Standing::Reported {
            observation.standing_reason = status;
        }
        let path = cells.one("Request URI");
        if !path.is_empty() {
            observation.class = Class::Web;
            observation.endpoint = Some(Endpoint {
                port: u16::try_from(cells.number("Request Port")).unwrap_or(0),
                service: cells.one("Request Protocol").to_ascii_lowercase(),
                method: cells.one("Request Method"),
                path,
                ..Endpoint::default()
            });
        }
    },
    ..CODE
};
