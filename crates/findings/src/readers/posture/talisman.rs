//! Talisman: what must not be committed.
//!
//! `results[]` by file, with what fails, warns and is ignored. `type` is the kind of check (`filecontent`,
//! `filename`, `filesize`); a message ends in the text that was found, which is the value and not told.

use super::reading::{relative, secret};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// Talisman JSON.
pub const FORMAT: Format = Format {
    id: "talisman",
    title: "Talisman JSON",
    detects: |shape| shape.is_json && shape.all(&["summary.types.filecontent", "results"]),
    read,
};

const LISTS: [(&str, Standing); 3] = [
    ("failure_list", Standing::Reported),
    ("warning_list", Standing::Reported),
    ("ignore_list", Standing::Suppressed),
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Talisman".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    walk(source, &["results[]"], sink, &mut |sink, hit| {
        let (result, place) = (hit.record(), hit.place());
        for (list, standing) in LISTS {
            for (number, problem) in result.items(list).enumerate() {
                let place = format!("{place}.{list}[{number}]");
                if result.text("filename").is_empty() || problem.text("type").is_empty() {
                    sink.dropped(&place, "no filename or no type");
                    continue;
                }
                let observation = observation(problem, result.text("filename"));
                sink.observation(Observation { standing, place, ..observation })?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn observation(problem: Record<'_>, file: &str) -> Observation {
    let message = problem.text("message");
    let of_content = problem.text("type") == "filecontent";
    let (said, found) = match message.split_once(": ").or_else(|| message.split_once(" : ")) {
        Some((said, found)) if of_content => (said, found),
        _ if of_content => ("Suspicious content", ""),
        _ => (message, ""),
    };
    Observation {
        class: Class::Secret,
        rule: problem.text("type").to_owned(),
        title: said.trim().to_owned(),
        severity: words::severity(problem.text("severity")),
        locations: vec![Location { path: relative(file), ..Location::default() }],
        secret: secret(found),
        ..Observation::default()
    }
}
