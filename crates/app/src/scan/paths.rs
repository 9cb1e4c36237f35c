//! Who brings a package in? Shortest dependency paths from the project to a component.

use inventory::Reading;
use vocab::Origin;

/// Longest path shown; a longer one is cut in the middle by the renderer, not here.
const MAX_LENGTH: usize = 64;

/// The requirement edges of one reading, turned round once.
pub struct Requirers {
    /// For each component, who requires it.
    by: Vec<Vec<u32>>,
}

/// One step of a dependency path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The package.
    pub name: String,
    /// Its version; empty when not told.
    pub version: String,
    /// The project itself or a member of it.
    pub first_party: bool,
}

impl Requirers {
    /// Turns the edges round; edges out of range are passed over.
    pub fn of(reading: &Reading) -> Self {
        let mut by = vec![Vec::new(); reading.components.len()];
        for &(requirer, required) in &reading.requires {
            if (requirer as usize) < by.len() && (required as usize) < by.len() {
                by[required as usize].push(requirer);
            }
        }
        Self { by }
    }

    /// The shortest path from a root (the project itself, a direct dependency, or a component nobody
    /// requires) to the component, both included; empty when the reading has no edges.
    pub fn path(&self, reading: &Reading, component: u32) -> Vec<Hop> {
        if reading.requires.is_empty() {
            return Vec::new();
        }
        let mut next = vec![u32::MAX; self.by.len()];
        let mut queue = std::collections::VecDeque::from([component]);
        let mut root = component;
        while let Some(at) = queue.pop_front() {
            let Some(requirers) = self.by.get(at as usize) else { break };
            let is_root =
                reading.components.get(at as usize).is_some_and(|c| c.origin == Origin::FirstParty);
            if is_root || requirers.is_empty() {
                root = at;
                break;
            }
            for &requirer in requirers {
                if requirer != component && next[requirer as usize] == u32::MAX {
                    next[requirer as usize] = at;
                    queue.push_back(requirer);
                }
            }
        }
        let mut path = Vec::new();
        let mut at = root;
        while let Some(component) = reading.components.get(at as usize) {
            path.push(Hop {
                name: component.name.clone(),
                version: component.version.text().to_owned(),
                first_party: component.origin == Origin::FirstParty,
            });
            at = next[at as usize];
            if at == u32::MAX || path.len() >= MAX_LENGTH {
                break;
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use inventory::Reading;
    use inventory::reading::pinned;
    use vocab::{Base, Origin};

    use super::Requirers;

    fn check(edges: &[(u32, u32)], target: u32, expect: &str) {
        let mut reading = Reading::default();
        for name in ["app", "a", "b", "c"] {
            reading.push(pinned(Base::Npm, name, "1", 0));
        }
        reading.components[0].origin = Origin::FirstParty;
        reading.requires = edges.to_vec();
        let path = Requirers::of(&reading).path(&reading, target);
        let names: Vec<_> = path.into_iter().map(|h| h.name).collect();
        assert_eq!(names.join(" > "), expect);
    }

    #[test]
    fn the_shortest_path_from_the_project_is_shown() {
        check(&[(0, 1), (1, 2), (2, 3)], 3, "app > a > b > c");
        check(&[(0, 1), (1, 2), (2, 3), (0, 3)], 3, "app > c");
        check(&[(0, 1), (1, 2), (2, 1)], 2, "app > a > b");
        check(&[(2, 3)], 3, "b > c");
        check(&[], 3, "");
        check(&[(3, 3), (7, 9)], 3, "c");
    }
}
