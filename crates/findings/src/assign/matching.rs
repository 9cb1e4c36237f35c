//! Which claims of a document are which claims of its stream?
//!
//! In: the document's claims and the stream's, each behind a small look-up ([`Document`], [`Known`]): in memory for
//! tests and looks ahead, pages of a stage and of the ledger for an import. Both run these stages: by names, the
//! strongest first; within buckets by content and nearest line, also in the bucket of a rule's former id; a place without
//! a name that returns; then what has another path. Out: marks on the document. What stays ambiguous stays open.

use std::collections::{HashMap, HashSet};

use super::{Known as Member, Left, Seen, assign, renamed};
use crate::identity::{Key, normal_path};

/// Claims of the stream that are read at a time.
const PAGE: u32 = 512;
/// Most unmatched claims of either side among which other paths are looked for; past it they stay open.
pub const MAX_MOVED: usize = 100_000;

/// One claim of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Its rows in the document.
    pub ordinals: Vec<i64>,
    /// Names that are believed, the strongest first; true: to be checked, so that it matches one claim only.
    pub names: Vec<(Key, bool)>,
    /// Equal for what nothing but a line tells apart.
    pub tuple: Key,
    /// Where nearness is asked for.
    pub bucket: Key,
    /// The buckets that it had under its rule's former ids.
    pub former: Vec<Key>,
    /// What stands there.
    pub content: Option<Key>,
    /// What stands there, without the file.
    pub moved: Option<Key>,
    /// The line; 0 where lines tell nothing.
    pub line: u32,
    /// Over everything that is told.
    pub digest: Key,
    /// Known by an id that the tool documents as unique: nearness has no say.
    pub trusted: bool,
    /// The path of its first place.
    pub path: String,
    /// The tool's rule.
    pub rule: String,
}

impl Came {
    /// By what a claim without a name is known when it returns.
    pub fn returns(&self) -> Key {
        Key::of(&[b"returns", &self.bucket.0, &self.tuple.0])
    }
}

/// One claim of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// Its number.
    pub id: i64,
    /// Whether it stands (false: it has ended).
    pub live: bool,
    /// What stood there.
    pub content: Option<Key>,
    /// What stood there, without the file.
    pub moved: Option<Key>,
    /// The line.
    pub line: u32,
    /// Over everything that was told.
    pub digest: Key,
    /// The path of its first place.
    pub path: String,
    /// The tool's rule.
    pub rule: String,
}

/// The stream's claims.
pub trait Known {
    /// What can go wrong.
    type Error;
    /// Claims by their names, standing and ended.
    fn by_names(&mut self, names: &[Key]) -> Result<Vec<(Key, Stands)>, Self::Error>;
    /// Standing claims by their buckets.
    fn by_buckets(&mut self, buckets: &[Key]) -> Result<Vec<(Key, Stands)>, Self::Error>;
    /// Standing claims in the order of their numbers, those above `after`, at most so many.
    fn standing(&mut self, after: i64, most: u32) -> Result<Vec<Stands>, Self::Error>;
    /// Of claims that the stream does not have: whether it is known where they belong, so that none of them is one of the
    /// stream's under another path.
    ///
    /// # Errors
    /// The look-up's.
    fn known_elsewhere(&mut self, came: &[Came]) -> Result<Vec<bool>, Self::Error> {
        Ok(vec![false; came.len()])
    }
}

/// How a claim of the stream was met although it is no claim of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// It is told of under another claim's names.
    Seen,
    /// A claim of the document may be it.
    Ambiguous,
}

/// The document's claims, and the marks on them.
pub trait Document {
    /// What can go wrong.
    type Error;
    /// The claims of whole buckets after this one, some; nothing at the end. `unmatched`: only those without a mark.
    fn claims(
        &mut self,
        after: Option<Key>,
        unmatched: bool,
    ) -> Result<Option<(Key, Vec<Came>)>, Self::Error>;
    /// Marks rows as a claim of the stream, with the stage that found it.
    fn mark(&mut self, pairs: &[(i64, i64)], stage: super::Stage) -> Result<(), Self::Error>;
    /// Marks claims of the stream as met without being one.
    fn met(&mut self, ids: &[i64], how: Met) -> Result<(), Self::Error>;
    /// Which of these claims of the stream are marked in any way, in the order asked.
    fn is_marked(&mut self, ids: &[i64]) -> Result<Vec<bool>, Self::Error>;
}

