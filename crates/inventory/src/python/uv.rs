//! Which packages does a `uv.lock` name, and for what?
//!
//! In: the lock file of uv (uv documentation, «Projects: lockfile»). Out: a component for each package;
//! the members of the workspace are first-party, and from them direct and scope follow along the edges:
//! `dependencies` run, extras are optional, groups are for development.

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::names::{Names, dangling, manifest_beside, unlocked};
use crate::node::{Node, Value};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `uv.lock`.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    let mut reading = parse(document.bytes).unwrap_or_else(Reading::from);
    if reading.problems.is_empty()
        && let Some(manifest) = manifest_beside(document, "uv.lock", tree)
    {
        let names = Names::of(&reading);
        reading.problems.extend(unlocked(&names, &manifest));
    }
    reading
}

fn parse(bytes: &[u8]) -> Result<Reading, Problem> {
    let root = crate::toml::parse(text::of(bytes)?)?;
    // Before uv 0.2.35 the tables were [[distribution]].
    let Some(packages) = root.at("package").or_else(|| root.at("distribution")) else {
        if root.at("version").is_some() {
            return Ok(Reading::default());
        }
        let what = "neither `version` nor [[package]]; expected a uv.lock".to_owned();
        return Err(Problem { line: 1, what });
    };
    let mut reading = Reading::default();
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
    let mut roots = Vec::new();
    for (package, from) in taken {
        let own = reading
            .components
            .get(from as usize)
            .is_some_and(|component| component.origin == Origin::FirstParty);
        for (scope, required) in groups(package) {
            let (Some(name), version) = (required.text_at("name"), required.text_at("version"))
            else {
                continue;
            };
            let found = names.find(&reading, name, version);
            if found.is_empty() {
                // uv itself refuses such a file, whatever the marker says.
                reading.note(dangling(package, required.line, name));
            }
            for to in found {
                reading.requires.push((from, to));
                if own {
                    roots.push((to, scope));
                }
            }
        }
    }
    reading.mark_direct();
    reading.spread(&roots);
    reading.problems.extend(root.unknown_version(&["version"], 1..=1));
    Ok(reading)
}

fn component(package: &Node<'_>) -> Result<Component, Problem> {
    let named = package.entries().iter().find(|e| e.key == "name").map_or(package.line, |e| e.line);
    let Some(name) = package.text_at("name") else {
        let what = "a package without a name".to_owned();
        return Err(Problem { line: package.line, what });
    };
    let origin = origin(package.at("source"));
    // Only a package with a dynamic version, which a registry has not, may lack one.
    let version = match package.text_at("version") {
        Some(version) => Declared::Exact(version.to_owned()),
        None if origin == Origin::Registry => {
            let what = format!("package `{}` without a version", text::short(name));
            return Err(Problem { line: named, what });
        }
        None => Declared::Absent,
    };
    Ok(Component {
        ecosystem: Ecosystem::from(Base::PyPI),
        name: name.to_owned(),
        version,
        origin,
        scope: Scope::Unknown,
        direct: None,
        line: named,
    })
}

fn origin(source: Option<&Node<'_>>) -> Origin {
    let Some(source) = source else { return Origin::Registry };
    // Before uv 0.2.35 the source was one string (`registry+https://…`, `editable+.`).
    if let Some((kind, value)) = source.text().and_then(|text| text.split_once('+')) {
        return origin_of(kind, value);
    }
    source
        .entries()
        .iter()
        .find_map(|entry| entry.node.text().map(|value| origin_of(&entry.key, value)))
        .unwrap_or_default()
}

fn origin_of(kind: &str, value: &str) -> Origin {
    match kind {
        "registry" if public(value) => Origin::Registry,
        "git" => source::git(value, None),
        "editable" | "virtual" | "directory" => Origin::FirstParty,
        _ => source::foreign(value),
    }
}

/// PyPI, in the spellings of its address.
pub(super) fn public(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    matches!(host, "pypi.org" | "pypi.python.org" | "files.pythonhosted.org")
}

/// Every dependency of a package with the scope its list stands for.
fn groups<'n, 'a>(package: &'n Node<'a>) -> impl Iterator<Item = (Scope, &'n Node<'a>)> {
    let lists = [
        ("dependencies", Scope::Runtime),
        ("optional-dependencies", Scope::Optional),
        ("dev-dependencies", Scope::Development),
    ];
    lists.into_iter().filter_map(|(key, scope)| Some((scope, package.at(key)?))).flat_map(
        |(scope, node)| {
            let lists: Vec<&Node<'a>> = match &node.value {
                Value::Map(entries) => entries.iter().map(|entry| &entry.node).collect(),
                _ => vec![node],
            };
            lists.into_iter().flat_map(Node::items).map(move |item| (scope, item))
        },
    )
}
