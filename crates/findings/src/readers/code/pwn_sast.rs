//! PWN's SAST modules: files with the lines that a module found.

use super::fields::{self, CODE, Fields};
use super::{claim, site};
use crate::format::Format;
use crate::observation::Location;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "pwn-sast",
    title: "PWN SAST JSON",
    detects: |shape| {
        shape.has("data[].security_references.sast_module")
            || shape.paths.keys().eq(["data", "report_name"])
    },
    read,
};

const FIELDS: Fields = Fields {
    rule: "security_references.sast_module",
    title: "security_references.sast_module",
    description: "security_references.section",
    cwe: "security_references.cwe_id",
    reference: "security_references.nist_800_53_uri",
    ..CODE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("PWN SAST".to_owned()));
    json::walk(source, &["data[]", "report_name"], sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern == 1 {
            claim::tell(sink, Fact::Target, record.0.as_str().unwrap_or_default());
            return Ok(());
        }
        let observation = fields::observation(&record, &FIELDS, hit.place());
        let path = record.text("filename.entry");
        let mut met = false;
        for (number, line) in record.items("line_no_and_contents").enumerate() {
            met = true;
            let mut one = observation.clone();
            one.place = format!("{}.line_no_and_contents[{number}]", hit.place());
            let location = site::location(path, line.whole("line_no"));
            let snippet = line.text("contents").trim_end().to_owned();
            one.locations.extend(location.map(|plain| Location { snippet, ..plain }));
            claim::keep(sink, one)?;
        }
        if met { Ok(()) } else { claim::keep(sink, observation) }
    })?;
    Ok(())
}
