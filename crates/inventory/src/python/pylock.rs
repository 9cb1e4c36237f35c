//! Which packages does a `pylock.toml` name?
//!
//! In: the lock file of PEP 751. Out: a component for each package. The file does not tell for what a
//! package is needed; markers on groups would, and are not evaluated.

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::names::Names;
use super::uv::public;
use crate::node::Node;
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `pylock.toml`.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parse(document.bytes).unwrap_or_else(Reading::from)
}

fn parse(bytes: &[u8]) -> Result<Reading, Problem> {
    let root = crate::toml::parse(text::of(bytes)?)?;
    if root.at("lock-version").is_none() {
        let what = "no `lock-version`; expected a pylock.toml (PEP 751)".to_owned();
        return Err(Problem { line: 1, what });
    }
    let mut reading = Reading::default();
    reading.problems.extend(root.unknown_version(&["lock-version"], 1..=1));
    let Some(packages) = root.at("packages") else { return Ok(reading) };
    let mut taken: Vec<(&Node<'_>, u32)> = Vec::new();
    for package in packages.expect_list("packages")? {
        let Some(name) = package.text_at("name") else {
            reading.problem(package.line, "a package without a name");
            continue;
        };
        let line = package.entries().iter().find(|e| e.key == "name").map_or(0, |e| e.line);
        let version = match package.text_at("version") {
            Some(version) => Declared::Exact(version.to_owned()),
            None => Declared::Absent,
        };
        let component = Component {
            ecosystem: Ecosystem::from(Base::PyPI),
            name: name.to_owned(),
            version,
            origin: origin(package),
            scope: Scope::Unknown,
            direct: None,
            line,
        };
        match reading.push(component) {
            Some(index) => taken.push((package, index)),
            None => break,
        }
    }
    let names = Names::of(&reading);
    for (package, from) in taken {
        for required in package.at("dependencies").map(Node::items).unwrap_or_default() {
            let Some(name) = required.text_at("name") else { continue };
            for to in names.find(&reading, name, required.text_at("version")) {
                reading.requires.push((from, to));
            }
        }
    }
    Ok(reading)
}

fn origin(package: &Node<'_>) -> Origin {
    if let Some(vcs) = package.at("vcs") {
        let address = vcs.text_at("url").or_else(|| vcs.text_at("path")).unwrap_or_default();
        return source::git(address, Some(vcs.text_at("commit-id").unwrap_or_default()));
    }
    if package.at("directory").is_some() {
        return Origin::FirstParty;
    }
    if let Some(archive) = package.at("archive") {
        let address = archive.text_at("url").or_else(|| archive.text_at("path"));
        return source::foreign(address.unwrap_or_default());
    }
    match package.text_at("index") {
        Some(index) if !public(index) => source::foreign(index),
        _ => Origin::Registry,
    }
}
