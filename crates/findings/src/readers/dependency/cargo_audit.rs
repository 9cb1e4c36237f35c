//! What did cargo-audit find in a Cargo.lock?
//!
//! `cargo audit --json`: `vulnerabilities.list[]`, and `warnings` by kind (unmaintained, unsound, notice,
//! yanked), which are informational: no severity. A yanked crate has no advisory; its rule is `yanked`.

use crate::coverage::Filter;
use crate::format::Format;
use crate::observation::Observation;
use crate::readers::dependency::{facts, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
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
    facts::only_packages(sink);
    let patterns = ["vulnerabilities.list[]", "warnings.*[]", "database", "lockfile", "settings"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            2 => {
                told::rules_version(sink, record.first(&["last-commit", "last-updated"]));
                return Ok(());
            }
            3 => {
                if record.whole("dependency-count") > 0 {
                    facts::looked_at_all(sink);
                    sink.fact(Fact::Succeeded);
                }
                return Ok(());
            }
            4 => {
                configured(record, sink);
                return Ok(());
            }
            _ => {}
        }
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

/// `settings` are all that hides: a severity, single advisories, other systems, kinds of warnings.
fn configured(settings: Record<'_>, sink: &mut dyn Sink) {
    let mut open = settings.has("informational_warnings");
    let least = words::severity(settings.text("severity"));
    if least != vocab::Severity::Unknown {
        open = false;
        sink.fact(Fact::Filter(Filter::Severity(least)));
    }
    for name in ["ignore", "target_arch", "target_os"] {
        let values = settings.texts(name).join(" ");
        open &= values.is_empty();
        told::other_filter(sink, name, &values);
    }
    let warnings = settings.texts("informational_warnings");
    told::setting(sink, "informational_warnings", &warnings.join(" "));
    let all = ["unmaintained", "unsound", "notice"];
    if open && all.iter().all(|kind| warnings.iter().any(|warning| warning == kind)) {
        sink.fact(Fact::Filter(Filter::None));
    }
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
