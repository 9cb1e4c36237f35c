//! Which packages does Julia's manifest name?
//!
//! In: Manifest.toml of format 1 (packages at the top) or 2 (below `deps`) (Pkg.jl documentation,
//! «Project.toml and Manifest.toml»). Out: components, who requires whom. Never: Project.toml. A package
//! of the standard library has no version of its own before Julia 1.11 and takes Julia's.

use std::collections::HashMap;

use vocab::{Base, Component, Declared, Origin};

use crate::node::{Entry, Node};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, source, text, toml};

/// Keys at the top that are no packages.
const HEAD: &[&str] = &["julia_version", "manifest_format", "project_hash", "deps", "registries"];

/// Reads Manifest.toml.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let text = text::of(document.bytes)?;
    let root = toml::parse(text)?;
    let headed = HEAD.iter().any(|key| root.at(key).is_some());
    // Julia writes only this comment for a project without packages in format 1.
    if root.entries().is_empty() && !text.contains("machine-generated") {
        return Err(Problem {
            line: 1,
            what: "expected «manifest_format» or [[PACKAGE]]".to_owned(),
        });
    }
    let packages = match root.at("deps") {
        Some(packages) => packages.expect_map("«deps»")?,
        None if root.at("manifest_format").and_then(Node::scalar) == Some("2.0") => &[],
        None => root.entries(),
    };
    let julia = root.text_at("julia_version");
    let mut found = Found::default();
    for entry in packages.iter().filter(|entry| !HEAD.contains(&&*entry.key)) {
        if entry.node.items().is_empty() {
            if !headed {
                let what =
                    "expected «manifest_format» or [[PACKAGE]]; this is no manifest of Julia";
                return Err(Problem { line: entry.line, what: what.to_owned() });
            }
            found.reading.problem(entry.line, "expected [[PACKAGE]] with «uuid»");
        }
        for node in entry.node.items() {
            found.package(entry, node, julia);
        }
    }
    Ok(found.finish())
}

#[derive(Default)]
struct Found<'n> {
    reading: Reading,
    by_name: HashMap<&'n str, u32>,
    by_uuid: HashMap<&'n str, u32>,
    edges: Vec<(u32, &'n str)>,
}

impl<'n> Found<'n> {
    fn package(&mut self, entry: &'n Entry<'_>, node: &'n Node<'_>, julia: Option<&str>) {
        let Some(uuid) = node.text_at("uuid") else {
            self.reading.problem(node.line, "expected [[PACKAGE]] with «uuid»");
            return;
        };
        let Some(index) = self.reading.push(component(&entry.key, node, julia)) else { return };
        self.by_name.entry(&*entry.key).or_insert(index);
        self.by_uuid.insert(uuid, index);
        let Some(required) = node.at("deps") else { return };
        // A list of names, or a map to uuids where two packages share a name.
        let names = required.items().iter().filter_map(Node::text);
        let uuids = required.entries().iter().filter_map(|entry| entry.node.text());
        self.edges.extend(names.chain(uuids).map(|required| (index, required)));
    }

    fn finish(mut self) -> Reading {
        let to = |key| self.by_uuid.get(key).or_else(|| self.by_name.get(key));
        let known = self.edges.iter().filter_map(|(from, key)| Some((*from, *to(*key)?)));
        self.reading.requires.extend(known);
        self.reading
    }
}

fn component(name: &str, node: &Node<'_>, julia: Option<&str>) -> Component {
    let mut component = pinned(Base::Julia, name, "", node.line);
    let standard_library = node.at("git-tree-sha1").is_none() && node.at("path").is_none();
    let version = node.text_at("version").or(if standard_library { julia } else { None });
    component.version =
        version.map_or(Declared::Absent, |version| Declared::Exact(version.to_owned()));
    if let Some(url) = node.text_at("repo-url") {
        // `repo-rev` may be a branch, and the tree's hash is no commit.
        component.origin = source::git(url, Some(""));
    } else if node.at("path").is_some() {
        component.origin = Origin::FirstParty;
    }
    component
}
