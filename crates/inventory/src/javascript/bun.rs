//! Which packages does a `bun.lock` name, and who requires whom?
//!
//! In: Bun's text lock file (Bun documentation, «Lockfile»), JSON with trailing commas. Out: a
//! component for each package and for each workspace. The binary `bun.lockb` is not read.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::installed::Installed;
use super::manifest::{Manifest, missing, required, version_of};
use super::{LISTS, origin};
use crate::node::{Entry, Node};
use crate::{Document, Problem, Reading, Tree, text};

/// Reads a `bun.lock`.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    parse(document, tree).unwrap_or_else(Reading::from)
}

fn parse(document: Document<'_>, tree: &dyn Tree) -> Result<Reading, Problem> {
    let root = crate::json::parse_with_comments(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    if root.at("lockfileVersion").is_none() {
        let what = "no `lockfileVersion`; expected a bun.lock".to_owned();
        return Err(Problem { line: 1, what });
    }
    let mut reading = Reading::default();
    let mut installed = Installed::default();
    let mut members: HashMap<&str, u32> = HashMap::new();
    let mut requirers: Vec<(&str, u32, &Node<'_>)> = Vec::new();
    if let Some(workspaces) = root.at("workspaces") {
        for entry in workspaces.expect_map("workspaces")? {
            let component = member(entry);
            let name = entry.node.text_at("name").unwrap_or(&entry.key);
            let Some(index) = reading.push(component) else { break };
            members.insert(&entry.key, index);
            requirers.push((name, index, &entry.node));
        }
    }
    if let Some(packages) = root.at("packages") {
        for entry in packages.expect_map("packages")? {
            match package(entry, &members) {
                Ok(Package::Member(index)) => {
                    put(&entry.key, index, &mut installed);
                }
                Ok(Package::Other(component)) => {
                    let Some(index) = reading.push(component) else { break };
                    put(&entry.key, index, &mut installed);
                    let about = entry.node.items().iter().find(|item| !item.entries().is_empty());
                    requirers.extend(about.map(|about| (entry.key.as_ref(), index, about)));
                }
                Err(problem) => reading.note(problem),
            }
        }
    }
    connect(&requirers, &installed, &mut reading);
    if let Some(manifest) = Manifest::beside(document, tree) {
        let own = root.below(&["workspaces", ""]);
        let asked: HashSet<&str> =
            own.into_iter().flat_map(required).map(|entry| entry.key.as_ref()).collect();
        let top = installed.scope("");
        manifest.note_missing(1, &mut reading, |wish| {
            asked.contains(wish.name.as_str()) || installed.find(&top, &wish.name).is_some()
        });
    }
    reading.problems.extend(root.unknown_version(&["lockfileVersion"], 0..=1));
    Ok(reading)
}

fn connect(requirers: &[(&str, u32, &Node<'_>)], installed: &Installed, reading: &mut Reading) {
    let mut roots = Vec::new();
    for (key, from, about) in requirers {
        let own = reading
            .components
            .get(*from as usize)
            .is_some_and(|component| component.origin == Origin::FirstParty);
        let around = installed.scope_by(key, above);
        for (list, scope) in LISTS {
            for required in about.at(list).map(Node::entries).unwrap_or_default() {
                let Some(to) = installed.find(&around, &required.key) else { continue };
                reading.requires.push((*from, to));
                if own {
                    roots.push((to, scope));
                }
            }
        }
        for wish in own.then(|| required(about)).into_iter().flatten() {
            if installed.find(&around, &wish.key).is_none() {
                reading.note(missing(wish.line, key, &wish.key));
            }
        }
    }
    reading.mark_direct();
    reading.spread(&roots);
}

fn member(entry: &Entry<'_>) -> Component {
    let folder = if entry.key.is_empty() { "." } else { entry.key.as_ref() };
    Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: entry.node.text_at("name").unwrap_or(folder).to_owned(),
        version: version_of(&entry.node),
        origin: Origin::FirstParty,
        scope: Scope::Unknown,
        direct: Some(true),
        line: entry.line,
    }
}

enum Package {
    /// A workspace, which is a component already.
    Member(u32),
    Other(Component),
}

/// A package is a list whose first item is `name@version` or `name@address`.
fn package(entry: &Entry<'_>, members: &HashMap<&str, u32>) -> Result<Package, Problem> {
    let items = entry.node.expect_list(&entry.key)?;
    let bad = || Problem {
        line: entry.line,
        what: format!("package `{}` does not begin with `name@version`", text::short(&entry.key)),
    };
    let resolved = items.first().and_then(Node::text).ok_or_else(bad)?;
    let at = resolved.get(1..).and_then(|tail| tail.find('@')).ok_or_else(bad)? + 1;
    let (name, reference) = (resolved.get(..at), resolved.get(at + 1..));
    let (Some(name), Some(reference)) = (name, reference.filter(|r| !r.is_empty())) else {
        return Err(bad());
    };
    if let Some(index) = reference.strip_prefix("workspace:").and_then(|f| members.get(f)) {
        return Ok(Package::Member(*index));
    }
    let exact = !reference.contains([':', '/']);
    let registry = items.get(1).and_then(Node::text).unwrap_or_default();
    let (version, origin) = match exact {
        true => (Declared::Exact(reference.to_owned()), origin::of(registry)),
        false if reference.starts_with("root:") => (Declared::Absent, Origin::FirstParty),
        false => (Declared::Absent, origin::of(reference)),
    };
    Ok(Package::Other(Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: name.to_owned(),
        version,
        origin,
        scope: Scope::Unknown,
        direct: None,
        line: entry.line,
    }))
}

/// A key is the name of the package below the key of the package around it.
fn put(key: &str, index: u32, installed: &mut Installed) {
    let around = above(key);
    let name = key.get(around.len()..).unwrap_or(key).trim_start_matches('/');
    installed.put_below(around, name, index);
}

/// The key of the package around this one; a scope and its name are one step.
fn above(key: &str) -> &str {
    let Some((head, _)) = key.rsplit_once('/') else { return "" };
    match head.rsplit_once('/') {
        Some((outer, scope)) if scope.starts_with('@') => outer,
        None if head.starts_with('@') => "",
        _ => head,
    }
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn a_scope_and_its_name_are_one_step() {
        assert_eq!(above("a/b"), "a");
        assert_eq!(above("a/@s/b"), "a");
        assert_eq!(above("@s/a/b"), "@s/a");
        assert_eq!(above("@s/a"), "");
        assert_eq!(above("a"), "");
    }
}
