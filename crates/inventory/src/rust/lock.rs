//! Which crates, at which versions, does a `Cargo.lock` name, and who requires whom?
//!
//! In: versions 1 to 4 of the file (The Cargo Book, «Cargo.lock»; the layout is that of Cargo's
//! `EncodableResolve`). Out: a component for each package. The file does not tell what a crate is
//! needed for, so every scope is unknown. `Cargo.toml` beside it, from the tree, tells what may not be
//! missing.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::manifest;
use super::scan::{self, Package, Scanned};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `Cargo.lock`.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    let mut reading = parse(document.bytes).unwrap_or_else(Reading::from);
    if reading.problems.is_empty() {
        let problem = lacking(document, tree, &reading);
        reading.problems.extend(problem);
    }
    reading
}

/// The problem of a file that lacks what the package beside it asks for; Cargo locks all of it, for every
/// target and with every feature. A file of another name may belong to another package.
fn lacking(document: Document<'_>, tree: &dyn Tree, reading: &Reading) -> Option<Problem> {
    let name = document.path.rsplit('/').next();
    let beside = document.beside("Cargo.toml").filter(|_| name == Some("Cargo.lock"))?;
    let asked = manifest::asked(&tree.read(&beside)?);
    // A registry takes `-` and `_` for the same.
    let normal = |name: &str| name.replace('_', "-");
    let locked: HashSet<String> = reading.components.iter().map(|c| normal(&c.name)).collect();
    let missing: Vec<&str> =
        asked.iter().map(String::as_str).filter(|name| !locked.contains(&normal(name))).collect();
    text::missing("Cargo.toml", &missing)
}

fn parse(bytes: &[u8]) -> Result<Reading, Problem> {
    let text = text::of(bytes)?;
    if let Some(scanned) = scan::lines(text).filter(|_| has_head(text)) {
        return Ok(assemble(&scanned));
    }
    let root = crate::toml::parse(text)?;
    if !["version", "package", "root", "metadata"].iter().any(|key| root.at(key).is_some()) {
        let what = "no `version` and no [[package]]; expected a Cargo.lock".to_owned();
        return Err(Problem { line: 1, what });
    }
    let mut problems = Vec::new();
    let mut reading = assemble(&scan::document(&root, &mut problems));
    problems.drain(..).for_each(|problem| reading.note(problem));
    reading.problems.extend(root.unknown_version(&["version"], 1..=4));
    Ok(reading)
}

/// False for a file of comments only: that is no lock file, not an empty one.
fn has_head(text: &str) -> bool {
    text::lines(text).any(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn assemble(scanned: &Scanned<'_>) -> Reading {
    let mut reading = Reading::default();
    reading.components.reserve(scanned.packages.len());
    for package in &scanned.packages {
        let origin = origin(package.source);
        if reading.push(component(package, origin)).is_none() {
            return reading;
        }
    }
    reading.requires.reserve(scanned.requires.len());
    connect(scanned, &mut reading);
    reading.mark_direct();
    reading
}

fn component(package: &Package<'_>, origin: Origin) -> Component {
    Component {
        ecosystem: Ecosystem::from(Base::CratesIo),
        name: package.name.to_owned(),
        version: Declared::Exact(package.version.to_owned()),
        origin,
        scope: Scope::Unknown,
        direct: None,
        line: package.line,
    }
}

/// Both names of the public registry: the git index and the sparse one (RFC 2789).
pub(super) fn origin(source: Option<&str>) -> Origin {
    match source {
        None => Origin::FirstParty,
        Some(
            "registry+https://github.com/rust-lang/crates.io-index"
            | "sparse+https://index.crates.io/",
        ) => Origin::Registry,
        Some(git) if git.starts_with("git+") => source::git(git, None),
        Some(other) => {
            let address = other.split_once('+').map_or(other, |(_, address)| address);
            source::foreign(address)
        }
    }
}

/// Turns the `dependencies` lists into edges. A list has as much of `name version (source)` as tells
/// the package apart.
fn connect(scanned: &Scanned<'_>, reading: &mut Reading) {
    if scanned.requires.is_empty() {
        return;
    }
    let index = Index::of(&scanned.packages);
    for (from, package, requires) in scanned.required() {
        for dependency in requires {
            match index.find(&scanned.packages, dependency) {
                Some(to) => reading.requires.push((from, to)),
                None => {
                    let what = format!(
                        "{} requires `{}`, which the file does not have",
                        package.name,
                        text::short(dependency)
                    );
                    reading.problem(package.line, what);
                }
            }
        }
    }
}

/// Packages by name, and by name and version; the files of large workspaces have many of one name.
struct Index<'a> {
    names: HashMap<&'a str, u32>,
    versions: HashMap<(&'a str, &'a str), u32>,
    /// Of the same name and version from another source: `next[i]` is the one before `i`.
    next: Vec<Option<u32>>,
}

impl<'a> Index<'a> {
    fn of(packages: &[Package<'a>]) -> Self {
        let mut names = HashMap::with_capacity(packages.len());
        let mut versions = HashMap::with_capacity(packages.len());
        let next = (0u32..)
            .zip(packages)
            .map(|(index, package)| {
                names.insert(package.name, index);
                versions.insert((package.name, package.version), index)
            })
            .collect();
        Self { names, versions, next }
    }

    fn find(&self, packages: &[Package<'_>], dependency: &str) -> Option<u32> {
        let Some((name, rest)) = dependency.split_once(' ') else {
            return self.names.get(dependency).copied();
        };
        let (version, source) = match rest.split_once(' ') {
            Some((version, source)) => (version, Some(source)),
            None => (rest, None),
        };
        let last = self.versions.get(&(name, version)).copied();
        let Some(source) = source.map(|s| s.trim_start_matches('(').trim_end_matches(')')) else {
            return last;
        };
        // No project takes one version of a crate from more than a few sources.
        std::iter::successors(last, |at| self.next.get(*at as usize).copied().flatten())
            .take(64)
            .find(|at| {
                let full = packages.get(*at as usize).and_then(|package| package.source);
                full.is_some_and(|full| same(full, source))
            })
    }
}

/// A git source in a dependency may lack the `#commit` that the package has.
fn same(full: &str, given: &str) -> bool {
    full == given || full.split_once('#').is_some_and(|(address, _)| address == given)
}
