//! Bearer CLI (`--format json`): lists of findings by severity. The fingerprint is what its ignores name.

use super::claim;
use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "bearer",
    title: "Bearer CLI JSON",
    detects: |shape| {
        LISTS.iter().any(|list| {
            shape.has(&format!("{list}.cwe_ids")) && shape.has(&format!("{list}.documentation_url"))
        })
    },
    read,
};

const LISTS: [&str; 5] = ["critical[]", "high[]", "medium[]", "low[]", "warning[]"];

const FIELDS: Fields = Fields {
    rule: "id",
    title: "title",
    description: "description",
    cwe: "cwe_ids",
    path: "full_filename|filename",
    line: "line_number",
    column: "source.column.start",
    snippet: "code_extract|snippet",
    fingerprint: "fingerprint",
    reference: "documentation_url",
    ..CODE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("bearer".to_owned()));
    told::kinds(sink, &[Class::Code]);
    json::walk(source, &LISTS, sink, &mut |sink, hit| {
        let mut observation = fields::observation(&hit.record(), &FIELDS, hit.place());
        observation.severity = words::severity(hit.key(0));
        claim::keep(sink, observation)
    })?;
    Ok(())
}
