//! Which known claim is which observation?
//!
//! One-to-one, in stages (field notes, «Dedup»): by name, then within a bucket by equal words and content, by equal
//! content, by the nearest line in the order of the file; then what got another path ([`renamed`]). What stays
//! ambiguous stays unassigned and open. [`matched`] runs all of them, for an import and for [`crate::replay`] alike.

mod align;
mod matching;
mod rename;

use std::collections::BTreeMap;

use crate::identity::Key;

pub use matching::{Came, Document, Eligible, Known as Claims, MAX_MOVED, Met, Stands, matched};
pub use rename::{Left, Renamed, renamed};

/// Largest bucket that is matched by nearness (seen or known); larger ones stay open and are said.
pub const MAX_BUCKET: usize = 5_000;
/// Farthest that a place whose content became another is looked for, in lines.
pub const MAX_DISTANCE: u32 = 50;

/// An observation of a bucket that no name has matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What stands there.
    pub content: Option<Key>,
    /// What is told of it: tells apart what stands on one line, whatever the order of the document.
    pub digest: Key,
    /// The identity's line; 0 where lines mean nothing, so that only content tells.
    pub line: u32,
}

/// A standing claim of the same bucket that no observation has matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What stood there.
    pub content: Option<Key>,
    /// What was told of it.
    pub digest: Key,
    /// The identity's line; 0 where lines mean nothing, so that only content tells.
    pub line: u32,
}

/// How a pair was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// By name.
    Exact,
    /// By equal content.
    Content,
    /// By the nearest line, in the order of the file.
    Nearest,
    /// The only one of its content that went, and the only one that came.
    Renamed,
}

/// What one bucket gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assigned {
    /// Positions in `seen` and `known`, with the stage.
    pub pairs: Vec<(usize, usize, Stage)>,
    /// Positions in `known` that an unassigned observation could also be: they stay open.
    pub ambiguous: Vec<usize>,
}

/// Assigns within one bucket. The result does not depend on the order in which either side is given, but for
/// members that are equal in all that is known.
pub fn assign(seen: &[Seen], known: &[Known]) -> Assigned {
    let mut bucket = Bucket {
        seen,
        known,
        seen_left: sorted(seen.iter().map(|s| (s.line, s.content, s.digest))),
        known_left: sorted(known.iter().map(|k| (k.line, k.content, k.digest))),
        tied: vec![false; known.len()],
        pairs: Vec::new(),
    };
    bucket.by(|s| Some((s.content, Some(s.digest))), |k| Some((k.content, Some(k.digest))));
    bucket.by(|s| s.content.map(|c| (Some(c), None)), |k| k.content.map(|c| (Some(c), None)));
    bucket.nearest();
    bucket.end()
}

