//! What did pip-audit find in an environment or a requirements file?
//!
//! `pip-audit --format json`: `dependencies[]`, in versions before 2.5 the array alone. A package that it could
//! not audit makes the run incomplete. An empty array alone tells no format and is not recognised.

use crate::format::Format;
use crate::observation::Observation;
use crate::readers::dependency::{facts, packages};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// pip-audit JSON.
pub const FORMAT: Format = Format { id: "pip-audit", title: "pip-audit JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    let nothing_else = shape.is_json && shape.has("dependencies") && shape.paths.len() == 1;
    shape.all(&["[].name", "[].version", "[].vulns"])
        || shape.has("dependencies[].vulns")
        || (shape.all(&["dependencies", "fixes"]) && shape.paths.len() == 2)
        || nothing_else
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "pip-audit", "");
    facts::only_packages(sink);
    let (mut passed, mut audited, mut skipped) = (0, false, false);
    json::walk(source, &["dependencies[]", "[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let (name, version) = (record.text("name"), record.text("version"));
        let reason = record.text("skip_reason");
        if !reason.is_empty() {
            skipped = true;
            sink.fact(Fact::Incomplete(format!("{name} was not audited: {reason}")));
            return Ok(());
        }
        audited = true;
        let mut found = false;
        for (number, vulnerability) in record.items("vulns").enumerate() {
            found = true;
            let place = format!("{}.vulns[{number}]", hit.place());
            packages::hand_on(sink, place, observation(vulnerability, name, version))?;
        }
        passed += u64::from(!found);
        Ok(())
    })?;
    facts::passed(sink, passed);
    // Every package is listed with what was found in it, also nothing.
    if audited {
        facts::looked_at_all(sink);
    }
    if audited && !skipped {
        sink.fact(Fact::Succeeded);
    }
    Ok(())
}

fn observation(record: Record<'_>, name: &str, version: &str) -> Observation {
    let rule = record.text("id");
    let mut observation = Observation {
        rule: rule.into(),
        description: record.text("description").into(),
        component: packages::component(
            "",
            "pypi",
            name,
            version,
            &record.texts("fix_versions").join(","),
        ),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, record.texts("aliases"));
    observation
}
