//! A document out of which nothing is read: whole and empty, or not a report at all?
//!
//! Every format is given shells, error pages and the samples of other formats; none may come out clean. And every
//! sample is emptied, for a run that found nothing is whole.

use std::io::Cursor;

use findings::format::by_id;
use findings::sink::Kept;
use findings::{Fact, Format, Source, formats, recognise};
use serde_json::Value;

/// What is no report of any tool.
const STRANGE: &[&str] = &[
    "{}",
    r#"{"message":"401 Unauthorized"}"#,
    r#"{"error":{"code":503,"message":"try again","status":"UNAVAILABLE"}}"#,
    r#"{"errors":[]}"#,
    r#"{"detail":"Not found.","status":404}"#,
    "<html><head><title>502 Bad Gateway</title></head><body/></html>",
    "<error><code>401</code></error>",
    "Unauthorized\n",
    "a,b\n1,2\n",
];

/// Name and bytes of each sample.
pub fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/it/samples", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Whether reading says that something is wrong; else what it says. A claim is wrong enough: somebody sees it.
pub fn clean(format: &Format, bytes: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(bytes);
    let mut kept = Kept::default();
    format.read(&mut Source::new(&mut cursor), &mut kept).ok()?;
    let incomplete = kept.facts.iter().any(|fact| matches!(fact, Fact::Incomplete(_)));
    let clean = kept.observations.is_empty() && kept.dropped.is_empty() && !incomplete;
    clean.then(|| format!("{:?}", kept.facts))
}

fn recognised(bytes: &[u8]) -> Option<&'static Format> {
    let mut cursor = Cursor::new(bytes);
    recognise(&mut Source::new(&mut cursor)).ok()?
}

#[test]
fn what_is_no_report_is_not_clean() {
    let mut silent = Vec::new();
    for format in formats() {
        for text in STRANGE {
            if let Some(said) = clean(format, text.as_bytes()) {
                silent.push(format!("{}: {text}: {said}", format.id));
            }
        }
    }
    assert!(silent.is_empty(), "clean:\n{}", silent.join("\n"));
}

#[test]
fn another_tools_report_is_not_clean() {
    let samples: Vec<_> =
        samples().into_iter().filter(|(_, bytes)| recognised(bytes).is_some()).collect();
    let mut silent = Vec::new();
    for (number, format) in formats().enumerate() {
        // Each format is given some of the samples, another choice for each.
        for (name, bytes) in samples.iter().skip(number % 40).step_by(40) {
            let own = recognised(bytes).is_some_and(|own| own.id == format.id);
            if let Some(said) = clean(format, bytes).filter(|_| !own) {
                silent.push(format!("{} given {name}: {said}", format.id));
            }
        }
    }
    assert!(silent.is_empty(), "clean:\n{}", silent.join("\n"));
}

/// Lists of records emptied, or null, as tools write «nothing found».
fn emptied(value: &mut Value, nothing: &Value) {
    match value {
        Value::Array(list) if list.iter().any(Value::is_object) => *value = nothing.clone(),
        Value::Array(list) => list.iter_mut().for_each(|item| emptied(item, nothing)),
        Value::Object(map) => map.values_mut().for_each(|item| emptied(item, nothing)),
        _ => {}
    }
}

#[test]
fn a_report_without_a_finding_is_whole() {
    let mut refused = Vec::new();
    for (name, bytes) in samples() {
        let Some(format) = recognised(&bytes) else { continue };
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { continue };
        for nothing in [Value::Array(Vec::new()), Value::Null] {
            let mut emptied_value = value.clone();
            emptied(&mut emptied_value, &nothing);
            // A list of lists of nothing but lists is of no tool.
            if emptied_value.is_null() || emptied_value.as_array().is_some_and(|l| !l.is_empty()) {
                continue;
            }
            let text = emptied_value.to_string();
            let mut cursor = Cursor::new(text.as_bytes());
            let mut kept = Kept::default();
            let end = format.read(&mut Source::new(&mut cursor), &mut kept);
            let none =
                |fact: &Fact| matches!(fact, Fact::Incomplete(why) if why.starts_with("nothing"));
            if end.is_ok() && kept.facts.iter().any(none) {
                refused.push(format!("{name} ({}): {}", format.id, &text[..text.len().min(200)]));
            }
        }
    }
    assert!(refused.is_empty(), "called incomplete:\n{}", refused.join("\n"));
    assert!(by_id("trivy").is_some());
}
