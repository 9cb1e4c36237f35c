//! Horusec (`-o json`): several languages, leaks among them.
//!
//! `vulnHash` is what Horusec's own list of accepted risks names a finding by.

use super::fields::{self, About, CODE, Fields};
use super::{claim, site};
use crate::format::Format;
use crate::observation::{Class, Standing};

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "horusec",
    title: "Horusec JSON",
    detects: |shape| shape.all(&["version", "analysisVulnerabilities"]),
    read: |source, sink| {
        fields::json(
            source,
            sink,
            &FIELDS,
            &["analysisVulnerabilities[].vulnerabilities"],
            &[
                ("version", About::Version),
                ("finishedAt", About::At),
                ("repositoryName", About::Target),
                ("errors", About::Trouble),
            ],
        )
    },
};

const FIELDS: Fields = Fields {
    tool: "Horusec",
    rule: "rule_id",
    description: "details",
    severity: "severity",
    cwe: "details",
    path: "file",
    line: "line",
    column: "column",
    snippet: "code",
    fingerprint: "vulnHash",
    finish: |cells, observation| {
        let details = cells.cell("details");
        let title = details.split_once("detected: ").map_or(details.as_str(), |(_, title)| title);
        claim::headline(title).clone_into(&mut observation.title);
        let (standing, reason) = match cells.cell("type").as_str() {
            "False Positive" => (Standing::FalsePositive, "False Positive"),
            "Risk Accepted" => (Standing::Suppressed, "Risk Accepted"),
            "Corrected" => (Standing::Fixed, "Corrected"),
            _ => (Standing::Reported, ""),
        };
        (observation.standing, observation.standing_reason) = (standing, reason.to_owned());
        if cells.cell("language") == "Leaks" {
            observation.class = Class::Secret;
            observation.locations.iter_mut().for_each(|location| location.snippet.clear());
        }
        // Bandit shows the password in its message.
        if let Some((plain, _)) = observation.title.split_once(": '") {
            let plain = plain.to_owned();
            observation.description = plain.clone();
            observation.title = plain;
        }
        site::hide_credentials(observation);
    },
    ..CODE
};
