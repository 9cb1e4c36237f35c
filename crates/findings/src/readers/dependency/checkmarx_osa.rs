//! What did Checkmarx OSA find in open source libraries?
//!
//! The API's vulnerabilities and libraries, joined into one array of two arrays: the libraries have names, the
//! vulnerabilities point to them. An array of pairs is no format of the tool's own but how both are kept.

use std::collections::HashMap;

use crate::format::Format;
use crate::observation::Standing;
use crate::readers::dependency::{facts, fields, fields::Fields, packages};
use crate::sink::{Kept, Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// Checkmarx OSA.
pub const FORMAT: Format = Format {
    id: "checkmarx-osa",
    title: "Checkmarx OSA vulnerabilities and libraries",
    detects: |shape| shape.any(&["[][].cveName", "[][].libraryId"]),
    read,
};

/// Most libraries kept.
const MAX_LIBRARIES: usize = 500_000;
const PROBLEM: Fields = Fields {
    rule: "cveName",
    description: "description",
    remedy: "recommendations",
    severity: "severity.name",
    score: "score",
    path: "sourceFileName",
    references: "url",
    ..fields::NONE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Checkmarx OSA", "");
    facts::only_packages(sink);
    let mut libraries: HashMap<String, (String, String)> = HashMap::new();
    json::walk(source, &["[][]"], &mut Kept::default(), &mut |_, hit| {
        let record = hit.record();
        if record.has("name") && !record.has("cveName") && libraries.len() < MAX_LIBRARIES {
            let named = (record.text("name").to_owned(), record.text("version").to_owned());
            libraries.insert(record.text("id").to_owned(), named);
        }
        Ok(())
    })?;
    json::walk(source, &["[][]"], sink, &mut |sink, hit| {
        let record = hit.record();
        if !record.has("cveName") {
            return Ok(());
        }
        let mut observation = PROBLEM.read(&record);
        let Some((name, version)) = libraries.get(record.text("libraryId")) else {
            sink.dropped(&hit.place(), "no library of that id is listed");
            return Ok(());
        };
        let kind = if name.contains(':') { "maven" } else { "" };
        observation.component = packages::component("", kind, name, version, "");
        let state = record.text("state.name");
        match state {
            "NOT_EXPLOITABLE" => observation.standing = Standing::FalsePositive,
            "REMEDIATED" => observation.standing = Standing::Fixed,
            _ => {}
        }
        if observation.standing != Standing::Reported {
            observation.standing_reason = state.into();
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}
