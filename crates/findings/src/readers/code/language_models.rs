//! Tests of language models: promptfoo's red team and garak's hit log.
//!
//! The resource is the model that was asked. What it answered is left out: it says nothing of the problem
//! and differs from run to run.

use super::claim;
use super::fields::{self, About, CODE, Fields};
use crate::format::Format;
use crate::observation::Class;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// promptfoo.
pub const PROMPTFOO: Format = Format {
    id: "promptfoo",
    title: "promptfoo results JSON",
    detects: |shape| shape.all(&["evalId", "results.results", "results.prompts"]),
    read: |source, sink| {
        fields::json(
            source,
            sink,
            &TESTS,
            &["results.results[]"],
            &[("results.timestamp", About::At)],
        )
    },
};
/// garak.
pub const GARAK: Format = Format {
    id: "garak",
    title: "garak hit log",
    detects: |shape| {
        shape.all(&["goal", "probe", "detector", "attempt_id"])
            || (shape.has("entry_type") && shape.has("run_id") && !shape.has("[]"))
    },
    read: read_garak,
};

const TESTS: Fields = Fields {
    tool: "promptfoo",
    class: Class::Configuration,
    rule: "metadata.pluginId|testCase.metadata.pluginId|gradingResult.componentResults.0.assertion.type",
    title: "metadata.harmCategory|metadata.pluginId|testCase.metadata.pluginId|testCase.description|gradingResult.assertion.type",
    description: "metadata.goal|testCase.metadata.goal",
    severity: "metadata.severity|testCase.metadata.severity",
    resource: "provider.id",
    is_problem: |cells| cells.cell("success") != "true",
    ..CODE
};

const HITS: Fields = Fields {
    class: Class::Configuration,
    rule: "probe",
    title: "goal",
    description: "detector",
    resource: "generator",
    ..CODE
};

fn read_garak(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("garak".to_owned()));
    let mut passed = 0;
    json::walk(source, &[""], sink, &mut |sink, hit| {
        let record = hit.record();
        match record.text("entry_type") {
            "" => claim::keep(sink, fields::observation(&record, &HITS, hit.place())),
            "eval" if record.whole("passed") < record.whole("total") => {
                sink.dropped(
                    &hit.place(),
                    "a count of failures without the attempts; import the hit log",
                );
                Ok(())
            }
            "eval" => {
                passed += u64::from(record.whole("passed"));
                Ok(())
            }
            "completed" => {
                claim::scanned_at(sink, record.text("end_time"));
                Ok(())
            }
            _ => Ok(()),
        }
    })?;
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
    Ok(())
}
