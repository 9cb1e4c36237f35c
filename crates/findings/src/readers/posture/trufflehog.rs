//! TruffleHog in its three record shapes, and Rusty Hog, which took one of them over.
//!
//! Version 3 prints one JSON object a line: `DetectorName`, `SourceMetadata.Data.<kind>`, `Raw` with the value
//! (in early versions as base64 of its bytes). Version 2 and the older trufflehog3 list `stringsFound` for
//! each commit, file and reason; each string is an observation, once, whether the commit adds or removes it.
//! trufflehog3 since 3 has `rule`, `path`, `secret`. The diff, the context and the redacted value show the
//! credential and are not taken. Only trufflehog3 rates; a
//! credential that was verified opens a door now, and is critical.

use super::reading::{base64, each_record, relative, secret};
use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;
use crate::walk::shape::Shape;
use vocab::Severity;

/// TruffleHog version 3, JSON lines or an array.
pub const VERSION_3: Format = Format {
    id: "trufflehog",
    title: "TruffleHog 3 JSON lines",
    detects: |shape| has(shape, &["SourceMetadata", "DetectorName"]),
    read: |source, sink| read(source, sink, "TruffleHog", detected),
};

/// TruffleHog version 2 and older trufflehog3.
pub const VERSION_2: Format = Format {
    id: "trufflehog2",
    title: "TruffleHog 2 JSON",
    detects: |shape| has(shape, &["stringsFound", "reason", "path", "branch", "commitHash"]),
    read: |source, sink| read(source, sink, "TruffleHog", strings),
};

/// Rusty Hog: the same record from files, commits, wiki pages and tickets.
pub const RUSTY_HOG: Format = Format {
    id: "rusty-hog",
    title: "Rusty Hog JSON",
    detects: |shape| {
        let of = ["old_line_num", "linenum", "page_id", "issue_id", "file_id"];
        of.iter().any(|place| has(shape, &["stringsFound", "reason", place]))
    },
    read: |source, sink| read(source, sink, "Rusty Hog", strings),
};

/// trufflehog3, another tool of that family.
pub const TRUFFLEHOG3: Format = Format {
    id: "trufflehog3",
    title: "trufflehog3 JSON",
    detects: |shape| has(shape, &["rule.id", "rule.message", "secret", "path", "context"]),
    read: |source, sink| read(source, sink, "trufflehog3", ruled),
};

fn has(shape: &Shape, fields: &[&str]) -> bool {
    shape.is_json
        && ["[].", ""].iter().any(|root| fields.iter().all(|f| shape.has(&format!("{root}{f}"))))
}

type Reader = fn(Record<'_>) -> Vec<Observation>;

fn read(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    tool: &str,
    reader: Reader,
) -> Result<(), Stop> {
    sink.fact(Fact::Tool(tool.to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    each_record(source, sink, &mut |sink, record, place| {
        // Version 3 may print its own log between the findings.
        if record.has("level") && record.has("msg") {
            return Ok(());
        }
        let found = reader(record);
        if found.is_empty() {
            sink.dropped(&place, "no rule, no place or no string");
        }
        for observation in found {
            sink.observation(Observation { place: place.clone(), ..observation })?;
        }
        Ok(())
    })
}

fn detected(record: Record<'_>) -> Vec<Observation> {
    let detector = record.text("DetectorName");
    let source = record.entries("SourceMetadata.Data").next().map(|(_, source)| source);
    let (Some(source), false) = (source, detector.is_empty()) else { return Vec::new() };
    let path = source.first(&["file", "path", "key", "name", "location"]);
    let verified = record.flag("Verified");
    let raw = record.text("Raw");
    let decoded = base64(raw);
    vec![Observation {
        class: Class::Secret,
        rule: detector.to_owned(),
        title: format!("{detector} credential"),
        description: match record.text("VerificationError") {
            _ if verified => "The credential was verified as live.".to_owned(),
            "" => String::new(),
            why => format!("The credential could not be verified: {why}"),
        },
        severity: if verified { Severity::Critical } else { Severity::Unknown },
        locations: location(path, source.whole("line")),
        secret: secret(decoded.as_deref().unwrap_or(raw)),
        target: source.first(&["repository", "bucket", "image", "container"]).to_owned(),
        references: source.texts("link").into_iter().filter(|url| !url.is_empty()).collect(),
        ..Observation::default()
    }]
}

fn strings(record: Record<'_>) -> Vec<Observation> {
    let (reason, path) = (record.text("reason"), record.first(&["path", "url", "web_link"]));
    if reason.is_empty() || path.is_empty() {
        return Vec::new();
    }
    let lines = ["new_line_num", "old_line_num", "linenum"].map(|name| record.whole(name));
    let line = lines.into_iter().find(|line| *line > 0).unwrap_or(0);
    let mut values: Vec<&str> = Vec::new();
    for found in record.items("stringsFound").take(crate::observation::MAX_MEMBERS) {
        let line = found.0.as_str().unwrap_or_default();
        let value = line.strip_prefix(['+', '-']).filter(|_| !line.starts_with("---"));
        let value = value.unwrap_or(line).trim();
        if !value.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }
    let observation = |value: &str| Observation {
        class: Class::Secret,
        rule: reason.to_owned(),
        title: reason.to_owned(),
        locations: location(path, line),
        secret: secret(value),
        ..Observation::default()
    };
    values.into_iter().map(observation).collect()
}

fn ruled(record: Record<'_>) -> Vec<Observation> {
    let (rule, path) = (record.text("rule.id"), record.text("path"));
    if rule.is_empty() || path.is_empty() {
        return Vec::new();
    }
    vec![Observation {
        class: Class::Secret,
        rule: rule.to_owned(),
        title: record.first(&["rule.message", "rule.id"]).to_owned(),
        severity: words::severity(record.text("rule.severity")),
        locations: location(path, record.whole("line")),
        secret: secret(record.text("secret")),
        ..Observation::default()
    }]
}

fn location(path: &str, line: u32) -> Vec<Location> {
    let path = relative(path);
    if path.is_empty() {
        return Vec::new();
    }
    vec![Location { path, line, ..Location::default() }]
}
