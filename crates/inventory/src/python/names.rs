//! Which components of a lock file bear this name?
//!
//! Python lock files name what a package requires and leave the version out where it is told apart by
//! markers; names compare as PEP 503 says.

use std::collections::HashMap;

use vocab::{Base, Ecosystem, Scope};

use crate::Reading;

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

fn normal(name: &str) -> String {
    Ecosystem::from(Base::PyPI).normal_name(name).into_owned()
}
