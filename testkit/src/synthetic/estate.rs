//! Lock files by the ten thousand: what the repositories of one organisation use.
//!
//! In: packages in the order of their popularity, the number of a repository, and how many components it
//! has. Out: its `Cargo.lock`, the same on every machine and every run, and no two alike. Packages are
//! drawn by Zipf's law, at most two versions of a name; two in a hundred are invented, out of a pool so
//! large that the distinct components of an estate go on growing with it. Checksums are left out, as old
//! lock files do: they are a third of the bytes and no scan asks for them.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use super::Numbers;

/// How many of a hundred components of a lock file are invented.
const INVENTED: u32 = 2;
/// Names that invented components have.
const POOL: u32 = 200_000;
/// Dependencies of the repository's own package.
const DIRECT: usize = 40;
/// Most versions of one name in a lock file.
const VERSIONS: u8 = 2;

/// The packages that an organisation may use.
#[derive(Debug, Clone)]
pub struct World {
    packages: Vec<(String, String)>,
    /// For each package, the number of its name.
    names: Vec<usize>,
    /// The weights of all packages up to this one, itself included.
    cumulative: Vec<u64>,
    distinct_names: usize,
}

impl World {
    /// Packages as (name, version), the most popular first.
    pub fn new(packages: Vec<(String, String)>) -> Self {
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut names = Vec::with_capacity(packages.len());
        for (name, _) in &packages {
            let next = known.len();
            names.push(*known.entry(name).or_insert(next));
        }
        let distinct_names = known.len();
        let mut sum = 0;
        let weight = |rank: usize| (1u64 << 40) / (rank as u64 + 20);
        let cumulative = (0..packages.len())
            .map(|rank| {
                sum += weight(rank);
                sum
            })
            .collect();
        Self { packages, names, cumulative, distinct_names }
    }

    /// So many packages that nobody has published.
    pub fn invented(count: u32) -> Self {
        Self::new((0..count).map(invented).collect())
    }

    /// How many packages there are.
    pub fn packages(&self) -> usize {
        self.packages.len()
    }

    /// The lock file of a repository, with so many components; fewer when the world has not that many.
    pub fn lock(&self, number: u32, components: u32) -> String {
        let mut numbers = Numbers::new(u64::from(number) ^ 0x6573_7461_7465);
        let drawn = self.drawn(&mut numbers, components as usize);
        let edges = edges(&mut numbers, drawn.len());
        write(number, &drawn, &edges)
    }

    /// Distinct packages, in no order that means anything.
    fn drawn(&self, numbers: &mut Numbers, count: usize) -> Vec<(String, String)> {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let mut taken = vec![false; self.packages.len()];
        let mut versions = vec![0u8; self.distinct_names];
        let wanted = count - count * INVENTED as usize / 100;
        let mut drawn = Vec::with_capacity(count);
        // The popular ones are met again and again; the bound ends a world that is too small.
        for _ in 0..count.saturating_mul(100) {
            if drawn.len() >= wanted {
                break;
            }
            let at = numbers.draw() % total;
            let rank = self.cumulative.partition_point(|sum| *sum <= at);
            let name = self.names[rank];
            if !taken[rank] && versions[name] < VERSIONS {
                taken[rank] = true;
                versions[name] += 1;
                drawn.push(self.packages[rank].clone());
            }
        }
        let mut own = BTreeSet::new();
        while own.len() < count - wanted {
            own.insert(POOL + numbers.below(POOL));
        }
        drawn.extend(own.into_iter().map(invented));
        drawn
    }
}

fn invented(number: u32) -> (String, String) {
    let mut numbers = Numbers::new(u64::from(number));
    (format!("synthetic-{number}"), format!("{}.{}.0", numbers.below(3), numbers.below(30)))
}

/// For each component, those that it needs: each is needed by an earlier one, and by another one or two.
fn edges(numbers: &mut Numbers, count: usize) -> Vec<Vec<usize>> {
    let mut edges = vec![Vec::new(); count];
    let below = |numbers: &mut Numbers, limit: usize| {
        numbers.below(u32::try_from(limit).unwrap_or(u32::MAX)) as usize
    };
    for to in DIRECT.min(count)..count {
        for _ in 0..1 + below(numbers, 4) {
            let from = below(numbers, to);
            if !edges[from].contains(&to) {
                edges[from].push(to);
            }
        }
    }
    edges
}

fn write(number: u32, drawn: &[(String, String)], edges: &[Vec<usize>]) -> String {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for (name, _) in drawn {
        *counts.entry(name).or_default() += 1;
    }
    let mut order: Vec<usize> = (0..drawn.len()).collect();
    order.sort_by(|a, b| drawn[*a].cmp(&drawn[*b]));
    let mut text = String::with_capacity(drawn.len() * 220);
    let list = |text: &mut String, needed: &[usize]| {
        if needed.is_empty() {
            return;
        }
        text.push_str("dependencies = [\n");
        let mut needed: Vec<&(String, String)> = needed.iter().map(|at| &drawn[*at]).collect();
        needed.sort();
        for (name, version) in needed {
            // As Cargo writes it: the version where the name alone does not tell.
            let _ = match counts.get(name.as_str()) {
                Some(1) => writeln!(text, " \"{name}\","),
                _ => writeln!(text, " \"{name} {version}\","),
            };
        }
        text.push_str("]\n");
    };
    text.push_str("# This file is made for measuring.\nversion = 4\n\n");
    let _ = write!(text, "[[package]]\nname = \"repository-{number}\"\nversion = \"0.1.0\"\n");
    let direct: Vec<usize> = (0..DIRECT.min(drawn.len())).collect();
    list(&mut text, &direct);
    for at in order {
        let (name, version) = &drawn[at];
        let _ = write!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
        );
        list(&mut text, &edges[at]);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::World;

    fn components(lock: &str) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        let mut lines = lock.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("name = ") {
                let version = lines.next().and_then(|l| l.strip_prefix("version = "));
                found.insert((name.to_owned(), version.unwrap_or_default().to_owned()));
            }
        }
        found
    }

    #[test]
    fn a_lock_file_has_what_was_asked_for_and_is_the_same_every_time() {
        let world = World::invented(5_000);
        let first = world.lock(7, 500);
        assert_eq!(first, world.lock(7, 500));
        // And the repository's own package.
        assert_eq!(components(&first).len(), 501);
        assert_eq!(first.matches("source = ").count(), 500);
    }

    #[test]
    fn lock_files_differ_and_share_the_popular() {
        let world = World::invented(5_000);
        let [a, b] = [1, 2].map(|number| components(&world.lock(number, 500)));
        let shared = a.intersection(&b).count();
        assert!((50..400).contains(&shared), "{shared}");
    }

    #[test]
    fn a_world_that_is_too_small_gives_what_it_has() {
        let lock = World::invented(10).lock(1, 100);
        // The world's ten, two invented ones, its own.
        assert_eq!(components(&lock).len(), 13);
    }
}
