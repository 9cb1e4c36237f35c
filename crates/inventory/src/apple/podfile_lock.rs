//! Which pods did CocoaPods lock?
//!
//! In: Podfile.lock (CocoaPods Core, `Lockfile`). Out: one component for each pod and version, its
//! subspecs (`Pod/Part`) within it; direct where the Podfile names it; who requires whom. Never: the
//! checksums. OSV has no ecosystem for pods, so they are shown and not evaluated.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Origin};

use crate::node::{Node, Value};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, source, text, yaml};

/// Reads Podfile.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = yaml::parse_one(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    if root.at("PODS").is_none() && root.at("PODFILE CHECKSUM").is_none() {
        let what = "expected the key «PODS»; this is no lock file of CocoaPods".to_owned();
        return Err(Problem { line: root.line, what });
    }
    let sources = sources(&root);
    let mut found = Found::default();
    if let Some(pods) = root.at("PODS").filter(|pods| !pods.is_null()) {
        for pod in pods.expect_list("«PODS»")? {
            found.pod(pod, &sources);
        }
    }
    let direct = root.at("DEPENDENCIES").map(Node::items);
    let direct: Option<HashSet<&str>> =
        direct.map(|items| items.iter().filter_map(Node::text).map(pod_name).collect());
    Ok(found.finish(direct))
}

#[derive(Default)]
struct Found {
    reading: Reading,
    known: HashMap<(String, String), u32>,
    by_name: HashMap<String, u32>,
    edges: Vec<(u32, String)>,
}

impl Found {
    /// `Name (1.0)`, or that as the key of the list of what it requires.
    fn pod(&mut self, node: &Node<'_>, sources: &HashMap<&str, Origin>) {
        let (spec, required) = match &node.value {
            Value::Text(spec) => (&**spec, None),
            Value::Map(entries) => match entries.as_slice() {
                [entry] => (&*entry.key, Some(&entry.node)),
                _ => ("", None),
            },
            _ => ("", None),
        };
        let version = spec.rsplit_once(" (").and_then(|(_, rest)| rest.strip_suffix(')'));
        let (name, Some(version)) = (pod_name(spec), version) else {
            self.reading.problem(node.line, "expected «NAME (VERSION)»");
            return;
        };
        let key = (name.to_owned(), version.to_owned());
        let index = match self.known.get(&key) {
            Some(index) => *index,
            None => {
                let mut component = pinned(Base::CocoaPods, name, version, node.line);
                component.origin = sources.get(name).cloned().unwrap_or_default();
                let Some(index) = self.reading.push(component) else { return };
                self.known.insert(key, index);
                self.by_name.entry(name.to_owned()).or_insert(index);
                index
            }
        };
        let required = required.map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
        self.edges.extend(required.map(|spec| (index, pod_name(spec).to_owned())));
    }

    fn finish(mut self, direct: Option<HashSet<&str>>) -> Reading {
        let mut seen = HashSet::new();
        for (from, name) in &self.edges {
            if let Some(to) = self.by_name.get(name)
                && from != to
                && seen.insert((*from, *to))
            {
                self.reading.requires.push((*from, *to));
            }
        }
        for component in &mut self.reading.components {
            component.direct = direct.as_ref().map(|names| names.contains(component.name.as_str()));
        }
        self.reading
    }
}

/// The pod of `Pod/Subspec (= 1.0)`.
fn pod_name(spec: &str) -> &str {
    let name = spec.split(" (").next().unwrap_or_default();
    name.split('/').next().unwrap_or_default().trim()
}

/// Pods that are from elsewhere than a spec repository, by name.
fn sources<'n>(root: &'n Node<'_>) -> HashMap<&'n str, Origin> {
    let mut found = HashMap::new();
    let checkouts = root.at("CHECKOUT OPTIONS");
    let commits: HashMap<&str, &str> = checkouts
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| Some((&*entry.key, option(&entry.node, "commit")?)))
        .collect();
    for entry in root.at("EXTERNAL SOURCES").map(Node::entries).unwrap_or_default() {
        let of = |name| option(&entry.node, name);
        let origin = if let Some(url) = of("git") {
            let commit = commits.get(&*entry.key).copied().or_else(|| of("commit"));
            source::git(url, Some(commit.unwrap_or_default()))
        } else if of("path").is_some() {
            Origin::FirstParty
        } else {
            let at = of("podspec").or_else(|| of("http")).unwrap_or_default();
            source::foreign(at)
        };
        found.insert(&*entry.key, origin);
    }
    found
}

/// An option under its Ruby symbol, `:git`.
fn option<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n str> {
    let entry = node.entries().iter().find(|entry| entry.key.trim_start_matches(':') == name)?;
    entry.node.scalar()
}