/// Positions in the order of the file.
fn sorted(members: impl Iterator<Item = (u32, Option<Key>, Key)>) -> Vec<usize> {
    let mut keyed: Vec<_> = members.enumerate().map(|(at, member)| (member, at)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// By what members are put together in a stage.
type Group = (Option<Key>, Option<Key>);

struct Bucket<'a> {
    seen: &'a [Seen],
    known: &'a [Known],
    /// Positions not assigned yet, in the order of the file.
    seen_left: Vec<usize>,
    known_left: Vec<usize>,
    /// Known ones that a different choice, as good, would have left over or not.
    tied: Vec<bool>,
    pairs: Vec<(usize, usize, Stage)>,
}

impl Bucket<'_> {
    /// Assigns within each group that both sides have.
    fn by(&mut self, of_seen: fn(&Seen) -> Option<Group>, of_known: fn(&Known) -> Option<Group>) {
        let mut groups: BTreeMap<Group, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for &at in &self.seen_left {
            if let Some(group) = self.seen.get(at).and_then(of_seen) {
                groups.entry(group).or_default().0.push(at);
            }
        }
        for &at in &self.known_left {
            if let Some(group) = self.known.get(at).and_then(of_known) {
                groups.entry(group).or_default().1.push(at);
            }
        }
        for ((content, _), (seen, known)) in groups {
            // Without content what is told only narrows down who may be the nearest.
            let stage = if content.is_some() { Stage::Content } else { Stage::Nearest };
            self.align(&seen, &known, stage);
        }
        self.drop_assigned();
    }

    /// Assigns what is left by lines; without lines only where one stands against one.
    fn nearest(&mut self) {
        if self.seen_left.len() > MAX_BUCKET || self.known_left.len() > MAX_BUCKET {
            return;
        }
        let (seen, seen_unplaced) =
            self.placed(&self.seen_left, |at| self.seen.get(at).map(|s| s.line));
        let (known, known_unplaced) =
            self.placed(&self.known_left, |at| self.known.get(at).map(|k| k.line));
        self.align(&seen, &known, Stage::Nearest);
        // A file as a whole, or a check that learnt its id only now: what is said of it never contradicts.
        if let ([s], [k]) = (seen_unplaced.as_slice(), known_unplaced.as_slice()) {
            let content = |content: Option<Option<Key>>| content.flatten();
            let (a, b) = (
                content(self.seen.get(*s).map(|s| s.content)),
                content(self.known.get(*k).map(|k| k.content)),
            );
            if a.is_none() || b.is_none() {
                self.pairs.push((*s, *k, Stage::Nearest));
            }
        }
        self.drop_assigned();
    }

    fn placed(
        &self,
        left: &[usize],
        line: impl Fn(usize) -> Option<u32>,
    ) -> (Vec<usize>, Vec<usize>) {
        left.iter().copied().partition(|at| line(*at).is_some_and(|line| line > 0))
    }

    /// Aligns two lists in the order of the file.
    fn align(&mut self, seen: &[usize], known: &[usize], stage: Stage) {
        let lines = |at: &usize| self.seen.get(*at).map(|s| s.line);
        let seen_lines: Vec<u32> = seen.iter().filter_map(lines).collect();
        let lines = |at: &usize| self.known.get(*at).map(|k| k.line);
        let known_lines: Vec<u32> = known.iter().filter_map(lines).collect();
        let member = |at: usize| known.get(at).and_then(|at| self.known.get(*at));
        let aligned = align::align(&seen_lines, &known_lines, &|a, b| member(a) == member(b));
        for (s, k) in aligned.pairs {
            let (Some(&s), Some(&k)) = (seen.get(s), known.get(k)) else { continue };
            if stage == Stage::Content || self.fits(s, k, aligned.shift) {
                self.pairs.push((s, k, stage));
            }
        }
        for k in aligned.tied {
            if let Some(tied) = known.get(k).and_then(|at| self.tied.get_mut(*at)) {
                *tied = true;
            }
        }
    }

    /// Whether content that became another still lies where it may be the same place.
    fn fits(&self, s: usize, k: usize, shift: i64) -> bool {
        let (Some(s), Some(k)) = (self.seen.get(s), self.known.get(k)) else { return false };
        let apart = i64::from(s.line) - i64::from(k.line);
        let apart = apart.abs().min((apart - shift).abs());
        s.content.is_none() || k.content.is_none() || apart <= i64::from(MAX_DISTANCE)
    }

    fn drop_assigned(&mut self) {
        let mut seen = vec![false; self.seen.len()];
        let mut known = vec![false; self.known.len()];
        for (s, k, _) in &self.pairs {
            if let (Some(s), Some(k)) = (seen.get_mut(*s), known.get_mut(*k)) {
                (*s, *k) = (true, true);
            }
        }
        self.seen_left.retain(|at| !seen.get(*at).copied().unwrap_or(true));
        self.known_left.retain(|at| !known.get(*at).copied().unwrap_or(true));
    }

    /// What is left of the known is ambiguous while something came that it may be, or when another of several
    /// could as well be the one that went; not when those are equal in all that is told.
    fn end(mut self) -> Assigned {
        let came = !self.seen_left.is_empty();
        let ambiguous = self.known_left.iter().copied().filter(|at| {
            let comparable = self.known.get(*at).is_some_and(|k| {
                let may_be = |s: &Seen| {
                    (s.line > 0) == (k.line > 0)
                        && (k.line > 0 || s.content.is_none() || k.content.is_none())
                };
                self.seen_left.iter().filter_map(|s| self.seen.get(*s)).any(may_be)
            });
            came && comparable || self.tied.get(*at).copied().unwrap_or(false)
        });
        let mut ambiguous: Vec<usize> = ambiguous.collect();
        ambiguous.sort_unstable();
        self.pairs.sort_unstable();
        Assigned { pairs: self.pairs, ambiguous }
    }
}