/// Whether a standing claim may have got another path: not one that the run did not look at.
pub type Eligible<'e> = dyn Fn(&Stands) -> bool + 'e;

/// Matches all. `moves`: which claims of the stream may have got another path; none: no such claim is looked for.
/// `step` is told how many rows are done.
///
/// # Errors
/// Those of the two sides.
pub fn matched<E>(
    document: &mut dyn Document<Error = E>,
    known: &mut dyn Known<Error = E>,
    moves: Option<&Eligible<'_>>,
    step: &mut dyn FnMut(u64),
) -> Result<(), E> {
    let mut matching = Matching { document, known };
    // The strongest names of all come before weaker ones of any.
    matching.pages(false, step, &mut |m, page| m.exact(page, 0..1))?;
    matching.pages(true, &mut |_| {}, &mut |m, page| m.exact(page, 1..usize::MAX))?;
    matching.pages(true, &mut |_| {}, &mut |m, page| m.nearest(page))?;
    matching.pages(true, &mut |_| {}, &mut |m, page| m.returned(page))?;
    match moves {
        Some(eligible) => matching.moved(eligible),
        None => Ok(()),
    }
}

struct Matching<'a, E> {
    document: &'a mut dyn Document<Error = E>,
    known: &'a mut dyn Known<Error = E>,
}

