//! Which packages does conan.lock name?
//!
//! In: conan.lock of Conan 1 (a graph of nodes, lock versions 0.0 to 0.4) or Conan 2 (lists of
//! references, 0.5). Out: components; directness and edges where the graph tells them. Never: package
//! ids and revisions. A reference is `name/version@user/channel#revision%time:package_id` (Conan
//! documentation, «References»); with a user it is not from ConanCenter.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Origin, Scope};

use crate::node::Node;
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, json, text};

const EXPECTED: &str = "expected a reference, «NAME/VERSION»";

/// Reads conan.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    if let Some(nodes) = root.below(&["graph_lock", "nodes"]) {
        return graph(nodes);
    }
    let lists = [
        ("requires", Scope::Runtime),
        ("build_requires", Scope::Development),
        ("python_requires", Scope::Development),
        ("config_requires", Scope::Development),
    ];
    if lists.iter().all(|(key, _)| root.at(key).is_none()) {
        let what = "expected «graph_lock» (Conan 1) or «requires» (Conan 2)".to_owned();
        return Err(Problem { line: root.line, what });
    }
    let mut reading = Reading::default();
    for (key, scope) in lists {
        let Some(list) = root.at(key).filter(|list| !list.is_null()) else { continue };
        for item in list.expect_list(&format!("«{key}»"))? {
            match item.text().and_then(|reference| component(reference, item.line)) {
                Some(mut component) => {
                    component.scope = scope;
                    reading.push(component);
                }
                None => reading.problem(item.line, EXPECTED),
            }
        }
    }
    Ok(reading)
}

/// Conan 1: what a node of the project itself (without a reference, or with the path of its conanfile)
/// requires is direct.
fn graph(nodes: &Node<'_>) -> Result<Reading, Problem> {
    let mut reading = Reading::default();
    let mut by_id = HashMap::new();
    let mut edges = Vec::new();
    let (mut run, mut built, mut direct) = (HashSet::new(), HashSet::new(), HashSet::new());
    for entry in nodes.expect_map("«nodes»")? {
        let node = &entry.node;
        let reference = node.text_at("ref").or_else(|| node.text_at("pref"));
        let own = reference.is_none() || node.text_at("path").is_some();
        run.extend(ids(node.at("requires")));
        built.extend(ids(node.at("build_requires")));
        let required = || ids(node.at("requires")).chain(ids(node.at("build_requires")));
        if own {
            direct.extend(required());
        }
        let Some(reference) = reference else { continue };
        let Some(mut component) = component(reference, entry.line) else {
            let line = node.at("ref").or_else(|| node.at("pref")).map_or(entry.line, |n| n.line);
            reading.problem(line, EXPECTED);
            continue;
        };
        if node.text_at("path").is_some() {
            component.origin = Origin::FirstParty;
        }
        if node.text_at("context") == Some("build") {
            component.scope = Scope::Development;
        }
        let Some(index) = reading.push(component) else { break };
        by_id.insert(&*entry.key, index);
        edges.extend(required().map(|id| (index, id)));
    }
    for (id, index) in &by_id {
        let Some(component) = reading.components.get_mut(*index as usize) else { continue };
        if component.origin == Origin::FirstParty {
            continue;
        }
        component.direct = Some(direct.contains(id));
        if component.scope == Scope::Unknown {
            let only_built = built.contains(id) && !run.contains(id);
            component.scope = if only_built { Scope::Development } else { Scope::Runtime };
        }
    }
    let known = edges.iter().filter_map(|(from, id)| Some((*from, *by_id.get(id)?)));
    reading.requires.extend(known);
    Ok(reading)
}

/// Node ids: a list, or the values of a map in the oldest versions.
fn ids<'n>(node: Option<&'n Node<'_>>) -> impl Iterator<Item = &'n str> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let items = node.map(Node::items).unwrap_or_default();
    items.iter().chain(entries.iter().map(|entry| &entry.node)).filter_map(Node::text)
}

fn component(reference: &str, line: u32) -> Option<Component> {
    let (recipe, _) = reference.split_once(['#', '%']).unwrap_or((reference, ""));
    // A package id follows where no revision does; a range such as `[>=1:2]` is not a thing.
    let recipe = recipe.split_once(':').map_or(recipe, |(recipe, _)| recipe);
    let (recipe, user) = recipe.split_once('@').unwrap_or((recipe, ""));
    let (name, version) = recipe.split_once('/')?;
    if name.is_empty() || version.is_empty() || version.contains('/') {
        return None;
    }
    let mut component = pinned(Base::Conan, name, version, line);
    if version.starts_with('[') {
        component.version = Declared::Range(version.to_owned());
    }
    if !user.is_empty() && user != "_/_" && user != "_" {
        component.origin = Origin::Foreign(user.to_owned());
    }
    Some(component)
}
