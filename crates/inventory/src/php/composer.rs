//! Which packages did Composer lock or install?
//!
//! In: composer.lock (`packages`, `packages-dev`) or vendor/composer/installed.json (a list with
//! Composer 1, a map with `packages` and `dev-package-names` with Composer 2). Out: components and who
//! requires whom. Direct is what composer.json beside the lock file names. Never: platform packages (`php`,
//! `ext-…`), which are no packages of Packagist.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Origin, Scope};

use crate::node::Node;
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, json, source, text};

/// Reads composer.lock; what composer.json beside it names is direct.
pub fn read_lock(document: Document<'_>, tree: &dyn Tree) -> Reading {
    let mut reading = locked(document).unwrap_or_else(Reading::from);
    if let Some(named) = named_by_manifest(document.path, tree) {
        for component in &mut reading.components {
            component.direct = Some(named.contains(&component.name.to_ascii_lowercase()));
        }
    }
    reading
}

/// Reads vendor/composer/installed.json.
pub fn read_installed(document: Document<'_>, _: &dyn Tree) -> Reading {
    installed(document).unwrap_or_else(Reading::from)
}

fn locked(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let Some(packages) = root.at("packages") else {
        return Err(root_without("packages"));
    };
    let mut found = Found::default();
    found.take(packages.expect_list("«packages»")?, |_| Scope::Runtime);
    if let Some(packages) = root.at("packages-dev").filter(|node| !node.is_null()) {
        found.take(packages.expect_list("«packages-dev»")?, |_| Scope::Development);
    }
    Ok(found.finish())
}

fn installed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    let mut found = Found::default();
    if !root.items().is_empty() || root.kind() == "a list" {
        found.take(root.items(), |_| Scope::Unknown);
        return Ok(found.finish());
    }
    root.expect_map("the document")?;
    let packages = root.at("packages").ok_or_else(|| root_without("packages"))?;
    let names = root.at("dev-package-names").map(Node::items);
    let development: HashSet<&str> =
        names.unwrap_or_default().iter().filter_map(Node::text).collect();
    found.take(packages.expect_list("«packages»")?, |name| {
        match (names, development.contains(name)) {
            (None, _) => Scope::Unknown,
            (_, true) => Scope::Development,
            (_, false) => Scope::Runtime,
        }
    });
    Ok(found.finish())
}

/// What composer.json beside the lock file requires, in lower case; `None` where it is not to be had:
/// it has no reader of its own beside a lock file, and nothing but directness depends on it.
fn named_by_manifest(path: &str, tree: &dyn Tree) -> Option<HashSet<String>> {
    let folder = path.strip_suffix("composer.lock")?;
    let bytes = tree.read(&format!("{folder}composer.json"))?;
    let root = json::parse(text::of(&bytes).ok()?).ok()?;
    let lists = ["require", "require-dev"].into_iter().filter_map(|key| root.at(key));
    Some(lists.flat_map(Node::entries).map(|entry| entry.key.to_ascii_lowercase()).collect())
}

fn root_without(key: &str) -> Problem {
    Problem { line: 1, what: format!("expected the key «{key}»; this is not Composer's file") }
}

#[derive(Default)]
struct Found {
    reading: Reading,
    by_name: HashMap<String, u32>,
    edges: Vec<(u32, String)>,
}

impl Found {
    fn take(&mut self, packages: &[Node<'_>], scope: impl Fn(&str) -> Scope) {
        for package in packages {
            let Some((name, version)) = package.text_at("name").zip(package.text_at("version"))
            else {
                let what = "expected a package with «name» and «version»";
                self.reading.problem(package.line, what);
                continue;
            };
            let mut component = component(package, name, version);
            component.scope = scope(name);
            let Some(index) = self.reading.push(component) else { return };
            self.by_name.insert(name.to_ascii_lowercase(), index);
            let required = package.at("require").map(Node::entries).unwrap_or_default();
            self.edges.extend(required.iter().map(|r| (index, r.key.to_ascii_lowercase())));
        }
    }

    fn finish(mut self) -> Reading {
        let known =
            self.edges.iter().filter_map(|(from, to)| Some((*from, *self.by_name.get(to)?)));
        self.reading.requires.extend(known);
        self.reading
    }
}

/// A release is from the registry that asks to be told of installs, from the public one where none
/// does; a branch (`dev-main`, `2.x-dev`) is the commit it stood at; a
/// package of type `path` lies in the tree.
fn component(package: &Node<'_>, name: &str, version: &str) -> Component {
    let at = package.at("name").map_or(package.line, |node| node.line);
    let plain = match version.strip_prefix(['v', 'V']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => version,
    };
    let mut component = pinned(Base::Packagist, name, plain, at);
    let of = |part: &str, key: &str| package.at(part).and_then(|node| node.text_at(key));
    if of("dist", "type") == Some("path") {
        component.origin = Origin::FirstParty;
    } else if version.starts_with("dev-") || version.ends_with("-dev") {
        component.version = Declared::Range(version.to_owned());
        if let Some(url) = of("source", "url").or_else(|| of("dist", "url")) {
            let commit = of("source", "reference").or_else(|| of("dist", "reference"));
            component.origin = source::git(url, Some(commit.unwrap_or_default()));
        }
    } else if let Some(address) = package.text_at("notification-url").filter(|url| !public(url)) {
        component.origin = source::foreign(address);
    }
    component
}

/// Packagist, to which installs are told (`notification-url`); every repository has its own address.
fn public(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split(['/', ':', '?', '#']).next().unwrap_or_default();
    matches!(host, "packagist.org" | "repo.packagist.org" | "www.packagist.org")
}
