//! Which packages does a `pnpm-lock.yaml` name, and who requires whom?
//!
//! In: the lock file of pnpm, `lockfileVersion` 5 to 9, which may hold several YAML documents (since
//! pnpm 11 the first is of the tools). Out: a component for each package; each importer (a member of
//! the workspace) is first-party.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::manifest::{Manifest, local, missing, version_of};
use super::pnpm_key::{candidates, split, without_peers};
use super::{LISTS, origin};
use crate::node::{Entry, Node, Value};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `pnpm-lock.yaml`.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    parse(document, tree).unwrap_or_else(Reading::from)
}

fn parse(document: Document<'_>, tree: &dyn Tree) -> Result<Reading, Problem> {
    let documents = crate::yaml::parse(text::of(document.bytes)?)?;
    let mut reading = Reading::default();
    let mut seen = false;
    for root in &documents {
        if root.at("lockfileVersion").is_none() {
            continue;
        }
        seen = true;
        let version = version(root)?;
        if let Err(problem) = one(root, version, &mut reading) {
            reading.note(problem);
        }
    }
    if !seen {
        let what = "no `lockfileVersion`; expected a pnpm-lock.yaml".to_owned();
        return Err(Problem { line: 1, what });
    }
    if let Some(manifest) = Manifest::beside(document, tree) {
        let asked = asked(&documents);
        manifest.note_missing(1, &mut reading, |wish| {
            wish.is_local() || asked.contains(wish.name.as_str())
        });
    }
    Ok(reading)
}

/// The names that the importer beside the lock file asks for.
fn asked<'n>(documents: &'n [Node<'_>]) -> HashSet<&'n str> {
    let importers = documents.iter().filter_map(|root| match root.at("importers") {
        Some(importers) => importers.at("."),
        None => Some(root),
    });
    importers
        .flat_map(|importer| LISTS.iter().filter_map(move |(list, _)| importer.at(list)))
        .flat_map(|list| list.entries().iter().map(|entry| entry.key.as_ref()))
        .collect()
}

fn version(root: &Node<'_>) -> Result<u32, Problem> {
    let node = root.at("lockfileVersion");
    let major = node.and_then(Node::scalar).map(|v| v.split('.').next().unwrap_or_default());
    match major.and_then(|major| major.parse().ok()) {
        Some(major @ 5..=9) => Ok(major),
        _ => {
            let met = node.and_then(Node::scalar).unwrap_or("nothing");
            let what = format!("lockfileVersion {}, expected 5 to 9", text::short(met));
            Err(Problem { line: node.map_or(1, |n| n.line), what })
        }
    }
}

/// One document: its packages, then its edges, then what its importers ask for.
fn one(root: &Node<'_>, version: u32, reading: &mut Reading) -> Result<(), Problem> {
    let first = reading.components.len();
    let mut keys: HashMap<&str, u32> = HashMap::new();
    let packages = map(root, "packages")?;
    for entry in packages {
        match component(entry, version) {
            Ok(component) => match reading.push(component) {
                Some(index) => {
                    keys.insert(&entry.key, index);
                }
                None => return Ok(()),
            },
            Err(problem) => reading.note(problem),
        }
    }
    let requirers = if version >= 9 { map(root, "snapshots")? } else { packages };
    for entry in requirers {
        let Some(from) = lookup(&keys, &entry.key) else { continue };
        for list in ["dependencies", "optionalDependencies"] {
            for required in entry.node.at(list).map(Node::entries).unwrap_or_default() {
                if let Some(to) = find(&keys, required, version) {
                    reading.requires.push((from, to));
                }
            }
        }
    }
    let mut roots = Vec::new();
    match root.at("importers") {
        Some(importers) => {
            for importer in importers.expect_map("importers")? {
                let (line, node) = (importer.line, &importer.node);
                import(&importer.key, line, node, version, &keys, reading, &mut roots);
            }
        }
        // Without a workspace the lists of the one importer stand at the top.
        None => import(".", root.line, root, version, &keys, reading, &mut roots),
    }
    direct(first, &roots, reading);
    if version >= 9 {
        reading.spread(&roots);
    }
    Ok(())
}

fn direct(first: usize, roots: &[(u32, Scope)], reading: &mut Reading) {
    for component in reading.components.iter_mut().skip(first) {
        component.direct = Some(component.origin == Origin::FirstParty);
    }
    for (index, _) in roots {
        if let Some(component) = reading.components.get_mut(*index as usize) {
            component.direct = Some(true);
        }
    }
}

/// The entries under a key; absent or nothing is as good as empty here.
fn map<'n, 'a>(root: &'n Node<'a>, key: &str) -> Result<&'n [Entry<'a>], Problem> {
    match root.at(key) {
        Some(node) if !node.is_null() => node.expect_map(key),
        _ => Ok(&[]),
    }
}

