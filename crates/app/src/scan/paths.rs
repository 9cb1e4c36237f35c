//! Who brings a package in? Shortest dependency paths from the project to a component.

use std::collections::VecDeque;

/// Longest path shown.
const MAX_LENGTH: usize = 64;
/// No component.
const NONE: u32 = u32::MAX;

/// For each component of one file, the one that brings it in on a shortest path from the project:
/// found for all at once, since a large file may have thousands of affected packages.
pub struct Ways {
    brought_by: Vec<u32>,
}

impl Ways {
    /// Goes out from the project's own components (`is_root`) and, for what they do not reach, from
    /// what nobody requires. Edges out of range are passed over.
    pub fn of(count: usize, requires: &[(u32, u32)], is_root: &dyn Fn(u32) -> bool) -> Self {
        let mut required: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut wanted = vec![false; count];
        for &(from, to) in requires {
            if (from as usize) < count && (to as usize) < count && from != to {
                required[from as usize].push(to);
                wanted[to as usize] = true;
            }
        }
        let mut ways = Self { brought_by: vec![NONE; count] };
        let mut met = vec![false; count];
        let all = 0..u32::try_from(count).unwrap_or(0);
        ways.spread(all.clone().filter(|at| is_root(*at)), &required, &mut met);
        ways.spread(all.filter(|at| !wanted[*at as usize]), &required, &mut met);
        ways
    }

    fn spread(&mut self, from: impl Iterator<Item = u32>, required: &[Vec<u32>], met: &mut [bool]) {
        let mut queue: VecDeque<u32> = from.filter(|at| !met[*at as usize]).collect();
        queue.iter().for_each(|at| met[*at as usize] = true);
        while let Some(at) = queue.pop_front() {
            for &next in &required[at as usize] {
                if !met[next as usize] {
                    met[next as usize] = true;
                    self.brought_by[next as usize] = at;
                    queue.push_back(next);
                }
            }
        }
    }

    /// The path to a component, both ends included; the component alone where nothing leads to it. The
    /// end near the project is cut off a very long one.
    pub fn path(&self, component: u32) -> Vec<u32> {
        let up = std::iter::successors(Some(component), |at| {
            self.brought_by.get(*at as usize).copied().filter(|by| *by != NONE)
        });
        let mut path: Vec<u32> = up.take(MAX_LENGTH).collect();
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::Ways;

    fn check(edges: &[(u32, u32)], target: u32, expect: &[u32]) {
        assert_eq!(Ways::of(4, edges, &|at| at == 0).path(target), expect, "{edges:?}");
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
