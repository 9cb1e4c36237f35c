//! Which packages do Pipenv's files name?
//!
//! In: `Pipfile.lock` (pipfile specification 6), or `Pipfile` where there is no lock file. Out: a
//! component for each package of `default` (what runs) and `develop`. The lock file holds no edges.

use vocab::{Base, Component, Ecosystem, Origin, Scope};

use super::requirement::{self, is_development};
use crate::node::{Entry, Node, Value};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `Pipfile.lock`.
pub fn read_lock(document: Document<'_>, _: &dyn Tree) -> Reading {
    lock(document.bytes).unwrap_or_else(Reading::from)
}

/// Reads a `Pipfile`.
pub fn read_manifest(document: Document<'_>, _: &dyn Tree) -> Reading {
    manifest(document.bytes).unwrap_or_else(Reading::from)
}

fn lock(bytes: &[u8]) -> Result<Reading, Problem> {
    let root = crate::json::parse(text::of(bytes)?)?;
    root.expect_map("the document")?;
    if ["_meta", "default", "develop"].iter().all(|key| root.at(key).is_none()) {
        let what = "none of `_meta`, `default`, `develop`; expected a Pipfile.lock".to_owned();
        return Err(Problem { line: 1, what });
    }
    let mut reading = Reading::default();
    for group in root.entries() {
        let scope = match group.key.as_ref() {
            "_meta" => continue,
            "default" => Scope::Runtime,
            "develop" => Scope::Development,
            other if is_development(other) => Scope::Development,
            _ => Scope::Optional,
        };
        match group.node.expect_map(&group.key) {
            Ok(packages) => {
                for package in packages {
                    take(package, scope, None, &mut reading);
                }
            }
            Err(problem) => reading.note(problem),
        }
    }
    Ok(reading)
}

fn manifest(bytes: &[u8]) -> Result<Reading, Problem> {
    let root = crate::toml::parse(text::of(bytes)?)?;
    let mut reading = Reading::default();
    for group in root.entries() {
        let scope = match group.key.as_ref() {
            "source" | "requires" | "scripts" | "pipenv" => continue,
            "packages" => Scope::Runtime,
            "dev-packages" => Scope::Development,
            other if is_development(other) => Scope::Development,
            _ => Scope::Optional,
        };
        match group.node.expect_map(&group.key) {
            Ok(packages) => {
                for package in packages {
                    take(package, scope, Some(true), &mut reading);
                }
            }
            Err(problem) => reading.note(problem),
        }
    }
    Ok(reading)
}

fn take(package: &Entry<'_>, scope: Scope, direct: Option<bool>, reading: &mut Reading) {
    let node = &package.node;
    let specifier = match &node.value {
        Value::Text(specifier) => specifier.as_ref(),
        Value::Map(_) => node.text_at("version").unwrap_or_default(),
        _ => {
            reading.note(node.wrong(&package.key, "a version or a map"));
            return;
        }
    };
    reading.push(Component {
        ecosystem: Ecosystem::from(Base::PyPI),
        name: package.key.to_string(),
        version: requirement::declared(specifier),
        origin: origin(node),
        scope,
        direct,
        line: package.line,
    });
}

fn origin(node: &Node<'_>) -> Origin {
    if let Some(address) = node.text_at("git") {
        return source::git(address, Some(node.text_at("ref").unwrap_or_default()));
    }
    match node.text_at("file").or_else(|| node.text_at("path")) {
        Some(address) => requirement::origin_of_url(address),
        None => Origin::Registry,
    }
}
