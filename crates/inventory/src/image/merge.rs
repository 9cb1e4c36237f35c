//! Which files of an image's layers are visible in the end?
//!
//! In: the [`Contents`] of its layers, from the lowest. Out: what the visible files tell, each at its own
//! place: a folder that is a link in the merged tree is followed, inside the image only. Rules: OCI image
//! specification 1.1, layer.md, «Applying Changesets»: what a layer has replaces what was at its path; only
//! a folder over a folder leaves what is below.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::system::Fact;

use super::Placed;
use super::layer::{Contents, Hashes, Look, Problem, mark, note};

/// Most links followed on the way to one file (`ELOOP` of Linux).
const MAX_HOPS: usize = 40;

/// Where distributions keep their databases; when links lead elsewhere, that has to be said.
const DATABASES: &[&str] = &[
    "etc/os-release",
    "var/lib/dpkg/status",
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/Packages",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/Packages.db",
];

/// Puts layers on each other.
pub(super) fn merge(layers: &[Rc<Contents>], look: &dyn Look) -> (Vec<Placed>, Vec<Problem>) {
    let tree = Tree::new(layers, Hashes::of(look));
    let mut problems = Vec::new();
    let mut visible: BTreeMap<String, (usize, Rc<Fact>)> = BTreeMap::new();
    // By path: the last layer that told of it, and the one that brought it. A change of owner or
    // permissions puts the same file into a layer once more.
    let mut brought: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, layer) in layers.iter().enumerate() {
        for (path, fact) in &layer.facts {
            let from = match brought.get(path.as_str()) {
                Some((last, first)) if tree.same(layers, path, *last, at) => *first,
                _ => at,
            };
            brought.insert(path, (at, from));
            tree.place(&mut visible, path, (at, from), fact.clone());
        }
        for (path, target) in &layer.links {
            let target = tree.resolve(target, at, false).unwrap_or_default();
            if let Some(fact) = tree.fact(layers, &target, at) {
                tree.place(&mut visible, path, (at, at), fact);
            } else if tree.shows(path, at) && !tree.looked_into(&target, at) {
                note(
                    &mut problems,
                    path,
                    "a hard link to a file that was not read at its own path",
                );
            }
        }
    }
    let last = layers.len().saturating_sub(1);
    for path in DATABASES {
        match tree.resolve(path, last, true) {
            Some(real) if real == *path || !tree.exists(&real, last) => {}
            Some(real) if look.wants(&real, 1, false).is_some() => {}
            Some(real) => {
                note(&mut problems, path, format!("links lead to «{real}», which was not read"));
            }
            None => note(&mut problems, path, "links lead in a circle"),
        }
    }
    drop(tree);
    let placed = visible.into_iter().map(|(path, (layer, fact))| Placed {
        path,
        layer: u32::try_from(layer).unwrap_or(u32::MAX),
        fact: Rc::unwrap_or_clone(fact),
    });
    (placed.collect(), problems)
}

/// What the layers say of the paths that matter.
struct Tree<'a> {
    hashes: Hashes,
    /// Hash, layer, mark; sorted.
    marks: Vec<(u64, usize, u64)>,
    /// By the hash of their path: layer and target, from the lowest.
    symlinks: HashMap<u64, Vec<(usize, &'a str)>>,
}

/// Paths that matter, by hash: true for the path itself, false for the folders above it.
type Interest = HashMap<u64, bool>;

impl<'a> Tree<'a> {
    fn new(layers: &'a [Rc<Contents>], hashes: Hashes) -> Self {
        let mut symlinks: HashMap<u64, Vec<(usize, &str)>> = HashMap::new();
        let mut interest = Interest::new();
        DATABASES.iter().for_each(|path| add(hashes, &mut interest, path));
        for (at, layer) in layers.iter().enumerate() {
            for (path, target) in &layer.symlinks {
                symlinks.entry(hashes.path(path)).or_default().push((at, target));
                add(hashes, &mut interest, path);
            }
            paths(layer).for_each(|path| add(hashes, &mut interest, path));
        }
        let mut tree = Self { hashes, marks: marks(layers, &interest), symlinks };
        // Where links lead to is of interest too.
        let last = layers.len().saturating_sub(1);
        for path in DATABASES {
            tree.resolve(path, last, true).iter().for_each(|path| add(hashes, &mut interest, path));
        }
        for (at, layer) in layers.iter().enumerate() {
            for path in paths(layer) {
                tree.resolve(path, at, false)
                    .iter()
                    .for_each(|path| add(hashes, &mut interest, path));
            }
        }
        tree.marks = marks(layers, &interest);
        tree
    }

    /// Whether an upper layer has at a path what a lower one has, and nothing was there in between.
    fn same(&self, layers: &[Rc<Contents>], path: &str, lower: usize, upper: usize) -> bool {
        let fact = |at: usize| layers.get(at)?.facts.get(path);
        let until = upper.saturating_sub(1);
        fact(lower) == fact(upper) && self.survives(self.hashes.above(path), lower, until)
    }

    /// Adds a fact where it is visible, as told by a layer and brought by that one or a lower; of two at the same place the upper layer's stays.
    fn place(
        &self,
        visible: &mut BTreeMap<String, (usize, Rc<Fact>)>,
        path: &str,
        (layer, from): (usize, usize),
        fact: Rc<Fact>,
    ) {
        let real = self.resolve(path, layer, false).unwrap_or_else(|| path.to_owned());
        if self.shows(path, layer) && self.shows(&real, layer) {
            visible.insert(real, (from, fact));
        }
    }

