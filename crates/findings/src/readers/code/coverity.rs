//! Coverity: rows of a view as Coverity Connect's API gives them, and what `cov-format-errors` writes as JSON.
//!
//! The CID names a defect in a stream of Coverity Connect and stays; the merge key is what it is made from.

use super::fields::{self, CODE, Cells, Fields};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};

/// Rows of a view.
pub const API: Format = Format {
    id: "coverity-view",
    title: "Coverity Connect view JSON",
    detects: |shape| shape.all(&["viewContentsV1.rows", "viewContentsV1.columns"]),
    read: |source, sink| fields::json(source, sink, &ROWS, &["viewContentsV1.rows[]"], &[]),
};
/// Errors of one analysis.
pub const SCAN: Format = Format {
    id: "coverity",
    title: "Coverity errors JSON",
    detects: |shape| {
        shape.value("type") == "Coverity issues"
            || shape.all(&["issues[].mergeKey", "issues[].checkerName"])
    },
    read: |source, sink| fields::json(source, sink, &ISSUES, &["issues[]"], &[]),
};

const ROWS: Fields = Fields {
    tool: "Coverity",
    kinds: &[Class::Code],
    rule: "checker",
    title: "displayType",
    description: "displayCategory",
    severity: "displayImpact",
    cwe: "cwe",
    path: "displayFile",
    line: "lineNumber",
    symbol: "displayFunction",
    tool_id: "cid",
    finish: stand,
    ..CODE
};

fn stand(cells: &dyn Cells, observation: &mut Observation) {
    let (class, status) = (cells.cell("classification"), cells.cell("status"));
    observation.standing = match (class.as_str(), status.as_str()) {
        ("False Positive", _) => Standing::FalsePositive,
        ("Intentional", _) | (_, "Dismissed") => Standing::Suppressed,
        (_, "Fixed" | "Absent Dismissed") => Standing::Fixed,
        _ => return,
    };
    observation.standing_reason = format!("{class}; {status}");
}

const ISSUES: Fields = Fields {
    tool: "Coverity",
    kinds: &[Class::Code],
    rule: "checkerName",
    title: "checkerProperties.subcategoryShortDescription",
    description: "checkerProperties.subcategoryLongDescription",
    severity: "checkerProperties.impact",
    cwe: "checkerProperties.cweCategory",
    path: "strippedMainEventFilePathname|mainEventFilePathname",
    line: "mainEventLineNumber",
    column: "mainEventColumnNumber",
    symbol: "functionDisplayName",
    fingerprint: "mergeKey",
    ..CODE
};
