//! huskyCI: the outputs of several tools in one document, each a list by severity.

use super::claim;
use super::fields::{self, CODE, Cells, Fields};
use crate::format::Format;
use crate::observation::{Class, Component, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "huskyci",
    title: "huskyCI JSON",
    detects: |shape| shape.all(&["RID", "huskyciresults"]),
    read,
};

const FIELDS: Fields = Fields {
    title: "title|details",
    description: "details",
    severity: "severity",
    path: "file",
    line: "line",
    finish,
    ..CODE
};

fn finish(cells: &dyn Cells, observation: &mut Observation) {
    let tool = cells.cell("securitytool");
    if cells.cell("severity").eq_ignore_ascii_case("nosec") {
        observation.standing = Standing::Suppressed;
        observation.standing_reason = "nosec".to_owned();
    }
    if tool.eq_ignore_ascii_case("gitleaks") {
        observation.class = Class::Secret;
    }
    // Bandit shows the password in its message.
    if let Some((plain, _)) = observation.title.split_once(": '") {
        let plain = plain.to_owned();
        (observation.title, observation.description) = (plain.clone(), plain);
    }
    let package = observation.title.strip_prefix("Vulnerable Dependency: ");
    if let Some(name) = package.and_then(|rest| rest.split([' ', '(']).next()).map(str::to_owned) {
        observation.class = Class::Dependency;
        observation.component = Some(Component { name, ..Component::default() });
    }
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("huskyCI".to_owned()));
    let patterns =
        ["huskyciresults.*.*.*[]", "repositoryURL", "repositoryBranch", "finishedAt", "errorFound"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 => {
                let mut observation = fields::observation(&record, &FIELDS, hit.place());
                if observation.severity == Severity::Unknown {
                    // `mediumvulns`: the list's name says it too.
                    observation.severity = words::severity(hit.key(3).trim_end_matches("vulns"));
                }
                return claim::keep(sink, observation);
            }
            1 => claim::tell(sink, Fact::Target, text),
            2 => claim::tell(sink, Fact::Branch, text),
            3 => claim::scanned_at(sink, text),
            _ => claim::tell(sink, Fact::Incomplete, text),
        }
        Ok(())
    })?;
    Ok(())
}
