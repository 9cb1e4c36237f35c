//! What would a document change in what a stream knows?
//!
//! In: the observations of one document after another, of one source on one asset and branch. Out: which claims
//! are new, gone, changed. What an import does, over values in memory: names that repeat over different tuples are not
//! believed, observations that share a name are one claim, claims are matched by [`crate::assign::matched`].
//! For the tests that mutate reports, for the benches, and for a look before an import. Never: closure, which wants
//! evidence ([`crate::close`]).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;

use crate::assign::{Came, Claims, Document, Met, Stage, Stands, matched};
use crate::identity::{
    How, Identity, Key, Knowledge, aliases_told, digest_of, group, identify, to_be_checked,
};
use crate::observation::Observation;

/// One source's claim, made of one or more observations.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Positions of its observations in the document, ascending.
    pub members: Vec<usize>,
    /// What matching looks at; its rows are its position among the document's claims.
    pub came: Came,
    /// Keys across sources.
    pub links: Vec<Key>,
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
    for (at, claim) in (0_i64..).zip(&mut claims) {
        claim.came.ordinals = vec![at];
    }
    claims
}

/// Names that may be believed: doubtful ones only where they do not stand for two that are told apart.
fn believed(identities: &[Identity]) -> Vec<Vec<(Key, bool)>> {
    let mut aparts: HashMap<Key, Option<Key>> = HashMap::new();
    for identity in identities {
        for name in identity.known_by().iter().filter(|name| to_be_checked(name.how)) {
            let apart = aparts.entry(name.key).or_insert(Some(identity.apart));
            if *apart != Some(identity.apart) {
                *apart = None;
            }
        }
    }
    let of = |identity: &Identity| {
        let names = identity.known_by().into_iter();
        let names = names.map(|name| (name.key, to_be_checked(name.how)));
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
        came: Came {
            ordinals: Vec::new(),
            names,
            tuple: identity.tuple,
            bucket: identity.bucket,
            former: identity.former.iter().map(|of| of.bucket).collect(),
            content: identity.content,
            moved: identity.moved,
            line: identity.line,
            digest: digest_of(&digests),
            trusted,
            path: observation.locations.first().map(|l| l.path.clone()).unwrap_or_default(),
            rule: observation.rule.clone(),
        },
        links,
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
    let mut document = Seen::of(&seen);
    let mut stream = Stream::of(known);
    let Ok(()) = matched(&mut document, &mut stream, Some(&|_| true), &mut |_| {});
    let at = |id: i64| usize::try_from(id - 1).unwrap_or(usize::MAX);
    let matched: Vec<Option<(usize, Stage)>> =
        document.marks.iter().map(|mark| mark.map(|(id, stage)| (at(id), stage))).collect();
    let changed = seen.iter().zip(&matched).filter(|(seen, matched)| {
        let before = matched.and_then(|(at, _)| known.get(at));
        before.is_some_and(|before| before.came.digest != seen.came.digest)
    });
    let changed = changed.count();
    let taken: HashSet<usize> = matched.iter().flatten().map(|(at, _)| *at).collect();
    let left = |open: bool| -> Vec<usize> {
        let left = (0..known.len()).filter(|at| !taken.contains(at));
        left.filter(|at| document.met.contains(at) == open).collect()
    };
    Outcome { gone: left(false), open: left(true), claims: seen, matched, changed }
}

/// A document's claims in memory.
struct Seen {
    buckets: BTreeMap<Key, Vec<Came>>,
    marks: Vec<Option<(i64, Stage)>>,
    taken: HashSet<i64>,
    met: HashSet<usize>,
}

impl Seen {
    fn of(claims: &[Claim]) -> Self {
        let mut buckets: BTreeMap<Key, Vec<Came>> = BTreeMap::new();
        for claim in claims {
            buckets.entry(claim.came.bucket).or_default().push(claim.came.clone());
        }
        let marks = vec![None; claims.len()];
        Self { buckets, marks, taken: HashSet::new(), met: HashSet::new() }
    }

    fn is_free(&self, came: &Came) -> bool {
        let at = came.ordinals.first().and_then(|at| usize::try_from(*at).ok());
        at.and_then(|at| self.marks.get(at)).is_some_and(Option::is_none)
    }
}

impl Document for Seen {
    type Error = Infallible;

    fn claims(
        &mut self,
        after: Option<Key>,
        unmatched: bool,
    ) -> Result<Option<(Key, Vec<Came>)>, Infallible> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        for (bucket, claims) in self.buckets.range((from, Unbounded)) {
            let left = claims.iter().filter(|came| !unmatched || self.is_free(came));
            let left: Vec<Came> = left.cloned().collect();
            if !left.is_empty() {
                return Ok(Some((*bucket, left)));
            }
        }
        Ok(None)
    }

    fn mark(&mut self, pairs: &[(i64, i64)], stage: Stage) -> Result<(), Infallible> {
        for (ordinal, id) in pairs {
            if let Some(mark) = usize::try_from(*ordinal).ok().and_then(|at| self.marks.get_mut(at))
            {
                *mark = Some((*id, stage));
                self.taken.insert(*id);
            }
        }
        Ok(())
    }

    fn met(&mut self, ids: &[i64], _: Met) -> Result<(), Infallible> {
        self.met.extend(ids.iter().filter_map(|id| usize::try_from(id - 1).ok()));
        Ok(())
    }

    fn is_marked(&mut self, ids: &[i64]) -> Result<Vec<bool>, Infallible> {
        let met = |id: &i64| usize::try_from(id - 1).is_ok_and(|at| self.met.contains(&at));
        Ok(ids.iter().map(|id| self.taken.contains(id) || met(id)).collect())
    }
}