type Each<'e, 'a, E> = dyn FnMut(&mut Matching<'a, E>, &[Came]) -> Result<(), E> + 'e;

impl<'a, E> Matching<'a, E> {
    fn pages(
        &mut self,
        unmatched: bool,
        step: &mut dyn FnMut(u64),
        each: &mut Each<'_, 'a, E>,
    ) -> Result<(), E> {
        let (mut after, mut done) = (None, 0);
        while let Some((last, page)) = self.document.claims(after, unmatched)? {
            after = Some(last);
            done += page.iter().map(|came| came.ordinals.len() as u64).sum::<u64>();
            each(self, &page)?;
            step(done);
        }
        Ok(())
    }

    fn marked(&mut self, ids: &[i64]) -> Result<HashSet<i64>, E> {
        let marked = self.document.is_marked(ids)?;
        Ok(ids.iter().zip(marked).filter(|(_, is)| *is).map(|(id, _)| *id).collect())
    }

    /// By names of these ranks; a standing claim before one that has ended.
    fn exact(&mut self, page: &[Came], ranks: std::ops::Range<usize>) -> Result<(), E> {
        let ranked = |came: &Came| {
            let end = ranks.end.min(came.names.len());
            came.names.get(ranks.start..end).unwrap_or_default().to_vec()
        };
        let mut names: Vec<Key> = page.iter().flat_map(ranked).map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        let mut known: HashMap<Key, Vec<Stands>> = HashMap::new();
        for (name, stands) in self.known.by_names(&names)? {
            known.entry(name).or_default().push(stands);
        }
        let hits: Vec<i64> = known.values().flatten().map(|stands| stands.id).collect();
        let mut taken = self.marked(&hits)?;
        let mut found: Vec<Option<i64>> = vec![None; page.len()];
        let deepest = page.iter().map(|came| came.names.len()).max().unwrap_or(0).min(ranks.end);
        for rank in ranks.start..deepest {
            for (came, found) in page.iter().zip(&mut found) {
                let (None, Some((name, doubtful))) = (&*found, came.names.get(rank)) else {
                    continue;
                };
                let Some(candidates) = known.get(name) else { continue };
                // A name that is enough by itself is the same claim, whoever was matched to it already.
                let free = candidates.iter().filter(|s| !doubtful || !taken.contains(&s.id));
                if let Some(best) = free.min_by_key(|s| (!s.live, taken.contains(&s.id), s.id)) {
                    *found = Some(best.id);
                    taken.insert(best.id);
                }
            }
        }
        let (mut pairs, mut seen) = (Vec::new(), Vec::new());
        for (came, found) in page.iter().zip(found) {
            let Some(id) = found else { continue };
            pairs.extend(came.ordinals.iter().map(|ordinal| (*ordinal, id)));
            // Others that share a name with it were seen: aliases that are known to be one only now.
            let others =
                ranked(came).into_iter().filter_map(|(name, _)| known.get(&name)).flatten();
            seen.extend(others.filter(|s| s.id != id && s.live).map(|s| s.id));
        }
        self.document.mark(&pairs, super::Stage::Exact)?;
        self.document.met(&seen, Met::Seen)
    }

    /// Within buckets: the own one, then those of the rule's former ids.
    fn nearest(&mut self, page: &[Came]) -> Result<(), E> {
        let own: Vec<(Key, &Came)> =
            page.iter().filter(|c| !c.trusted).map(|c| (c.bucket, c)).collect();
        let left = self.near(own)?;
        let former = left.iter().flat_map(|c| c.former.iter().map(|bucket| (*bucket, *c)));
        self.near(former.collect()).map(|_| ())
    }

    /// Those that found nothing.
    fn near<'c>(&mut self, claims: Vec<(Key, &'c Came)>) -> Result<Vec<&'c Came>, E> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let mut keys: Vec<Key> = claims.iter().map(|(bucket, _)| *bucket).collect();
        keys.sort_unstable();
        keys.dedup();
        let found = self.known.by_buckets(&keys)?;
        let ids: Vec<i64> = found.iter().map(|(_, stands)| stands.id).collect();
        let marked = self.marked(&ids)?;
        let mut buckets: HashMap<Key, (Vec<&Came>, Vec<Stands>)> = HashMap::new();
        for (bucket, stands) in found.into_iter().filter(|(_, s)| !marked.contains(&s.id)) {
            buckets.entry(bucket).or_default().1.push(stands);
        }
        for (bucket, came) in &claims {
            if let Some(bucket) = buckets.get_mut(bucket) {
                bucket.0.push(came);
            }
        }
        let mut done: HashSet<i64> = HashSet::new();
        for (came, mut stands) in buckets.into_values() {
            stands.sort_by_key(|s| (s.line, s.id));
            let seen =
                came.iter().map(|c| Seen { content: c.content, line: c.line, digest: c.digest });
            let known = stands.iter().map(|s| Member {
                content: s.content,
                line: s.line,
                digest: s.digest,
            });
            let assigned = assign(&seen.collect::<Vec<_>>(), &known.collect::<Vec<_>>());
            for (at, of, stage) in assigned.pairs {
                let (Some(came), Some(stands)) = (came.get(at), stands.get(of)) else { continue };
                let pairs: Vec<(i64, i64)> =
                    came.ordinals.iter().map(|ordinal| (*ordinal, stands.id)).collect();
                self.document.mark(&pairs, stage)?;
                done.extend(&came.ordinals);
            }
            let open = assigned.ambiguous.iter().filter_map(|at| stands.get(*at)).map(|s| s.id);
            self.document.met(&open.collect::<Vec<_>>(), Met::Ambiguous)?;
        }
        let left = claims.into_iter().map(|(_, came)| came);
        Ok(left.filter(|c| c.ordinals.first().is_some_and(|o| !done.contains(o))).collect())
    }

    /// A place without a name that was there before, and is there again.
    fn returned(&mut self, page: &[Came]) -> Result<(), E> {
        let nameless: Vec<&Came> = page.iter().filter(|came| came.names.is_empty()).collect();
        let mut keys: Vec<Key> = nameless.iter().map(|came| came.returns()).collect();
        keys.sort_unstable();
        keys.dedup();
        let found = self.known.by_names(&keys)?;
        let ids: Vec<i64> = found.iter().map(|(_, stands)| stands.id).collect();
        let marked = self.marked(&ids)?;
        let mut gone: HashMap<Key, Vec<i64>> = HashMap::new();
        for (key, stands) in found {
            if !stands.live && !marked.contains(&stands.id) {
                gone.entry(key).or_default().push(stands.id);
            }
        }
        let mut pairs = Vec::new();
        for came in nameless {
            // The one that went last returns first.
            let Some(id) = gone.get_mut(&came.returns()).and_then(Vec::pop) else { continue };
            pairs.extend(came.ordinals.iter().map(|ordinal| (*ordinal, id)));
        }
        self.document.mark(&pairs, super::Stage::Exact)
    }

    /// What has another path: content that went once and came once, then whole files.
    fn moved(&mut self, eligible: &Eligible<'_>) -> Result<(), E> {
        let mut came: Vec<Came> = Vec::new();
        self.pages(true, &mut |_| {}, &mut |_, page| {
            let left = MAX_MOVED.saturating_sub(came.len()).saturating_add(1);
            let may = |c: &&Came| c.moved.is_some() || !c.path.is_empty();
            came.extend(page.iter().filter(may).take(left).cloned());
            Ok(())
        })?;
        let mut known = self.known.known_elsewhere(&came)?.into_iter();
        came.retain(|_| !known.next().unwrap_or_default());
        if came.is_empty() {
            return Ok(());
        }
        let (mut went, mut paths) = (Vec::new(), HashSet::new());
        let mut after = 0;
        loop {
            let page = self.known.standing(after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            let ids: Vec<i64> = page.iter().map(|stands| stands.id).collect();
            let marked = self.marked(&ids)?;
            let mut over = Vec::new();
            for stands in page {
                let path = normal_path(&stands.path);
                let may = stands.moved.is_some() || !path.is_empty();
                let fits = may && !marked.contains(&stands.id) && eligible(&stands);
                if fits && went.len() <= MAX_MOVED {
                    went.push(Stands { path: path.clone(), ..stands });
                } else if fits {
                    over.push(stands.id);
                }
                paths.insert(path);
            }
            // Past the bound nothing is paired: each of them may have another path now.
            if !over.is_empty() {
                self.document.met(&over, Met::Ambiguous)?;
            }
        }
        if went.is_empty() {
            return Ok(());
        }
        if came.len() > MAX_MOVED || went.len() > MAX_MOVED {
            return self
                .document
                .met(&went.iter().map(|s| s.id).collect::<Vec<_>>(), Met::Ambiguous);
        }
        let mut here: HashSet<String> = HashSet::new();
        self.pages(false, &mut |_| {}, &mut |_, page| {
            here.extend(page.iter().map(|c| normal_path(&c.path)));
            Ok(())
        })?;
        self.pair_moved(&came, &went, &paths, &here)
    }

    fn pair_moved(
        &mut self,
        came: &[Came],
        went: &[Stands],
        known: &HashSet<String>,
        here: &HashSet<String>,
    ) -> Result<(), E> {
        let of_came: Vec<Left> = came
            .iter()
            .map(|c| Left {
                moved: c.moved,
                path: normal_path(&c.path),
                rule: c.rule.clone(),
                line: c.line,
            })
            .collect();
        let of_went: Vec<Left> = went
            .iter()
            .map(|s| Left {
                moved: s.moved,
                path: s.path.clone(),
                rule: s.rule.clone(),
                line: s.line,
            })
            .collect();
        let found =
            renamed(&of_came, &of_went, &|path| known.contains(path), &|path| here.contains(path));
        let mut pairs = Vec::new();
        for (c, w) in found.pairs {
            if let (Some(came), Some(went)) = (came.get(c), went.get(w)) {
                pairs.extend(came.ordinals.iter().map(|ordinal| (*ordinal, went.id)));
            }
        }
        self.document.mark(&pairs, super::Stage::Renamed)?;
        let open: Vec<i64> = found.open.iter().filter_map(|w| went.get(*w)).map(|s| s.id).collect();
        self.document.met(&open, Met::Ambiguous)
    }
}
