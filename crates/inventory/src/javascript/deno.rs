//! Which packages does a `deno.lock` name, and who requires whom?
//!
//! In: the lock file of Deno, version 2 to 5 (version 1 has addresses only). Out: its npm and JSR
//! packages, and modules by address as foreign components, one for each package and version that the
//! address shows. Deno's specifiers (`npm:chalk@5`) tell what the project asks for.

use std::collections::HashMap;

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::manifest::alias;
use crate::node::{Entry, Node, Value};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `deno.lock`.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parse(document.bytes).unwrap_or_else(Reading::from)
}

fn parse(bytes: &[u8]) -> Result<Reading, Problem> {
    let root = crate::json::parse(text::of(bytes)?)?;
    let entries = root.expect_map("the document")?;
    let mut reading = Reading::default();
    if root.at("version").is_none() {
        // Version 1 is a map from addresses to hashes.
        if entries.is_empty() || !entries.iter().all(|entry| entry.key.contains("://")) {
            let what = "no `version`; expected a deno.lock".to_owned();
            return Err(Problem { line: 1, what });
        }
        remote(entries, &mut reading);
        return Ok(reading);
    }
    // Version 3 has the registries below `packages`; version 2 has `packages` below `npm`.
    let packages = root.at("packages").unwrap_or(&root);
    let mut keys: HashMap<String, u32> = HashMap::new();
    let mut requirers: Vec<(&Node<'_>, u32)> = Vec::new();
    for registry in ["jsr", "npm"] {
        let Some(node) = packages.at(registry) else { continue };
        let node = node.at("packages").filter(|_| node.at("specifiers").is_some()).unwrap_or(node);
        for entry in node.expect_map(registry)? {
            match package(entry, registry) {
                Ok(component) => {
                    let name = component.name.clone();
                    let Some(index) = reading.push(component) else { break };
                    keys.insert(format!("{registry}:{}", entry.key), index);
                    // Later versions leave the version out where there is only one.
                    keys.entry(format!("{registry}:{name}")).or_insert(index);
                    requirers.push((&entry.node, index));
                }
                Err(problem) => reading.note(problem),
            }
        }
    }
    let specifiers = specifiers(&root, packages);
    connect(&root, &specifiers, &keys, &requirers, &mut reading);
    if let Some(addresses) = root.at("remote") {
        remote(addresses.expect_map("remote")?, &mut reading);
    }
    reading.problems.extend(root.unknown_version(&["version"], 2..=5));
    Ok(reading)
}

/// `name@version`, with peers after `_` in npm's keys.
fn package(entry: &Entry<'_>, registry: &str) -> Result<Component, Problem> {
    let at = entry.key.get(1..).and_then(|tail| tail.find('@')).map(|at| at + 1);
    let parts = at.and_then(|at| Some((entry.key.get(..at)?, entry.key.get(at + 1..)?)));
    let Some((name, version)) = parts else {
        let what = format!("`{}`, expected `name@version`", text::short(&entry.key));
        return Err(Problem { line: entry.line, what });
    };
    let npm = registry == "npm";
    let version = if npm { version.split('_').next().unwrap_or_default() } else { version };
    Ok(Component {
        ecosystem: if npm { Ecosystem::from(Base::Npm) } else { Ecosystem::parse("jsr") },
        name: name.to_owned(),
        version: Declared::Exact(version.to_owned()),
        origin: Origin::Registry,
        scope: Scope::Unknown,
        direct: None,
        line: entry.line,
    })
}

/// What a specifier led to, as a key with its registry.
fn specifiers<'n>(root: &'n Node<'_>, packages: &'n Node<'_>) -> HashMap<&'n str, String> {
    let node = packages
        .at("specifiers")
        .or_else(|| root.at("specifiers"))
        .or_else(|| root.below(&["npm", "specifiers"]));
    let mut found = HashMap::new();
    for entry in node.map(Node::entries).unwrap_or_default() {
        let Some(to) = entry.node.text() else { continue };
        let key = entry.key.as_ref();
        let name = key.get(5..).and_then(|tail| tail.find('@')).and_then(|at| key.get(..at + 5));
        let resolved = match (to.split_once(':'), name) {
            (Some(_), _) => to.to_owned(),
            // Version 4 keeps the version only.
            (None, Some(name)) => format!("{name}@{to}"),
            (None, None) if key.contains(':') => format!("{key}@{to}"),
            // Version 2 has `name@range` for npm alone.
            (None, None) => format!("npm:{to}"),
        };
        found.insert(key, resolved);
    }
    found
}

fn connect(
    root: &Node<'_>,
    specifiers: &HashMap<&str, String>,
    keys: &HashMap<String, u32>,
    requirers: &[(&Node<'_>, u32)],
    reading: &mut Reading,
) {
    for (node, from) in requirers {
        let jsr = reading
            .components
            .get(*from as usize)
            .is_some_and(|component| component.ecosystem.base() == Base::Other);
        let names: Vec<&str> = match node.at("dependencies").map(|n| &n.value) {
            Some(Value::List(items)) => items.iter().filter_map(Node::text).collect(),
            Some(Value::Map(entries)) => entries.iter().filter_map(|e| e.node.text()).collect(),
            _ => continue,
        };
        for name in names {
            // An alias is `name@npm:real@version`.
            let real = name.find("@npm:").and_then(|at| name.get(at + 1..)).and_then(alias);
            let to = match real {
                Some((real, version)) => keys.get(&format!("npm:{real}@{version}")),
                None if jsr => specifiers.get(name).and_then(|key| keys.get(key)),
                None => keys.get(&format!("npm:{name}")),
            };
            let to = to.or_else(|| keys.get(name));
            reading.requires.extend(to.map(|to| (*from, *to)));
        }
    }
    let mut asked: Vec<&str> = Vec::new();
    wishes(root.at("workspace"), 0, &mut asked);
    let told = root.at("workspace").is_some();
    for component in reading.components.iter_mut().filter(|_| told) {
        component.direct = Some(false);
    }
    for name in asked {
        let index = specifiers.get(name).and_then(|key| keys.get(key));
        if let Some(component) = index.and_then(|index| reading.components.get_mut(*index as usize))
        {
            component.direct = Some(true);
        }
    }
}

/// The `dependencies` of the workspace, of its `packageJson` and of its members.
fn wishes<'n>(node: Option<&'n Node<'_>>, depth: usize, asked: &mut Vec<&'n str>) {
    let Some(node) = node.filter(|_| depth < 4) else { return };
    for entry in node.entries() {
        match entry.key.as_ref() {
            "dependencies" => asked.extend(entry.node.items().iter().filter_map(Node::text)),
            "packageJson" => wishes(Some(&entry.node), depth + 1, asked),
            "members" => {
                for member in entry.node.entries() {
                    wishes(Some(&member.node), depth + 1, asked);
                }
            }
            _ => {}
        }
    }
}

/// Modules by address: `https://deno.land/std@0.140.0/path/mod.ts` shows a package and a version.
fn remote(entries: &[Entry<'_>], reading: &mut Reading) {
    let mut seen: HashMap<String, ()> = HashMap::new();
    for entry in entries {
        let address = source::without_credentials(&entry.key);
        let (scheme, rest) = address.split_once("://").unwrap_or(("https", &address));
        let mut name = format!("{scheme}://");
        let mut version = Declared::Absent;
        for (index, part) in rest.split('/').enumerate() {
            if let Some((head, tail)) = part.split_once('@').filter(|(head, _)| !head.is_empty()) {
                name.push_str(head);
                version = Declared::Exact(tail.trim_start_matches('v').to_owned());
                break;
            }
            if index > 0 && part.contains('.') {
                break;
            }
            name.push_str(part);
            name.push('/');
        }
        let name = name.trim_end_matches('/').to_owned();
        if seen.insert(format!("{name}@{}", version.text()), ()).is_some() {
            continue;
        }
        let component = Component {
            ecosystem: Ecosystem::parse("deno"),
            origin: Origin::Foreign(name.clone()),
            name,
            version,
            scope: Scope::Unknown,
            direct: None,
            line: entry.line,
        };
        if reading.push(component).is_none() {
            return;
        }
    }
}
