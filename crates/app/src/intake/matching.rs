//! Which claims of the document are which claims of the stream?
//!
//! In: the sealed stage and the writer's view of the ledger. Out: marks on the stage. Exact by names, live and
//! retired; then within buckets by content and nearest line; then unique renames, where the run covers. What stays
//! ambiguous stays open: it is marked as seen. One page of buckets at a time, so that memory stays flat.

use std::collections::{HashMap, HashSet};

use findings::assign::{Known, Seen, assign};
use findings::identity::Key;
use ledger::change::Key as Bytes;
use ledger::row::Attribution;
use ledger::{LedgerError, Stage, Write};

use super::claims::{Group, groups};

/// Rows of the stage that are held at a time.
pub(crate) const PAGE: u32 = 512;

/// Matches all. `covers`: whether the run looked at everything, so that what it lacks is gone and may be what
/// came elsewhere.
pub(crate) fn matched(
    stage: &mut Stage,
    write: &mut Write<'_>,
    stream: i64,
    covers: bool,
    step: &mut dyn FnMut(u64),
) -> Result<(), LedgerError> {
    pages(stage, false, step, &mut |stage, page| exact(stage, write, stream, &page))?;
    pages(stage, true, &mut |_| {}, &mut |stage, page| nearest(stage, write, stream, &page))?;
    pages(stage, true, &mut |_| {}, &mut |stage, page| returned(stage, write, stream, &page))?;
    if covers {
        renamed(stage, write, stream)?;
    }
    Ok(())
}

/// What is done with a page of claims.
pub(crate) type EachPage<'e, E> = dyn FnMut(&mut Stage, Vec<Group>) -> Result<(), E> + 'e;

