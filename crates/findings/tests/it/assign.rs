//! One bucket's observations against its known claims.

use findings::assign::{Assigned, Known, Left, MAX_BUCKET, Seen, Stage, assign, renamed};
use findings::identity::Key;
use proptest::prelude::*;

fn content(text: &str) -> Option<Key> {
    (!text.is_empty()).then(|| Key::of(&[text.as_bytes()]))
}

/// Members as `line` or `line:content` or `line:content:digest`.
fn members(text: &str) -> Vec<Seen> {
    let member = |word: &str| {
        let mut parts = word.split(':');
        let line = parts.next().unwrap().parse().unwrap();
        let content = content(parts.next().unwrap_or(""));
        Seen { content, digest: Key::of(&[parts.next().unwrap_or("").as_bytes()]), line }
    };
    text.split_whitespace().map(member).collect()
}

fn known(seen: &[Seen]) -> Vec<Known> {
    seen.iter().map(|s| Known { content: s.content, digest: s.digest, line: s.line }).collect()
}

/// `seen>known` for each pair, `c` by content, `n` by nearness; `?known` for the ambiguous.
fn said(assigned: &Assigned) -> String {
    let pairs = assigned.pairs.iter().map(|(s, k, stage)| {
        let how = if *stage == Stage::Content { 'c' } else { 'n' };
        format!("{s}>{k}{how}")
    });
    let open = assigned.ambiguous.iter().map(|k| format!("?{k}"));
    pairs.chain(open).collect::<Vec<_>>().join(" ")
}

fn check(seen: &str, before: &str, expect: &str) {
    let assigned = assign(&members(seen), &known(&members(before)));
    assert_eq!(said(&assigned), expect, "seen {seen}, known {before}");
}

#[test]
fn content_goes_before_lines() {
    check("20:a 10:b", "10:a 20:b", "0>0c 1>1c");
    check("12:a 25:a 31:b", "10:a 20:a 30:b", "0>0c 1>1c 2>2c");
    // What is told tells apart what stands on one line.
    check("5:a:y 5:a:x", "5:a:x 5:a:y", "0>1c 1>0c");
}

#[test]
fn nearness_keeps_the_order_of_the_file() {
    check("11 21 31", "10 20 30", "0>0n 1>1n 2>2n");
    check("31 11 21", "30 20 10", "0>0n 1>2n 2>1n");
    // Everything moved down by 100 and the second went.
    check("110 130 140", "10 20 30 40", "0>0n 1>2n 2>3n");
    // Inserted in the middle: what is above did not move.
    check("10 15 27 37", "10 20 30", "0>0n 2>1n 3>2n");
    // Gone from the middle: what is below moved up, all of it by as much.
    check("10 26 40", "10 20 31 45", "0>0n 1>2n 2>3n");
}

#[test]
fn what_could_be_another_stays_open() {
    check("15", "10 20", "0>0n ?1");
    check("10", "10 20", "0>0n");
    // Nobody can tell them apart, so it does not matter which went.
    check("10", "10 10", "0>0n");
    let either = assign(&members("10"), &known(&members("10::x 10::y")));
    assert_eq!((either.pairs.len(), either.ambiguous.len()), (1, 1));
    // The first of the three went and the rest moved up, or the last went and the rest moved down.
    check("10 25 35", "10 20 30 40", "0>0n 1>2n 2>3n ?1");
    // Another line far away with other content is not the same place, and not certainly another.
    check("900:b", "10:a", "?0");
    check("40:b", "10:a", "0>0n");
    check("900", "10", "0>0n");
}

#[test]
fn without_lines_only_content_tells() {
    check("0:a", "0:b", "");
    check("0:a 0:b", "0:b", "1>0c");
    check("0:a", "0", "0>0n");
    check("0:a 0:b", "0", "?0");
    check("", "0:a 10:b 20", "");
    check("1 2", "", "");
}

#[test]
fn a_bucket_past_the_bound_stays_open() {
    let line = |line: u32| Seen { content: None, digest: Key::of(&[]), line };
    let lines = |count: u32| -> Vec<Seen> { (1..=count).map(line).collect() };
    let most = u32::try_from(MAX_BUCKET).unwrap();
    let fits = assign(&lines(most - 1), &known(&lines(most)));
    assert_eq!(fits.pairs.len(), MAX_BUCKET - 1);
    assert_eq!(fits.ambiguous.len(), 1);
    let past: Vec<Seen> =
        lines(most + 1).into_iter().map(|s| Seen { digest: Key::of(&[b"x"]), ..s }).collect();
    let past = assign(&past, &known(&lines(most)));
    assert!(past.pairs.is_empty());
    assert_eq!(past.ambiguous.len(), MAX_BUCKET);
}

fn lines() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::btree_set(1_u32..2_000, 1..25).prop_map(|set| set.into_iter().collect())
}

fn plain(lines: &[u32]) -> Vec<Seen> {
    lines.iter().map(|line| Seen { content: None, digest: Key::of(&[]), line: *line }).collect()
}

