//! Which packages do Poetry's and PDM's lock files name?
//!
//! In: `poetry.lock` (with `category` until Poetry 1.4, with `groups` since 2.0) or `pdm.lock`, and the
//! `pyproject.toml` beside it from the tree, since only that tells what the project itself asks for.
//! Out: a component for each package.

use std::ops::RangeInclusive;

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::names::{Names, dangling, manifest_beside, unlocked};
use super::requirement::{self, is_development};
use super::uv::public;
use super::{pyproject, requirement::origin_of_url};
use crate::node::{Node, Value};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `poetry.lock`.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    let mut reading =
        parse(document, tree, &["metadata", "lock-version"], 1..=2).unwrap_or_else(Reading::from);
    if reading.problems.is_empty()
        && let Some(manifest) = manifest_beside(document, "poetry.lock", tree)
    {
        let names = Names::of(&reading);
        reading.problems.extend(unlocked(&names, &manifest));
    }
    reading
}

/// Reads a `pdm.lock`.
pub fn read_pdm(document: Document<'_>, tree: &dyn Tree) -> Reading {
    parse(document, tree, &["metadata", "lock_version"], 0..=4).unwrap_or_else(Reading::from)
}

fn parse(
    document: Document<'_>,
    tree: &dyn Tree,
    version: &[&str],
    known: RangeInclusive<u32>,
) -> Result<Reading, Problem> {
    let root = crate::toml::parse(text::of(document.bytes)?)?;
    let mut reading = Reading::default();
    reading.problems.extend(root.unknown_version(version, known));
    let Some(packages) = root.at("package") else {
        if root.at("metadata").is_some() {
            return Ok(reading);
        }
        let what = "neither [[package]] nor [metadata]; expected a lock file".to_owned();
        return Err(Problem { line: 1, what });
    };
    let mut taken: Vec<(&Node<'_>, u32)> = Vec::new();
    for package in packages.expect_list("package")? {
        match component(package) {
            Ok(component) => match reading.push(component) {
                Some(index) => taken.push((package, index)),
                None => break,
            },
            Err(problem) => reading.note(problem),
        }
    }
    let names = Names::of(&reading);
    let mut edges = Vec::new();
    for (package, from) in taken {
        for (line, name) in always_required(package).filter(|(_, name)| !names.has(name)) {
            reading.note(dangling(package, line, name));
        }
        for name in required(package) {
            edges.extend(names.find(&reading, name, None).into_iter().map(|to| (from, to)));
        }
    }
    reading.requires = edges;
    from_the_project(document, tree, &names, &mut reading);
    Ok(reading)
}

/// Marks what the project's own file asks for, when the tree has it.
fn from_the_project(document: Document<'_>, tree: &dyn Tree, names: &Names, reading: &mut Reading) {
    // Where the lock file itself tells the groups, they stand; the project's file adds what is direct.
    let told = reading.components.iter().any(|c| c.scope != Scope::Unknown);
    let before: Vec<Scope> = reading.components.iter().map(|c| c.scope).collect();
    if let Some(roots) = document
        .beside("pyproject.toml")
        .and_then(|path| tree.read(&path))
        .and_then(|bytes| pyproject::roots(&bytes))
    {
        names.root(reading, &roots);
        if told {
            for (component, scope) in reading.components.iter_mut().zip(before) {
                component.scope = scope;
            }
        }
    }
}

fn component(package: &Node<'_>) -> Result<Component, Problem> {
    let named = package.entries().iter().find(|e| e.key == "name").map_or(package.line, |e| e.line);
    let (Some(name), Some(version)) = (package.text_at("name"), package.text_at("version")) else {
        let what = "a package without a name and a version".to_owned();
        return Err(Problem { line: package.line, what });
    };
    Ok(Component {
        ecosystem: Ecosystem::from(Base::PyPI),
        name: name.to_owned(),
        version: Declared::Exact(version.to_owned()),
        origin: origin(package),
        scope: scope(package),
        direct: None,
        line: named,
    })
}

/// Poetry tells by `[package.source]`; PDM by keys of the package itself.
fn origin(package: &Node<'_>) -> Origin {
    let url = |node: &Node<'_>| node.text_at("url").unwrap_or_default().to_owned();
    if let Some(source) = package.at("source") {
        let commit = source.text_at("resolved_reference").or_else(|| source.text_at("reference"));
        return match source.text_at("type").unwrap_or_default() {
            "git" => source::git(&url(source), Some(commit.unwrap_or_default())),
            "directory" => Origin::FirstParty,
            "legacy" if public(&url(source)) => Origin::Registry,
            "file" | "url" | "legacy" => source::foreign(&url(source)),
            _ => Origin::Registry,
        };
    }
    if let Some(address) = package.text_at("git") {
        return source::git(address, Some(package.text_at("revision").unwrap_or_default()));
    }
    if let Some(address) = package.text_at("url") {
        return origin_of_url(address);
    }
    match package.text_at("path") {
        Some(path) => origin_of_url(path),
        None => Origin::Registry,
    }
}

fn scope(package: &Node<'_>) -> Scope {
    if let Some(groups) = package.at("groups") {
        let groups: Vec<&str> = groups.items().iter().filter_map(Node::text).collect();
        return match groups.as_slice() {
            [] => Scope::Unknown,
            groups if groups.iter().any(|g| matches!(*g, "main" | "default")) => {
                if package.flag("optional") { Scope::Optional } else { Scope::Runtime }
            }
            groups if groups.iter().all(|g| is_development(g)) => Scope::Development,
            _ => Scope::Optional,
        };
    }
    match package.text_at("category") {
        Some("dev") => Scope::Development,
        _ if package.flag("optional") => Scope::Optional,
        Some("main") => Scope::Runtime,
        _ => Scope::Unknown,
    }
}

/// What Poetry locks with a package under every circumstance: a requirement that is a mere version has
/// neither a marker nor is it optional.
fn always_required<'n>(package: &'n Node<'_>) -> impl Iterator<Item = (u32, &'n str)> {
    package
        .at("dependencies")
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter(|entry| entry.node.text().is_some() && is_lockable(&entry.key))
        .map(|entry| (entry.line, &*entry.key))
}

/// Packages that Poetry left out of its file until version 1.2 (`Provider.UNSAFE_PACKAGES`).
pub(super) fn is_lockable(name: &str) -> bool {
    !["setuptools", "distribute", "pip", "wheel"].iter().any(|n| name.eq_ignore_ascii_case(n))
}

/// Poetry: a table by name. PDM: a list of requirements.
fn required<'n>(package: &'n Node<'_>) -> Vec<&'n str> {
    match package.at("dependencies").map(|node| &node.value) {
        Some(Value::Map(entries)) => entries.iter().map(|entry| entry.key.as_ref()).collect(),
        Some(Value::List(items)) => items
            .iter()
            .filter_map(|item| requirement::parse(item.text()?))
            .map(|requirement| requirement.name)
            .collect(),
        _ => Vec::new(),
    }
}
