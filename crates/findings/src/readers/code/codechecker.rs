//! CodeChecker (`parse -e json`): Clang's analyzers and others. The report hash is its documented identity.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Standing};
use crate::readers::words;
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "codechecker",
    title: "CodeChecker JSON",
    detects: |shape| shape.all(&["reports[].report_hash", "reports[].checker_name"]),
    read: |source, sink| fields::json(source, sink, &FIELDS, &["reports[]"], &[]),
};

const FIELDS: Fields = Fields {
    tool: "CodeChecker",
    kinds: &[Class::Code],
    rule: "checker_name",
    title: "message",
    description: "message",
    severity: "severity",
    path: "file.path",
    line: "line",
    column: "column",
    fingerprint: "report_hash",
    rate: |word| if word == "STYLE" { Severity::None } else { words::severity(word) },
    finish: |cells, observation| {
        let status = cells.cell("review_status");
        observation.standing = match status.as_str() {
            "false_positive" => Standing::FalsePositive,
            "intentional" => Standing::Suppressed,
            _ => return,
        };
        observation.standing_reason = status;
    },
    ..CODE
};
