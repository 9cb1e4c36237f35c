//! Xanitizer (findings list as XML): taint paths and more in Java and others. The rating goes from 0 to 10.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Standing};
use crate::readers::words;

/// Its XML.
pub const FORMAT: Format = Format {
    id: "xanitizer",
    title: "Xanitizer XML",
    detects: |shape| shape.has("XanitizerFindingsList"),
    read: |source, sink| fields::xml(source, sink, &FIELDS, &["XanitizerFindingsList/finding"]),
};

const FIELDS: Fields = Fields {
    tool: "Xanitizer",
    kinds: &[Class::Code],
    rule: "problemTypeId",
    title: "problemType",
    description: "description",
    severity: "rating",
    score: "rating",
    cwe: "cweNumber",
    path: "endNode/@relativePath|node/@relativePath|file",
    line: "endNode/@lineNo|node/@lineNo|line",
    symbol: "endNode/@classFQN|node/@classFQN|class",
    rate: words::severity_of_score,
    finish: |cells, observation| {
        let word = cells.one("classification");
        observation.standing = match word.as_str() {
            "Harmless" | "False Positive" | "Intended" => Standing::FalsePositive,
            "Duplicate" | "Ignored" => Standing::Suppressed,
            _ => return,
        };
        observation.standing_reason = word;
    },
    ..CODE
};
