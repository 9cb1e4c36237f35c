//! What would a document change in what a stream knows?
//!
//! In: the observations of one document after another, of one source on one asset and branch. Out: which claims
//! are new, gone, changed. The same steps as an import takes, over values in memory: names that repeat over
//! different tuples are not believed, observations that share a name are one claim, claims are matched by name,
//! then within buckets, then as unique renames. For the tests that mutate reports, for the benches, and for a
//! look before an import. Never: closure, which wants evidence ([`crate::close`]).

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::assign::{Known, Left, Seen, Stage, assign, renamed};
use crate::identity::{
    How, Identity, Key, Knowledge, aliases_told, digest_of, group, identify, normal_path,
    to_be_checked,
};
use crate::observation::Observation;

/// One source's claim, made of one or more observations.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Positions of its observations in the document, ascending.
    pub members: Vec<usize>,
    /// Names that are believed, the strongest first, and whether they were to be checked.
    pub names: Vec<(Key, bool)>,
    /// Keys across sources.
    pub links: Vec<Key>,
    /// Digest of its observations.
    pub digest: Key,
    bucket: Key,
    content: Option<Key>,
    moved: Option<Key>,
    /// The identity's line.
    pub line: u32,
    path: String,
    rule: String,
    /// Known by an id that the tool documents as unique: nearness has no say.
    trusted: bool,
}

/// What a document does to a stream.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The document's claims.
    pub claims: Vec<Claim>,
    /// Of each of them the position among the claims that were known, and how it was found; none is new.
    pub matched: Vec<Option<(usize, Stage)>>,
    /// Known claims that the document does not contain and that none of its claims may be.
    pub gone: Vec<usize>,
    /// Known claims that it may contain: they stay open.
    pub open: Vec<usize>,
    /// Matched claims that say it otherwise than before.
    pub changed: usize,
}

impl Outcome {
    /// Claims that were not known.
    pub fn new_claims(&self) -> usize {
        self.matched.iter().filter(|matched| matched.is_none()).count()
    }
}

/// The claims that a document's settled observations make.
pub fn claims(observations: &[Observation], secrets: &[u8; 32]) -> Vec<Claim> {
    let told = Aliases::told(observations);
    let aliases = |id: &str| told.of(id);
    let knowledge = Knowledge { secrets, aliases: &aliases };
    let identities: Vec<Identity> = observations.iter().map(|o| identify(o, &knowledge)).collect();
    let believed = believed(&identities);
    // Only within a bucket, as names of different buckets say nothing of each other.
    let mut buckets: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (at, identity) in identities.iter().enumerate() {
        buckets.entry(identity.bucket).or_default().push(at);
    }
    let mut claims = Vec::new();
    for members in buckets.into_values() {
        let keys: Vec<Vec<Key>> = members
            .iter()
            .filter_map(|at| {
                let mut keys: Vec<Key> = believed.get(*at)?.iter().map(|(key, _)| *key).collect();
                keys.push(Key::of(&[b"double", &identities.get(*at)?.double.0]));
                Some(keys)
            })
            .collect();
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (leader, at) in group(&keys).into_iter().zip(&members) {
            groups.entry(leader).or_default().push(*at);
        }
        for members in groups.into_values() {
            claims.extend(claim(&members, observations, &identities, &believed));
        }
    }
    claims.sort_by(|a, b| a.members.cmp(&b.members));
    claims
}

/// Names that may be believed: doubtful ones only where they do not stand for two that are told apart.
fn believed(identities: &[Identity]) -> Vec<Vec<(Key, bool)>> {
    let mut aparts: HashMap<Key, Option<Key>> = HashMap::new();
    for identity in identities {
        for name in identity.names.iter().filter(|name| to_be_checked(name.how)) {
            let apart = aparts.entry(name.key).or_insert(Some(identity.apart));
            if *apart != Some(identity.apart) {
                *apart = None;
            }
        }
    }
    let of = |identity: &Identity| {
        let names = identity.names.iter().map(|name| (name.key, to_be_checked(name.how)));
        names.filter(|(key, check)| !check || matches!(aparts.get(key), Some(Some(_)))).collect()
    };
    identities.iter().map(of).collect()
}

