//! SARIF 2.1.0, from whichever tool.
//!
//! What the results refer to (rules, artifacts, base addresses) may stand after them, so the document is
//! walked twice: first what describes the runs, bounded, then the results one by one. Section numbers in
//! the comments are those of the OASIS standard «Static Analysis Results Interchange Format 2.1.0».

mod package;
mod result;
mod run;

use std::collections::BTreeMap;

use crate::format::Format;
use crate::sink::{EARLIEST, Fact, Sink, Stop, untimely};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

use run::Run;

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
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut runs: BTreeMap<usize, Run> = BTreeMap::new();
    json::walk(source, CONTEXT, sink, &mut |sink, hit| {
        if runs.len() < MAX_RUNS || runs.contains_key(&hit.index(0)) {
            describe(runs.entry(hit.index(0)).or_default(), &hit, sink);
        }
        Ok(())
    })?;
    for run in runs.values() {
        facts(run, sink);
    }
    let none = Run::default();
    let mut passed = 0;
    json::walk(source, &["runs[].results[]"], sink, &mut |sink, hit| {
        let run = runs.get(&hit.index(0)).unwrap_or(&none);
        let record = hit.record();
        // §3.27.9: only these kinds say that there is no problem.
        if matches!(record.text("kind"), "pass" | "notApplicable") {
            passed += 1;
            return Ok(());
        }
        match result::observation(record, run, hit.place()) {
            Ok(observation) => sink.observation(observation),
            Err(why) => {
                sink.dropped(&hit.place(), why);
                Ok(())
            }
        }
    })?;
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
    Ok(())
}

fn describe(run: &mut Run, hit: &Hit<'_>, sink: &mut dyn Sink) {
    let record = hit.record();
    let text = || record.0.as_str().unwrap_or_default().trim().to_owned();
    match hit.pattern {
        0 => run.add_rule(None, record),
        1 => run.add_rule(Some(hit.index(1)), record),
        2 => run.tool = text(),
        3 => run.version = text(),
        4 => run.semantic_version = text(),
        5 => run.name_extension(hit.index(1), &text()),
        14 => run.name_extension(hit.index(1), &text()),
        6 => run.add_bases(record),
        7 => invocation(run, record),
        8 => provenance(record, sink),
        9 => run.add_artifact(record),
        10 => run.add_logical(record),
        11 => run.trouble("results lie in another file"),
        12 => sink.fact(Fact::Incomplete("inline external properties are not read".to_owned())),
        13 => sink.fact(Fact::Target(text())),
        _ => {}
    }
}

/// §3.20: whether the run succeeded, when, and where.
fn invocation(run: &mut Run, record: Record<'_>) {
    run.add_base("", record.text("workingDirectory.uri"), "");
    // A default of the language in one of them (.NET's year 1) does not hide what the other tells.
    let told = ["endTimeUtc", "startTimeUtc"].map(|name| record.text(name));
    match told.into_iter().filter_map(vocab::instant::parse).find(|at| *at >= EARLIEST) {
        Some(at) => run.at = Some(at),
        None => run.untimely = record.first(&["endTimeUtc", "startTimeUtc"]).to_owned(),
    }
    if record.has("executionSuccessful") && !record.flag("executionSuccessful") {
        let why =
            record.first(&["exitCodeDescription", "exitSignalName", "processStartFailureMessage"]);
        run.trouble(if why.is_empty() { "the run was not successful" } else { why });
    }
    for list in ["toolExecutionNotifications", "toolConfigurationNotifications"] {
        for note in record.items(list).filter(|note| note.text("level") == "error") {
            let text = note.first(&["message.text", "message.id", "descriptor.id"]);
            run.trouble(if text.is_empty() { "the tool reports an error" } else { text });
        }
    }
}

fn provenance(record: Record<'_>, sink: &mut dyn Sink) {
    let mut tell = |name: &str, fact: fn(String) -> Fact| {
        let text = record.text(name).trim();
        if !text.is_empty() {
            sink.fact(fact(text.to_owned()));
        }
    };
    tell("revisionId", Fact::Revision);
    tell("branch", Fact::Branch);
    tell("repositoryUri", Fact::Target);
}

fn facts(run: &Run, sink: &mut dyn Sink) {
    if !run.tool.is_empty() {
        sink.fact(Fact::Tool(run.tool.clone()));
    }
    let version = [&run.semantic_version, &run.version].into_iter().find(|v| !v.is_empty());
    if let Some(version) = version {
        sink.fact(Fact::ToolVersion(version.clone()));
    }
    match run.at {
        Some(at) => sink.fact(Fact::ScannedAt(at)),
        None => untimely(sink, &run.untimely),
    }
    for why in &run.troubles {
        sink.fact(Fact::Incomplete(why.clone()));
    }
    for rule in run.active_rules() {
        sink.fact(Fact::ActiveRule(rule.to_owned()));
    }
}
