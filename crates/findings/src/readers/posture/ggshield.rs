//! GitGuardian's ggshield: secrets in commits and paths.
//!
//! `scans[].entities_with_incidents[].incidents[]` (of a path: without `scans`), each with occurrences. What
//! `match` shows is masked; `ignore_sha` is GitGuardian's digest of the value and stands for it. Incidents that
//! are ignored there carry `ignore_reason`. ggshield rates nothing.

use super::reading::{digest, relative};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// ggshield JSON.
pub const FORMAT: Format = Format {
    id: "ggshield",
    title: "GitGuardian ggshield JSON",
    detects: |shape| {
        shape.is_json
            && shape.all(&["total_incidents", "total_occurrences"])
            && shape.any(&["scans", "entities_with_incidents", "id"])
    },
    read,
};

const PATTERNS: &[&str] = &["scans[].entities_with_incidents[]", "entities_with_incidents[]"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("ggshield".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    walk(source, PATTERNS, sink, &mut |sink, hit| {
        let (entity, place) = (hit.record(), hit.place());
        let file = entity.first(&["filename", "path"]);
        for (number, incident) in entity.items("incidents").enumerate() {
            let place = format!("{place}.incidents[{number}]");
            let rule = incident.first(&["detector", "type", "policy"]);
            if rule.is_empty() || file.is_empty() {
                sink.dropped(&place, "no type or no filename");
                continue;
            }
            let mut occurrences = incident.items("occurrences").peekable();
            if occurrences.peek().is_none() {
                sink.dropped(&place, "no occurrences");
            }
            for occurrence in occurrences {
                let place = place.clone();
                let observation = observation(incident, occurrence, rule, file);
                sink.observation(Observation { place, ..observation })?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn observation(
    incident: Record<'_>,
    occurrence: Record<'_>,
    rule: &str,
    file: &str,
) -> Observation {
    let validity = incident.text("validity");
    let ignored = incident.has("ignore_reason");
    Observation {
        class: Class::Secret,
        rule: rule.to_owned(),
        title: incident.first(&["type", "detector", "policy"]).to_owned(),
        severity: if validity == "valid" { Severity::Critical } else { Severity::Unknown },
        description: match validity {
            "" | "no_checker" | "unknown" => String::new(),
            said => format!("validity: {said}"),
        },
        locations: vec![Location {
            path: relative(file),
            line: occurrence.whole("line_start"),
            end_line: occurrence.whole("line_end"),
            ..Location::default()
        }],
        secret: digest("ggshield", incident.text("ignore_sha")),
        standing: if ignored { Standing::Suppressed } else { Standing::Reported },
        standing_reason: incident.first(&["ignore_reason.kind", "ignore_reason"]).to_owned(),
        references: incident.texts("incident_url").into_iter().filter(|u| !u.is_empty()).collect(),
        ..Observation::default()
    }
}
