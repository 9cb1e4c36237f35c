//! Whispers: hard-coded credentials in structured text.
//!
//! An array; `value` is the credential and `key` the name under which it stands.

use super::reading::{each_record, relative, secret};
use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;

/// Whispers JSON.
pub const FORMAT: Format = Format {
    id: "whispers",
    title: "Whispers JSON",
    detects: |shape| {
        let fields = ["[].key", "[].value", "[].file", "[].rule_id", "[].message", "[].severity"];
        shape.all(&fields)
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Whispers".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    each_record(source, sink, &mut |sink, record, place| {
        if record.text("rule_id").is_empty() || record.text("file").is_empty() {
            sink.dropped(&place, "no rule_id or no file");
            return Ok(());
        }
        sink.observation(Observation {
            class: Class::Secret,
            rule: record.text("rule_id").to_owned(),
            title: record.first(&["message", "rule_id"]).to_owned(),
            severity: words::severity(record.text("severity")),
            locations: vec![Location {
                path: relative(record.text("file")),
                line: record.whole("line"),
                symbol: record.text("key").to_owned(),
                ..Location::default()
            }],
            secret: secret(&record.string("value")),
            place,
            ..Observation::default()
        })
    })
}
