//! Which packages does a built .NET program carry?
//!
//! In: NAME.deps.json (dotnet/runtime, «Runtime Configuration Files»): the graph of the runtime target
//! and the kind of each library. Out: components, direct where the program itself requires them.
//! Never: assemblies looked at.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Origin, Scope};

use crate::node::{Entry, Node};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, json, text};

/// Reads a .deps.json.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let mut reading = Reading::default();
    let libraries = root.at("libraries");
    let target = root.below(&["runtimeTarget", "name"]).and_then(Node::text);
    let graph = target.and_then(|target| root.at("targets")?.at(target));
    if libraries.is_none() {
        reading
            .problem(root.line, "expected the key «libraries», which tells packages from projects");
    }
    if graph.is_none() {
        reading.problem(root.line, "expected the target that «runtimeTarget» names in «targets»");
    }
    let Some(entries) = graph.or(libraries) else { return Ok(reading) };
    let kinds: HashMap<&str, &Node<'_>> = libraries
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .map(|entry| (&*entry.key, &entry.node))
        .collect();
    take(entries.expect_map("the target")?, &kinds, &mut reading);
    Ok(reading)
}

fn take(entries: &[Entry<'_>], kinds: &HashMap<&str, &Node<'_>>, reading: &mut Reading) {
    let mut by_name = HashMap::new();
    let mut edges = Vec::new();
    let mut program = None;
    for entry in entries {
        let Some((name, version)) =
            entry.key.split_once('/').filter(|(n, v)| !n.is_empty() && !v.is_empty())
        else {
            reading.problem(entry.line, "expected «NAME/VERSION»");
            continue;
        };
        let kind = kinds.get(&*entry.key).and_then(|node| node.text_at("type")).unwrap_or_default();
        let component = component(name, version, kind, entry);
        let project = component.origin == Origin::FirstParty;
        let Some(index) = reading.push(component) else { return };
        if project && program.is_none() {
            program = Some(index);
        }
        by_name.insert(name.to_ascii_lowercase(), index);
        let required = entry.node.at("dependencies").map(Node::entries).unwrap_or_default();
        edges.extend(required.iter().map(|r| (index, r.key.to_ascii_lowercase())));
    }
    let known = edges.iter().filter_map(|(from, name)| Some((*from, *by_name.get(name)?)));
    reading.requires.extend(known);
    let Some(program) = program else { return };
    let named = reading.requires.iter().filter(|(from, _)| *from == program);
    let direct: HashSet<u32> = named.map(|(_, to)| *to).collect();
    for (index, component) in (0u32..).zip(&mut reading.components) {
        if component.origin == Origin::Registry {
            component.direct = Some(direct.contains(&index));
        }
    }
}

fn component(name: &str, version: &str, kind: &str, entry: &Entry<'_>) -> Component {
    // A self-contained program carries the runtime itself, as a package with this prefix.
    let name = name.strip_prefix("runtimepack.").unwrap_or(name);
    let mut component = pinned(Base::NuGet, name, version, entry.line);
    component.scope =
        if entry.node.flag("compileOnly") { Scope::Development } else { Scope::Runtime };
    component.origin = match kind.to_ascii_lowercase().as_str() {
        "project" => Origin::FirstParty,
        "reference" | "referenceassembly" | "msbuildproject" => Origin::Foreign(kind.to_owned()),
        _ => Origin::Registry,
    };
    component
}
