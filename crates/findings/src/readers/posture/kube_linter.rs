//! KubeLinter: checks of Kubernetes manifests.
//!
//! `Reports[]`; `Checks[]` lists what was active. KubeLinter rates nothing.

use super::reading::one_line;
use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::walk;

/// KubeLinter JSON.
pub const FORMAT: Format = Format {
    id: "kube-linter",
    title: "KubeLinter JSON",
    detects: |shape| {
        shape.is_json && shape.all(&["Checks", "Reports", "Summary.KubeLinterVersion"])
    },
    read,
};

const PATTERNS: &[&str] = &[
    "Reports[]",
    "Checks[].name",
    "Summary.KubeLinterVersion",
    "Summary.CheckEndTime",
    "Summary.ChecksStatus",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("KubeLinter".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut listed = false;
    walk(source, PATTERNS, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            1 => {
                listed = true;
                sink.fact(Fact::ActiveRule(text.to_owned()));
            }
            2 => sink.fact(Fact::ToolVersion(text.to_owned())),
            3 => looked_at(sink, text, words::when(text)),
            4 if matches!(text, "Passed" | "Failed") => sink.fact(Fact::Succeeded),
            _ => {}
        }
        if hit.pattern != 0 {
            return Ok(());
        }
        if record.text("Check").is_empty() {
            sink.dropped(&hit.place(), "no Check");
            return Ok(());
        }
        let object = |name: &str| record.text(&format!("Object.K8sObject.{name}"));
        let namespace = object("Namespace");
        let parts = [object("GroupVersionKind.Kind"), namespace, object("Name")];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let path = record.text("Object.Metadata.FilePath");
        let location =
            (!path.is_empty()).then(|| Location { path: path.to_owned(), ..Location::default() });
        sink.observation(Observation {
            class: Class::Configuration,
            rule: record.text("Check").to_owned(),
            title: one_line(record.first(&["Diagnostic.Message", "Check"])),
            remedy: record.text("Remediation").to_owned(),
            locations: location.into_iter().collect(),
            resource: parts.join("/"),
            place: hit.place(),
            ..Observation::default()
        })
    })?;
    if listed {
        sink.fact(Fact::AllRules);
    }
    Ok(())
}
