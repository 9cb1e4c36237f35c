//! Which artifacts do Gradle's files name?
//!
//! In: the lock file (Gradle User Manual, «Dependency locking»), the version catalog («Version
//! catalogs») and the verification metadata («Verifying dependencies»). Out: components. Never: a build
//! script.

use std::collections::HashMap;

use vocab::{Base, Component, Declared, Scope};

use super::pom::declared;
use crate::node::{Node, Value};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, text, toml, xml};

/// The `[versions]` of a catalog.
type Versions<'n> = HashMap<&'n str, &'n Node<'n>>;

/// Reads gradle.lockfile, buildscript-gradle.lockfile, or a lock file of one configuration from before
/// Gradle 7 (`gradle/dependency-locks/NAME.lockfile`, whose lines name no configurations).
pub fn read_lock(document: Document<'_>, _: &dyn Tree) -> Reading {
    locked(document).unwrap_or_else(Reading::from)
}

/// Reads a version catalog. What it names is offered to the build, not necessarily used by it.
pub fn read_catalog(document: Document<'_>, _: &dyn Tree) -> Reading {
    catalog(document).unwrap_or_else(Reading::from)
}

/// Reads verification-metadata.xml: every version that the build may download.
pub fn read_verification(document: Document<'_>, _: &dyn Tree) -> Reading {
    verification(document).unwrap_or_else(Reading::from)
}

fn locked(document: Document<'_>) -> Result<Reading, Problem> {
    let file = document.path.rsplit('/').next().unwrap_or_default();
    let of_file = match file.strip_suffix(".lockfile") {
        Some("gradle") | None => "",
        Some("buildscript-gradle") => "buildscript",
        Some(configuration) => configuration,
    };
    let mut reading = Reading::default();
    for (line, row) in text::lines(text::of(document.bytes)?) {
        let row = row.trim();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        let (coordinates, configurations) = row.split_once('=').unwrap_or((row, of_file));
        if coordinates == "empty" {
            continue;
        }
        let parts: Vec<&str> = coordinates.splitn(4, ':').collect();
        let [group, artifact, version] = *parts.as_slice() else {
            reading.problem(line, "expected «GROUP:ARTIFACT:VERSION=CONFIGURATIONS»");
            continue;
        };
        if group.is_empty() || artifact.is_empty() || version.is_empty() {
            reading.problem(line, "expected «GROUP:ARTIFACT:VERSION=CONFIGURATIONS»");
            continue;
        }
        let mut component = pinned(Base::Maven, format!("{group}:{artifact}"), version, line);
        component.scope = used_for(configurations);
        reading.push(component);
    }
    Ok(reading)
}

/// Runtime where a class path of the product has it, development where only tests or the build script
/// do. Other configurations are named by plug-ins as they like.
fn used_for(configurations: &str) -> Scope {
    let mut all =
        configurations.split(',').map(str::trim).filter(|name| !name.is_empty()).peekable();
    if all.peek().is_none() {
        return Scope::Unknown;
    }
    let development = |name: &str| {
        name.starts_with("test")
            || name.contains("Test")
            || name == "buildscript"
            || name == "classpath"
    };
    let mut used = Scope::Development;
    for name in all.filter(|name| !development(name)) {
        if name.to_ascii_lowercase().ends_with("classpath") {
            return Scope::Runtime;
        }
        used = Scope::Unknown;
    }
    used
}

fn verification(document: Document<'_>) -> Result<Reading, Problem> {
    let root = xml::parse(document.bytes)?;
    if &*root.name != "verification-metadata" {
        let found = text::short(&root.name).to_owned();
        let what = format!("expected <verification-metadata>, found <{found}>");
        return Err(Problem { line: root.line, what });
    }
    let mut reading = Reading::default();
    for component in root.child("components").iter().flat_map(|list| list.all("component")) {
        let of = |name| component.attribute(name).filter(|value| !value.is_empty());
        let (Some(group), Some(name), Some(version)) = (of("group"), of("name"), of("version"))
        else {
            reading
                .problem(component.line, "expected «group», «name» and «version» in <component>");
            continue;
        };
        reading.push(pinned(Base::Maven, format!("{group}:{name}"), version, component.line));
    }
    Ok(reading)
}

fn catalog(document: Document<'_>) -> Result<Reading, Problem> {
    let root = toml::parse(text::of_maybe_empty(document.bytes)?)?;
    let known = ["versions", "libraries", "plugins", "bundles", "metadata"];
    if let Some(entry) = root.entries().iter().find(|entry| !known.contains(&&*entry.key)) {
        let what =
            format!("expected [versions] or [libraries], found «{}»", text::short(&entry.key));
        return Err(Problem { line: entry.line, what });
    }
    let mut reading = Reading::default();
    let versions = root.at("versions").map(Node::entries).unwrap_or_default();
    let versions = versions.iter().map(|entry| (&*entry.key, &entry.node)).collect();
    let Some(libraries) = root.at("libraries") else { return Ok(reading) };
    for entry in libraries.expect_map("[libraries]")? {
        match library(&entry.node, &versions, entry.line) {
            Some(component) => {
                reading.push(component);
            }
            None => reading.problem(
                entry.line,
                "expected «GROUP:ARTIFACT:VERSION», or «module» or «group» and «name»",
            ),
        }
    }
    Ok(reading)
}

fn library(node: &Node<'_>, versions: &Versions<'_>, line: u32) -> Option<Component> {
    let (name, version) = if let Some(shorthand) = node.text() {
        let mut parts = shorthand.splitn(3, ':');
        let name = format!("{}:{}", parts.next()?, parts.next()?);
        (name, declared(parts.next()?))
    } else {
        let name = match node.text_at("module") {
            Some(module) => module.to_owned(),
            None => format!("{}:{}", node.text_at("group")?, node.text_at("name")?),
        };
        (name, node.at("version").map_or(Declared::Absent, |version| rich(version, versions)))
    };
    let mut component = pinned(Base::Maven, name, "", line);
    component.version = version;
    Some(component)
}

/// A version in a catalog: a text, a reference into [versions], or a rich version, of which `strictly`
/// binds most and `require` is a lower bound that is taken where nothing asks for more.
fn rich(node: &Node<'_>, versions: &Versions<'_>) -> Declared {
    if let Some(text) = node.text() {
        return catalog_version(text);
    }
    if let Some(reference) = node.text_at("ref") {
        return match versions.get(reference).copied() {
            Some(Node { value: Value::Text(text), .. }) => catalog_version(text),
            // A reference of a reference is not part of the format, so this ends.
            Some(node) if node.at("ref").is_none() => rich(node, versions),
            _ => Declared::Range(format!("ref {reference}")),
        };
    }
    let stated = ["strictly", "require", "prefer"].into_iter().find_map(|key| node.text_at(key));
    stated.map_or(Declared::Absent, catalog_version)
}

/// As in Maven, and `1.+` or `latest.release` are ranges too.
fn catalog_version(text: &str) -> Declared {
    if text.ends_with('+') || text.starts_with("latest.") || text.contains('!') {
        Declared::Range(text.to_owned())
    } else {
        declared(text)
    }
}