/// Calls `each` with the claims of whole buckets, a page at a time.
pub(crate) fn pages<E: From<LedgerError>>(
    stage: &mut Stage,
    only_unmatched: bool,
    step: &mut dyn FnMut(u64),
    each: &mut EachPage<'_, E>,
) -> Result<(), E> {
    let mut after = None;
    let mut done = 0;
    loop {
        let page = stage.buckets(after, PAGE, only_unmatched)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(*last);
        done += page.iter().map(|(_, rows)| rows.len() as u64).sum::<u64>();
        let page = page.into_iter().flat_map(|(bucket, rows)| groups(bucket, rows)).collect();
        each(stage, page)?;
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
        groups.iter().flat_map(|g| g.names.iter().map(|(n, _)| n.0)).collect();
    names.sort_unstable();
    names.dedup();
    let mut known: HashMap<Bytes, Vec<Attribution>> = HashMap::new();
    for (key, attribution) in write.by_names(stream, &names)? {
        known.entry(key).or_default().push(attribution);
    }
    Ok(known)
}

/// Stage one: by names, the strongest of all claims first; a live claim before a retired one.
fn exact(
    stage: &mut Stage,
    write: &mut Write<'_>,
    stream: i64,
    page: &[Group],
) -> Result<(), LedgerError> {
    let known = by_names(write, stream, page)?;
    let hits: Vec<i64> = known.values().flatten().map(|a| a.id).collect();
    let matched = stage.is_matched(&hits)?;
    let mut taken: HashSet<i64> =
        hits.iter().zip(matched).filter(|(_, is)| *is).map(|(id, _)| *id).collect();
    let mut found: Vec<Option<i64>> = vec![None; page.len()];
    let deepest = page.iter().map(|g| g.names.len()).max().unwrap_or(0);
    for rank in 0..deepest {
        for (group, found) in page.iter().zip(&mut found) {
            let (None, Some((name, doubtful))) = (&*found, group.names.get(rank)) else { continue };
            let Some(candidates) = known.get(&name.0) else { continue };
            // A name that is enough by itself is the same claim, whoever was matched to it already.
            let free = candidates.iter().filter(|a| !doubtful || !taken.contains(&a.id));
            if let Some(best) = free.min_by_key(|a| (!a.live, taken.contains(&a.id), a.id)) {
                *found = Some(best.id);
                taken.insert(best.id);
            }
        }
    }
    let mut pairs = Vec::new();
    let mut seen = Vec::new();
    for (group, found) in page.iter().zip(found) {
        let Some(attribution) = found else { continue };
        pairs.extend(group.ordinals.iter().map(|ordinal| (*ordinal, attribution)));
        // Other claims that share a name with it were seen: merged aliases.
        let others = group.names.iter().filter_map(|(name, _)| known.get(&name.0)).flatten();
        seen.extend(others.filter(|a| a.id != attribution && a.live).map(|a| a.id));
    }
    stage.mark(&pairs)?;
    stage.mark_seen(&seen)
}

/// Stage two: within buckets, by content, then by the nearest line in the order of the file.
fn nearest(
    stage: &mut Stage,
    write: &mut Write<'_>,
    stream: i64,
    page: &[Group],
) -> Result<(), LedgerError> {
    let mut keys: Vec<Bytes> = page.iter().filter(|g| !g.trusted).map(|g| g.bucket.0).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut known: HashMap<Bytes, Vec<Attribution>> = HashMap::new();
    let found = write.by_buckets(stream, &keys)?;
    let ids: Vec<i64> = found.iter().map(|(_, a)| a.id).collect();
    for ((bucket, attribution), matched) in found.into_iter().zip(stage.is_matched(&ids)?) {
        if !matched {
            known.entry(bucket).or_default().push(attribution);
        }
    }
    for (bucket, mut known) in known {
        known.sort_by_key(|a| (a.line, a.id));
        let claims: Vec<&Group> =
            page.iter().filter(|g| g.bucket.0 == bucket && !g.trusted).collect();
        let seen: Vec<Seen> = claims
            .iter()
            .map(|g| Seen { content: g.content, line: g.line, digest: g.digest })
            .collect();
        let standing: Vec<Known> = known
            .iter()
            .map(|a| Known { content: a.content.map(Key), line: a.line, digest: Key(a.digest) })
            .collect();
        let assigned = assign(&seen, &standing);
        let mut pairs = Vec::new();
        for (at, of, _) in assigned.pairs {
            let (Some(group), Some(attribution)) = (claims.get(at), known.get(of)) else {
                continue;
            };
            pairs.extend(group.ordinals.iter().map(|ordinal| (*ordinal, attribution.id)));
        }
        stage.mark(&pairs)?;
        let open: Vec<i64> =
            assigned.ambiguous.iter().filter_map(|at| known.get(*at)).map(|a| a.id).collect();
        stage.mark_seen(&open)?;
    }
    Ok(())
}

/// Stage three: a place without a name that was there before, and is there again.
fn returned(
    stage: &mut Stage,
    write: &mut Write<'_>,
    stream: i64,
    page: &[Group],
) -> Result<(), LedgerError> {
    let nameless: Vec<&Group> = page.iter().filter(|g| g.names.is_empty()).collect();
    let mut keys: Vec<Bytes> = nameless.iter().map(|g| g.returns().0).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut gone: HashMap<Bytes, Vec<i64>> = HashMap::new();
    let found = write.by_names(stream, &keys)?;
    let ids: Vec<i64> = found.iter().map(|(_, a)| a.id).collect();
    for ((key, attribution), matched) in found.iter().zip(stage.is_matched(&ids)?) {
        if !attribution.live && !matched {
            gone.entry(*key).or_default().push(attribution.id);
        }
    }
    let mut pairs = Vec::new();
    for group in nameless {
        // The one that went last returns first.
        let Some(id) = gone.get_mut(&group.returns().0).and_then(Vec::pop) else { continue };
        pairs.extend(group.ordinals.iter().map(|ordinal| (*ordinal, id)));
    }
    stage.mark(&pairs)
}

/// Stage four: the only claim of its content that came, and the only one that went.
fn renamed(stage: &mut Stage, write: &mut Write<'_>, stream: i64) -> Result<(), LedgerError> {
    let mut after = None;
    loop {
        let page = stage.lonely_moves(after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(*last);
        let keys: Vec<Bytes> = page.iter().map(|(key, _)| *key).collect();
        let found = write.by_moved(stream, &keys)?;
        let ids: Vec<i64> = found.iter().map(|(_, a)| a.id).collect();
        let mut gone: HashMap<Bytes, Vec<i64>> = HashMap::new();
        for ((key, attribution), matched) in found.iter().zip(stage.is_matched(&ids)?) {
            if !matched {
                gone.entry(*key).or_default().push(attribution.id);
            }
        }
        let pairs: Vec<(i64, i64)> = page
            .iter()
            .filter_map(|(key, ordinal)| match gone.get(key)?.as_slice() {
                [one] => Some((*ordinal, *one)),
                _ => None,
            })
            .collect();
        stage.mark(&pairs)?;
    }
}
