//! Lynis: what it advises for a host, as its report file tells it.
//!
//! Lines `name=value`; `warning[]` and `suggestion[]` hold `test|text|details|solution|` with `-` for nothing.
//! Warnings are rated by their word; suggestions advise and are rated «none». `tests_executed` lists what was
//! active, and a report without `finish=true` was cut off.

use super::reading::one_line;
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::lines;
use vocab::Severity;

/// Lynis's report file.
pub const FORMAT: Format = Format {
    id: "lynis",
    title: "Lynis report file",
    detects: |shape| {
        shape.text.trim_start().starts_with("# Lynis Report")
            || (shape.text.contains("lynis_version=")
                && shape.text.contains("report_datetime_start="))
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Lynis".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let (mut finished, mut listed) = (false, false);
    lines::walk(source, sink, &mut |sink, number, line| {
        let Some((name, value)) = line.split_once('=') else { return Ok(()) };
        let place = format!("line {number}");
        match name.trim() {
            "lynis_version" => sink.fact(Fact::ToolVersion(value.to_owned())),
            "hostname" => sink.fact(Fact::Target(value.to_owned())),
            "report_datetime_end" => {
                looked_at(sink, value, words::when(value));
            }
            "finish" => finished = value.trim() == "true",
            "tests_executed" => {
                listed = true;
                let tests = value.split('|').map(str::trim).filter(|test| !test.is_empty());
                tests.take(100_000).for_each(|test| sink.fact(Fact::ActiveRule(test.to_owned())));
            }
            "tests_skipped" => {
                let tests = value.split('|').map(str::trim).filter(|test| !test.is_empty());
                tests.take(100_000).for_each(|test| sink.fact(Fact::InactiveRule(test.to_owned())));
            }
            "warning[]" => return advice(value, words::severity("warning"), place, sink),
            "suggestion[]" => return advice(value, Severity::None, place, sink),
            _ => {}
        }
        Ok(())
    })?;
    if listed {
        // What it says of itself comes from no test.
        sink.fact(Fact::ActiveRule("LYNIS".to_owned()));
        sink.fact(Fact::AllRules);
    }
    sink.fact(Fact::Looked(Target::run()));
    if finished {
        sink.fact(Fact::Succeeded);
    } else {
        sink.fact(Fact::Incomplete("the report has no finish=true".to_owned()));
    }
    Ok(())
}

fn advice(value: &str, severity: Severity, place: String, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut parts = value.split('|').map(str::trim);
    let mut part = || parts.next().filter(|part| *part != "-").unwrap_or_default();
    let (rule, text, details, solution) = (part(), part(), part(), part());
    if rule.is_empty() || text.is_empty() {
        sink.dropped(&place, "no test or no text");
        return Ok(());
    }
    sink.observation(Observation {
        class: Class::Configuration,
        rule: rule.to_owned(),
        title: one_line(text),
        remedy: solution.to_owned(),
        severity,
        resource: details.to_owned(),
        references: vec![format!("https://cisofy.com/lynis/controls/{rule}/")],
        place,
        ..Observation::default()
    })
}
