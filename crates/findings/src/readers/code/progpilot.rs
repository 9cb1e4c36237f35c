//! progpilot: PHP. It rates nothing; the place is the sink.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "progpilot",
    title: "progpilot JSON",
    detects: |shape| shape.all(&["[].vuln_name", "[].vuln_cwe", "[].vuln_id"]),
    read: |source, sink| fields::json(source, sink, &FIELDS, &["[]"], &[]),
};

const FIELDS: Fields = Fields {
    tool: "progpilot",
    kinds: &[Class::Code],
    rule: "vuln_rule|vuln_name",
    title: "vuln_description|vuln_name",
    cwe: "vuln_cwe",
    path: "sink_file|vuln_file",
    line: "sink_line|vuln_line",
    symbol: "sink_name",
    finish: |cells, observation| {
        let (file, line) = (cells.cell("source_file.0"), cells.cell("source_line.0"));
        if !file.is_empty() {
            observation.description = format!("The value comes from {file}:{line}.");
        }
    },
    ..CODE
};
