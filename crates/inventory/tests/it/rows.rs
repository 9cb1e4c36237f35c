#![expect(clippy::expect_used, reason = "a format that is not known is a failed test")]
//! How a reading is written down in a test: one row for each component, edge and problem.

use std::collections::HashMap;
use std::fmt::Write;

use inventory::{Document, Reading, Tree, format};
use vocab::{Component, Declared, Origin};

/// Files of a test, by path.
struct Files<'a>(HashMap<&'a str, &'a str>);

impl Tree for Files<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.get(path).map(|text| text.as_bytes().to_vec())
    }
}

/// Reads `text` as the format that `path` names (as a path, else as an id) and compares the rows:
/// `LINE ECOSYSTEM NAME VERSION ORIGIN SCOPE DIRECT`, then `FROM -> TO`, then `! LINE PROBLEM`.
/// A range is written `~text`, no version `-`.
#[track_caller]
pub fn check(path: &str, text: &str, expect: &str) {
    check_in(&[], path, path, text, expect);
}

/// The same with other files beside it.
#[track_caller]
pub fn check_in(files: &[(&str, &str)], id: &str, path: &str, text: &str, expect: &str) {
    let format = format::recognise(id).or_else(|| format::by_id(id)).expect("a known format");
    let tree = Files(files.iter().copied().collect());
    let reading = inventory::read(format, Document { path, bytes: text.as_bytes() }, &tree);
    let expect: Vec<&str> = expect.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(rows(&reading).trim_end(), expect.join("\n"));
}

/// The rows of a reading.
pub fn rows(reading: &Reading) -> String {
    let mut out = String::new();
    for component in &reading.components {
        row(&mut out, component);
    }
    for (from, to) in &reading.requires {
        let _ = writeln!(out, "{from} -> {to}");
    }
    for problem in &reading.problems {
        let _ = writeln!(out, "! {} {}", problem.line, problem.what);
    }
    out
}

fn row(out: &mut String, c: &Component) {
    let version = match &c.version {
        Declared::Exact(text) => text.clone(),
        Declared::Range(text) => format!("~{text}"),
        Declared::Absent => "-".to_owned(),
    };
    let origin = match &c.origin {
        Origin::Registry => "registry".to_owned(),
        Origin::FirstParty => "first-party".to_owned(),
        Origin::Git { url, commit } => format!("git:{url}@{commit}"),
        Origin::Foreign(at) => format!("foreign:{at}"),
    };
    let direct = match c.direct {
        Some(true) => "direct",
        Some(false) => "transitive",
        None => "?",
    };
    let Component { line, ecosystem, name, scope, .. } = c;
    let scope = scope.as_str();
    let _ = writeln!(out, "{line} {ecosystem} {name} {version} {origin} {scope} {direct}");
}
