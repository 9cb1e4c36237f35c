//! Whoever changes the file past the ledger is found, and what he changed is named.

use ledger::row::Head;
use ledger::{Ledger, Mode, Place};
use rusqlite::Connection;

use crate::made::{at, author, entry, import, in_a_file, opened};

/// A ledger of four entries; its head.
fn four(place: &Place) -> Head {
    let mut ledger = opened(place);
    import(&mut ledger, "one", 0..3, "2026-11-10");
    import(&mut ledger, "two", 10..13, "2026-11-11");
    import(&mut ledger, "three", 20..23, "2026-11-12");
    entry(&mut ledger, "2026-11-13", "decision", |write| {
        write.append(&ledger::Change::Commented { finding: 1, text: "hello".to_owned() })
    })
}

/// What is found after a statement past the ledger: entry, change, and the sentence.
fn after(sql: &str) -> Vec<String> {
    let (_folder, place) = in_a_file();
    let head = four(&place);
    let Place::File(path) = &place else { panic!() };
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
    let mut ledger = Ledger::open(&place, Mode::ReadOnly).unwrap();
    let verified = ledger.verify(true, Some(&head), &mut |_, _| {}).unwrap();
    verified
        .faults
        .iter()
        .map(|f| format!("{}/{}{}: {}", f.entry, f.change, f.table, f.what))
        .collect()
}

/// That the first fault is this one.
fn check(sql: &str, expect: &str) {
    let found = after(sql);
    assert_eq!(found.first().map(String::as_str), Some(expect), "{sql}: {found:#?}");
}

#[test]
fn nothing_is_found_where_nothing_was_changed() {
    assert_eq!(after("SELECT 1"), Vec::<String>::new());
}

#[test]
fn a_changed_entry_is_named() {
    check(
        "UPDATE entries SET summary = 'another' WHERE seq = 2",
        "2/0: it was changed: its hash is another",
    );
    check(
        "UPDATE entries SET at = at + 1 WHERE seq = 4",
        "4/0: it was changed: its hash is another",
    );
    check(
        "UPDATE entries SET hash = CAST(x'00' || substr(hash, 2) AS BLOB) WHERE seq = 4",
        "4/0: it was changed: its hash is another",
    );
}

#[test]
fn what_does_not_read_is_named() {
    check(
        "UPDATE entries SET digest = 7 WHERE seq = 3",
        "1/0: an entry from here on does not read: column 9 should be bytes",
    );
    check("UPDATE changes SET digest = 7 WHERE id = 12", "2/12: change 12 was changed");
}

#[test]
fn a_missing_entry_is_named() {
    check("DELETE FROM entries WHERE seq = 2", "2/0: entry 2 is missing");
    check("DELETE FROM entries WHERE seq IN (1, 2)", "1/0: entries 1 to 2 are missing");
    check(
        "DELETE FROM changes WHERE entry = 4; DELETE FROM entries WHERE seq = 4",
        "4/0: the tail was cut: entry 4 was there, the last one is 3",
    );
}

#[test]
fn a_cut_tail_is_found_against_a_head_kept_elsewhere() {
    // Cut so that the ledger itself does not tell.
    let sql = "DELETE FROM changes WHERE entry = 4; DELETE FROM entries WHERE seq = 4; \
               UPDATE sequences SET value = 3 WHERE name = 'entry'; \
               UPDATE sequences SET value = (SELECT MAX(id) FROM changes) WHERE name = 'change'";
    let what = "the tail was cut: entry 4 was there, the last one is 3";
    assert_eq!(after(sql), [format!("4/0: {what}")]);
}

#[test]
fn a_changed_change_is_named() {
    check("UPDATE changes SET body = x'0061' WHERE id = 5", "1/5: change 5 was changed");
    check("DELETE FROM changes WHERE id = 12", "2/12: change 12 is missing");
    check(
        "UPDATE changes SET id = -1 WHERE id = 5; UPDATE changes SET id = 5 WHERE id = 7; \
         UPDATE changes SET id = 7 WHERE id = -1",
        "1/0: its changes are not those that were hashed, or stand in another order",
    );
    check(
        "INSERT INTO changes SELECT 900, entry, kind, finding, other, digest, body FROM changes \
         WHERE id = 5",
        "0/900: change 900 belongs to no entry",
    );
}

#[test]
fn changed_words_of_a_source_are_named() {
    check(
        "UPDATE bodies SET body = (SELECT body FROM bodies WHERE id = 14) WHERE id = 10",
        "1/5: what the source said in change 5 was changed",
    );
    check("DELETE FROM bodies WHERE id = 14", "1/7: what the source said in change 7 is missing");
    // Retention never takes out what stands.
    check(
        "UPDATE bodies SET body = NULL WHERE id = 14",
        "0/7: what the source said in change 7 stands and was taken out",
    );
    let found = after("DELETE FROM texts");
    assert!(found[0].contains("is missing or changed"), "{found:#?}");
}

#[test]
fn a_changed_table_is_named_by_a_deep_look() {
    check("UPDATE findings SET state = 1 WHERE id = 2", "0/0findings: row 2 departs in state");
    check("DELETE FROM fixes WHERE id = 4", "0/0fixes: row 4 is missing");
    check(
        "INSERT INTO settings VALUES ('retention', '1')",
        "0/0settings: row «retention» follows from no change",
    );
    check("UPDATE changes SET finding = 2 WHERE id = 4", "0/0changes: row 4 departs in finding");
}

#[test]
fn another_head_is_found() {
    let (_folder, place) = in_a_file();
    let head = four(&place);
    let mut ledger = opened(&place);
    let kept = Head { entry: 2, hash: head.hash.clone() };
    let found = ledger.verify(false, Some(&kept), &mut |_, _| {}).unwrap();
    assert_eq!((found.faults.len(), found.faults[0].entry), (1, 2));
    let far = Head { entry: 9, hash: head.hash };
    assert_eq!(ledger.verify(false, Some(&far), &mut |_, _| {}).unwrap().faults.len(), 1);
}

#[test]
fn what_was_pruned_still_verifies() {
    let (_folder, place) = in_a_file();
    let mut ledger = opened(&place);
    import(&mut ledger, "one", 0..3, "2026-11-10");
    let mut write = ledger.write(author("ada"), at("2026-11-11"), &mut |_| {}).unwrap();
    let was = Box::new(write.claim(2).unwrap().unwrap());
    let claim = crate::made::claim(1, 5);
    let document = 1;
    write
        .append(&ledger::Change::Observed { attribution: 2, document, claim: claim.clone(), was })
        .unwrap();
    write.commit("import", "").unwrap();
    // Nothing before the first entry; then what the second one replaced, and no more.
    assert_eq!(ledger.prune(at("2026-11-10")).unwrap(), 0);
    assert_eq!(ledger.prune(at("2026-12-01")).unwrap(), 1);
    assert_eq!(ledger.prune(at("2026-12-01")).unwrap(), 0);
    let verified = ledger.verify(true, None, &mut |_, _| {}).unwrap();
    assert_eq!((verified.faults, verified.pruned), (Vec::new(), 1));
    assert_eq!(ledger.claims(2).unwrap()[0].body, claim.body);
    let history = ledger.history(2).unwrap();
    let ledger::Change::Attributed { claim: before, .. } = &history[1].change else { panic!() };
    assert_eq!((before.body.as_str(), before.line), ("", 1));
}
