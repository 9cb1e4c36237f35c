//! PMD (`-f csv`): Java. Its priorities are high, medium high, medium, medium low and low.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;
use vocab::Severity;

/// Its CSV.
pub const FORMAT: Format = Format {
    id: "pmd-csv",
    title: "PMD CSV",
    detects: |shape| shape.columns(COLUMNS),
    read: |source, sink| fields::table(source, sink, &FIELDS, COLUMNS),
};

const COLUMNS: &[&str] = &["Problem", "Package", "File", "Priority", "Rule set", "Rule"];

const FIELDS: Fields = Fields {
    tool: "PMD",
    kinds: &[Class::Code],
    rule: "Rule",
    title: "Description",
    description: "Description",
    severity: "Priority",
    path: "File",
    line: "Line",
    rate: |priority| match priority {
        "1" | "2" => Severity::High,
        "3" => Severity::Medium,
        "4" | "5" => Severity::Low,
        _ => Severity::Unknown,
    },
    ..CODE
};
