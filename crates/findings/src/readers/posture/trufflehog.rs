//! TruffleHog in its three record shapes.
//!
//! Version 3 prints one JSON object a line: `DetectorName`, `SourceMetadata.Data.<kind>`, `Raw` with the value
//! (in early versions as base64 of its bytes). Version 2 and the older trufflehog3 list `stringsFound` for
//! each commit, file and reason; each string is an observation, once, whether the commit adds or removes it.
//! trufflehog3 since 3 has `rule`, `path`, `secret`. The diff, the context and the redacted value show the
//! credential and are not taken. Only trufflehog3 rates.

use super::reading::{each_record, relative, secret};
use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;
use crate::walk::shape::Shape;

/// TruffleHog version 3, JSON lines or an array.
pub const VERSION_3: Format = Format {
    id: "trufflehog",
    title: "TruffleHog 3 JSON lines",
    detects: |shape| has(shape, &["SourceMetadata", "DetectorName"]),
    read: |source, sink| read(source, sink, detected),
};

/// TruffleHog version 2 and older trufflehog3.
pub const VERSION_2: Format = Format {
    id: "trufflehog2",
    title: "TruffleHog 2 JSON",
    detects: |shape| has(shape, &["stringsFound", "reason", "path"]),
    read: |source, sink| read(source, sink, strings),
};

/// trufflehog3, another tool of that family.
pub const TRUFFLEHOG3: Format = Format {
    id: "trufflehog3",
    title: "trufflehog3 JSON",
    detects: |shape| has(shape, &["rule.id", "rule.message", "secret", "path", "context"]),
    read: |source, sink| read(source, sink, ruled),
};

fn has(shape: &Shape, fields: &[&str]) -> bool {
    shape.is_json
        && ["[].", ""].iter().any(|root| fields.iter().all(|f| shape.has(&format!("{root}{f}"))))
}

type Reader = fn(Record<'_>) -> Vec<Observation>;

fn read(source: &mut Source<'_>, sink: &mut dyn Sink, reader: Reader) -> Result<(), Stop> {
    sink.fact(Fact::Tool("TruffleHog".to_owned()));
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
        description: if verified { "The credential was verified as live." } else { "" }.to_owned(),
        locations: location(path, source.whole("line")),
        secret: secret(decoded.as_deref().unwrap_or(raw)),
        target: source.first(&["repository", "bucket", "image", "container"]).to_owned(),
        references: source.texts("link").into_iter().filter(|url| !url.is_empty()).collect(),
        ..Observation::default()
    }]
}

fn strings(record: Record<'_>) -> Vec<Observation> {
    let (reason, path) = (record.text("reason"), record.text("path"));
    if reason.is_empty() || path.is_empty() {
        return Vec::new();
    }
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
        locations: location(path, 0),
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

/// The text of which this is the base64; `None` when it is none or its bytes are no printable text, as with a
/// key that happens to use the same letters.
fn base64(text: &str) -> Option<String> {
    if text.is_empty() || !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in digits.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let printable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (text.len() >= 4 && text.is_ascii() && text.chars().all(printable)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn only_printable_text_is_decoded() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(base64(text).as_deref(), expect, "{text}");
        };
        check("aHVudGVyMg==", Some("hunter2"));
        check("aHVudGVyMjI=", Some("hunter22"));
        check("AKIAQWERTYUIOPASDFGH", None);
        check("aHVudGVyMg", None);
        check("====", None);
        check("", None);
    }
}
