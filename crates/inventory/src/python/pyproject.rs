//! What does a Python project itself ask for?
//!
//! In: `pyproject.toml` (PEP 621, PEP 735, and Poetry's, PDM's and uv's own tables) or `setup.cfg`. Out:
//! the project itself and then its requirements as components; for the lock file readers, the names that
//! are direct (`roots`).

use std::collections::HashSet;

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::requirement::{self, is_development};
use crate::node::{Entry, Node, Value};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `pyproject.toml`.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parse(document.bytes)
        .map(|root| {
            let mut reading = asked(&root);
            reading.components.splice(0..0, own(&root));
            reading
        })
        .unwrap_or_else(Reading::from)
}

/// The names that a `pyproject.toml` asks for, with their scopes; `None` when it cannot be read or asks
/// for nothing.
pub(super) fn roots(bytes: &[u8]) -> Option<Vec<(String, Scope)>> {
    let reading = asked(&parse(bytes).ok()?);
    let roots: Vec<_> = reading.components.into_iter().map(|c| (c.name, c.scope)).collect();
    (!roots.is_empty()).then_some(roots)
}

/// The names that a `pyproject.toml` asks for under every circumstance (no marker, not optional), so that
/// no lock file of the project can be without them. Overrides and exclusions of uv may take any away.
pub(super) fn certain(bytes: &[u8]) -> Vec<String> {
    let Ok(root) = parse(bytes) else { return Vec::new() };
    let uv = |key: &str| root.below(&["tool", "uv", key]).is_some();
    if uv("override-dependencies") || uv("exclude-dependencies") {
        return Vec::new();
    }
    let poetry = entries(&root, &["tool", "poetry", "dependencies"]);
    let list = root.below(&["project", "dependencies"]).map(Node::items);
    let names: Vec<&str> = match list {
        Some(items) => items
            .iter()
            .filter_map(Node::text)
            .filter(|text| !text.contains(';'))
            .filter_map(|text| Some(requirement::parse(text)?.name))
            .collect(),
        None => poetry.iter().filter(|e| e.node.text().is_some()).map(|e| &*e.key).collect(),
    };
    let python = Ecosystem::from(Base::PyPI);
    let normal = |name: &str| python.normal_name(name).into_owned();
    // Poetry adds its own conditions to a requirement of the same name.
    let mut doubtful: HashSet<String> =
        poetry.iter().filter(|e| e.node.text().is_none()).map(|e| normal(&e.key)).collect();
    doubtful.insert("python".to_owned());
    doubtful.extend(own(&root).map(|own| normal(&own.name)));
    names.into_iter().filter(|name| !doubtful.contains(&normal(name))).map(str::to_owned).collect()
}

fn parse(bytes: &[u8]) -> Result<Node<'_>, Problem> {
    crate::toml::parse(text::of(bytes)?)
}

/// The project itself, which a lock file of a workspace has as a member; `None` where it has no name. The
/// version may stand in the other table, or (`dynamic`) in a program.
fn own(root: &Node<'_>) -> Option<Component> {
    let tables = [&["project"][..], &["tool", "poetry"][..]].map(|keys| root.below(keys));
    let named =
        tables.iter().flatten().flat_map(|table| table.entries()).find(|entry| {
            entry.key == "name" && entry.node.text().is_some_and(|n| !n.is_empty())
        })?;
    let version = tables.iter().flatten().find_map(|table| table.text_at("version"));
    Some(Component {
        ecosystem: Ecosystem::from(Base::PyPI),
        name: named.node.text()?.to_owned(),
        version: version.map_or(Declared::Absent, |version| Declared::Exact(version.to_owned())),
        origin: Origin::FirstParty,
        scope: Scope::Unknown,
        direct: None,
        line: named.line,
    })
}

/// What the project asks for.
fn asked(root: &Node<'_>) -> Reading {
    let mut reading = Reading::default();
    let mut list = |node: Option<&Node<'_>>, scope: Scope| {
        if let Some(node) = node {
            requirements(node, scope, &mut reading);
        }
    };
    list(root.below(&["project", "dependencies"]), Scope::Runtime);
    list(root.below(&["build-system", "requires"]), Scope::Development);
    list(root.below(&["tool", "uv", "dev-dependencies"]), Scope::Development);
    for extra in entries(root, &["project", "optional-dependencies"]) {
        list(Some(&extra.node), group_scope(&extra.key));
    }
    for group in entries(root, &["dependency-groups"]) {
        list(Some(&group.node), Scope::Development);
    }
    for group in entries(root, &["tool", "pdm", "dev-dependencies"]) {
        list(Some(&group.node), Scope::Development);
    }
    let poetry = |keys: &[&str], scope: Scope, reading: &mut Reading| {
        for dependency in entries(root, keys) {
            poetry_dependency(dependency, scope, reading);
        }
    };
    poetry(&["tool", "poetry", "dependencies"], Scope::Runtime, &mut reading);
    poetry(&["tool", "poetry", "dev-dependencies"], Scope::Development, &mut reading);
    for group in entries(root, &["tool", "poetry", "group"]) {
        let scope = if group.key == "main" { Scope::Runtime } else { group_scope(&group.key) };
        for dependency in group.node.at("dependencies").map(Node::entries).unwrap_or_default() {
            poetry_dependency(dependency, scope, &mut reading);
        }
    }
    reading.components.sort_by_key(|component| component.line);
    reading
}