fn claim(
    members: &[usize],
    observations: &[Observation],
    identities: &[Identity],
    believed: &[Vec<(Key, bool)>],
) -> Option<Claim> {
    let first = *members.first()?;
    let (observation, identity) = (observations.get(first)?, identities.get(first)?);
    let mut digests: Vec<Key> = Vec::new();
    let (mut names, mut links) = (Vec::new(), Vec::new());
    let mut met = HashSet::new();
    for at in members {
        let (Some(identity), Some(believed)) = (identities.get(*at), believed.get(*at)) else {
            continue;
        };
        digests.push(identity.digest);
        names.extend(believed.iter().filter(|(key, _)| met.insert(*key)));
        links.extend(identity.links.iter().map(|(_, key, _)| *key).filter(|key| met.insert(*key)));
    }
    digests.sort_unstable();
    digests.dedup();
    let trusted = identity.names.first().is_some_and(|name| {
        name.how == How::ToolId && names.first().is_some_and(|(key, _)| *key == name.key)
    });
    Some(Claim {
        members: members.to_vec(),
        names,
        links,
        digest: digest_of(&digests),
        bucket: identity.bucket,
        content: identity.content,
        moved: identity.moved,
        line: identity.line,
        path: observation.locations.first().map(|l| normal_path(&l.path)).unwrap_or_default(),
        rule: observation.rule.clone(),
        trusted,
    })
}

/// Ids that the document itself calls aliases of each other.
struct Aliases {
    set_of: HashMap<String, usize>,
    sets: Vec<Vec<String>>,
}

impl Aliases {
    fn told(observations: &[Observation]) -> Self {
        let ids: Vec<Vec<String>> = observations.iter().map(aliases_told).collect();
        let key = |id: &String| Key::of(&[id.as_bytes()]);
        let keys: Vec<Vec<Key>> = ids.iter().map(|ids| ids.iter().map(key).collect()).collect();
        let mut sets: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (leader, ids) in group(&keys).into_iter().zip(ids) {
            sets.entry(leader).or_default().extend(ids);
        }
        let mut aliases = Self { set_of: HashMap::new(), sets: Vec::new() };
        for mut set in sets.into_values() {
            set.sort_unstable();
            set.dedup();
            aliases.set_of.extend(set.iter().map(|id| (id.clone(), aliases.sets.len())));
            aliases.sets.push(set);
        }
        aliases
    }

    fn of(&self, id: &str) -> Vec<String> {
        let set = self.set_of.get(id).and_then(|set| self.sets.get(*set));
        set.cloned().unwrap_or_else(|| vec![id.to_owned()])
    }
}

/// What a document with `seen` does to a stream that knows `known`.
pub fn replay(known: &[Claim], seen: Vec<Claim>) -> Outcome {
    let mut replay = Replay {
        known,
        matched: vec![None; seen.len()],
        taken: vec![false; known.len()],
        open: vec![false; known.len()],
        seen,
    };
    replay.exact();
    replay.nearest();
    replay.renamed();
    let changed = replay.seen.iter().zip(&replay.matched).filter(|(seen, matched)| {
        let before = matched.and_then(|(at, _)| known.get(at));
        before.is_some_and(|before| before.digest != seen.digest)
    });
    let changed = changed.count();
    let left = |open: bool| -> Vec<usize> {
        let left = replay.taken.iter().zip(&replay.open).enumerate();
        left.filter(|(_, (taken, is))| !**taken && **is == open).map(|(at, _)| at).collect()
    };
    Outcome {
        gone: left(false),
        open: left(true),
        claims: replay.seen,
        matched: replay.matched,
        changed,
    }
}

struct Replay<'a> {
    known: &'a [Claim],
    seen: Vec<Claim>,
    matched: Vec<Option<(usize, Stage)>>,
    taken: Vec<bool>,
    open: Vec<bool>,
}

