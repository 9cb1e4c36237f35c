//! HCL AppScan on Cloud (XML export): code, infrastructure as code, and pages where several technologies are in it. The issue id of the service stays.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Endpoint, Standing};
use crate::readers::words;

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
    score: "cvss-vector|cvss-score",
    cwe: "cwe|cwe/ref",
    ids: "@cve",
    path: "source-file|@filename",
    line: "line",
    snippet: "@context",
    tool_id: "asoc-issue-id",
    finish: |cells, observation| {
        // An export of several technologies holds pages beside places in code.
        let (host, path) = (cells.one("host"), cells.one("path"));
        if !host.is_empty() && observation.locations.is_empty() {
            let url = words::address(&cells.cell("location|url"));
            observation.class = Class::Web;
            observation.endpoint = Some(Endpoint {
                host: host.to_ascii_lowercase(),
                port: cells.one("port").parse().unwrap_or(url.port),
                service: cells.cell("scheme").to_ascii_lowercase(),
                path: if path.is_empty() { url.path } else { path },
                method: cells.cell("method|http-method").to_ascii_uppercase(),
                parameter: cells.one("element"),
                ..Endpoint::default()
            });
        }
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
