//! What did Retire.js find in the scripts of an application?
//!
//! Its JSON of version 2 and later (`data[].results[].vulnerabilities[]`) and the older array. A library is known
//! by what its file holds.

use crate::format::Format;
use crate::observation::Observation;
use crate::readers::dependency::{
    context::Context, facts, fields, fields::Cells, fields::Fields, packages,
};
use crate::readers::told;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// Retire.js.
pub const FORMAT: Format = Format {
    id: "retirejs",
    title: "Retire.js JSON",
    detects: |shape| {
        shape.all(&["data[].file", "data[].results"])
            || shape.all(&["[].file", "[].results[].component"])
            || (shape.all(&["version", "start", "data", "time"]) && shape.value("data").is_empty())
    },
    read,
};

const PROBLEM: Fields = Fields {
    ids: "identifiers.CVE|identifiers.githubID",
    title: "identifiers.summary",
    severity: "severity",
    cwes: "cwe",
    references: "info",
    fixed: "below",
    ..fields::NONE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["version", "start", "data[].file", "[].file"], sink)?;
    facts::tool(sink, "Retire.js", context.root_text("version"));
    facts::scanned(sink, context.root_text("start"));
    facts::only_packages(sink);
    for file in (0..).map_while(|n| {
        context.at(&format!("$.data[{n}].file")).or_else(|| context.at(&format!("$[{n}].file")))
    }) {
        told::among_manifests(sink, file);
    }
    json::walk(source, &["data[].results[]", "[].results[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let file = context.text(&hit, if hit.pattern == 0 { "data[].file" } else { "[].file" });
        for (number, problem) in record.items("vulnerabilities").enumerate() {
            let mut observation = PROBLEM.read(&problem);
            let fixed = format!(">={}", problem.text("below"));
            let fixed = if problem.has("below") { fixed.as_str() } else { "" };
            observation.component = packages::component(
                "",
                "npm",
                record.first(&["npmname", "component"]),
                record.text("version"),
                fixed,
            );
            observation.locations = packages::paths([file]);
            observation.rule = rule(&observation, &problem);
            let place = format!("{}.vulnerabilities[{number}]", hit.place());
            packages::hand_on(sink, place, observation)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Retire.js has no ids of its own: the published one, else the number of the project's issue.
fn rule(observation: &Observation, problem: &json::Record<'_>) -> String {
    let own = ["issue", "bug", "PR", "retid", "release"].iter().map(|name| {
        let number = problem.cell(&format!("identifiers.{name}"));
        if number.is_empty() { number } else { format!("{name}-{number}") }
    });
    let published = observation.ids.iter().chain(&observation.mentions).cloned();
    published.chain(own).find(|id| !id.is_empty()).unwrap_or_default()
}
