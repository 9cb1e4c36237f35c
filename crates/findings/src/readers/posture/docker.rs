//! What three tools say of images and of the host that runs them: Hadolint, Dockle, Docker Bench.
//!
//! Hadolint lints the lines of Dockerfiles. Dockle and Docker Bench check an image and a host against CIS
//! benchmarks: PASS is counted, SKIP says nothing, IGNORE is put aside. Of Docker Bench WARN is a problem
//! without a rating; INFO and NOTE are what a person should look at, and rated «none».

use super::reading::{each_record, one_line, relative, tell_passed};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// Hadolint JSON.
pub const HADOLINT: Format = Format {
    id: "hadolint",
    title: "Hadolint JSON",
    detects: |shape| {
        let code = shape.value("[].code");
        shape.all(&["[].code", "[].file", "[].level", "[].line", "[].message"])
            && (code.starts_with("DL") || code.starts_with("SC"))
    },
    read: read_hadolint,
};

/// Dockle JSON.
pub const DOCKLE: Format = Format {
    id: "dockle",
    title: "Dockle JSON",
    detects: |shape| {
        shape.is_json && shape.all(&["summary.fatal", "summary.skip", "summary.pass", "details"])
    },
    read: read_dockle,
};

/// Docker Bench for Security, JSON.
pub const BENCH: Format = Format {
    id: "docker-bench",
    title: "Docker Bench for Security JSON",
    detects: |shape| shape.is_json && shape.all(&["dockerbenchsecurity", "tests"]),
    read: read_bench,
};

fn read_hadolint(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Hadolint".to_owned()));
    sink.fact(Fact::Kind(Class::Code));
    each_record(source, sink, &mut |sink, record, place| {
        let code = record.text("code");
        if code.is_empty() || record.text("file").is_empty() {
            sink.dropped(&place, "no code or no file");
            return Ok(());
        }
        let wiki = match code.get(..2) {
            Some("DL") => format!("https://github.com/hadolint/hadolint/wiki/{code}"),
            _ => format!("https://github.com/koalaman/shellcheck/wiki/{code}"),
        };
        sink.observation(Observation {
            class: Class::Code,
            rule: code.to_owned(),
            title: one_line(record.first(&["message", "code"])),
            severity: words::severity(record.text("level")),
            locations: vec![Location {
                path: relative(record.text("file")),
                line: record.whole("line"),
                column: record.whole("column"),
                ..Location::default()
            }],
            references: vec![wiki],
            place,
            ..Observation::default()
        })
    })
}

fn read_dockle(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Dockle".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut passed = 0;
    walk(source, &["details[]", "summary.pass", "image"], sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        match hit.pattern {
            1 => passed += record.0.as_u64().unwrap_or(0),
            2 => sink.fact(Fact::Target(record.0.as_str().unwrap_or_default().to_owned())),
            _ if record.text("code").is_empty() => sink.dropped(&place, "no code"),
            _ if record.text("level") == "PASS" => {
                let rule = record.text("code").to_owned();
                sink.fact(Fact::PassedAt(rule, Target::run()));
            }
            _ if record.text("level") == "SKIP" => {
                sink.fact(Fact::InactiveRule(record.text("code").to_owned()));
            }
            _ => {
                let ignored = record.text("level") == "IGNORE";
                let alerts = record.texts("alerts");
                return sink.observation(Observation {
                    class: Class::Configuration,
                    rule: record.text("code").to_owned(),
                    title: one_line(record.first(&["title", "code"])),
                    description: alerts.join("\n"),
                    severity: words::severity(record.text("level")),
                    standing: if ignored { Standing::Suppressed } else { Standing::Reported },
                    place,
                    ..Observation::default()
                });
            }
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}

fn read_bench(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Docker Bench for Security".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut passed = 0;
    let patterns = &["tests[].results[]", "dockerbenchsecurity", "end"];
    walk(source, patterns, sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        match hit.pattern {
            1 => sink.fact(Fact::ToolVersion(record.0.as_str().unwrap_or_default().to_owned())),
            2 => {
                let seconds = record.0.as_i64();
                let at = seconds.and_then(|s| vocab::Instant::from_second(s).ok());
                at.into_iter().for_each(|at| sink.fact(Fact::ScannedAt(at)));
            }
            _ if record.text("result") == "PASS" => {
                passed += 1;
                let rule = record.text("id").to_owned();
                sink.fact(Fact::PassedAt(rule, Target::run()));
            }
            _ if record.text("id").is_empty() => sink.dropped(&place, "no id"),
            _ => return sink.observation(Observation { place, ..of_bench(record) }),
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}

fn of_bench(record: Record<'_>) -> Observation {
    let warned = record.text("result") == "WARN";
    Observation {
        class: Class::Configuration,
        rule: record.text("id").to_owned(),
        title: one_line(record.first(&["desc", "id"])),
        description: record.text("details").to_owned(),
        remedy: record.text("remediation").to_owned(),
        severity: if warned { Severity::Unknown } else { Severity::None },
        ..Observation::default()
    }
}
