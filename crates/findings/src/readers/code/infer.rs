//! Infer (`report.json`). The hash leaves lines out, so it is the fingerprint.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;
use crate::readers::words;
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "infer",
    title: "Infer report JSON",
    detects: |shape| shape.all(&["[].bug_type", "[].qualifier", "[].bug_trace"]),
    read: |source, sink| fields::json(source, sink, &FIELDS, &["[]"], &[]),
};

const FIELDS: Fields = Fields {
    tool: "Infer",
    kinds: &[Class::Code],
    rule: "bug_type",
    title: "bug_type_hum|bug_type",
    description: "qualifier",
    severity: "severity",
    path: "file",
    line: "line",
    column: "column",
    symbol: "procedure",
    fingerprint: "hash",
    // ERROR, WARNING, INFO, ADVICE, LIKE.
    rate: |word| {
        if matches!(word, "ADVICE" | "LIKE") { Severity::Low } else { words::severity(word) }
    },
    ..CODE
};
