//! tfsec: checks of Terraform.
//!
//! `results[]`. Before version 1 passed checks carry `passed` or `status` «passed»; since 1 `status` is a number
//! (0 failed, 1 passed, 2 ignored) and `resource` names what is meant, which older versions only quote in the
//! description.

use super::reading::{one_line, quoted, tell_passed};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// tfsec JSON.
pub const FORMAT: Format = Format {
    id: "tfsec",
    title: "tfsec JSON",
    detects: |shape| {
        shape.is_json
            && shape.all(&[
                "results[].rule_id",
                "results[].rule_provider",
                "results[].location.filename",
            ])
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("tfsec".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut passed = 0;
    walk(source, &["results[]"], sink, &mut |sink, hit| {
        let (result, place) = (hit.record(), hit.place());
        let status = result.string("status");
        if result.flag("passed") || matches!(status.as_str(), "passed" | "1") {
            passed += 1;
            told::passed_one(sink, &observation(result));
            return Ok(());
        }
        if result.text("rule_id").is_empty() {
            sink.dropped(&place, "no rule_id");
            return Ok(());
        }
        let ignored = matches!(status.as_str(), "ignored" | "2");
        sink.observation(Observation {
            standing: if ignored { Standing::Suppressed } else { Standing::Reported },
            place,
            ..observation(result)
        })
    })?;
    tell_passed(sink, passed);
    Ok(())
}

fn observation(result: Record<'_>) -> Observation {
    let said = result.text("description");
    let resource = match result.text("resource") {
        "" => quoted(said, '\''),
        named => named,
    };
    let mut references = result.texts("links");
    references.extend(result.texts("link").iter().flat_map(|text| {
        text.split_whitespace().filter(|word| word.contains("://")).map(str::to_owned)
    }));
    Observation {
        class: Class::Configuration,
        rule: result.first(&["long_id", "rule_id"]).to_owned(),
        title: one_line(result.first(&["rule_description", "description", "rule_id"])),
        description: format!("{said}\n{}", result.text("impact")).trim().to_owned(),
        remedy: result.text("resolution").to_owned(),
        severity: words::severity(result.text("severity")),
        locations: vec![Location {
            path: result.text("location.filename").to_owned(),
            line: result.whole("location.start_line"),
            end_line: result.whole("location.end_line"),
            ..Location::default()
        }],
        resource: resource.to_owned(),
        references,
        ..Observation::default()
    }
}
