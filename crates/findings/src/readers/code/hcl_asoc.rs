//! HCL AppScan on Cloud (XML export): code and infrastructure as code. The issue id of the service stays.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Standing;

/// Its XML.
pub const FORMAT: Format = Format {
    id: "hcl-asoc",
    title: "HCL AppScan on Cloud XML",
    detects: |shape| {
        shape.has("xml-report/@AsocXmlExportVersion")
            && matches!(shape.value("xml-report/@technology"), "SAST" | "Mixed" | "IAST" | "SCA")
    },
    read: |source, sink| fields::xml(source, sink, &FIELDS, &["xml-report/issue-group/item"]),
};

const FIELDS: Fields = Fields {
    tool: "HCL AppScan on Cloud",
    rule: "issue-type/ref|issue-type-name",
    title: "fix/item/general/text|issue-type-name|issue-type/ref",
    remedy: "fix/item/remediation",
    severity: "severity",
    cwe: "cwe/ref",
    ids: "@cve",
    path: "source-file|@filename",
    line: "line",
    snippet: "@context",
    tool_id: "asoc-issue-id",
    finish: |cells, observation| {
        let status = cells.one("status");
        observation.standing = match status.as_str() {
            "Noise" => Standing::FalsePositive,
            "Passed" | "Accepted" => Standing::Suppressed,
            "Fixed" => Standing::Fixed,
            _ => return,
        };
        observation.standing_reason = status;
    },
    ..CODE
};
