//! What did ReversingLabs Spectra Assure find in a build?
//!
//! The report of `rl-json`: CVEs of the components that were unpacked and of those that they depend on, secrets
//! (whose values are hashed by the tool and not kept) and violations of its policies.

use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, packages};
use crate::readers::words;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};

/// Spectra Assure.
pub const FORMAT: Format = Format {
    id: "reversinglabs",
    title: "ReversingLabs Spectra Assure report (rl-json)",
    detects: |shape| {
        shape.all(&["catalogue", "report.info", "report.metadata"])
            || (shape.all(&["catalogue", "duration"]) && shape.has("report.info.file"))
    },
    read,
};

const PATTERNS: [&str; 4] = [
    "report.metadata.components.*",
    "report.metadata.dependencies.*",
    "report.metadata.secrets.*",
    "report.metadata.violations.*",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = [
        "version",
        "timestamp",
        "report.info.file.name",
        "report.metadata.components.*.path",
        "report.metadata.vulnerabilities.*.cvss.baseScore",
    ];
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "ReversingLabs Spectra Assure", context.root_text("version"));
    facts::scanned(sink, context.root_text("timestamp"));
    facts::target(sink, context.root_text("report.info.file.name"));
    json::walk(source, &PATTERNS, sink, &mut |sink, hit| match hit.pattern {
        0 => {
            let record = hit.record();
            record.at("identity").map_or(Ok(()), |identity| {
                vulnerabilities(sink, &hit, identity, record.text("path"), &context)
            })
        }
        1 => vulnerabilities(sink, &hit, hit.record(), "", &context),
        2 => secrets(sink, &hit, &context),
        _ => packages::hand_on(sink, hit.place(), violation(&hit, &context)),
    })?;
    Ok(())
}

fn vulnerabilities(
    sink: &mut dyn Sink,
    hit: &Hit<'_>,
    identity: Record<'_>,
    path: &str,
    context: &Context,
) -> Result<(), Stop> {
    let component = packages::component(
        identity.text("purl"),
        "",
        identity.text("product"),
        identity.text("version"),
        "",
    );
    for (list, standing) in [("active", Standing::Reported), ("triaged", Standing::Suppressed)] {
        for id in identity.texts(&format!("vulnerabilities.{list}")) {
            let score =
                context.at(&format!("$.report.metadata.vulnerabilities.{id}.cvss.baseScore"));
            let score = score.unwrap_or_default();
            let mut observation = Observation {
                severity: words::severity_of_score(score),
                score: score.to_owned(),
                component: component.clone(),
                locations: packages::paths([path]),
                standing,
                standing_reason: if list == "triaged" { list.into() } else { String::new() },
                ..packages::dependency()
            };
            packages::name_problem(&mut observation, &id, [""; 0]);
            observation.rule = id;
            packages::hand_on(sink, hit.place(), observation)?;
        }
    }
    Ok(())
}

fn secrets(sink: &mut dyn Sink, hit: &Hit<'_>, context: &Context) -> Result<(), Stop> {
    for (number, evidence) in hit.record().items("evidence").enumerate() {
        let component = evidence.text("references.component.0");
        let path = context.at(&format!("$.report.metadata.components.{component}.path"));
        let observation = Observation {
            class: Class::Secret,
            rule: evidence.text("rule_id").into(),
            title: "a credential in a file".into(),
            locations: vec![Location {
                path: path.unwrap_or_default().into(),
                line: evidence.whole("line_number"),
                ..Location::default()
            }],
            ..Observation::default()
        };
        packages::hand_on(sink, format!("{}.evidence[{number}]", hit.place()), observation)?;
    }
    Ok(())
}

fn violation(hit: &Hit<'_>, context: &Context) -> Observation {
    let record = hit.record();
    Observation {
        class: Class::Configuration,
        rule: record.text("rule_id").into(),
        title: record.text("description").into(),
        severity: words::severity(record.text("severity")),
        resource: context.root_text("report.info.file.name").into(),
        ..Observation::default()
    }
}
