//! Which policies of licences does the OSS Review Toolkit see broken?
//!
//! The evaluated model (`rule_violations[]`), whose packages, licences and resolutions stand in tables of their
//! own and are named by number. A violation with a resolution was put aside by a person.

use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, packages};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// The evaluated model.
pub const FORMAT: Format = Format {
    id: "ort",
    title: "OSS Review Toolkit evaluated model",
    detects: |shape| {
        shape.any(&["rule_violations", "rule_violation_resolutions"])
            && shape.any(&["packages[]._id", "scope_excludes", "scopes"])
    },
    read,
};

const AROUND: [&str; 5] = [
    "packages[].purl",
    "packages[].definition_file_path",
    "licenses[].id",
    "rule_violation_resolutions[].comment",
    "issues[].severity",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &AROUND, sink)?;
    facts::tool(sink, "OSS Review Toolkit", "");
    if context.at("$.issues[0].severity").is_some() {
        sink.fact(Fact::Incomplete("the document lists issues of its own run".into()));
    }
    json::walk(source, &["rule_violations[]"], sink, &mut |sink, hit| {
        let observation = violation(hit.record(), &context);
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn violation(record: Record<'_>, context: &Context) -> Observation {
    // The tables are in the order of their numbers.
    let at = |table: &str, number: Option<u64>, field: &str| {
        number.and_then(|n| context.at(&format!("$.{table}[{n}].{field}"))).unwrap_or_default()
    };
    let number = |field: &str| record.at(field).and_then(|n| n.0.as_u64());
    let (package, licence) = (number("pkg"), at("licenses", number("license"), "id"));
    let rule = record.text("rule");
    let resolved = record.at("resolutions.0").and_then(|n| n.0.as_u64());
    let mut observation = Observation {
        class: Class::Licence,
        rule: [rule, licence]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(": "),
        title: record.text("message").into(),
        remedy: record.text("how_to_fix").into(),
        // ERROR, WARNING and HINT.
        severity: match record.text("severity") {
            "HINT" => vocab::Severity::Low,
            word => words::severity(word),
        },
        component: packages::component(at("packages", package, "purl"), "", "", "", ""),
        locations: packages::paths([at("packages", package, "definition_file_path")]),
        ..Observation::default()
    };
    if resolved.is_some() {
        observation.standing = Standing::Suppressed;
        observation.standing_reason = at("rule_violation_resolutions", resolved, "comment").into();
    }
    observation
}