proptest! {
    /// A shift by a constant changes nothing.
    #[test]
    fn a_shift_is_followed(lines in lines(), shift in 0_u32..5_000) {
        let moved: Vec<u32> = lines.iter().map(|line| line + shift).collect();
        let assigned = assign(&plain(&moved), &known(&plain(&lines)));
        let expect: Vec<_> = (0..lines.len()).map(|at| (at, at, Stage::Nearest)).collect();
        prop_assert_eq!(assigned.pairs.iter().map(|(s, k, _)| (*s, *k)).collect::<Vec<_>>(),
            expect.iter().map(|(s, k, _)| (*s, *k)).collect::<Vec<_>>());
        prop_assert!(assigned.ambiguous.is_empty());
    }

    /// One is gone and the rest has not moved: that one and no other, and it is not ambiguous.
    #[test]
    fn one_that_went_is_found(lines in lines(), which in any::<prop::sample::Index>()) {
        let gone = which.index(lines.len());
        let mut left = lines.clone();
        left.remove(gone);
        let assigned = assign(&plain(&left), &known(&plain(&lines)));
        let matched: Vec<usize> = assigned.pairs.iter().map(|(_, k, _)| *k).collect();
        prop_assert_eq!(matched.len(), left.len());
        prop_assert!(!matched.contains(&gone));
        prop_assert!(assigned.ambiguous.is_empty());
    }

    /// One was added in the middle and pushed the rest down: all known ones are matched to themselves.
    #[test]
    fn an_insertion_is_not_mistaken(lines in lines(), which in any::<prop::sample::Index>(), by in 1_u32..40) {
        let at = which.index(lines.len());
        let content = |line: &u32| content(&line.to_string());
        let before: Vec<Seen> = lines.iter().map(|l| Seen { content: content(l), digest: Key::of(&[]), line: *l }).collect();
        let mut after = before.clone();
        for member in &mut after[at..] {
            member.line += by;
        }
        after.insert(at, Seen { content: None, digest: Key::of(&[b"new"]), line: lines[at] });
        let assigned = assign(&after, &known(&before));
        for (s, k, _) in &assigned.pairs {
            prop_assert_eq!(after[*s].content, before[*k].content);
        }
        prop_assert_eq!(assigned.pairs.len(), lines.len());
    }

    /// The order in which members are given decides nothing.
    #[test]
    fn order_decides_nothing(
        seen in prop::collection::vec((0_u32..30, 0_u8..4, 0_u8..3), 0..14),
        before in prop::collection::vec((0_u32..30, 0_u8..4, 0_u8..3), 0..14),
        turn in 0_usize..14,
    ) {
        let member = |(line, content, digest): &(u32, u8, u8)| Seen {
            content: (*content > 0).then(|| Key::of(&[&[*content]])),
            digest: Key::of(&[&[*digest]]),
            line: *line,
        };
        let (seen, before): (Vec<Seen>, Vec<Seen>) = (seen.iter().map(member).collect(), before.iter().map(member).collect());
        let (mut turned_seen, mut turned_before) = (seen.clone(), before.clone());
        turned_seen.rotate_left(turn.min(seen.len()));
        turned_before.reverse();
        let words = |seen: &[Seen], before: &[Seen]| {
            let assigned = assign(seen, &known(before));
            let mut pairs: Vec<String> = assigned.pairs.iter().map(|(s, k, how)| format!("{:?} {:?} {how:?}", seen[*s], before[*k])).collect();
            pairs.sort();
            let mut open: Vec<String> = assigned.ambiguous.iter().map(|k| format!("{:?}", before[*k])).collect();
            open.sort();
            // One-to-one, and nothing both matched and open.
            let mut used: Vec<usize> = assigned.pairs.iter().map(|p| p.1).chain(assigned.ambiguous.iter().copied()).collect();
            used.sort_unstable();
            used.dedup();
            assert_eq!(used.len(), pairs.len() + open.len());
            (pairs, open)
        };
        prop_assert_eq!(words(&seen, &before), words(&turned_seen, &turned_before));
    }
}

/// `path:line:rule:content` for each.
fn left(text: &str) -> Vec<Left> {
    let one = |word: &str| {
        let mut parts = word.split(':');
        let mut next = || parts.next().unwrap_or("").to_owned();
        let (path, line) = (next(), next().parse().unwrap());
        Left { path, line, rule: next(), moved: content(&next()) }
    };
    text.split_whitespace().map(one).collect()
}

fn check_renamed(came: &str, went: &str, seen: &[&str], expect: &str) {
    let renamed = renamed(&left(came), &left(went), &|_| false, &|path| seen.contains(&path));
    let pairs = renamed.pairs.iter().map(|(c, w)| format!("{c}>{w}"));
    let open = renamed.open.iter().map(|w| format!("?{w}"));
    assert_eq!(pairs.chain(open).collect::<Vec<_>>().join(" "), expect, "{came} after {went}");
}

#[test]
fn a_renamed_file_is_found_by_what_stands_in_it() {
    check_renamed("b.c:9:r:x", "a.c:5:r:x", &[], "0>0");
    // Two that went, or two that came: nobody knows which, and nothing ends.
    check_renamed("b.c:9:r:x c.c:8:r:x", "a.c:5:r:x", &[], "?0");
    check_renamed("b.c:9:r:x", "a.c:5:r:x d.c:5:r:x", &[], "?0 ?1");
}

#[test]
fn a_renamed_file_is_found_by_rules_and_lines() {
    check_renamed("b.c:5:r b.c:9:q", "a.c:5:r a.c:9:q", &[], "0>0 1>1");
    check_renamed("b.c:5:r b.c:8:q", "a.c:5:r a.c:9:q", &[], "?0");
    // The old file is still there, so it has no new name.
    check_renamed("b.c:5:r b.c:9:q", "a.c:5:r a.c:9:q", &["a.c"], "");
    // Two alike: the one whose path ends alike.
    check_renamed("new/x/a.c:5:r new/y/a.c:5:r", "y/a.c:5:r x/a.c:5:r", &[], "0>1 1>0");
    check_renamed("new/a.c:5:r old/a.c:5:r", "y/a.c:5:r x/a.c:5:r", &[], "?0 ?1");
    // Of a file as a whole only a path that ends alike tells.
    check_renamed("b/Dockerfile:1:r", "Dockerfile:1:r", &[], "0>0");
    check_renamed("Containerfile:1:r", "Dockerfile:1:r", &[], "?0");
}
