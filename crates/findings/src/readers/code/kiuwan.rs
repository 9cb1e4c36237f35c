//! Kiuwan Code Security (CSV of defects). The place is the sink; the source stands in the description.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Standing};

/// Its CSV.
pub const FORMAT: Format = Format {
    id: "kiuwan-csv",
    title: "Kiuwan CSV",
    detects: |shape| shape.columns(COLUMNS),
    read: |source, sink| fields::table(source, sink, &FIELDS, COLUMNS),
};

const COLUMNS: &[&str] = &["Rule code", "Rule", "Priority", "CWE", "File", "Line number", "Muted"];

const FIELDS: Fields = Fields {
    tool: "Kiuwan",
    kinds: &[Class::Code],
    rule: "Rule code",
    title: "Rule",
    severity: "Priority",
    cwe: "CWE",
    path: "File",
    line: "Line number",
    snippet: "Line text",
    finish: |cells, observation| {
        let (file, line) = (cells.one("Source file"), cells.one("Source line number"));
        if !file.is_empty() {
            observation.description = format!("The value comes from {file}:{line}.");
        }
        if cells.one("Muted").eq_ignore_ascii_case("yes") {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = "muted".to_owned();
        }
    },
    ..CODE
};