/// A stream's claims in memory: their numbers are their positions, from 1.
struct Stream {
    claims: Vec<Stands>,
    names: HashMap<Key, Vec<usize>>,
    buckets: HashMap<Key, Vec<usize>>,
}

impl Stream {
    fn of(known: &[Claim]) -> Self {
        let mut stream =
            Self { claims: Vec::new(), names: HashMap::new(), buckets: HashMap::new() };
        for (at, claim) in known.iter().enumerate() {
            let came = &claim.came;
            for (name, _) in &came.names {
                stream.names.entry(*name).or_default().push(at);
            }
            stream.buckets.entry(came.bucket).or_default().push(at);
            stream.claims.push(Stands {
                id: i64::try_from(at).map_or(i64::MAX, |at| at + 1),
                live: true,
                content: came.content,
                moved: came.moved,
                line: came.line,
                digest: came.digest,
                path: came.path.clone(),
                rule: came.rule.clone(),
            });
        }
        stream
    }

    fn of_keys(&self, keys: &[Key], by: &HashMap<Key, Vec<usize>>) -> Vec<(Key, Stands)> {
        let of = |key: &Key| {
            let key = *key;
            by.get(&key).into_iter().flatten().map(move |at| (key, *at))
        };
        let found = keys.iter().flat_map(of);
        found.filter_map(|(key, at)| Some((key, self.claims.get(at)?.clone()))).collect()
    }
}

impl Claims for Stream {
    type Error = Infallible;

    fn by_names(&mut self, names: &[Key]) -> Result<Vec<(Key, Stands)>, Infallible> {
        Ok(self.of_keys(names, &self.names))
    }

    fn by_buckets(&mut self, buckets: &[Key]) -> Result<Vec<(Key, Stands)>, Infallible> {
        Ok(self.of_keys(buckets, &self.buckets))
    }

    fn standing(&mut self, after: i64, most: u32) -> Result<Vec<Stands>, Infallible> {
        let from = usize::try_from(after).unwrap_or(0);
        Ok(self.claims.iter().skip(from).take(most as usize).cloned().collect())
    }
}
