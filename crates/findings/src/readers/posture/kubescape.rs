//! Kubescape: controls of frameworks (NSA, MITRE, CIS) over Kubernetes resources and manifests.
//!
//! `results[].controls[]` per resource; names and weights of controls stand in `summaryDetails.controls`, files of
//! resources in `resources[]`, both before or after. Weights are 9-10 critical, 7-8 high, 4-6 medium, 1-3 low
//! (Kubescape documentation, «Risk scoring»). «passed» with exceptions is put aside; «skipped» was not evaluated
//! and is rated «none». A resource's id begins with a digest of the local path, which is left out.

use std::collections::BTreeMap;

use super::reading::tell_passed;
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// Kubescape JSON, format version 2.
pub const FORMAT: Format = Format {
    id: "kubescape",
    title: "Kubescape JSON",
    detects: |shape| {
        shape.is_json
            && shape.has("summaryDetails")
            && (shape.has("results[].controls")
                || shape.has("metadata.scanMetadata.kubescapeVersion"))
    },
    read,
};

/// Most controls and resources whose names are kept.
const MAX_NAMED: usize = 200_000;

#[derive(Default)]
struct Named {
    controls: BTreeMap<String, (String, Severity)>,
    files: BTreeMap<String, String>,
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Kubescape".to_owned()));
    let named = names(source, sink)?;
    let mut passed = 0;
    walk(source, &["results[]"], sink, &mut |sink, hit| {
        let (result, place) = (hit.record(), hit.place());
        let resource = result.text("resourceID");
        for (index, control) in result.items("controls").enumerate() {
            let status = control.first(&["status.status", "status"]);
            let except = control.text("status.subStatus");
            if status == "passed" && !except.contains("exception") {
                passed += 1;
                continue;
            }
            let place = format!("{place}.controls[{index}]");
            if control.text("controlID").is_empty() || resource.is_empty() {
                sink.dropped(&place, "no controlID or no resourceID");
                continue;
            }
            let observation = observation(control, resource, status, &named);
            sink.observation(Observation { place, ..observation })?;
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}

fn names(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<Named, Stop> {
    let mut named = Named::default();
    let patterns = &[
        "summaryDetails.controls.*",
        "resources[]",
        "metadata.scanMetadata.kubescapeVersion",
        "generationTime",
        "clusterName",
    ];
    walk(source, patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 if named.controls.len() < MAX_NAMED => {
                let weight = record.string("scoreFactor");
                let said = (record.text("name").to_owned(), words::severity_of_score(&weight));
                named.controls.insert(hit.key(2).to_owned(), said);
            }
            1 if named.files.len() < MAX_NAMED => {
                let file = record.text("source.relativePath");
                if !file.is_empty() {
                    named.files.insert(record.text("resourceID").to_owned(), file.to_owned());
                }
            }
            2 if !text.is_empty() => sink.fact(Fact::ToolVersion(text.to_owned())),
            3 => looked_at(sink, text, words::when(text)),
            4 if !text.is_empty() => sink.fact(Fact::Target(text.to_owned())),
            _ => {}
        }
        Ok(())
    })?;
    Ok(named)
}

fn observation(control: Record<'_>, resource: &str, status: &str, named: &Named) -> Observation {
    let rule = control.text("controlID");
    let known = named.controls.get(rule);
    let mut fixes: Vec<String> = Vec::new();
    for path in control.items("rules").flat_map(|rule| rule.items("paths")).take(100) {
        let (at, value) = (path.text("fixPath.path"), path.text("fixPath.value"));
        if !at.is_empty() {
            fixes.push(format!("{at}={value}"));
        } else if !path.text("failedPath").is_empty() {
            fixes.push(path.text("failedPath").to_owned());
        }
    }
    let location = named
        .files
        .get(resource)
        .map(|path| Location { path: path.clone(), ..Location::default() });
    let (skipped, excepted) = (status == "skipped", status == "passed");
    let reason = control.text("status.subStatus");
    Observation {
        class: Class::Configuration,
        rule: rule.to_owned(),
        title: match control.text("name") {
            "" => known.map_or(rule, |(name, _)| name).to_owned(),
            name => name.to_owned(),
        },
        description: if skipped {
            format!("The control was not evaluated: {reason}")
                .trim_end_matches([':', ' '])
                .to_owned()
        } else {
            String::new()
        },
        remedy: fixes.join("\n"),
        severity: match (skipped, control.text("severity")) {
            (true, _) => Severity::None,
            (_, "") => known.map(|(_, severity)| *severity).unwrap_or_default(),
            (_, word) => words::severity(word),
        },
        locations: location.into_iter().collect(),
        resource: stable(resource).to_owned(),
        standing: if excepted { Standing::Suppressed } else { Standing::Reported },
        standing_reason: if excepted { reason.to_owned() } else { String::new() },
        ..Observation::default()
    }
}

/// `path=966824446/api=apps/v1//Deployment/nginx` without the digest of the path.
fn stable(resource: &str) -> &str {
    match resource.strip_prefix("path=").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => rest.strip_prefix("api=").unwrap_or(rest),
        None => resource,
    }
}
