//! kube-bench: the CIS benchmark of a Kubernetes node.
//!
//! `Controls[]` (since 0.5) or a bare array of them, or one: each has a `node_type` and `tests[].results[]` with
//! a status. FAIL is a problem without a rating; WARN is a check that only a person can make and so none by
//! itself; PASS and INFO («skipped», «does not apply») are counted (kube-bench's documentation, «Understanding
//! the output»). What is set wrongly is the kind of node.

use std::collections::BTreeMap;

use super::reading::{setting, tell_passed};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// kube-bench JSON.
pub const FORMAT: Format = Format {
    id: "kube-bench",
    title: "kube-bench JSON",
    detects: |shape| {
        ["Controls[].", "[].", ""].iter().any(|root| {
            shape.has(&format!("{root}node_type"))
                && (shape.has(&format!("{root}tests[].results[].test_number"))
                    || shape.has(&format!("{root}tests[].section"))
                    || shape.all(&[&format!("{root}total_fail"), &format!("{root}tests")]))
        })
    },
    read,
};

const NODES: &[&str] = &["Controls[].node_type", "[].node_type", "node_type"];
const VERSIONS: &[&str] = &["Controls[].version", "[].version", "version"];
const RESULTS: &[&str] =
    &["Controls[].tests[].results[]", "[].tests[].results[]", "tests[].results[]"];
/// The pattern of a document that is one list of controls.
const ALONE: usize = 2;
/// Most lists whose kind of node is kept.
const MAX_CONTROLS: usize = 10_000;

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("kube-bench".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut nodes: BTreeMap<usize, String> = BTreeMap::new();
    walk(source, NODES, sink, &mut |_, hit| {
        if nodes.len() < MAX_CONTROLS {
            let name = hit.value.as_str().unwrap_or_default().to_owned();
            nodes.insert(if hit.pattern == ALONE { 0 } else { hit.index(0) }, name);
        }
        Ok(())
    })?;
    walk(source, VERSIONS, sink, &mut |sink, hit| {
        let version = hit.value.as_str().unwrap_or_default().to_owned();
        setting(sink, "benchmark", version);
        Ok(())
    })?;
    let mut passed = 0;
    walk(source, RESULTS, sink, &mut |sink, hit| {
        let (result, place) = (hit.record(), hit.place());
        if matches!(result.text("status"), "PASS" | "INFO") {
            passed += 1;
            let rule = result.text("test_number");
            if result.text("status") == "PASS" && !rule.is_empty() {
                sink.fact(Fact::PassedAt(rule.to_owned(), Target::run()));
            }
            return Ok(());
        }
        if result.text("test_number").is_empty() {
            sink.dropped(&place, "no test_number");
            return Ok(());
        }
        let at = if hit.pattern == ALONE { 0 } else { hit.index(0) };
        let node = nodes.get(&at).map_or("", String::as_str);
        sink.observation(Observation { place, ..observation(result, node) })
    })?;
    tell_passed(sink, passed);
    Ok(())
}

fn observation(result: Record<'_>, node: &str) -> Observation {
    let manual = result.text("status") == "WARN";
    let mut description = String::new();
    for (label, field) in
        [("expected", "expected_result"), ("found", "actual_value"), ("reason", "reason")]
    {
        let said = result.text(field).trim();
        if !said.is_empty() {
            description.push_str(&format!("{label}: {said}\n"));
        }
    }
    Observation {
        class: Class::Configuration,
        rule: result.text("test_number").to_owned(),
        title: result.text("test_desc").trim().to_owned(),
        description: description.trim().to_owned(),
        remedy: result.text("remediation").trim().to_owned(),
        severity: if manual { Severity::None } else { Severity::Unknown },
        resource: node.to_owned(),
        ..Observation::default()
    }
}
