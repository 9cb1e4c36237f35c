//! Which packages does pub's lock file name?
//!
//! In: pubspec.lock (dart.dev, «Glossary: lockfile»). Out: components with source, directness and
//! scope. Never: who requires whom, which the file does not tell; the SDK constraints at its end.

use vocab::{Base, Declared, Origin, Scope};

use crate::node::{Entry, Node};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, source, text, yaml};

/// Reads pubspec.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = yaml::parse_one(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let mut reading = Reading::default();
    let Some(packages) = root.at("packages") else {
        let what = "expected the key «packages»; this is no lock file of pub".to_owned();
        return Err(Problem { line: root.line, what });
    };
    if packages.is_null() {
        return Ok(reading);
    }
    for entry in packages.expect_map("«packages»")? {
        package(entry, &mut reading);
    }
    Ok(reading)
}

fn package(entry: &Entry<'_>, reading: &mut Reading) {
    let Some(version) = entry.node.at("version").and_then(Node::scalar) else {
        reading.problem(entry.line, "expected a package with «version» and «source»");
        return;
    };
    let description = entry.node.at("description");
    let of = |key| description.and_then(|d| d.at(key)).and_then(Node::scalar);
    // A package may be known to the project by another name than to its host.
    let name = of("name").unwrap_or(&entry.key);
    let mut component = pinned(Base::Pub, name, version, entry.line);
    component.origin = match entry.node.text_at("source") {
        Some("hosted") => Origin::Registry,
        Some("git") => {
            source::git(of("url").unwrap_or_default(), Some(of("resolved-ref").unwrap_or_default()))
        }
        Some("path") => Origin::FirstParty,
        Some("sdk") => {
            Origin::Foreign(format!("sdk {}", description.and_then(Node::text).unwrap_or_default()))
        }
        other => {
            let other = text::short(other.unwrap_or("nothing"));
            let what = format!("expected «source: hosted», git, path or sdk, found «{other}»");
            reading.problem(entry.line, what);
            Origin::Foreign(String::new())
        }
    };
    if component.origin == Origin::FirstParty && version.is_empty() {
        component.version = Declared::Absent;
    }
    (component.direct, component.scope) = match entry.node.text_at("dependency") {
        Some("direct main") => (Some(true), Scope::Runtime),
        Some("direct dev") => (Some(true), Scope::Development),
        Some(kind) if kind.starts_with("direct") => (Some(true), Scope::Unknown),
        Some("transitive") => (Some(false), Scope::Unknown),
        _ => (None, Scope::Unknown),
    };
    reading.push(component);
}
