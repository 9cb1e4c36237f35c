//! Which components of a lock file bear this name?
//!
//! Python lock files name what a package requires and leave the version out where it is told apart by
//! markers; names compare as PEP 503 says. A name that no component bears is told here as well.

use std::collections::HashMap;

use vocab::{Base, Ecosystem, Scope};

use super::{poetry, pyproject};
use crate::node::Node;
use crate::{Document, Problem, Reading, Tree, text};

/// Most versions of one name that an edge leads to.
const MAX_VERSIONS: usize = 16;

/// Components by normalised name.
pub(super) struct Names(HashMap<String, Vec<u32>>);

impl Names {
    /// Of all components of a reading.
    pub(super) fn of(reading: &Reading) -> Self {
        let mut names: HashMap<String, Vec<u32>> = HashMap::with_capacity(reading.components.len());
        for (index, component) in (0u32..).zip(&reading.components) {
            names.entry(normal(&component.name)).or_default().push(index);
        }
        Self(names)
    }

    /// The components of this name; of this version only, when one is given and there.
    pub(super) fn find(&self, reading: &Reading, name: &str, version: Option<&str>) -> Vec<u32> {
        let all = self.0.get(&normal(name)).map(Vec::as_slice).unwrap_or_default();
        if let Some(version) = version {
            let of = |i: &&u32| {
                reading.components.get(**i as usize).is_some_and(|c| c.version.text() == version)
            };
            if let Some(one) = all.iter().take(MAX_VERSIONS * 64).find(of) {
                return vec![*one];
            }
        }
        all.iter().copied().take(MAX_VERSIONS).collect()
    }

    /// True where the file has a package of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(&normal(name))
    }

    /// Marks what the project asks for as direct, and gives every component the strictest scope in
    /// which it is reached from there. With no roots nothing is told and nothing is changed.
    pub(super) fn root(&self, reading: &mut Reading, roots: &[(String, Scope)]) {
        if roots.is_empty() {
            return;
        }
        for component in &mut reading.components {
            component.direct = Some(false);
        }
        let mut found = Vec::new();
        for (name, scope) in roots {
            for index in self.find(reading, name, None) {
                if let Some(component) = reading.components.get_mut(index as usize) {
                    component.direct = Some(true);
                }
                found.push((index, *scope));
            }
        }
        reading.spread(&found);
    }
}

/// The problem of a package that requires what the file does not have.
pub(super) fn dangling(package: &Node<'_>, line: u32, name: &str) -> Problem {
    let from = text::short(package.text_at("name").unwrap_or_default());
    let what = format!("{from} requires `{}`, which the file does not have", text::short(name));
    Problem { line, what }
}

/// The bytes of `pyproject.toml` beside a lock file that bears the name its tool gives it; a file of
/// another name may belong to another project.
pub(super) fn manifest_beside(
    document: Document<'_>,
    lock: &str,
    tree: &dyn Tree,
) -> Option<Vec<u8>> {
    let name = document.path.rsplit('/').next();
    let beside = document.beside("pyproject.toml").filter(|_| name == Some(lock))?;
    tree.read(&beside)
}

/// The problem of a lock file that lacks what its project certainly asks for.
pub(super) fn unlocked(names: &Names, manifest: &[u8]) -> Option<Problem> {
    let certain = pyproject::certain(manifest);
    let missing: Vec<&str> = certain
        .iter()
        .map(String::as_str)
        .filter(|name| !names.has(name) && poetry::is_lockable(name))
        .collect();
    text::missing("pyproject.toml", &missing)
}

fn normal(name: &str) -> String {
    Ecosystem::from(Base::PyPI).normal_name(name).into_owned()
}
