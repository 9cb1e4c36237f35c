//! Threat models: Threagile's risks, Threat Composer's workspace, IriusRisk's threats (CSV).
//!
//! What they say is of a design, not of a running thing. The resource is the modelled asset.

use super::fields::{self, CODE, Cells, Fields};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use vocab::Severity;

/// Threagile's `risks.json`. The synthetic id is what its own risk tracking names a risk by.
pub const THREAGILE: Format = Format {
    id: "threagile",
    title: "Threagile risks JSON",
    detects: |shape| shape.all(&["[].synthetic_id", "[].exploitation_likelihood"]),
    read: |source, sink| fields::json(source, sink, &RISKS, &["[]"], &[]),
};
/// Threat Composer.
pub const COMPOSER: Format = Format {
    id: "threat-composer",
    title: "Threat Composer JSON",
    detects: |shape| {
        shape.all(&["schema", "applicationInfo", "mitigationLinks"])
            || shape.all(&["threats[].statement", "threats[].threatAction"])
    },
    read: |source, sink| {
        let facts = [("applicationInfo.name", fields::About::Target)];
        fields::json(source, sink, &THREATS, &["threats[]"], &facts)
    },
};
/// IriusRisk.
pub const IRIUSRISK: Format = Format {
    id: "iriusrisk-csv",
    title: "IriusRisk threats CSV",
    detects: |shape| shape.columns(COLUMNS),
    read: |source, sink| fields::table(source, sink, &ROWS, COLUMNS),
};

const COLUMNS: &[&str] =
    &["Component", "Use case", "Threat", "Risk Response", "Inherent Risk", "Current Risk"];

const RISKS: Fields = Fields {
    tool: "Threagile",
    class: Class::Configuration,
    rule: "category",
    title: "title",
    severity: "severity",
    tool_id: "synthetic_id",
    resource: "most_relevant_technical_asset|most_relevant_data_asset|most_relevant_trust_boundary|most_relevant_shared_runtime|most_relevant_communication_link",
    // low, medium, elevated, high, critical.
    rate: |word| if word == "elevated" { Severity::High } else { words::severity(word) },
    finish: |cells, observation| {
        observation.title = observation.title.replace("<b>", "").replace("</b>", "");
        let status = cells.cell("risk_status");
        observation.standing = match status.as_str() {
            "accepted" => Standing::Suppressed,
            "mitigated" => Standing::Fixed,
            "false-positive" => Standing::FalsePositive,
            "in-discussion" | "in-progress" => Standing::UnderInvestigation,
            _ => return,
        };
        observation.standing_reason = status;
    },
    ..CODE
};

const THREATS: Fields = Fields {
    tool: "Threat Composer",
    class: Class::Report,
    title: "statement|threatAction",
    description: "statement",
    cwe: "tags",
    tool_id: "id",
    finish: threat,
    ..CODE
};

fn threat(cells: &dyn Cells, observation: &mut Observation) {
    let priority = (0..10).map(|n| (cells.cell(&format!("metadata.{n}.key")), n));
    let priority = priority.into_iter().find(|(key, _)| key == "Priority");
    if let Some((_, n)) = priority {
        observation.severity = words::severity(&cells.cell(&format!("metadata.{n}.value")));
    }
    let status = cells.cell("status");
    observation.standing = match status.as_str() {
        "threatResolved" => Standing::Fixed,
        "threatResolvedNotUseful" => Standing::NotAffected,
        _ => return,
    };
    observation.standing_reason = status;
}

const ROWS: Fields = Fields {
    tool: "IriusRisk",
    class: Class::Configuration,
    rule: "Threat",
    title: "Threat",
    description: "Risk Response",
    severity: "Current Risk",
    cwe: "MITRE reference",
    resource: "Component",
    ..CODE
};
