//! SARIF 2.1.0, from whichever tool.
//!
//! What the results refer to (rules, artifacts, base addresses) may stand after them, so the document is
//! walked twice: first what describes the runs, bounded, then the results one by one. Section numbers in
//! the comments are those of the OASIS standard «Static Analysis Results Interchange Format 2.1.0».

mod package;
mod result;
mod run;
mod told;

use std::collections::BTreeMap;

use crate::format::Format;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

use run::Run;
use told::Met;

/// SARIF 2.1.0.
pub const FORMAT: Format = Format { id: "sarif", title: "SARIF 2.1.0", detects, read };

/// Most runs of one document that are told apart.
const MAX_RUNS: usize = 10_000;

fn detects(shape: &Shape) -> bool {
    let named = shape.value("$schema").to_ascii_lowercase().contains("sarif")
        && (shape.has("version") || shape.has("runs"))
        && !shape.has("definitions");
    // `properties` with thousands of keys can hide what stands after them.
    let shaped = shape.has("runs[].tool.driver.name")
        && (shape.value("version").starts_with("2.")
            || shape.any(&["runs[].results", "runs[].tool.driver.rules"]));
    // A long document whose tool stands after its results.
    let cut = shape.all(&["runs[].results[].ruleId", "runs[].results[].message.text"]);
    named || shaped || cut
}

const RULES: [&str; 2] = ["runs[].tool.driver.rules[]", "runs[].tool.extensions[].rules[]"];

/// What describes the runs; positions are used in [`describe`].
const CONTEXT: &[&str] = &[
    RULES[0],
    RULES[1],
    "runs[].tool.driver.name",
    "runs[].tool.driver.version",
    "runs[].tool.driver.semanticVersion",
    "runs[].tool.extensions[].name",
    "runs[].originalUriBaseIds",
    "runs[].invocations[]",
    "runs[].versionControlProvenance[]",
    "runs[].artifacts[].location",
    "runs[].logicalLocations[]",
    "runs[].externalPropertyFileReferences.results[]",
    "inlineExternalProperties[].results",
    "runs[].properties.imageName",
    "runs[].tool.extensions[].guid",
    "runs[].automationDetails.id",
    "runs[].artifacts[].roles",
    "runs[].tool.extensions[].version",
    "runs[].tool.extensions[].semanticVersion",
    "runs[].threadFlowLocations[].location.physicalLocation.artifactLocation",
    "runs[].properties.metrics.*",
    "runs[].properties.repoDigests[]",
    "runs[].results[..]",
    "runs[].baselineGuid",
];
/// Position of results that stand outside the runs.
const INLINE: usize = 12;

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut runs: BTreeMap<usize, Run> = BTreeMap::new();
    let mut inline = false;
    json::walk(source, CONTEXT, sink, &mut |_, hit| {
        inline |= hit.pattern == INLINE;
        if hit.pattern != INLINE && (runs.len() < MAX_RUNS || runs.contains_key(&hit.index(0))) {
            describe(runs.entry(hit.index(0)).or_default(), &hit);
        }
        Ok(())
    })?;
    if inline {
        runs.values_mut().for_each(|run| run.trouble("inline external properties are not read"));
    }
    let several = runs.len() > 1 || runs.values().any(|run| !run.category.is_empty());
    for run in runs.values() {
        told::enter(several, run, sink);
        told::facts(run, sink);
    }
    results(source, &runs, several, sink)
}

fn results(
    source: &mut Source<'_>,
    runs: &BTreeMap<usize, Run>,
    several: bool,
    sink: &mut dyn Sink,
) -> Result<(), Stop> {
    let none = Run::default();
    let mut met: BTreeMap<usize, Met<'_>> =
        runs.iter().map(|(number, run)| (*number, Met::of(run))).collect();
    let mut at = None;
    json::walk(source, &["runs[].results[]"], sink, &mut |sink, hit| {
        let number = hit.index(0);
        let run = runs.get(&number).unwrap_or(&none);
        if at.replace(number) != Some(number) {
            told::enter(several, run, sink);
        }
        let record = hit.record();
        if let Some(met) = met.get_mut(&number) {
            met.take(record, run);
        }
        let made = result::observation(record, run, hit.place());
        // §3.27.9: `pass` says that there is no problem, `notApplicable` that the rule was not evaluated there.
        match (record.text("kind"), made) {
            ("pass", Ok(mut observation)) => {
                observation.settle();
                crate::readers::told::passed(sink, &observation);
                Ok(())
            }
            ("notApplicable", Ok(observation)) => {
                crate::readers::told::not_run(sink, &observation);
                Ok(())
            }
            ("pass" | "notApplicable", _) => Ok(()),
            (_, Ok(mut observation)) => {
                observation.confidence = told::confidence(record);
                sink.observation(observation)
            }
            (_, Err(why)) => {
                sink.dropped(&hit.place(), why);
                Ok(())
            }
        }
    })?;
    for (number, met) in &met {
        if let Some(run) = runs.get(number) {
            met.tell(several, run, sink);
        }
    }
    Ok(())
}

fn describe(run: &mut Run, hit: &Hit<'_>) {
    let record = hit.record();
    let text = || record.0.as_str().unwrap_or_default().trim().to_owned();
    match hit.pattern {
        0 => run.add_rule(None, record),
        1 => run.add_rule(Some(hit.index(1)), record),
        2 => run.tool = text(),
        3 => run.version = text(),
        4 => run.semantic_version = text(),
        5 => {
            run.name_extension(hit.index(1), &text());
            run.add_pack(hit.index(1), &text(), "");
        }
        14 => run.name_extension(hit.index(1), &text()),
        6 => run.add_bases(record),
        7 => told::invocation(run, record),
        8 => provenance(run, record),
        9 => run.add_artifact(hit.index(1), record),
        10 => run.add_logical(record),
        11 => run.trouble("results lie in another file"),
        13 => run.target = text(),
        15 => run.category = told::category(&text()),
        16 => run.add_roles(hit.index(1), record),
        17 | 18 => run.add_pack(hit.index(1), "", &text()),
        19 => Run::note(&mut run.flows, record),
        // Bandit's own SARIF counts by file.
        20 if record.has("loc") && hit.key(3) != "_totals" => {
            Run::note(&mut run.looked, Record(&serde_json::json!({ "uri": hit.key(3) })));
        }
        21 if run.digest.is_empty() => run.digest = text(),
        22 => run.has_results = true,
        23 => run.baseline = text(),
        _ => {}
    }
}

/// §3.14.9. An image's name is more than the address of a repository.
fn provenance(run: &mut Run, record: Record<'_>) {
    let set = |field: &mut String, name: &str| {
        let text = record.text(name).trim();
        if !text.is_empty() {
            text.clone_into(field);
        }
    };
    set(&mut run.revision, "revisionId");
    set(&mut run.branch, "branch");
    set(&mut run.repository, "repositoryUri");
}
