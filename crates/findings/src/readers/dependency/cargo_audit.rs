//! What did cargo-audit find in a Cargo.lock?
//!
//! `cargo audit --json`: `vulnerabilities.list[]`, and `warnings` by kind (unmaintained, unsound, notice,
//! yanked), which are informational: no severity. A yanked crate has no advisory; its rule is `yanked`.

use crate::format::Format;
use crate::observation::Observation;
use crate::readers::dependency::{facts, packages};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// cargo-audit JSON.
pub const FORMAT: Format = Format { id: "cargo-audit", title: "cargo-audit JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    shape.all(&["database", "lockfile", "vulnerabilities.found"])
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "cargo-audit", "");
    let patterns = ["vulnerabilities.list[]", "warnings.*[]"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let mut observation = advisory(hit.record());
        if hit.pattern == 1 {
            let kind = hit.key(1);
            observation.severity = vocab::Severity::None;
            if observation.rule.is_empty() {
                observation.rule = kind.to_owned();
                observation.title = format!("{kind} crate");
            }
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn advisory(record: Record<'_>) -> Observation {
    let rule = record.text("advisory.id");
    let mut observation = Observation {
        rule: rule.into(),
        title: record.text("advisory.title").into(),
        description: record.text("advisory.description").into(),
        score: record.text("advisory.cvss").into(),
        component: packages::component(
            "",
            "cargo",
            record.text("package.name"),
            record.text("package.version"),
            &record.texts("versions.patched").join(";"),
        ),
        references: packages::addresses(
            [record.text("advisory.url").to_owned()]
                .into_iter()
                .chain(record.texts("advisory.references")),
        ),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, record.texts("advisory.aliases"));
    observation
}
