//! Who brings a package in? Shortest dependency paths from the project to a component.

/// Longest path shown; a longer one is cut in the middle by the renderer, not here.
const MAX_LENGTH: usize = 64;

/// The requirement edges of one file, turned round once.
pub struct Requirers {
    /// For each component, who requires it.
    by: Vec<Vec<u32>>,
}

impl Requirers {
    /// Turns the edges among `count` components round; edges out of range are passed over.
    pub fn of(count: usize, requires: &[(u32, u32)]) -> Self {
        let mut by = vec![Vec::new(); count];
        for &(requirer, required) in requires {
            if (requirer as usize) < by.len() && (required as usize) < by.len() {
                by[required as usize].push(requirer);
            }
        }
        Self { by }
    }

    /// The shortest path to a component from the project itself (`is_root`) or from what nobody
    /// requires, both ends included.
    pub fn path(&self, component: u32, is_root: &dyn Fn(u32) -> bool) -> Vec<u32> {
        let mut next = vec![u32::MAX; self.by.len()];
        let mut queue = std::collections::VecDeque::from([component]);
        let mut root = component;
        while let Some(at) = queue.pop_front() {
            let Some(requirers) = self.by.get(at as usize) else { break };
            if requirers.is_empty() || is_root(at) {
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
        let mut path = vec![root];
        while path.len() < MAX_LENGTH {
            let last = path.last().and_then(|at| next.get(*at as usize)).copied();
            match last {
                Some(at) if at != u32::MAX => path.push(at),
                _ => break,
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::Requirers;

    fn check(edges: &[(u32, u32)], target: u32, expect: &[u32]) {
        assert_eq!(Requirers::of(4, edges).path(target, &|at| at == 0), expect, "{edges:?}");
    }

    #[test]
    fn the_shortest_path_from_the_project_is_shown() {
        check(&[(0, 1), (1, 2), (2, 3)], 3, &[0, 1, 2, 3]);
        check(&[(0, 1), (1, 2), (2, 3), (0, 3)], 3, &[0, 3]);
        check(&[(0, 1), (1, 2), (2, 1)], 2, &[0, 1, 2]);
        check(&[(2, 3)], 3, &[2, 3]);
        check(&[], 3, &[3]);
        // A circle that nothing leads into has no beginning.
        check(&[(2, 3), (3, 2)], 3, &[3]);
        check(&[(3, 3), (7, 9)], 3, &[3]);
    }
}