fn entries<'n, 'a>(root: &'n Node<'a>, keys: &[&str]) -> &'n [Entry<'a>] {
    root.below(keys).map(Node::entries).unwrap_or_default()
}

fn group_scope(name: &str) -> Scope {
    if is_development(name) { Scope::Development } else { Scope::Optional }
}

fn requirements(node: &Node<'_>, scope: Scope, reading: &mut Reading) {
    let items = match node.expect_list("a list of requirements") {
        Ok(items) => items,
        Err(problem) => return reading.note(problem),
    };
    for item in items {
        // A map is `{ include-group = "…" }` (PEP 735); the group is read at its own place.
        let Some(text) = item.text() else { continue };
        match requirement::parse(text) {
            Some(requirement) => {
                reading.push(requirement::component(&requirement, scope, item.line));
            }
            None => {
                let what = format!("`{}` is no requirement (PEP 508)", text::short(text));
                reading.problem(item.line, what);
            }
        }
    }
}

fn poetry_dependency(dependency: &Entry<'_>, scope: Scope, reading: &mut Reading) {
    if dependency.key.eq_ignore_ascii_case("python") {
        return;
    }
    // Several constraints for one name, told apart by markers.
    let list = std::slice::from_ref(&dependency.node);
    let nodes = match &dependency.node.value {
        Value::List(items) => items.as_slice(),
        _ => list,
    };
    for node in nodes {
        let version = node.text().or_else(|| node.text_at("version")).unwrap_or_default();
        let origin = match (node.text_at("git"), node.text_at("path"), node.text_at("url")) {
            (Some(git), ..) => source::git(git, Some(node.text_at("rev").unwrap_or_default())),
            (_, Some(_), _) => Origin::FirstParty,
            (_, _, Some(url)) => source::foreign(url),
            _ => Origin::Registry,
        };
        let optional = node.flag("optional") && scope == Scope::Runtime;
        reading.push(Component {
            ecosystem: Ecosystem::from(Base::PyPI),
            name: dependency.key.to_string(),
            version: poetry_version(version),
            origin,
            scope: if optional { Scope::Optional } else { scope },
            direct: Some(true),
            line: dependency.line,
        });
    }
}

/// Poetry, «Dependency specification»: a bare `1.2.3` and `==1.2.3` are one version, `^` and `~` are not.
fn poetry_version(version: &str) -> Declared {
    let version = version.trim_ascii();
    let bare = version.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if bare && version.split('.').all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return Declared::Exact(version.to_owned());
    }
    requirement::declared(version)
}

/// Reads the `install_requires` and `extras_require` of a `setup.cfg` (setuptools, «Declarative config»).
pub fn read_setup_cfg(document: Document<'_>, _: &dyn Tree) -> Reading {
    let text = match text::of_maybe_empty(document.bytes) {
        Ok(text) => text,
        Err(problem) => return problem.into(),
    };
    let mut reading = Reading::default();
    let mut section = "";
    let mut scope = None;
    // Python opens the file with universal newlines, so a lone `\r` ends a line as well.
    let lines = text::lines(text);
    for (line, text) in lines.flat_map(|(n, line)| line.split('\r').map(move |part| (n, part))) {
        let body = text.trim_ascii();
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        let value = if text.starts_with([' ', '\t']) {
            body
        } else if let Some(name) = body.strip_prefix('[').and_then(|b| b.strip_suffix(']')) {
            (section, scope) = (name, None);
            continue;
        } else {
            let (key, value) = body.split_once('=').unwrap_or((body, ""));
            scope = match (section, key.trim_ascii()) {
                ("options", "install_requires") => Some(Scope::Runtime),
                ("options", "tests_require" | "setup_requires") => Some(Scope::Development),
                ("options.extras_require", extra) => Some(group_scope(extra)),
                _ => None,
            };
            value.trim_ascii()
        };
        let Some(scope) = scope.filter(|_| !value.is_empty()) else { continue };
        for part in value.split(';').take(1).filter(|part| !part.trim_ascii().is_empty()) {
            match requirement::parse(part) {
                Some(requirement) => {
                    reading.push(requirement::component(&requirement, scope, line));
                }
                None if part.starts_with("file:") => {}
                None => {
                    let what = format!("`{}` is no requirement (PEP 508)", text::short(part));
                    reading.problem(line, what);
                }
            }
        }
    }
    reading
}
