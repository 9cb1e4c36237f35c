//! Which packages does NuGet's lock file name?
//!
//! In: packages.lock.json of version 1 or 2 (NuGet documentation, «Locking dependencies»). Out: one
//! component for each package and version, however many target frameworks take it; who requires whom.
//! Never: the hashes.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Declared, Origin};

use crate::node::{Entry, Node};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, json, text};

/// Reads packages.lock.json.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let Some(frameworks) = root.at("dependencies") else {
        let what = "expected the key «dependencies»; this is no lock file of NuGet".to_owned();
        return Err(Problem { line: root.line, what });
    };
    let mut found = Found::default();
    for framework in frameworks.expect_map("«dependencies»")? {
        let name = text::short(&framework.key);
        match framework.node.expect_map(&format!("the framework «{name}»")) {
            Ok(packages) => found.framework(packages),
            Err(problem) => found.reading.problems.push(problem),
        }
    }
    Ok(found.reading)
}

#[derive(Default)]
struct Found {
    reading: Reading,
    known: HashMap<(String, String), u32>,
    edges: HashSet<(u32, u32)>,
}

impl Found {
    fn framework(&mut self, packages: &[Entry<'_>]) {
        let mut here = HashMap::new();
        let mut requirements = Vec::new();
        for package in packages {
            let Some(index) = self.package(package) else { continue };
            here.insert(package.key.to_ascii_lowercase(), index);
            let required = package.node.at("dependencies").map(Node::entries).unwrap_or_default();
            requirements.extend(required.iter().map(|r| (index, r.key.to_ascii_lowercase())));
        }
        for (from, name) in requirements {
            if let Some(to) = here.get(&name)
                && self.edges.insert((from, *to))
            {
                self.reading.requires.push((from, *to));
            }
        }
    }

    fn package(&mut self, package: &Entry<'_>) -> Option<u32> {
        let kind = package.node.text_at("type").unwrap_or_default();
        let resolved = package.node.text_at("resolved");
        let project = kind.eq_ignore_ascii_case("project");
        if !project && resolved.is_none() {
            let what = "expected a package with «type» and «resolved»";
            self.reading.problem(package.line, what);
            return None;
        }
        let direct = kind.eq_ignore_ascii_case("direct");
        let version = resolved.unwrap_or_default();
        let key = (package.key.to_ascii_lowercase(), version.to_owned());
        if let Some(index) = self.known.get(&key) {
            let component = self.reading.components.get_mut(*index as usize)?;
            component.direct = component.direct.map(|before| before || direct);
            return Some(*index);
        }
        let mut component = pinned(Base::NuGet, &*package.key, version, package.line);
        component.direct = Some(direct);
        if project {
            component.origin = Origin::FirstParty;
            component.direct = None;
        }
        if version.is_empty() {
            component.version = Declared::Absent;
        }
        let index = self.reading.push(component)?;
        self.known.insert(key, index);
        Some(index)
    }
}
