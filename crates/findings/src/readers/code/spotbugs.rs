//! SpotBugs and FindBugs (`-xml:withMessages`): Java's bytecode. SARIF by it is read as SARIF.
//!
//! Priorities: 1 is high, 2 medium, 3 low. `instanceHash` is SpotBugs' own key of a bug over versions.

use super::claim;
use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Location};
use crate::readers::told;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::xml;
use vocab::Severity;

/// Its XML.
pub const FORMAT: Format = Format {
    id: "spotbugs",
    title: "SpotBugs XML",
    detects: |shape| shape.has("BugCollection/@version"),
    read,
};

/// Most files whose names are kept until one without a bug is met.
const MAX_FILES: usize = 200_000;

/// Its summary lists files by their count of bugs; it is one of all files where some have none.
fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    fields::xml(source, sink, &FIELDS, &["BugCollection/BugInstance"])?;
    let (mut files, mut clean) = (Vec::new(), false);
    let patterns = ["BugCollection/FindBugsSummary/FileStats", "BugCollection/Errors"];
    xml::walk(source, &patterns, sink, &mut |sink, hit| {
        let element = &hit.element;
        match hit.pattern {
            0 if files.len() < MAX_FILES => {
                clean |= element.attribute("bugCount") == "0";
                files.push(element.attribute("path").to_owned());
            }
            1 => {
                claim::tell(sink, Fact::ToolVersion, hit.outer("BugCollection", "version"));
                let failed = element.attribute("errors").parse().unwrap_or(0_u64);
                if failed > 0 {
                    sink.fact(Fact::Incomplete(format!("errors of the analysis: {failed}")));
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    if clean {
        files.iter().for_each(|path| told::looked_at_file(sink, path));
    }
    Ok(())
}

const FIELDS: Fields = Fields {
    tool: "SpotBugs",
    kinds: &[Class::Code],
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
