//! Kubescape: controls of frameworks (NSA, MITRE, CIS) over Kubernetes resources and manifests.
//!
//! `results[].controls[]` per resource; names and weights of controls stand in `summaryDetails.controls`, files of
//! resources in `resources[]`, both before or after. Weights are 9-10 critical, 7-8 high, 4-6 medium, 1-3 low
//! (Kubescape documentation, «Risk scoring»). «passed» with exceptions is put aside; «skipped» was not evaluated:
//! it is no claim, and an earlier one stays as it was. A resource's id begins with a digest of the local path, which is left out.

use std::collections::BTreeMap;

use super::reading::{setting, tell_passed};
use crate::coverage::{Filter, Target};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::{told, words};
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
    sink.fact(Fact::Kind(Class::Configuration));
    let named = names(source, sink)?;
    let mut passed = 0;
    walk(source, &["results[]"], sink, &mut |sink, hit| {
        let (result, place) = (hit.record(), hit.place());
        let resource = result.text("resourceID");
        for (index, control) in result.items("controls").enumerate() {
            let status = status(control);
            let except = exception(control);
            if status == "passed" && !except.contains("exception") {
                passed += 1;
                told::passed_one(sink, &observation(control, resource, status, &named));
                continue;
            }
            let place = format!("{place}.controls[{index}]");
            if control.text("controlID").is_empty() || resource.is_empty() {
                sink.dropped(&place, "no controlID or no resourceID");
                continue;
            }
            let observation = observation(control, resource, status, &named);
            if status == "skipped" {
                told::not_run(sink, &observation);
                continue;
            }
            sink.observation(Observation { place, ..observation })?;
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}

/// The control's own status; where it has none, that of its rules: one that failed is a failure of the control.
fn status(control: Record<'_>) -> &str {
    let own = control.first(&["status.status", "status"]);
    let rules = || control.items("rules").map(|rule| rule.first(&["status.status", "status"]));
    if !own.is_empty() {
        own
    } else if rules().any(|status| status == "failed") {
        "failed"
    } else if rules().next().is_some() && rules().all(|status| status == "passed") {
        "passed"
    } else if rules().any(|status| status == "skipped") {
        "skipped"
    } else {
        ""
    }
}

/// Why a control is put aside though it passed.
fn exception(control: Record<'_>) -> &str {
    let own = control.text("status.subStatus");
    let of_rules =
        control.items("rules").map(|rule| rule.first(&["subStatus", "status.subStatus"]));
    let excepted = of_rules.into_iter().find(|status| status.contains("exception"));
    if own.is_empty() { excepted.unwrap_or_default() } else { own }
}

fn names(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<Named, Stop> {
    let mut named = Named::default();
    let patterns = &[
        "summaryDetails.controls.*",
        "resources[]",
        "generationTime",
        "clusterName",
        "metadata.scanMetadata",
        "metadata.targetMetadata",
    ];
    let (mut cluster, mut elsewhere) = (String::new(), String::new());
    walk(source, patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 if named.controls.len() < MAX_NAMED => {
                let weight = record.string("scoreFactor");
                // All controls of the frameworks are listed; a skipped one was not evaluated.
                let rule = hit.key(2).to_owned();
                sink.fact(match record.first(&["statusInfo.status", "status"]) {
                    "skipped" => Fact::InactiveRule(rule),
                    _ => Fact::ActiveRule(rule),
                });
                let said = (record.text("name").to_owned(), words::severity_of_score(&weight));
                named.controls.insert(hit.key(2).to_owned(), said);
            }
            1 if named.files.len() < MAX_NAMED => {
                let file = record.text("source.relativePath");
                if !file.is_empty() {
                    named.files.insert(record.text("resourceID").to_owned(), file.to_owned());
                }
            }
            2 => looked_at(sink, text, words::when(text)),
            3 if !text.is_empty() => text.clone_into(&mut cluster),
            4 => scan(sink, record),
            5 if cluster.is_empty() => {
                record.text("clusterContextMetadata.contextName").clone_into(&mut cluster);
                elsewhere = place(record);
            }
            _ => {}
        }
        Ok(())
    })?;
    // Of a cluster all is looked at; files are told by their resources.
    if !cluster.is_empty() {
        sink.fact(Fact::Target(cluster));
        sink.fact(Fact::Looked(Target::run()));
    } else if !elsewhere.is_empty() {
        sink.fact(Fact::Target(elsewhere));
    }
    Ok(named)
}

/// What was scanned where it is no cluster (opa-utils, `reporthandling/v2`, `ContextMetadata`): a repository, in which
/// paths begin at its root; else a folder, a file or a chart, since of two folders paths begin alike.
fn place(target: Record<'_>) -> String {
    let repository = target.at("gitRepoContextMetadata");
    let hosted = repository.filter(|of| !matches!(of.text("provider"), "" | "none"));
    match hosted {
        Some(of) => format!("{}/{}", of.text("owner"), of.text("repo")),
        None => target
            .first(&[
                "directoryContextMetadata.basePath",
                "fileContextMetadata.filePath",
                "helmContextMetadata.chartName",
                "gitRepoContextMetadata.localRootPath",
            ])
            .to_owned(),
    }
}

/// Version, frameworks, and the namespaces to which the scan was narrowed.
fn scan(sink: &mut dyn Sink, scan: Record<'_>) {
    let version = scan.text("kubescapeVersion");
    if !version.is_empty() {
        sink.fact(Fact::ToolVersion(version.to_owned()));
    }
    setting(sink, "frameworks", scan.texts("targetNames").join(", "));
    for field in ["includeNamespaces", "excludedNamespaces"] {
        let namespaces = scan.texts(field).join(", ");
        if !namespaces.is_empty() {
            sink.fact(Fact::Filter(Filter::Other(format!("{field}: {namespaces}"))));
        }
    }
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
    let excepted = status == "passed";
    let reason = exception(control);
    Observation {
        class: Class::Configuration,
        rule: rule.to_owned(),
        title: match control.text("name") {
            "" => known.map_or(rule, |(name, _)| name).to_owned(),
            name => name.to_owned(),
        },
        remedy: fixes.join("\n"),
        severity: match control.text("severity") {
            "" => known.map(|(_, severity)| *severity).unwrap_or_default(),
            word => words::severity(word),
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
