//! QARK (`--report-type json`): Android packages.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;
use crate::readers::words;
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "qark",
    title: "QARK JSON",
    detects: |shape| shape.all(&["[].apk_exploit_dict", "[].file_object", "[].category"]),
    read: |source, sink| fields::json(source, sink, &FIELDS, &["[]"], &[]),
};

const FIELDS: Fields = Fields {
    tool: "QARK",
    kinds: &[Class::Code],
    rule: "name",
    title: "name",
    description: "description",
    severity: "severity",
    path: "file_object",
    line: "line_number.0",
    rate: |word| if word == "VULNERABILITY" { Severity::High } else { words::severity(word) },
    ..CODE
};
