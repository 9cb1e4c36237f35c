//! What did Kiuwan Insights find in components?
//!
//! The API's array of vulnerabilities, each with the components that have it: one observation for each.

use crate::format::Format;
use crate::observation::{Observation, Standing};
use crate::readers::dependency::{facts, fields, fields::Fields, packages};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// Kiuwan Insights.
pub const FORMAT: Format = Format {
    id: "kiuwan-sca",
    title: "Kiuwan Insights vulnerabilities",
    detects: |shape| shape.all(&["[].cve", "[].securityRisk", "[].components"]),
    read,
};

const PROBLEM: Fields = Fields {
    rule: "cve",
    description: "description",
    severity: "securityRisk",
    score: "cVSSv3BaseScore|cVSSv2BaseScore",
    cwes: "cwe",
    references: "references[].url|links[].url",
    ..fields::NONE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Kiuwan Insights", "");
    facts::only_packages(sink);
    json::walk(source, &["[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let mut stated = PROBLEM.read(&record);
        if record.flag("muted") {
            stated.standing = Standing::Suppressed;
            stated.standing_reason = "muted".into();
        }
        let stated = packages::settled(stated);
        if record.items("components").next().is_none() {
            sink.dropped(&hit.place(), "the record names no package");
        }
        for component in record.items("components") {
            let name = component.text("artifact");
            let kind = if name.contains(':') { "maven" } else { component.text("language") };
            let component = packages::component("", kind, name, component.text("version"), "");
            packages::hand_on(sink, hit.place(), Observation { component, ..stated.clone() })?;
        }
        Ok(())
    })?;
    Ok(())
}
