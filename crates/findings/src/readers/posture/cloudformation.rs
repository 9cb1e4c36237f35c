//! Linters of CloudFormation templates: cfn-lint and cfn_nag; and Conftest, which tests any configuration.
//!
//! cfn-lint names the path inside the template, cfn_nag the logical resources, each of which is an observation.
//! Conftest's policies have no ids: the rule is the query, and what its message says is all that tells one
//! problem from another. Conftest counts `successes`; `exceptions` are put aside.

use super::reading::{each_record, one_line, relative, tell_passed};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;

/// cfn-lint JSON.
pub const LINT: Format = Format {
    id: "cfn-lint",
    title: "cfn-lint JSON",
    detects: |shape| {
        shape.all(&["[].Filename", "[].Level", "[].Rule.Id", "[].Location.Start.LineNumber"])
    },
    read: read_lint,
};

/// cfn_nag JSON.
pub const NAG: Format = Format {
    id: "cfn-nag",
    title: "cfn_nag JSON",
    detects: |shape| {
        shape.all(&["[].filename", "[].file_results.failure_count", "[].file_results.violations"])
    },
    read: read_nag,
};

/// Conftest JSON.
pub const CONFTEST: Format = Format {
    id: "conftest",
    title: "Conftest JSON",
    detects: |shape| shape.all(&["[].filename", "[].namespace", "[].successes"]),
    read: read_conftest,
};

fn read_lint(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("cfn-lint".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    each_record(source, sink, &mut |sink, record, place| {
        if record.text("Rule.Id").is_empty() {
            sink.dropped(&place, "no Rule.Id");
            return Ok(());
        }
        let start = "Location.Start";
        sink.observation(Observation {
            class: Class::Configuration,
            rule: record.text("Rule.Id").to_owned(),
            title: one_line(record.first(&["Message", "Rule.ShortDescription", "Rule.Id"])),
            description: record.text("Rule.Description").to_owned(),
            severity: words::severity(record.text("Level")),
            locations: vec![Location {
                path: relative(record.text("Filename")),
                line: record.whole(&format!("{start}.LineNumber")),
                end_line: record.whole("Location.End.LineNumber"),
                column: record.whole(&format!("{start}.ColumnNumber")),
                ..Location::default()
            }],
            resource: record.texts("Location.Path").join("/"),
            references: record.texts("Rule.Source"),
            place,
            ..Observation::default()
        })
    })
}

fn read_nag(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("cfn_nag".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    each_record(source, sink, &mut |sink, file, place| {
        // A record for each template that was looked at.
        let path = relative(file.text("filename"));
        sink.fact(Fact::Looked(Target::file(&path)));
        for (number, violation) in file.items("file_results.violations").enumerate() {
            let place = format!("{place}.file_results.violations[{number}]");
            if violation.text("id") == "FATAL" {
                sink.fact(Fact::Missed(Target::file(&path)));
            }
            if violation.text("id").is_empty() {
                sink.dropped(&place, "no id");
                continue;
            }
            let resources = violation.texts("logical_resource_ids");
            let count = resources.len().clamp(1, crate::observation::MAX_MEMBERS);
            for at in 0..count {
                let resource = resources.get(at).cloned().unwrap_or_default();
                let line = violation.whole(&format!("line_numbers.{at}"));
                let place = place.clone();
                let observation = of_nag(violation, &path, line);
                sink.observation(Observation { resource, place, ..observation })?;
            }
        }
        Ok(())
    })
}

fn of_nag(violation: Record<'_>, path: &str, line: u32) -> Observation {
    Observation {
        class: Class::Configuration,
        rule: violation.text("id").to_owned(),
        title: one_line(violation.first(&["message", "name", "id"])),
        severity: match violation.text("type") {
            "FAIL" => vocab::Severity::Unknown,
            word => words::severity(word),
        },
        locations: vec![Location { path: path.to_owned(), line, ..Location::default() }],
        ..Observation::default()
    }
}

const LISTS: [(&str, &str, Standing); 3] = [
    ("failures", "", Standing::Reported),
    ("warnings", "warning", Standing::Reported),
    ("exceptions", "", Standing::Suppressed),
];

fn read_conftest(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Conftest".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut passed = 0;
    each_record(source, sink, &mut |sink, file, place| {
        passed += u64::from(file.whole("successes"));
        // A record for each file and namespace, without failures too.
        sink.fact(Fact::Looked(Target::file(&relative(file.text("filename")))));
        for (list, word, standing) in LISTS {
            for (number, result) in file.items(list).enumerate() {
                let place = format!("{place}.{list}[{number}]");
                let message = result.text("msg");
                if message.is_empty() {
                    sink.dropped(&place, "no msg");
                    continue;
                }
                let query = result.first(&["metadata.id", "metadata.query"]);
                sink.observation(Observation {
                    class: Class::Configuration,
                    rule: if query.is_empty() { file.text("namespace") } else { query }.to_owned(),
                    title: one_line(message),
                    severity: words::severity(match result.text("metadata.severity") {
                        "" => word,
                        said => said,
                    }),
                    locations: vec![Location {
                        path: relative(file.text("filename")),
                        ..Location::default()
                    }],
                    resource: message.trim().to_owned(),
                    standing,
                    place,
                    ..Observation::default()
                })?;
            }
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}
