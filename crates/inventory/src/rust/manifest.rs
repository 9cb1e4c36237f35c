//! What does a `Cargo.toml` ask for, where no `Cargo.lock` covers it?
//!
//! In: the manifest. Out: the package itself and its dependencies, which are ranges even when they look like versions (The
//! Cargo Book, «Specifying Dependencies»: `1.2.3` means `^1.2.3`; only `=1.2.3` is one version).

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use crate::node::{Entry, Node, Value};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `Cargo.toml`.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parse(document.bytes).unwrap_or_else(Reading::from)
}

/// The names that a package asks for itself, in whatever scope and for whatever target; none for a
/// workspace without a package of its own, and none for what cannot be read.
pub(super) fn asked(bytes: &[u8]) -> Vec<String> {
    let Ok(root) = text::of(bytes).and_then(crate::toml::parse) else { return Vec::new() };
    if own(&root).is_none() {
        return Vec::new();
    }
    let mut reading = Reading::default();
    tables(&root, &mut reading);
    for target in root.at("target").map(Node::entries).unwrap_or_default() {
        tables(&target.node, &mut reading);
    }
    reading.components.into_iter().map(|component| component.name).collect()
}

fn parse(bytes: &[u8]) -> Result<Reading, Problem> {
    let text = text::of(bytes)?;
    let root = crate::toml::parse(text)?;
    if root.at("package").is_none()
        && root.at("workspace").is_none()
        && root.at("project").is_none()
    {
        let what = "neither [package] nor [workspace]; expected a Cargo manifest".to_owned();
        return Err(Problem { line: 1, what });
    }
    let mut reading = Reading::default();
    reading.components.extend(own(&root));
    tables(&root, &mut reading);
    if let Some(workspace) = root.at("workspace") {
        tables(workspace, &mut reading);
    }
    for target in root.at("target").map(Node::entries).unwrap_or_default() {
        tables(&target.node, &mut reading);
    }
    reading.components.sort_by_key(|component| component.line);
    Ok(reading)
}

/// The package itself; a version that the workspace gives is not told here.
fn own(root: &Node<'_>) -> Option<Component> {
    let package = root.at("package").or_else(|| root.at("project"))?;
    let named = package.entries().iter().find(|entry| entry.key == "name")?;
    let version = package.text_at("version");
    Some(Component {
        ecosystem: Ecosystem::from(Base::CratesIo),
        name: named.node.text().filter(|name| !name.is_empty())?.to_owned(),
        version: version.map_or(Declared::Absent, |v| Declared::Exact(v.to_owned())),
        origin: Origin::FirstParty,
        scope: Scope::Unknown,
        direct: None,
        line: named.line,
    })
}

fn tables(node: &Node<'_>, reading: &mut Reading) {
    for entry in node.entries() {
        let scope = match entry.key.as_ref() {
            "dependencies" => Scope::Runtime,
            "dev-dependencies" | "dev_dependencies" => Scope::Development,
            "build-dependencies" | "build_dependencies" => Scope::Development,
            _ => continue,
        };
        match entry.node.expect_map(&entry.key) {
            Ok(dependencies) => {
                for dependency in dependencies {
                    take(dependency, scope, reading);
                }
            }
            Err(problem) => reading.note(problem),
        }
    }
}

fn take(dependency: &Entry<'_>, scope: Scope, reading: &mut Reading) {
    let node = &dependency.node;
    let version = match &node.value {
        Value::Text(version) => Some(version.as_ref()),
        Value::Map(_) => node.text_at("version"),
        _ => {
            reading.note(node.wrong(&dependency.key, "a version or a table"));
            return;
        }
    };
    // What the workspace says stands in the workspace's own table.
    if node.flag("workspace") {
        return;
    }
    let origin = match (node.text_at("git"), node.text_at("path"), node.text_at("registry")) {
        (Some(address), ..) => source::git(address, Some(node.text_at("rev").unwrap_or_default())),
        (_, Some(_), _) => Origin::FirstParty,
        (_, _, Some(registry)) => Origin::Foreign(registry.to_owned()),
        _ => Origin::Registry,
    };
    let optional = node.flag("optional") && scope == Scope::Runtime;
    reading.push(Component {
        ecosystem: Ecosystem::from(Base::CratesIo),
        name: node.text_at("package").unwrap_or(&dependency.key).to_owned(),
        version: declared(version),
        origin,
        scope: if optional { Scope::Optional } else { scope },
        direct: Some(true),
        line: dependency.line,
    });
}

/// `=1.2.3` is one version; everything else, also a bare `1.2.3`, is a range.
fn declared(version: Option<&str>) -> Declared {
    let Some(version) = version.map(str::trim_ascii) else { return Declared::Absent };
    let exact = version.strip_prefix('=').map(str::trim_ascii_start).filter(|v| {
        let numbers = v.split(['-', '+']).next().unwrap_or_default();
        numbers.split('.').count() == 3 && !v.contains(',') && !v.contains('*')
    });
    match exact {
        Some(version) => Declared::Exact(version.to_owned()),
        None => Declared::Range(version.to_owned()),
    }
}
