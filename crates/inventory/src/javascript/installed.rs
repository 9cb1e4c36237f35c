//! Which installed package does Node find?
//!
//! Lock files of npm say where each package lies (`node_modules/a/node_modules/b`), those of Bun below
//! which other (`a/b`); what a package requires is found by going up from there (Node.js
//! documentation, «Loading from node_modules folders»). The folders above a package are looked up once
//! for all that it requires, so a long path and a long list do not multiply.

use std::collections::HashMap;

/// Longest path from which a search is made; a longer one is nothing the tools write.
const MAX_PATH: usize = 4_096;
/// Most folders that a search goes up.
const MAX_CLIMB: usize = 64;

/// Components by the folder they lie in.
#[derive(Default)]
pub(super) struct Installed {
    folders: HashMap<String, u32>,
    /// The folders that have packages below them, as indices of `below`.
    above: HashMap<String, usize>,
    below: Vec<HashMap<String, u32>>,
}

/// The folders in which a search looks, the nearest first.
pub(super) struct Scope(Vec<usize>);

impl Installed {
    /// Notes that a component lies in a folder of npm's.
    pub(super) fn put(&mut self, folder: &str, index: u32) {
        self.folders.insert(folder.to_owned(), index);
        if let Some((above, name)) = folder.rsplit_once("node_modules/") {
            self.put_below(above.trim_end_matches('/'), name, index);
        }
    }

    /// Notes that a package of this name lies below another (at the top when that is empty).
    pub(super) fn put_below(&mut self, above: &str, name: &str, index: u32) {
        let next = self.below.len();
        let at = *self.above.entry(above.to_owned()).or_insert(next);
        if at == next {
            self.below.push(HashMap::new());
        }
        if let Some(packages) = self.below.get_mut(at) {
            packages.insert(name.to_owned(), index);
        }
    }

    /// The component in this very folder.
    pub(super) fn at(&self, folder: &str) -> Option<u32> {
        self.folders.get(folder).copied()
    }

    /// Where a package in this folder of npm's looks for what it requires.
    pub(super) fn scope(&self, folder: &str) -> Scope {
        self.scope_by(folder, |from| {
            let above = from.rsplit_once('/').map_or("", |(above, _)| above);
            above.strip_suffix("node_modules").unwrap_or(above).trim_end_matches('/')
        })
    }

    /// The same where `up` tells what is above; the top is empty and always looked into.
    pub(super) fn scope_by(&self, from: &str, up: impl Fn(&str) -> &str) -> Scope {
        let mut found = Vec::new();
        let mut from = if from.len() > MAX_PATH { "" } else { from };
        for _ in 0..MAX_CLIMB {
            if from.is_empty() {
                break;
            }
            found.extend(self.above.get(from));
            from = up(from);
        }
        found.extend(self.above.get(""));
        Scope(found)
    }

    /// The component that a name means in a scope.
    pub(super) fn find(&self, scope: &Scope, name: &str) -> Option<u32> {
        scope.0.iter().find_map(|at| self.below.get(*at)?.get(name).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::Installed;

    #[test]
    fn the_nearest_folder_wins() {
        let mut installed = Installed::default();
        installed.put("node_modules/b", 0);
        installed.put("node_modules/a/node_modules/b", 1);
        installed.put("packages/x/node_modules/b", 2);
        let find = |folder: &str, name: &str| installed.find(&installed.scope(folder), name);
        assert_eq!(find("node_modules/a", "b"), Some(1));
        assert_eq!(find("node_modules/a/node_modules/@s/c", "b"), Some(1));
        assert_eq!(find("node_modules/@s/d", "b"), Some(0));
        assert_eq!(find("packages/x", "b"), Some(2));
        assert_eq!(find("packages/y", "b"), Some(0));
        assert_eq!(find("", "c"), None);
        assert_eq!(find(&"a/".repeat(100_000), "c"), None);
    }
}
