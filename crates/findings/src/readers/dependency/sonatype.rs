//! What did Sonatype's Nexus IQ (Lifecycle) find in the components of an application?
//!
//! Its report's raw data: `components[].securityData.securityIssues[]`. The severity is the CVSS number, the
//! category Sonatype's word (critical, severe, moderate). Unlike elsewhere, «severe» is below critical.

use crate::format::Format;
use crate::observation::{Component, Standing};
use crate::readers::dependency::{facts, fields, fields::Fields, packages};
use crate::readers::{told, words};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// Nexus IQ's raw report.
pub const FORMAT: Format = Format {
    id: "sonatype-iq",
    title: "Sonatype Nexus IQ report",
    detects: |shape| {
        shape.has("components[].securityData") || shape.all(&["components", "matchSummary"])
    },
    read,
};

const PROBLEM: Fields =
    Fields { rule: "reference", score: "severity", references: "url", cwes: "cwe", ..fields::NONE };

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Sonatype Nexus IQ", "");
    facts::only_packages(sink);
    let mut clean = 0;
    json::walk(source, &["components[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        // Components without problems are listed too.
        record.texts("pathnames").iter().for_each(|path| told::among_manifests(sink, path));
        let mut found = false;
        for (number, issue) in record.items("securityData.securityIssues").enumerate() {
            found = true;
            let mut observation = PROBLEM.read(&issue);
            observation.severity = words::severity_of_score(&observation.score);
            observation.component = component(record);
            observation.locations = packages::paths(record.texts("pathnames"));
            let status = issue.text("status");
            match status {
                "Not Applicable" => observation.standing = Standing::NotAffected,
                "Acknowledged" => observation.standing = Standing::UnderInvestigation,
                _ => {}
            }
            if observation.standing != Standing::Reported {
                observation.standing_reason = status.into();
            }
            let place = format!("{}.securityData.securityIssues[{number}]", hit.place());
            packages::hand_on(sink, place, observation)?;
        }
        clean += u64::from(!found);
        Ok(())
    })?;
    facts::components(sink, clean);
    Ok(())
}

fn component(record: Record<'_>) -> Option<Component> {
    let at = |field: &str| record.text(&format!("componentIdentifier.coordinates.{field}"));
    let name = match (at("groupId"), at("artifactId")) {
        // A component that is not known goes by its file.
        ("", "") => {
            [at("packageId"), at("name"), record.text("displayName"), record.text("pathnames.0")]
                .into_iter()
                .find(|n| !n.is_empty())
                .unwrap_or_default()
                .to_owned()
        }
        (group, artifact) => format!("{group}:{artifact}"),
    };
    packages::component(
        record.text("packageUrl"),
        record.text("componentIdentifier.format"),
        &name,
        at("version"),
        "",
    )
}
