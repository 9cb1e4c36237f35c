//! Which claims of the document are which claims of the stream?
//!
//! In: the sealed stage and the writer's view of the ledger. Out: marks on the stage. `findings::assign::matched` owns
//! every stage of it; here are the two look-ups that it runs over: pages of the stage, and pages of the ledger, so
//! that memory stays flat.

use std::collections::{HashMap, HashSet};

use findings::assign::{
    Came, Claims, Document, Eligible, Met, Stage as Found, Stands, matched as run,
};
use findings::identity::Key;
use ledger::change::Key as Bytes;
use ledger::row::Attribution;
use ledger::{LedgerError, Stage, Write};

use super::claims::{Group, came, groups};

/// Rows of the stage that are held at a time.
pub(crate) const PAGE: u32 = 512;

/// Matches all. `moves`: which claims of the stream may have got another path; none: no such claim is looked for. `base`:
/// the streams of the branches that a pull request is for; what they have moved nowhere.
pub(crate) fn matched(
    stage: &mut Stage,
    write: &mut Write<'_>,
    stream: i64,
    base: &[i64],
    moves: Option<&Eligible<'_>>,
    step: &mut dyn FnMut(u64),
) -> Result<(), LedgerError> {
    run(&mut OnStage(stage), &mut InLedger { write, stream, base }, moves, step)
}

/// The document's claims on the stage.
struct OnStage<'a>(&'a mut Stage);

impl Document for OnStage<'_> {
    type Error = LedgerError;

    fn claims(
        &mut self,
        after: Option<Key>,
        unmatched: bool,
    ) -> Result<Option<(Key, Vec<Came>)>, LedgerError> {
        let page = self.0.buckets(after.map(|key| key.0), PAGE, unmatched, false)?;
        let Some((last, _)) = page.last() else { return Ok(None) };
        let last = Key(*last);
        let claims = page.iter().flat_map(|(bucket, rows)| came(*bucket, rows));
        Ok(Some((last, claims.map(|(came, ..)| came).collect())))
    }

    fn mark(&mut self, pairs: &[(i64, i64)], _: Found) -> Result<(), LedgerError> {
        self.0.mark(pairs)
    }

    fn met(&mut self, ids: &[i64], how: Met) -> Result<(), LedgerError> {
        self.0.mark_seen(ids, how == Met::Ambiguous)
    }

    fn is_marked(&mut self, ids: &[i64]) -> Result<Vec<bool>, LedgerError> {
        self.0.is_matched(ids)
    }
}

/// The stream's claims in the ledger.
struct InLedger<'a, 'w> {
    write: &'a mut Write<'w>,
    stream: i64,
    base: &'a [i64],
}

/// As matching needs it.
fn stands(attribution: Attribution) -> Stands {
    Stands {
        id: attribution.id,
        live: attribution.live,
        content: attribution.content.map(Key),
        moved: attribution.moved.map(Key),
        line: attribution.line,
        digest: Key(attribution.digest),
        path: attribution.path,
        rule: attribution.rule,
    }
}

fn bytes(keys: &[Key]) -> Vec<Bytes> {
    keys.iter().map(|key| key.0).collect()
}

fn keyed(found: Vec<(Bytes, Attribution)>) -> Vec<(Key, Stands)> {
    found.into_iter().map(|(key, attribution)| (Key(key), stands(attribution))).collect()
}

impl Claims for InLedger<'_, '_> {
    type Error = LedgerError;

    fn by_names(&mut self, names: &[Key]) -> Result<Vec<(Key, Stands)>, LedgerError> {
        Ok(keyed(self.write.by_names(self.stream, &bytes(names))?))
    }

    fn by_buckets(&mut self, buckets: &[Key]) -> Result<Vec<(Key, Stands)>, LedgerError> {
        Ok(keyed(self.write.by_buckets(self.stream, &bytes(buckets))?))
    }

    fn standing(&mut self, after: i64, most: u32) -> Result<Vec<Stands>, LedgerError> {
        Ok(self.write.live(self.stream, after, most)?.into_iter().map(stands).collect())
    }

    fn known_elsewhere(&mut self, came: &[Came]) -> Result<Vec<bool>, LedgerError> {
        let mut known = vec![false; came.len()];
        let all: Vec<usize> = (0..came.len()).collect();
        for stream in self.base {
            for page in all.chunks(PAGE as usize) {
                let page = || page.iter().filter_map(|at| Some((*at, came.get(*at)?)));
                let names: Vec<Bytes> = page()
                    .flat_map(|(_, c)| {
                        c.names.iter().map(|(name, _)| name.0).chain([c.returns().0])
                    })
                    .collect();
                let named: HashSet<Bytes> = self
                    .write
                    .by_names(*stream, &names)?
                    .into_iter()
                    .filter(|(_, attribution)| attribution.live)
                    .map(|(name, _)| name)
                    .collect();
                let buckets: Vec<Bytes> = page().map(|(_, c)| c.bucket.0).collect();
                let near: HashSet<(Bytes, u32)> = self
                    .write
                    .by_buckets(*stream, &buckets)?
                    .into_iter()
                    .map(|(bucket, attribution)| (bucket, attribution.line))
                    .collect();
                for (at, c) in page() {
                    let is = c.names.iter().any(|(name, _)| named.contains(&name.0))
                        || named.contains(&c.returns().0)
                        || near.contains(&(c.bucket.0, c.line));
                    if let Some(known) = known.get_mut(at) {
                        *known |= is;
                    }
                }
            }
        }
        Ok(known)
    }
}

/// What is done with a page of claims.
pub(crate) type EachPage<'e, E> = dyn FnMut(Vec<Group>) -> Result<(), E> + 'e;

/// Calls `each` with the claims of whole buckets and what they say, a page at a time.
pub(crate) fn pages<E: From<LedgerError>>(
    stage: &mut Stage,
    step: &mut dyn FnMut(u64),
    each: &mut EachPage<'_, E>,
) -> Result<(), E> {
    let mut after = None;
    let mut done = 0;
    loop {
        let page = stage.buckets(after, PAGE, false, true)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(*last);
        done += page.iter().map(|(_, rows)| rows.len() as u64).sum::<u64>();
        let mut claims = Vec::new();
        for (bucket, rows) in &page {
            claims.extend(groups(*bucket, rows)?);
        }
        each(claims)?;
        step(done);
    }
}

/// The claims of the stream by each of these names.
pub(crate) fn by_names(
    write: &mut Write<'_>,
    stream: i64,
    groups: &[Group],
) -> Result<HashMap<Bytes, Vec<Attribution>>, LedgerError> {
    let mut names: Vec<Bytes> =
        groups.iter().flat_map(|g| g.came.names.iter().map(|(n, _)| n.0)).collect();
    names.sort_unstable();
    names.dedup();
    let mut known: HashMap<Bytes, Vec<Attribution>> = HashMap::new();
    for (key, attribution) in write.by_names(stream, &names)? {
        known.entry(key).or_default().push(attribution);
    }
    Ok(known)
}
