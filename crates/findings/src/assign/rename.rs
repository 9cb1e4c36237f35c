//! Which file is which other one, under a new name?
//!
//! First the only claim of its content that came and the only one that went. Then whole files: one that has
//! vanished with all its claims, and one that came with claims of the same rules on the same lines: first those
//! whose paths end alike, the longer the better, then by rules and lines alone. What is alike in several files
//! pairs none of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::identity::Key;

/// How much of a path's end is looked at, in segments.
const SEGMENTS: usize = 4;

/// A claim that neither name nor nearness has matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What stands there, without the file.
    pub moved: Option<Key>,
    /// The normal path of its first place.
    pub path: String,
    /// The tool's rule.
    pub rule: String,
    /// The identity's line.
    pub line: u32,
}

/// What goes beyond a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renamed {
    /// Positions in `came` and `went`.
    pub pairs: Vec<(usize, usize)>,
    /// Positions in `went` that something that came may be: they stay open.
    pub open: Vec<usize>,
}

/// Finds renamed places among what is left of a whole document. `known` and `seen`: whether the stream knew of any claim in that file,
/// and whether the document has any; a file that is there before and after has no new name.
pub fn renamed(
    came: &[Left],
    went: &[Left],
    known: &dyn Fn(&str) -> bool,
    seen: &dyn Fn(&str) -> bool,
) -> Renamed {
    let mut pairs = Vec::new();
    let (by_came, by_went) = (only(came), only(went));
    for (content, c) in &by_came {
        if let (Some(c), Some(Some(w))) = (c, by_went.get(content)) {
            pairs.push((*c, *w));
        }
    }
    let mut new_files = Files::of(came, pairs.iter().map(|(c, _)| *c));
    let mut old_files = Files::of(went, pairs.iter().map(|(_, w)| *w));
    new_files.0.retain(|path, _| !known(path));
    old_files.0.retain(|path, _| !seen(path));
    for segments in (0..=SEGMENTS).rev() {
        let (signed_came, mut signed_went) =
            (new_files.signed(segments), old_files.signed(segments));
        for (signature, c) in signed_came {
            let (Some(c), Some(Some(w))) = (c, signed_went.remove(&signature)) else { continue };
            let of_came = new_files.0.remove(c.as_str()).unwrap_or_default();
            let of_went = old_files.0.remove(w.as_str()).unwrap_or_default();
            pairs.extend(of_came.iter().zip(&of_went).map(|(c, w)| (c.2, w.2)));
        }
    }
    pairs.sort_unstable();
    let open = maybe(came, went, &pairs, &new_files, &old_files);
    Renamed { pairs, open }
}

/// What is left of `went` and may be something that is left of `came`: the same content elsewhere, or the same
/// rule on the same line of a file that vanished and of one that came.
fn maybe(
    came: &[Left],
    went: &[Left],
    pairs: &[(usize, usize)],
    new_files: &Files<'_>,
    old_files: &Files<'_>,
) -> Vec<usize> {
    let paired_came: HashSet<usize> = pairs.iter().map(|(c, _)| *c).collect();
    let paired_went: HashSet<usize> = pairs.iter().map(|(_, w)| *w).collect();
    let unpaired = came.iter().enumerate().filter(|(at, _)| !paired_came.contains(at));
    let contents: HashSet<Key> = unpaired.filter_map(|(_, claim)| claim.moved).collect();
    let new_places = new_files.0.values().flatten().map(|(rule, line, _)| (*rule, *line));
    let new_places: HashSet<(&str, u32)> = new_places.collect();
    let in_old = old_files.0.values().flatten();
    let in_old: HashSet<usize> = in_old
        .filter(|(rule, line, _)| new_places.contains(&(*rule, *line)))
        .map(|place| place.2)
        .collect();
    let open = went.iter().enumerate().filter(|(at, claim)| {
        let alike = claim.moved.is_some_and(|content| contents.contains(&content));
        !paired_went.contains(at) && (alike || in_old.contains(at))
    });
    open.map(|(at, _)| at).collect()
}

/// By what stands there: its only claim, or none where there are several.
fn only(left: &[Left]) -> HashMap<Key, Option<usize>> {
    let mut only = HashMap::new();
    for (at, claim) in left.iter().enumerate() {
        if let Some(moved) = claim.moved {
            only.entry(moved).and_modify(|one| *one = None).or_insert(Some(at));
        }
    }
    only
}

/// Rules, lines and positions of the claims of each path, sorted.
struct Files<'a>(BTreeMap<&'a str, Vec<(&'a str, u32, usize)>>);

/// The end of the path, then rules and lines.
type Signature<'a> = (&'a str, Vec<(&'a str, u32)>);

impl<'a> Files<'a> {
    fn of(left: &'a [Left], done: impl Iterator<Item = usize>) -> Self {
        let done: HashSet<usize> = done.collect();
        let mut files: BTreeMap<&str, Vec<(&str, u32, usize)>> = BTreeMap::new();
        for (at, claim) in left.iter().enumerate() {
            if !claim.path.is_empty() && !done.contains(&at) {
                files.entry(&claim.path).or_default().push((&claim.rule, claim.line, at));
            }
        }
        files.values_mut().for_each(|claims| claims.sort_unstable());
        Self(files)
    }

    /// The only path of each signature, or none where there are several. Without the path's end, claims of
    /// files as a whole are alike in too many.
    fn signed(&self, segments: usize) -> BTreeMap<Signature<'a>, Option<String>> {
        let mut signed: BTreeMap<Signature<'a>, Option<String>> = BTreeMap::new();
        for (path, claims) in &self.0 {
            if segments == 0 && claims.iter().all(|(_, line, _)| *line <= 1) {
                continue;
            }
            let claims = claims.iter().map(|(rule, line, _)| (*rule, *line)).collect();
            let one = Some((*path).to_owned());
            signed
                .entry((end(path, segments), claims))
                .and_modify(|one| *one = None)
                .or_insert(one);
        }
        signed
    }
}

/// The last segments of a path, all of it where it has no more.
fn end(path: &str, segments: usize) -> &str {
    let Some(skipped) = segments.checked_sub(1) else { return "" };
    let start = path.rmatch_indices('/').nth(skipped).map_or(0, |(at, _)| at + 1);
    path.get(start..).unwrap_or(path)
}
