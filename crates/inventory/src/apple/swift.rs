//! Which packages did the Swift Package Manager pin?
//!
//! In: Package.resolved of version 1, 2 or 3 (swift-package-manager, `PinsStore`). Out: components named
//! by their repository's address, as OSV names Swift packages; one of a package registry has none and
//! keeps its identity, under which nobody could find a record of it, so it is foreign. Never: direct or transitive, and who
//! requires whom, which the file does not tell.

use vocab::{Base, Component, Declared, Origin};

use crate::node::{Node, Value};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, json, source, text};

/// Reads Package.resolved. A pin without a version (a branch or a commit) is from git.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let version = match root.at("version") {
        Some(Node { value: Value::Number(number), .. }) => &**number,
        _ => "",
    };
    let pins = match version {
        "1" => root.below(&["object", "pins"]),
        "2" | "3" => root.at("pins"),
        _ => {
            let line = root.at("version").map_or(root.line, |node| node.line);
            let what = "expected «version» 1, 2 or 3 of Package.resolved".to_owned();
            return Err(Problem { line, what });
        }
    };
    let Some(pins) = pins else {
        return Err(Problem { line: root.line, what: "expected the key «pins»".to_owned() });
    };
    let mut reading = Reading::default();
    for pin in pins.expect_list("«pins»")? {
        match component(pin) {
            Some(component) => {
                reading.push(component);
            }
            None => reading.problem(pin.line, "expected a pin with a location and «state»"),
        }
    }
    Ok(reading)
}

fn component(pin: &Node<'_>) -> Option<Component> {
    let state = pin.at("state")?;
    let kind = pin.text_at("kind").unwrap_or_default();
    let location = pin.text_at("location").or_else(|| pin.text_at("repositoryURL"));
    let location = location.filter(|location| !location.is_empty());
    let identity = pin.text_at("identity");
    // A package of a registry has an identity (`scope.name`) and no location of its own.
    let location = location.filter(|location| kind != "registry" || location.contains("://"));
    let name = location.map(source::without_credentials);
    let name = name.or_else(|| identity.map(str::to_owned))?;
    let mut component = pinned(Base::SwiftUrl, name, "", pin.line);
    if location.is_none() || kind == "registry" {
        component.origin = Origin::Foreign("a Swift package registry".to_owned());
    }
    match state.text_at("version") {
        Some(version) => component.version = Declared::Exact(version.to_owned()),
        None => {
            let revision = state.text_at("revision")?;
            component.version = match state.text_at("branch") {
                Some(branch) => Declared::Range(branch.to_owned()),
                None => Declared::Absent,
            };
            component.origin = source::git(location?, Some(revision));
        }
    }
    if kind == "localSourceControl" || kind == "fileSystem" {
        component.origin = Origin::FirstParty;
    }
    Some(component)
}
