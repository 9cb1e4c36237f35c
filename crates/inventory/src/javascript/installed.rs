//! Which installed package does Node find?
//!
//! npm's lock files say where each package lies (`node_modules/a/node_modules/b`); what a package
//! requires is found by going up from there (Node.js documentation, «Loading from node_modules
//! folders»).

use std::collections::HashMap;

/// Longest path from which a search is made; a longer one is nothing npm writes.
const MAX_PATH: usize = 4_096;
/// Most folders that a search goes up.
const MAX_CLIMB: usize = 64;

/// Components by the folder they lie in.
#[derive(Default)]
pub(super) struct Installed(HashMap<String, u32>);

impl Installed {
    /// Notes that a component lies in a folder.
    pub(super) fn put(&mut self, folder: &str, index: u32) {
        self.0.insert(folder.to_owned(), index);
    }

    /// The component in this very folder.
    pub(super) fn at(&self, folder: &str) -> Option<u32> {
        self.0.get(folder).copied()
    }

    /// The component that `name` means to the package in `folder`.
    pub(super) fn find(&self, folder: &str, name: &str) -> Option<u32> {
        if folder.len() > MAX_PATH || name.len() > MAX_PATH {
            return None;
        }
        let mut from = folder;
        let mut path = String::with_capacity(folder.len() + name.len() + 14);
        for _ in 0..MAX_CLIMB {
            path.clear();
            if !from.is_empty() {
                path.push_str(from);
                path.push('/');
            }
            path.push_str("node_modules/");
            path.push_str(name);
            if let Some(index) = self.at(&path) {
                return Some(index);
            }
            if from.is_empty() {
                return None;
            }
            from = from.rsplit_once('/').map_or("", |(above, _)| above);
            from = from.strip_suffix("node_modules").unwrap_or(from).trim_end_matches('/');
        }
        None
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
        assert_eq!(installed.find("node_modules/a", "b"), Some(1));
        assert_eq!(installed.find("node_modules/a/node_modules/@s/c", "b"), Some(1));
        assert_eq!(installed.find("node_modules/@s/d", "b"), Some(0));
        assert_eq!(installed.find("packages/x", "b"), Some(2));
        assert_eq!(installed.find("packages/y", "b"), Some(0));
        assert_eq!(installed.find("", "c"), None);
        assert_eq!(installed.find(&"a/".repeat(100_000), "c"), None);
    }
}
