//! gosec (`-fmt json`): Go.

use super::fields::{self, About, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Standing};

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "gosec",
    title: "gosec JSON",
    detects: |shape| {
        shape.all(&["Issues[].rule_id", "Issues[].details"])
            || shape.all(&["Issues", "Stats.nosec", "Stats.found"])
    },
    read: |source, sink| {
        fields::json(
            source,
            sink,
            &FIELDS,
            &["Issues[]"],
            &[("GosecVersion", About::Version), ("Golang errors.*", About::MissedKey)],
        )
    },
};

const FIELDS: Fields = Fields {
    tool: "gosec",
    kinds: &[Class::Code],
    rule: "rule_id",
    title: "details",
    severity: "severity",
    confidence: "confidence",
    cwe: "cwe.id",
    path: "file",
    line: "line",
    column: "column",
    snippet: "code",
    finish: |cells, observation| {
        for location in &mut observation.locations {
            // Newer versions put numbers before the lines around it.
            let mark = format!("{}: ", location.line);
            let own = location.snippet.lines().find_map(|line| line.strip_prefix(&mark));
            if let Some(own) = own.map(str::to_owned) {
                location.snippet = own;
            }
        }
        if cells.cell("nosec") == "true" {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = cells.cell("suppressions.0.justification");
        }
    },
    ..CODE
};