/// Puts an importer and what it asks for.
fn import(
    folder: &str,
    line: u32,
    node: &Node<'_>,
    version: u32,
    keys: &HashMap<&str, u32>,
    reading: &mut Reading,
    roots: &mut Vec<(u32, Scope)>,
) {
    let asks = LISTS.iter().flat_map(|(list, scope)| {
        node.at(list).map(Node::entries).unwrap_or_default().iter().map(move |e| (e, *scope))
    });
    let mut found: Vec<(u32, Scope)> = Vec::new();
    for (entry, scope) in asks {
        match find(keys, entry, version) {
            Some(index) => found.push((index, scope)),
            // A member of the workspace is an importer and no package.
            None if reference(entry).is_some_and(local) => {}
            None => reading.note(missing(entry.line, folder, &entry.key)),
        }
    }
    if found.is_empty() {
        return;
    }
    let own = Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: folder.to_owned(),
        version: Declared::Absent,
        origin: Origin::FirstParty,
        scope: Scope::Unknown,
        direct: Some(true),
        line,
    };
    let Some(own) = reading.push(own) else { return };
    for (to, scope) in found {
        reading.requires.push((own, to));
        roots.push((to, scope));
    }
}

/// The component that an entry of a list means: `name: reference`, or a map with `version`.
fn find(keys: &HashMap<&str, u32>, entry: &Entry<'_>, version: u32) -> Option<u32> {
    let reference = reference(entry)?;
    candidates(&entry.key, reference, version).iter().find_map(|key| lookup(keys, key))
}

fn reference<'n>(entry: &'n Entry<'_>) -> Option<&'n str> {
    entry.node.scalar().or_else(|| entry.node.at("version")?.scalar())
}

fn lookup(keys: &HashMap<&str, u32>, key: &str) -> Option<u32> {
    keys.get(key).or_else(|| keys.get(without_peers(key))).copied()
}

fn component(entry: &Entry<'_>, version: u32) -> Result<Component, Problem> {
    let (key, node) = (entry.key.as_ref(), &entry.node);
    let named = split(key, version);
    let before = without_peers(key);
    let inside = before.get(1..).and_then(|tail| tail.find('@')).and_then(|at| {
        let name = before.get(..at + 1)?;
        (version >= 9).then_some(name)
    });
    let name = node.text_at("name").or(named.map(|(name, _)| name)).or(inside);
    let declared = match (version_of(node), named) {
        (Declared::Absent, Some((_, version))) => Declared::Exact(version.to_owned()),
        (declared, _) => declared,
    };
    let origin = origin(node, key, named.is_some());
    let Some(name) = name.map(str::to_owned).or_else(|| fallback(key, &origin)) else {
        let what = format!("`{}` names no package and no version", text::short(key));
        return Err(Problem { line: entry.line, what });
    };
    Ok(Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name,
        version: declared,
        scope: if version >= 9 { Scope::Unknown } else { scope(node) },
        origin,
        direct: None,
        line: entry.line,
    })
}

/// A package from elsewhere may lack a name; it is then called by where it comes from.
fn fallback(key: &str, origin: &Origin) -> Option<String> {
    (*origin != Origin::Registry).then(|| key.to_owned())
}

fn origin(node: &Node<'_>, key: &str, versioned: bool) -> Origin {
    let resolution = node.at("resolution");
    let part = |key: &str| resolution.and_then(|r| r.at(key)).and_then(Node::scalar);
    if let Some(repository) = part("repo") {
        return source::git(repository, Some(part("commit").unwrap_or_default()));
    }
    if part("type") == Some("directory") || part("directory").is_some() {
        return Origin::FirstParty;
    }
    match part("tarball") {
        Some(tarball) => origin::of(tarball),
        None if versioned => Origin::Registry,
        None if key.starts_with("file:") || key.starts_with("link:") => origin::of(key),
        // `github.com/owner/name/commit` of version 5: a hosted repository.
        None if ["github.com/", "gitlab.com/", "bitbucket.org/"]
            .iter()
            .any(|h| key.starts_with(h)) =>
        {
            source::git(&format!("https://{key}"), Some(""))
        }
        None => Origin::Registry,
    }
}

/// Until version 9 the packages carry flags.
fn scope(node: &Node<'_>) -> Scope {
    let dev = node.at("dev").map(|node| &node.value);
    if node.flag("optional") {
        Scope::Optional
    } else {
        match dev {
            Some(Value::Bool(true)) => Scope::Development,
            // `false`, or nothing where both need it.
            _ => Scope::Runtime,
        }
    }
}
