//! Which crates, at which versions, does a `Cargo.lock` name, and who requires whom?
//!
//! In: versions 1 to 4 of the file (The Cargo Book, «Cargo.lock»; the layout is that of Cargo's
//! `EncodableResolve`). Out: a component for each package. The file does not tell what a crate is
//! needed for, so every scope is unknown.

use std::collections::HashMap;

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::scan::{self, Package};
use crate::{Document, Problem, Reading, Tree, source, text};

/// Reads a `Cargo.lock`.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parse(document.bytes).unwrap_or_else(Reading::from)
}

fn parse(bytes: &[u8]) -> Result<Reading, Problem> {
    let text = text::of(bytes)?;
    if let Some(packages) = scan::lines(text).filter(|_| has_head(text)) {
        return Ok(assemble(&packages));
    }
    let root = crate::toml::parse(text)?;
    if !["version", "package", "root", "metadata"].iter().any(|key| root.at(key).is_some()) {
        let what = "no `version` and no [[package]]; expected a Cargo.lock".to_owned();
        return Err(Problem { line: 1, what });
    }
    let mut problems = Vec::new();
    let packages = scan::document(&root, &mut problems);
    let mut reading = assemble(&packages);
    reading.problems.append(&mut problems);
    reading.problems.extend(root.unknown_version(&["version"], 1..=4));
    Ok(reading)
}

/// False for a file of comments only: that is no lock file, not an empty one.
fn has_head(text: &str) -> bool {
    text::lines(text).any(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn assemble(packages: &[Package<'_>]) -> Reading {
    let mut reading = Reading::default();
    reading.components.reserve(packages.len());
    for package in packages {
        let origin = origin(package.source);
        if reading.push(component(package, origin)).is_none() {
            return reading;
        }
    }
    connect(packages, &mut reading);
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
fn connect(packages: &[Package<'_>], reading: &mut Reading) {
    let mut first: HashMap<&str, u32> = HashMap::with_capacity(packages.len());
    // Packages of the same name, chained: `next[i]` is the one after `i`.
    let mut next: Vec<Option<u32>> = vec![None; packages.len()];
    for ((index, package), slot) in (0u32..).zip(packages).zip(&mut next) {
        *slot = first.insert(package.name, index);
    }
    for (index, package) in (0u32..).zip(packages) {
        for dependency in &package.requires {
            let mut words = dependency.splitn(3, ' ');
            let (name, version, source) = (words.next(), words.next(), words.next());
            let source = source.map(|s| s.trim_start_matches('(').trim_end_matches(')'));
            let mut candidate = name.and_then(|name| first.get(name).copied());
            // A name with thousands of versions is no lock file of Cargo's.
            for _ in 0..1_000 {
                let Some(at) = candidate else { break };
                let met = packages.get(at as usize).is_some_and(|p| {
                    version.is_none_or(|v| v == p.version)
                        && source.is_none_or(|s| p.source.is_some_and(|full| same(full, s)))
                });
                if met {
                    reading.requires.push((index, at));
                    break;
                }
                candidate = next.get(at as usize).copied().flatten();
            }
            if candidate.is_none() {
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

/// A git source in a dependency may lack the `#commit` that the package has.
fn same(full: &str, given: &str) -> bool {
    full == given || full.split_once('#').is_some_and(|(address, _)| address == given)
}
