//! SpotBugs and FindBugs (`-xml:withMessages`): Java's bytecode. SARIF by it is read as SARIF.
//!
//! Priorities: 1 is high, 2 medium, 3 low. `instanceHash` is SpotBugs' own key of a bug over versions.

use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Location;
use vocab::Severity;

/// Its XML.
pub const FORMAT: Format = Format {
    id: "spotbugs",
    title: "SpotBugs XML",
    detects: |shape| shape.has("BugCollection/@version"),
    read: |source, sink| fields::xml(source, sink, &FIELDS, &["BugCollection/BugInstance"]),
};

const FIELDS: Fields = Fields {
    tool: "SpotBugs",
    rule: "@type",
    title: "ShortMessage",
    description: "LongMessage",
    severity: "@priority",
    cwe: "@cweid",
    // The line itself, else the method, else the class.
    path: "SourceLine/@sourcepath|Method/SourceLine/@sourcepath|Class/SourceLine/@sourcepath",
    line: "SourceLine/@start|Method/SourceLine/@start|Class/SourceLine/@start",
    fingerprint: "@instanceHash",
    rate: |priority| match priority {
        "1" => Severity::High,
        "2" => Severity::Medium,
        "3" | "4" | "5" => Severity::Low,
        _ => Severity::Unknown,
    },
    finish: |cells, observation| {
        let parts = [cells.one("Method/@classname"), cells.one("Method/@name")];
        let class = cells.one("Class/@classname");
        let symbol = if parts[1].is_empty() { class } else { parts.join(".") };
        if observation.locations.is_empty() && !symbol.is_empty() {
            observation.locations.push(Location::default());
        }
        for location in &mut observation.locations {
            location.symbol.clone_from(&symbol);
        }
    },
    ..CODE
};