impl Replay<'_> {
    fn pair(&mut self, seen: usize, known: usize, stage: Stage) {
        if let (Some(matched), Some(taken)) =
            (self.matched.get_mut(seen), self.taken.get_mut(known))
        {
            (*matched, *taken) = (Some((known, stage)), true);
        }
    }

    fn is_taken(&self, known: usize) -> bool {
        self.taken.get(known).copied().unwrap_or(true)
    }

    /// By names, the strongest of all claims first.
    fn exact(&mut self) {
        let mut by_name: HashMap<Key, Vec<usize>> = HashMap::new();
        for (at, claim) in self.known.iter().enumerate() {
            for (name, _) in &claim.names {
                by_name.entry(*name).or_default().push(at);
            }
        }
        let deepest = self.seen.iter().map(|claim| claim.names.len()).max().unwrap_or(0);
        let mut waiting: Vec<usize> = (0..self.seen.len()).collect();
        for rank in 0..deepest {
            waiting.retain(|at| {
                let name = self.seen.get(*at).and_then(|claim| claim.names.get(rank)).copied();
                let Some((name, doubtful)) = name else { return false };
                let known = by_name.get(&name).into_iter().flatten().copied();
                let free = known.filter(|k| !doubtful || !self.is_taken(*k));
                match free.min_by_key(|k| (self.is_taken(*k), *k)) {
                    Some(known) => {
                        self.pair(*at, known, Stage::Exact);
                        false
                    }
                    None => true,
                }
            });
        }
        // Others that share a name with a claim were seen: aliases that are known to be one only now.
        for claim in &self.seen {
            for at in claim.names.iter().filter_map(|(name, _)| by_name.get(name)).flatten() {
                if let Some(open) = self.open.get_mut(*at) {
                    *open = true;
                }
            }
        }
    }

    fn nearest(&mut self) {
        let mut buckets: HashMap<Key, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (at, claim) in self.seen.iter().enumerate() {
            if self.matched.get(at).is_some_and(Option::is_none) && !claim.trusted {
                buckets.entry(claim.bucket).or_default().0.push(at);
            }
        }
        for (at, claim) in self.known.iter().enumerate() {
            if !self.is_taken(at)
                && let Some(bucket) = buckets.get_mut(&claim.bucket)
            {
                bucket.1.push(at);
            }
        }
        for (seen, known) in buckets.into_values() {
            let of_seen = seen.iter().filter_map(|at| self.seen.get(*at));
            let of_seen =
                of_seen.map(|c| Seen { content: c.content, digest: c.digest, line: c.line });
            let of_known = known.iter().filter_map(|at| self.known.get(*at));
            let of_known =
                of_known.map(|c| Known { content: c.content, digest: c.digest, line: c.line });
            let assigned = assign(&of_seen.collect::<Vec<_>>(), &of_known.collect::<Vec<_>>());
            for (s, k, stage) in assigned.pairs {
                if let (Some(s), Some(k)) = (seen.get(s), known.get(k)) {
                    self.pair(*s, *k, stage);
                }
            }
            for at in assigned.ambiguous.iter().filter_map(|k| known.get(*k)) {
                if let Some(open) = self.open.get_mut(*at) {
                    *open = true;
                }
            }
        }
    }

    fn renamed(&mut self) {
        let came: Vec<usize> = (0..self.seen.len())
            .filter(|at| self.matched.get(*at).is_some_and(Option::is_none))
            .collect();
        let went: Vec<usize> = (0..self.known.len()).filter(|at| !self.is_taken(*at)).collect();
        let left = |claim: &Claim| Left {
            moved: claim.moved,
            path: claim.path.clone(),
            rule: claim.rule.clone(),
            line: claim.line,
        };
        let of_came: Vec<Left> =
            came.iter().filter_map(|at| self.seen.get(*at)).map(left).collect();
        let of_went: Vec<Left> =
            went.iter().filter_map(|at| self.known.get(*at)).map(left).collect();
        let paths = |claims: &[Claim]| -> HashSet<String> {
            claims.iter().map(|c| c.path.clone()).collect()
        };
        let (known, seen) = (paths(self.known), paths(&self.seen));
        let renamed =
            renamed(&of_came, &of_went, &|path| known.contains(path), &|path| seen.contains(path));
        for (c, w) in renamed.pairs {
            if let (Some(c), Some(w)) = (came.get(c), went.get(w)) {
                self.pair(*c, *w, Stage::Renamed);
            }
        }
        for at in renamed.open.iter().filter_map(|w| went.get(*w)) {
            if let Some(open) = self.open.get_mut(*at) {
                *open = true;
            }
        }
    }
}
