//! Checks against a policy of organisations and clusters: Legitify and NeuVector's compliance report.
//!
//! Legitify groups violations by policy: PASSED is counted; SKIPPED could not be looked at (a right or a licence
//! is missing) and makes the run incomplete. NeuVector lists benchmark items: PASS and INFO are counted.

use super::reading::{Units, one_line, tell_passed};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// Legitify JSON, flattened.
pub const LEGITIFY: Format = Format {
    id: "legitify",
    title: "Legitify JSON",
    detects: |shape| {
        shape.value("type") == "flattened"
            && shape.paths.keys().any(|path| path.ends_with("policyInfo.fullyQualifiedPolicyName"))
    },
    read: read_legitify,
};

/// NeuVector compliance JSON.
pub const NEUVECTOR: Format = Format {
    id: "neuvector-compliance",
    title: "NeuVector compliance JSON",
    detects: |shape| {
        shape.is_json
            && shape.all(&["run_timestamp", "items"])
            && shape.has("kubernetes_cis_version")
    },
    read: read_neuvector,
};

fn read_legitify(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Legitify".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let (mut passed, mut skipped) = (0, 0_u64);
    let mut units = Units::default();
    walk(source, &["content.*"], sink, &mut |sink, hit| {
        let (policy, place) = (hit.record(), hit.place());
        let rule = policy.text("policyInfo.fullyQualifiedPolicyName");
        for (number, violation) in policy.items("violations").enumerate() {
            let place = format!("{place}.violations[{number}]");
            let unit = violation.text("aux.entityName");
            units.met(unit);
            match violation.text("status") {
                "PASSED" => {
                    passed += 1;
                    if !unit.is_empty() {
                        units.passed_one(sink, &of_legitify(policy, violation, rule));
                    }
                }
                "SKIPPED" => skipped += 1,
                _ if rule.is_empty() || violation.text("canonicalLink").is_empty() => {
                    sink.dropped(&place, "no policy or no canonicalLink");
                }
                _ => {
                    let observation = of_legitify(policy, violation, rule);
                    sink.observation(Observation { place, ..observation })?;
                }
            }
        }
        Ok(())
    })?;
    if skipped > 0 {
        sink.fact(Fact::Incomplete(format!("{skipped} checks were skipped")));
    }
    units.tell(sink);
    tell_passed(sink, passed);
    Ok(())
}

fn of_legitify(policy: Record<'_>, violation: Record<'_>, rule: &str) -> Observation {
    Observation {
        class: Class::Configuration,
        rule: rule.to_owned(),
        title: one_line(policy.first(&["policyInfo.title", "policyInfo.policyName"])),
        description: format!(
            "{}\n{}",
            policy.text("policyInfo.description"),
            policy.texts("policyInfo.threat").join("\n")
        ),
        remedy: policy.texts("policyInfo.remediationSteps").join("\n"),
        severity: words::severity(policy.text("policyInfo.severity")),
        resource: violation.text("canonicalLink").to_owned(),
        references: violation.texts("canonicalLink"),
        target: violation.text("aux.entityName").to_owned(),
        ..Observation::default()
    }
}

fn read_neuvector(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("NeuVector".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut passed = 0;
    walk(source, &["items[]", "run_at"], sink, &mut |sink, hit| {
        let (item, place) = (hit.record(), hit.place());
        if hit.pattern == 1 {
            let at = words::when(item.0.as_str().unwrap_or_default());
            at.into_iter().for_each(|at| sink.fact(Fact::ScannedAt(at)));
            return Ok(());
        }
        if matches!(item.text("level"), "PASS" | "INFO") {
            passed += 1;
            if item.text("level") == "PASS" {
                let rule = item.text("test_number").to_owned();
                sink.fact(Fact::PassedAt(rule, Target::run()));
            }
            return Ok(());
        }
        if item.text("test_number").is_empty() {
            sink.dropped(&place, "no test_number");
            return Ok(());
        }
        sink.observation(Observation {
            class: Class::Configuration,
            rule: item.text("test_number").to_owned(),
            title: one_line(item.first(&["description", "test_number"])),
            description: item.texts("message").join("\n"),
            remedy: item.text("remediation").to_owned(),
            severity: words::severity(item.text("level")),
            resource: item.text("type").to_owned(),
            place,
            ..Observation::default()
        })
    })?;
    tell_passed(sink, passed);
    Ok(())
}
