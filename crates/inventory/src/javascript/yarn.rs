//! Which packages does a `yarn.lock` name, and who requires whom?
//!
//! In: the lock file of Yarn 1 or of Yarn 2 and later (berry), and from the tree the `package.json`
//! files, since Yarn 1 does not keep what the project asks for and neither keeps what is for
//! development. Out: a component for each entry.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::manifest::{Manifest, alias, local, missing};
use super::origin;
use super::yarn_scan::{Entry, scan};
use crate::{Document, Problem, Reading, Tree, text};

/// Most workspaces whose manifests are looked up.
const MAX_WORKSPACES: usize = 1_000;

/// Reads a `yarn.lock`.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    parse(document, tree).unwrap_or_else(Reading::from)
}

fn parse(document: Document<'_>, tree: &dyn Tree) -> Result<Reading, Problem> {
    let text = text::of(document.bytes)?;
    let mut scanned = scan(text);
    let head = scanned.berry || text.contains("# yarn lockfile v1");
    if scanned.entries.is_empty() && !head {
        let what = "neither `# yarn lockfile v1` nor `__metadata:`; expected a yarn.lock";
        return Err(Problem { line: 1, what: what.to_owned() });
    }
    let mut reading = Reading::default();
    scanned.problems.drain(..).for_each(|problem| reading.note(problem));
    let mut keys: HashMap<&str, u32> = HashMap::with_capacity(scanned.entries.len());
    let mut taken: Vec<(&Entry<'_>, u32)> = Vec::with_capacity(scanned.entries.len());
    for entry in &scanned.entries {
        let component = match scanned.berry {
            true => berry(entry),
            false => classic(entry),
        };
        match component {
            Ok(component) => match reading.push(component) {
                Some(index) => {
                    keys.extend(entry.keys.iter().map(|key| (*key, index)));
                    taken.push((entry, index));
                }
                None => break,
            },
            Err(problem) => reading.note(problem),
        }
    }
    let mut key = String::new();
    for (entry, from) in &taken {
        for (name, range) in &entry.requires {
            if let Some(to) = find(&keys, &mut key, name, range) {
                reading.requires.push((*from, to));
            }
        }
    }
    let names: HashSet<&str> =
        taken.iter().flat_map(|(entry, _)| &entry.keys).map(|key| name_of(key)).collect();
    if let Some(manifest) = Manifest::beside(document, tree) {
        // The members of a workspace of Yarn 1 have no entries, and their names are not known here.
        let members = manifest.workspaces && !scanned.berry && !names.is_empty();
        manifest.note_missing(1, &mut reading, |wish| {
            members || wish.is_local() || names.contains(wish.name.as_str())
        });
    }
    if scanned.berry {
        dangling(&taken, &names, &mut reading);
        workspaces(document, tree, &taken, &mut reading);
    } else if let Some(manifest) = Manifest::beside(document, tree) {
        manifest.root(&mut reading, |wish| {
            find(&keys, &mut String::new(), &wish.name, &wish.specifier)
        });
    }
    Ok(reading)
}

/// The entry that a descriptor led to. Before Yarn 4 a berry file left `npm:` out of the ranges.
fn find(keys: &HashMap<&str, u32>, key: &mut String, name: &str, range: &str) -> Option<u32> {
    for protocol in ["", "npm:"] {
        key.clear();
        for part in [name, "@", protocol, range] {
            key.push_str(part);
        }
        if let Some(index) = keys.get(key.as_str()) {
            return Some(*index);
        }
    }
    None
}

/// Notes what members of a berry file ask for and no entry has, whatever its range: a `resolutions` of
/// the manifest changes that.
fn dangling(taken: &[(&Entry<'_>, u32)], names: &HashSet<&str>, reading: &mut Reading) {
    for (entry, _) in taken {
        let Some((member, _)) = entry.resolution.split_once("@workspace:") else { continue };
        for (name, range) in &entry.requires {
            if !names.contains(name) && !local(range) {
                reading.note(missing(entry.line, member, name));
            }
        }
    }
}

/// In a berry file the members are entries, and what they ask for are edges; their manifests tell what
/// of it is for development.
fn workspaces(
    document: Document<'_>,
    tree: &dyn Tree,
    taken: &[(&Entry<'_>, u32)],
    reading: &mut Reading,
) {
    reading.mark_direct();
    let mut scopes: HashMap<(u32, &str), Scope> = HashMap::new();
    let members: Vec<(u32, &str)> = taken
        .iter()
        .filter_map(|(entry, index)| Some((*index, entry.resolution.split_once("@workspace:")?.1)))
        .take(MAX_WORKSPACES)
        .collect();
    let manifests: Vec<(u32, Manifest)> = members
        .iter()
        .filter_map(|(index, folder)| Some((*index, Manifest::below(document, tree, folder)?)))
        .collect();
    for (member, manifest) in &manifests {
        for wish in &manifest.wishes {
            let scope = scopes.entry((*member, wish.name.as_str())).or_insert(wish.scope);
            *scope = (*scope).min(wish.scope);
        }
    }
    let first = |index: u32| {
        reading.components.get(index as usize).is_some_and(|c| c.origin == Origin::FirstParty)
    };
    let names: HashMap<u32, &str> = taken
        .iter()
        .filter_map(|(entry, index)| Some((*index, name_of(entry.keys.first()?))))
        .collect();
    let mut roots = Vec::new();
    for (from, to) in &reading.requires {
        if first(*from) {
            let name = names.get(to).copied().unwrap_or_default();
            let told = scopes.get(&(*from, name)).copied();
            roots.push((*to, told.unwrap_or(Scope::Unknown)));
        }
    }
    reading.spread(&roots);
}

/// The name before the last part of a descriptor.
fn name_of(key: &str) -> &str {
    match key.get(1..).and_then(|tail| tail.find('@')) {
        Some(at) => key.get(..at + 1).unwrap_or(key),
        None => key,
    }
}

fn reference_of(key: &str) -> &str {
    key.get(name_of(key).len() + 1..).unwrap_or_default()
}

/// Yarn 1: the name stands in the heading, the address in `resolved`.
fn classic(entry: &Entry<'_>) -> Result<Component, Problem> {
    let key = entry.keys.first().copied().unwrap_or_default();
    let (name, range) = (name_of(key), reference_of(key));
    let name = alias(range).map_or(name, |(real, _)| real);
    let origin = match range {
        _ if range.starts_with("file:") || range.starts_with("link:") => origin::of(range),
        _ => origin::of(entry.resolution),
    };
    component(entry, name, origin)
}

/// Berry: `name@protocol:reference`, where the name is the real one.
fn berry(entry: &Entry<'_>) -> Result<Component, Problem> {
    let (name, reference) = (name_of(entry.resolution), reference_of(entry.resolution));
    if name.is_empty() || !reference.contains(':') {
        let key = text::short(entry.keys.first().copied().unwrap_or_default());
        let met = text::short(entry.resolution);
        let what =
            format!("`{key}` has the resolution `{met}`, expected `name@protocol:reference`");
        return Err(Problem { line: entry.line, what });
    }
    let origin = match reference.split_once(':').map_or("", |(protocol, _)| protocol) {
        // A patch of a package is that package with local changes; its version still is what it is.
        "npm" | "patch" => Origin::Registry,
        // `file:../x#../x::hash=…` repeats itself.
        "file" => origin::of(reference.split('#').next().unwrap_or_default()),
        _ => origin::of(reference),
    };
    component(entry, name, origin)
}

fn component(entry: &Entry<'_>, name: &str, origin: Origin) -> Result<Component, Problem> {
    let version = match entry.version {
        // What berry writes for a member of the workspace.
        "0.0.0-use.local" => Declared::Absent,
        "" if origin == Origin::FirstParty => Declared::Absent,
        "" => {
            let what = format!("package `{}` without a version", text::short(name));
            return Err(Problem { line: entry.line, what });
        }
        version => Declared::Exact(version.to_owned()),
    };
    if name.is_empty() {
        let what = "an entry without a name".to_owned();
        return Err(Problem { line: entry.line, what });
    }
    Ok(Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: name.to_owned(),
        version,
        origin,
        scope: Scope::Unknown,
        direct: None,
        line: entry.line,
    })
}
