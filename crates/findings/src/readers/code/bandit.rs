//! Bandit (`-f json`): Python.
//!
//! B105 to B107 are about passwords in the code and show them in their message: those are secrets, and the
//! value goes nowhere but into the keyed hash.

use crate::coverage::Filter;
use crate::format::Format;
use crate::observation::{Class, Confidence, Location, Observation, Secret};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

use super::{claim, site};

/// Bandit's JSON.
pub const FORMAT: Format = Format { id: "bandit", title: "Bandit JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    shape.all(&["results[].test_id", "results[].issue_text"])
        || shape.all(&["generated_at", "metrics._totals"])
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let patterns = ["results[]", "errors[]", "generated_at", "metrics.*"];
    sink.fact(Fact::Tool("bandit".to_owned()));
    told::kinds(sink, KINDS);
    let (mut told, mut shown, mut counted) = (0, 0_u32, None);
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            0 => {
                shown = shown.saturating_add(1);
                return claim::keep(sink, observation(record, hit.place()));
            }
            1 if !told::missed_file(sink, record.text("filename")) && told < 20 => {
                told += 1;
                claim::tell(sink, Fact::Incomplete, record.text("reason"));
            }
            2 => claim::scanned_at(sink, record.0.as_str().unwrap_or_default()),
            3 if hit.key(1) == "_totals" => counted = problems(record),
            3 => told::looked_at_file(sink, hit.key(1)),
            _ => {}
        }
        Ok(())
    })?;
    // Bandit counts what it found before its filters of severity and confidence.
    let shown = f64::from(shown);
    match counted {
        Some(counted) if counted > shown => {
            told::other_filter(sink, "shows", "less than it counted");
        }
        Some(counted) if counted == shown => sink.fact(Fact::Filter(Filter::None)),
        _ => {}
    }
    Ok(())
}

/// How many problems of all severities were counted.
fn problems(totals: Record<'_>) -> Option<f64> {
    let of = |severity: &str| {
        totals.entries("").find(|(name, _)| *name == format!("SEVERITY.{severity}"))?.1.0.as_f64()
    };
    Some(of("HIGH")? + of("MEDIUM")? + of("LOW")? + of("UNDEFINED")?)
}

fn observation(record: Record<'_>, place: String) -> Observation {
    let said = record.text("issue_text");
    let line = record.whole("line_number");
    let lines = record.items("line_range").filter_map(|n| u32::try_from(n.0.as_u64()?).ok());
    let end = lines.max().filter(|end| *end > line).unwrap_or(0);
    let location = site::location(record.text("filename"), line).map(|plain| Location {
        end_line: end,
        // Bandit counts columns from 0.
        column: if record.has("col_offset") {
            record.whole("col_offset").saturating_add(1)
        } else {
            0
        },
        snippet: numbered(record.text("code"), line).to_owned(),
        ..plain
    });
    let mut observation = Observation {
        class: Class::Code,
        rule: record.text("test_id").to_owned(),
        title: said.to_owned(),
        description: record.text("test_name").to_owned(),
        severity: words::severity(record.text("issue_severity")),
        confidence: Confidence::of(record.text("issue_confidence")),
        cwes: words::cwe(&record.string("issue_cwe.id")).into_iter().collect(),
        locations: location.into_iter().collect(),
        references: record.texts("more_info"),
        place,
        ..Observation::default()
    };
    if is_password(&observation.rule) {
        as_secret(&mut observation, said);
    }
    observation
}

/// What Bandit looks for, in any of its forms.
pub const KINDS: &[Class] = &[Class::Code, Class::Secret];

/// Whether a rule is about a password in the code (Bandit's documentation, B105 to B107: «Possible hardcoded
/// password»). The message shows it.
pub fn is_password(rule: &str) -> bool {
    matches!(rule, "B105" | "B106" | "B107")
}

/// Makes the claim of such a rule a secret: the value goes nowhere but into the keyed hash.
pub fn as_secret(observation: &mut Observation, said: &str) {
    observation.class = Class::Secret;
    let (plain, value) = said.split_once('\'').unwrap_or((said, ""));
    observation.secret = Secret::new(value.trim_end().trim_end_matches('\''));
    observation.title = plain.trim().trim_end_matches(':').to_owned();
    if !said.is_empty() {
        observation.description = observation.description.replace(said, &observation.title);
    }
    observation.locations.iter_mut().for_each(|location| location.snippet.clear());
}

/// The line of that number out of `1 import os\n2 assert False`.
fn numbered(code: &str, line: u32) -> &str {
    let found = code.lines().find_map(|text| {
        let (number, rest) = text.split_once(' ')?;
        (number.parse() == Ok(line)).then_some(rest)
    });
    found.unwrap_or_default().trim_end()
}
