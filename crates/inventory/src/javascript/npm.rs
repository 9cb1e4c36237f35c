//! Which packages does npm's lock file name, and who requires whom?
//!
//! In: `package-lock.json` or `npm-shrinkwrap.json`, `lockfileVersion` 1 to 3 (npm documentation,
//! «package-lock.json»). Out: a component for each installed package; workspaces and links are
//! first-party. Version 1 does not keep what the project asks for: that comes from the `package.json`
//! beside it.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::installed::Installed;
use super::manifest::{Manifest, alias, missing, required, version_of};
use super::{LISTS, origin};
use crate::node::{Entry, Node, Value};
use crate::reading::MAX_DEPTH;
use crate::{Document, Problem, Reading, Tree, text};

/// Reads a lock file of npm.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    parse(document, tree).unwrap_or_else(Reading::from)
}

fn parse(document: Document<'_>, tree: &dyn Tree) -> Result<Reading, Problem> {
    let root = crate::json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let manifest = Manifest::beside(document, tree);
    let mut reading = if let Some(packages) = root.at("packages") {
        let mut reading = packages_of(packages.expect_map("packages")?, packages.line, manifest);
        if let Some(older) = root.at("dependencies") {
            add_missing(older.expect_map("dependencies")?, &mut reading);
        }
        reading
    } else if let Some(dependencies) = root.at("dependencies") {
        dependencies_of(dependencies.expect_map("dependencies")?, dependencies.line, manifest)
    } else if root.at("lockfileVersion").is_some() {
        let mut reading = Reading::default();
        if let Some(manifest) = manifest {
            manifest.note_missing(1, &mut reading, |_| false);
        }
        reading
    } else {
        return Err(not_a_lock_file());
    };
    reading.problems.extend(root.unknown_version(&["lockfileVersion"], 1..=3));
    Ok(reading)
}

fn not_a_lock_file() -> Problem {
    let what = "none of `lockfileVersion`, `packages`, `dependencies`; expected npm's lock file";
    Problem { line: 1, what: what.to_owned() }
}

/// Versions 2 and 3: a flat map from folders.
fn packages_of(entries: &[Entry<'_>], line: u32, manifest: Option<Manifest>) -> Reading {
    let mut reading = Reading::default();
    let mut installed = Installed::default();
    let mut taken: Vec<(&Entry<'_>, u32)> = Vec::with_capacity(entries.len());
    let mut links: Vec<&Entry<'_>> = Vec::new();
    for entry in entries {
        if let Err(problem) = entry.node.expect_map(&entry.key) {
            reading.note(problem);
            continue;
        }
        if entry.node.flag("link") {
            links.push(entry);
            continue;
        }
        match package(entry) {
            Ok(component) => match reading.push(component) {
                Some(index) => {
                    installed.put(&entry.key, index);
                    taken.push((entry, index));
                }
                None => break,
            },
            Err(problem) => reading.note(problem),
        }
    }
    for entry in links {
        link(entry, &mut installed, &mut reading);
    }
    for (entry, from) in &taken {
        connect(entry, *from, &installed, &mut reading);
    }
    if let Some(manifest) = manifest {
        // What the root of the lock file asks for has been looked up already.
        let root = entries.iter().rev().find(|entry| entry.key.is_empty());
        let asked: HashSet<&str> =
            root.iter().flat_map(|r| required(&r.node)).map(|e| e.key.as_ref()).collect();
        let top = installed.scope("");
        manifest.note_missing(line, &mut reading, |wish| {
            asked.contains(wish.name.as_str()) || installed.find(&top, &wish.name).is_some()
        });
    }
    reading.mark_direct();
    reading
}

/// The edges from one package; what the project's own packages ask for has to be there.
fn connect(entry: &Entry<'_>, from: u32, installed: &Installed, reading: &mut Reading) {
    let scope = installed.scope(&entry.key);
    let own = reading
        .components
        .get(from as usize)
        .is_some_and(|component| component.origin == Origin::FirstParty);
    for (list, _) in LISTS {
        if list == "devDependencies" && !own {
            continue;
        }
        for name in entry.node.at(list).map(Node::entries).unwrap_or_default() {
            if let Some(to) = installed.find(&scope, &name.key) {
                reading.requires.push((from, to));
            }
        }
    }
    if !own || entry.key.contains("node_modules/") {
        return;
    }
    for wish in required(&entry.node) {
        if installed.find(&scope, &wish.key).is_none() {
            let by = entry.node.text_at("name").unwrap_or(match entry.key.as_ref() {
                "" => ".",
                folder => folder,
            });
            reading.note(missing(wish.line, by, &wish.key));
        }
    }
}

fn package(entry: &Entry<'_>) -> Result<Component, Problem> {
    let node = &entry.node;
    let inside = entry.key.rsplit_once("node_modules/").map(|(_, name)| name);
    let name = node.text_at("name").or(inside).unwrap_or(match entry.key.as_ref() {
        "" => ".",
        folder => folder,
    });
    let version = version_of(node);
    let origin = match inside {
        None => Origin::FirstParty,
        Some(_) => origin::of(node.text_at("resolved").unwrap_or_default()),
    };
    if version == Declared::Absent && origin == Origin::Registry {
        let what = format!("package `{}` without a version", text::short(&entry.key));
        return Err(Problem { line: entry.line, what });
    }
    Ok(Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: name.to_owned(),
        version,
        scope: if origin == Origin::FirstParty { Scope::Unknown } else { scope(node) },
        origin,
        direct: None,
        line: entry.line,
    })
}

/// A link stands for the folder it leads to; when the file does not have that, for itself.
fn link(entry: &Entry<'_>, installed: &mut Installed, reading: &mut Reading) {
    let target = entry.node.text_at("resolved").unwrap_or_default();
    if let Some(index) = installed.at(target) {
        return installed.put(&entry.key, index);
    }
    let name = entry.key.rsplit_once("node_modules/").map_or(entry.key.as_ref(), |(_, n)| n);
    let component = Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: name.to_owned(),
        version: version_of(&entry.node),
        origin: Origin::FirstParty,
        scope: Scope::Unknown,
        direct: None,
        line: entry.line,
    };
    if let Some(index) = reading.push(component) {
        installed.put(&entry.key, index);
    }
}

