//! Claims that wait for their match.

use ledger::stage::{HowMet, Stage, Staged};

use crate::made::key;

fn staged(ordinal: u64, bucket: u64, tuple: u64, names: &[(u64, bool)]) -> Staged {
    Staged {
        ordinal: ordinal as i64,
        names: names.iter().map(|(n, doubted)| (key(1, *n), *doubted)).collect(),
        tuple: key(2, tuple),
        apart: key(2, tuple),
        bucket: key(0, bucket),
        content: None,
        moved: Some(key(4, ordinal / 2)),
        line: 7,
        digest: key(5, ordinal),
        double: key(6, ordinal),
        trusted: ordinal == 3,
        path: format!("src/{ordinal}.c"),
        rule: "R".to_owned(),
        former: vec![key(7, ordinal)],
        body: format!("{{\"n\":{ordinal}}}"),
    }
}

#[test]
fn names_that_repeat_over_different_tuples_are_not_believed() {
    let mut stage = Stage::new().unwrap();
    stage.put(&staged(1, 1, 1, &[(10, true), (11, true)])).unwrap();
    stage.put(&staged(2, 1, 2, &[(10, true), (12, false)])).unwrap();
    stage.put(&staged(3, 2, 3, &[(12, false), (11, false)])).unwrap();
    stage.put(&staged(4, 2, 1, &[(11, true)])).unwrap();
    assert_eq!(stage.seal().unwrap(), 1);
    let mut names = Vec::new();
    for (_, rows) in stage.buckets(None, 100, false, false).unwrap() {
        for (staged, _) in rows {
            names.push((staged.ordinal, staged.names.len()));
        }
    }
    names.sort_unstable();
    // 10 stands for two tuples; 11 twice for the same one; 12 is no name that is doubted.
    assert_eq!(names, [(1, 1), (2, 1), (3, 2), (4, 1)]);
}

#[test]
fn buckets_come_whole_and_every_one_once() {
    let mut stage = Stage::new().unwrap();
    for ordinal in 0..50 {
        stage.put(&staged(ordinal, ordinal % 5, ordinal, &[])).unwrap();
    }
    stage.seal().unwrap();
    assert_eq!(stage.len(), 50);
    stage.mark(&[(0, 900), (5, 901)]).unwrap();
    for (only_unmatched, total) in [(false, 50), (true, 48)] {
        let (mut after, mut count, mut steps) = (None, 0, 0);
        loop {
            let page = stage.buckets(after, 11, only_unmatched, false).unwrap();
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            steps += 1;
            for (bucket, rows) in &page {
                let whole = rows.iter().all(|(staged, _)| staged.bucket == *bucket);
                assert!(whole && rows.len() >= if only_unmatched { 8 } else { 10 });
                count += rows.len();
            }
        }
        assert_eq!((count, steps), (total, 3));
    }
    let all = stage.buckets(None, 1_000, false, true).unwrap();
    let matched = all.iter().flat_map(|(_, rows)| rows).filter_map(|(_, m)| *m).count();
    assert_eq!(matched, 2);
}

#[test]
fn what_was_matched_or_seen_is_known() {
    let mut stage = Stage::new().unwrap();
    for ordinal in 0..4 {
        stage.put(&staged(ordinal, 0, ordinal, &[])).unwrap();
    }
    stage.seal().unwrap();
    stage.mark(&[(1, 70)]).unwrap();
    stage.mark_seen(&[71], false).unwrap();
    stage.mark_seen(&[72, 70], true).unwrap();
    assert_eq!(stage.is_matched(&[70, 71, 72, 73]).unwrap(), [true, true, true, false]);
    let met = [HowMet::Matched, HowMet::Seen, HowMet::Ambiguous, HowMet::Not];
    assert_eq!(stage.how_met(&[70, 71, 72, 73]).unwrap(), met);
    assert!(stage.is_any_matched().unwrap());
}

#[test]
fn a_row_comes_back_as_it_was_put_in_and_its_words_only_where_asked_for() {
    let mut stage = Stage::new().unwrap();
    let row = staged(3, 1, 1, &[(10, false)]);
    stage.put(&row).unwrap();
    stage.seal().unwrap();
    let mut read = |bodies| stage.buckets(None, 9, false, bodies).unwrap()[0].1[0].0.clone();
    assert_eq!(read(true), row);
    assert_eq!(read(false), Staged { body: String::new(), ..row });
}
