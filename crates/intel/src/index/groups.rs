//! Which advisories speak of the same problem?
//!
//! In: the ids of each advisory and its aliases. Out: groups, the closure over `aliases` (symmetric and
//! transitive, OSV schema «aliases field»); `related` and `upstream` never join. A withdrawn record joins
//! no two groups that live records left apart: its aliases may be the very error it was withdrawn for.

use std::collections::HashMap;

/// What one advisory says of ids. Ids are numbers that the caller gives (places of strings).
#[derive(Debug, Clone)]
pub struct Member {
    /// The advisory's own id.
    pub id: u32,
    /// Its aliases.
    pub aliases: Vec<u32>,
    /// Withdrawn.
    pub withdrawn: bool,
}

/// One group.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Which members, as indices into the input, ascending.
    pub members: Vec<u32>,
    /// All their ids and aliases, in no particular order.
    pub ids: Vec<u32>,
}

/// Joins. Groups come in the order of their first member; every id stands in exactly one group.
pub fn join(members: &[Member]) -> Vec<Joined> {
    let mut sets = Sets::default();
    for member in members.iter().filter(|m| !m.withdrawn) {
        let own = sets.node(member.id);
        sets.live(own);
        for alias in &member.aliases {
            let alias = sets.node(*alias);
            sets.unite(own, alias);
        }
    }
    for member in members.iter().filter(|m| m.withdrawn) {
        let own = sets.node(member.id);
        let nodes: Vec<u32> = member.aliases.iter().map(|alias| sets.node(*alias)).collect();
        let mut live: Vec<u32> = nodes.iter().chain([&own]).map(|node| sets.root(*node)).collect();
        live.retain(|root| sets.is_live(*root));
        live.sort_unstable();
        live.dedup();
        if live.len() <= 1 {
            nodes.into_iter().for_each(|node| sets.unite(own, node));
        }
    }
    sets.collect(members)
}

/// A forest of disjoint sets with path halving and union by size.
#[derive(Default)]
struct Sets {
    nodes: HashMap<u32, u32>,
    ids: Vec<u32>,
    parent: Vec<u32>,
    size: Vec<u32>,
    live: Vec<bool>,
}

impl Sets {
    fn node(&mut self, id: u32) -> u32 {
        let next = self.parent.len() as u32;
        let node = *self.nodes.entry(id).or_insert(next);
        if node == next {
            self.ids.push(id);
            self.parent.push(next);
            self.size.push(1);
            self.live.push(false);
        }
        node
    }

    fn parent(&self, node: u32) -> u32 {
        self.parent.get(node as usize).copied().unwrap_or(node)
    }

    fn root(&mut self, mut node: u32) -> u32 {
        loop {
            let parent = self.parent(node);
            if parent == node {
                return node;
            }
            let above = self.parent(parent);
            if let Some(slot) = self.parent.get_mut(node as usize) {
                *slot = above;
            }
            node = above;
        }
    }

    fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let size = |sets: &Self, n: u32| sets.size.get(n as usize).copied().unwrap_or(0);
        let (big, small) = if size(self, a) < size(self, b) { (b, a) } else { (a, b) };
        let sum = size(self, big) + size(self, small);
        let live = self.is_live(big) || self.is_live(small);
        if let Some(slot) = self.parent.get_mut(small as usize) {
            *slot = big;
        }
        if let Some(slot) = self.size.get_mut(big as usize) {
            *slot = sum;
        }
        if let Some(slot) = self.live.get_mut(big as usize) {
            *slot = live;
        }
    }

    fn live(&mut self, node: u32) {
        let root = self.root(node);
        if let Some(slot) = self.live.get_mut(root as usize) {
            *slot = true;
        }
    }

    fn is_live(&self, root: u32) -> bool {
        self.live.get(root as usize).copied().unwrap_or(false)
    }

    fn collect(mut self, members: &[Member]) -> Vec<Joined> {
        let mut groups: Vec<Joined> = Vec::new();
        let mut of_root: HashMap<u32, usize> = HashMap::new();
        for (index, member) in members.iter().enumerate() {
            let node = self.node(member.id);
            let root = self.root(node);
            let group = *of_root.entry(root).or_insert_with(|| {
                groups.push(Joined::default());
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(group) {
                group.members.push(index as u32);
            }
        }
        for node in 0..self.parent.len() as u32 {
            let root = self.root(node);
            let id = self.ids.get(node as usize).copied();
            if let (Some(group), Some(id)) =
                (of_root.get(&root).and_then(|g| groups.get_mut(*g)), id)
            {
                group.ids.push(id);
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::{Member, join};

    fn check(members: &[(u32, &[u32], bool)], expect: &[&[u32]]) {
        let members: Vec<Member> = members
            .iter()
            .map(|(id, aliases, withdrawn)| Member {
                id: *id,
                aliases: aliases.to_vec(),
                withdrawn: *withdrawn,
            })
            .collect();
        let groups: Vec<Vec<u32>> = join(&members)
            .into_iter()
            .map(|mut group| {
                group.ids.sort_unstable();
                group.ids
            })
            .collect();
        assert_eq!(groups, expect);
    }

    #[test]
    fn aliases_are_symmetric_and_transitive() {
        check(
            &[(1, &[100], false), (2, &[100, 101], false), (3, &[], false)],
            &[&[1, 2, 100, 101], &[3]],
        );
        check(&[(1, &[2], false), (2, &[], false), (3, &[2], false)], &[&[1, 2, 3]]);
    }

    #[test]
    fn a_withdrawn_record_bridges_no_live_groups() {
        check(
            &[(1, &[100], false), (2, &[101], false), (3, &[100, 101], true)],
            &[&[1, 100], &[2, 101], &[3]],
        );
        check(&[(1, &[100], false), (3, &[100, 102], true)], &[&[1, 3, 100, 102]]);
        check(&[(3, &[100], true), (4, &[100], true)], &[&[3, 4, 100]]);
    }
}