fn scope(node: &Node<'_>) -> Scope {
    if node.flag("dev") {
        Scope::Development
    } else if ["optional", "devOptional", "peer"].iter().any(|key| node.flag(key)) {
        Scope::Optional
    } else {
        Scope::Runtime
    }
}

/// Version 2 says everything twice, for npm 6 in the layout of version 1. What only that part has is
/// installed by npm 6, so it is not left out.
fn add_missing(entries: &[Entry<'_>], reading: &mut Reading) {
    let mut older = Reading::default();
    nest(entries, None, 0, &mut older, &mut Vec::new());
    let known: HashSet<(&str, &str)> =
        reading.components.iter().map(|c| (c.name.as_str(), c.version.text())).collect();
    let missing: Vec<Component> = older
        .components
        .into_iter()
        .filter(|c| c.version != Declared::Absent)
        .filter(|c| !known.contains(&(c.name.as_str(), c.version.text())))
        .collect();
    for component in missing {
        if reading.push(component).is_none() {
            return;
        }
    }
}

/// A package of version 1 in the place that its nesting stands for. It names the place around it and
/// not its path: paths repeat what is above them in each that is below.
struct Nested<'n, 'a> {
    /// `None` when the package itself could not be read; those below it still can.
    index: Option<u32>,
    /// The place around it; `None` at the top.
    around: Option<usize>,
    entry: &'n Entry<'a>,
}

/// Version 1: a map by name, nested as the folders are.
fn dependencies_of(entries: &[Entry<'_>], line: u32, manifest: Option<Manifest>) -> Reading {
    let mut reading = Reading::default();
    let mut places = Vec::with_capacity(entries.len());
    nest(entries, None, 0, &mut reading, &mut places);
    let below: HashMap<(Option<usize>, &str), u32> = places
        .iter()
        .filter_map(|place| Some(((place.around, place.entry.key.as_ref()), place.index?)))
        .collect();
    for (at, place) in places.iter().enumerate() {
        let Some(from) = place.index else { continue };
        for required in place.entry.node.at("requires").map(Node::entries).unwrap_or_default() {
            let to = upwards(&places, at).find_map(|at| below.get(&(at, required.key.as_ref())));
            reading.requires.extend(to.map(|to| (from, *to)));
        }
    }
    if let Some(manifest) = manifest {
        // The flags of the lock file are npm's own word on the scope.
        let scopes: Vec<Scope> = reading.components.iter().map(|c| c.scope).collect();
        let find = |name: &str| below.get(&(None, name)).copied();
        manifest.root(&mut reading, |wish| find(&wish.name));
        manifest.note_missing(line, &mut reading, |wish| find(&wish.name).is_some());
        for (component, scope) in reading.components.iter_mut().zip(scopes) {
            component.scope = scope;
        }
    }
    reading
}

/// The places in which Node looks for what a package requires: its own, those around it, the top.
fn upwards(places: &[Nested<'_, '_>], from: usize) -> impl Iterator<Item = Option<usize>> {
    let around = |at: &Option<usize>| at.map(|at| places.get(at).and_then(|p| p.around));
    std::iter::successors(Some(Some(from)), around)
}

fn nest<'n, 'a>(
    entries: &'n [Entry<'a>],
    around: Option<usize>,
    depth: usize,
    reading: &mut Reading,
    places: &mut Vec<Nested<'n, 'a>>,
) {
    for entry in entries {
        if let Err(problem) = entry.node.expect_map(&entry.key) {
            reading.note(problem);
            continue;
        }
        let index = match dependency(entry) {
            Ok(component) => match reading.push(component) {
                Some(index) => Some(index),
                None => return,
            },
            Err(problem) => {
                reading.note(problem);
                None
            }
        };
        let at = places.len();
        places.push(Nested { index, around, entry });
        match entry.node.at("dependencies").map(|node| &node.value) {
            Some(Value::Map(inner)) if depth < MAX_DEPTH => {
                nest(inner, Some(at), depth + 1, reading, places);
            }
            _ => {}
        }
    }
}

fn dependency(entry: &Entry<'_>) -> Result<Component, Problem> {
    let node = &entry.node;
    let Some(version) = node.text_at("version") else {
        let what = format!("package `{}` without a version", text::short(&entry.key));
        return Err(Problem { line: entry.line, what });
    };
    let resolved = node.text_at("resolved").unwrap_or_default();
    let (name, version, origin) = match alias(version) {
        Some((name, version)) => (name, Declared::Exact(version.to_owned()), origin::of(resolved)),
        // An address in place of a version.
        None if version.contains([':', '/']) => {
            (entry.key.as_ref(), Declared::Absent, origin::of(version))
        }
        None => (entry.key.as_ref(), Declared::Exact(version.to_owned()), origin::of(resolved)),
    };
    Ok(Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: name.to_owned(),
        version,
        origin,
        scope: scope(node),
        direct: None,
        line: entry.line,
    })
}