    /// Whether what a layer has at a path is still there in the end.
    fn shows(&self, path: &str, layer: usize) -> bool {
        self.survives(self.hashes.above(path), layer, usize::MAX)
    }

    /// Whether what a layer has at a path (hashes of the folders above, then its own) is still there
    /// when the layers up to `until` are applied.
    fn survives(&self, path: impl Iterator<Item = u64>, layer: usize, until: usize) -> bool {
        let mut hashes = path.peekable();
        while let Some(hash) = hashes.next() {
            // A folder replaces what is no folder; what is below it stays, unless it is opaque.
            let harmless = if hashes.peek().is_none() { mark::OPAQUE } else { mark::FOLDER };
            let mut later = self.at(hash).iter().filter(|(_, at, _)| *at > layer && *at <= until);
            if later.any(|(_, _, kind)| kind & mark::KIND != harmless) {
                return false;
            }
        }
        true
    }

    fn at(&self, hash: u64) -> &[(u64, usize, u64)] {
        let hash = hash & !mark::BITS;
        let from = self.marks.partition_point(|(h, _, _)| *h < hash);
        let to = self.marks.partition_point(|(h, _, _)| *h <= hash);
        self.marks.get(from..to).unwrap_or_default()
    }

    /// Where a path leads in the tree of the layers up to this one, links followed, of the last part
    /// only if asked. As below a changed root: nothing is above it. `None` for circles.
    fn resolve(&self, path: &str, layer: usize, last: bool) -> Option<String> {
        let parts = |path: &'a str| path.split('/').rev().filter(|part| !matches!(*part, "" | "."));
        let mut rest: Vec<&str> = path.rsplit('/').filter(|part| !part.is_empty()).collect();
        let mut real: Vec<(&str, u64)> = Vec::new();
        let mut hops = 0;
        while let Some(part) = rest.pop() {
            if part == ".." {
                real.pop();
                continue;
            }
            let hash = self.hashes.below(real.last().map_or(0, |(_, hash)| *hash), part);
            let target = self.symlink(hash, &real, layer).filter(|_| last || !rest.is_empty());
            let Some(target) = target else {
                real.push((part, hash));
                continue;
            };
            hops += 1;
            if hops > MAX_HOPS {
                return None;
            }
            if target.starts_with('/') {
                real.clear();
            }
            rest.extend(parts(target));
        }
        let parts: Vec<&str> = real.iter().map(|(part, _)| *part).collect();
        Some(parts.join("/"))
    }

    /// The link that is at a path when the layers up to this one are applied.
    fn symlink(&self, hash: u64, above: &[(&str, u64)], layer: usize) -> Option<&'a str> {
        let (at, target) = self.symlinks.get(&hash)?.iter().rfind(|(at, _)| *at <= layer)?;
        let path = std::iter::once(0).chain(above.iter().map(|(_, hash)| *hash));
        self.survives(path.chain([hash]), *at, layer).then_some(*target)
    }

    /// What the file at a path tells when the layers up to this one are applied.
    fn fact(&self, layers: &[Rc<Contents>], path: &str, layer: usize) -> Option<Rc<Fact>> {
        let below = layers.get(..=layer)?.iter().enumerate().rev();
        let mut found = below.filter_map(|(at, l)| l.facts.get(path).map(|fact| (at, fact)));
        let (at, fact) = found.next()?;
        self.survives(self.hashes.above(path), at, layer).then(|| fact.clone())
    }

    fn looked_into(&self, path: &str, layer: usize) -> bool {
        self.top(path, layer).is_some_and(|kind| kind & mark::LOOKED != 0)
    }

    fn exists(&self, path: &str, layer: usize) -> bool {
        self.top(path, layer).is_some_and(|kind| kind & mark::KIND == mark::OTHER)
    }

    /// The mark of the uppermost layer, up to this one, that has something at a path.
    fn top(&self, path: &str, layer: usize) -> Option<u64> {
        self.at(self.hashes.path(path))
            .iter()
            .rfind(|(_, at, _)| *at <= layer)
            .map(|(_, _, kind)| *kind)
    }
}

/// The paths of a layer that are looked up.
fn paths(layer: &Contents) -> impl Iterator<Item = &str> {
    let links = layer.links.iter().flat_map(|(path, target)| [path, target]);
    layer.facts.keys().chain(links).map(String::as_str)
}

fn add(hashes: Hashes, interest: &mut Interest, path: &str) {
    let mut hashes = hashes.above(path).peekable();
    while let Some(hash) = hashes.next() {
        *interest.entry(hash & !mark::BITS).or_default() |= hashes.peek().is_none();
    }
}

fn marks(layers: &[Rc<Contents>], interest: &Interest) -> Vec<(u64, usize, u64)> {
    let mut found = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        let of = layer.marks.iter().map(|m| (m & !mark::BITS, at, m & mark::BITS));
        found.extend(of.filter(|(hash, _, kind)| match interest.get(hash) {
            Some(whole) => *whole || kind & mark::KIND != mark::FOLDER,
            None => false,
        }));
    }
    found.sort_unstable();
    found
}
