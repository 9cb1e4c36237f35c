//! The record moves between databases, and is the same.

use ledger::change::{Change, Closure, Decision};
use ledger::row::Filter;
use ledger::{Ledger, LedgerError, Mode, Place};
use proptest::prelude::*;

use crate::made::{at, clock, document, entry, import, in_a_file, open, opened, stream};
use crate::server::Server;

fn exported(ledger: &mut Ledger) -> (String, Vec<u8>) {
    let mut lines = Vec::new();
    let exported = ledger.export(&mut lines, &mut |_, _| {}).unwrap();
    (exported.tables, lines)
}

/// A ledger with some life in it.
fn lived(ledger: &mut Ledger) {
    import(ledger, "one", 0..20, "2026-11-10");
    entry(ledger, "2026-11-11", "decision", |write| {
        let decision = Decision { accepted_until: Some(at("2026-11-12")), ..Decision::default() };
        let (reason, was) = (String::new(), Decision::default());
        write.append(&Change::Decided { finding: 3, decision, reason, was })?;
        write.append(&Change::Closed { finding: 4, closure: Closure::default() })
    });
    import(ledger, "two\0", 30..32, "2026-11-13");
}

#[test]
fn from_a_file_to_a_server_and_back() {
    let (_folder, place) = in_a_file();
    let mut first = opened(&place);
    lived(&mut first);
    let (tables, lines) = exported(&mut first);
    let Some(server) = Server::start("a ledger moves to PostgreSQL and back") else { return };
    let mut second = opened(&server.place("moved"));
    let taken = second.import(&mut lines.as_slice(), &mut |_, _| {}).unwrap();
    assert_eq!((taken.head, &taken.tables), (first.head().unwrap(), &tables));
    assert_eq!(second.secrets_key().unwrap(), first.secrets_key().unwrap());
    assert_eq!(second.verify(true, None, &mut |_, _| {}).unwrap().faults, []);
    let queue =
        |ledger: &mut Ledger| ledger.queue(&Filter::default(), at("2026-11-20"), 0, 100).unwrap();
    assert_eq!(queue(&mut second), queue(&mut first));
    let (again, back) = exported(&mut second);
    assert_eq!((again, String::from_utf8(back.clone())), (tables, String::from_utf8(lines)));
    let (_folder, place) = in_a_file();
    let mut third = opened(&place);
    third.import(&mut back.as_slice(), &mut |_, _| {}).unwrap();
    assert_eq!(third.claims(1).unwrap(), first.claims(1).unwrap());
    // A backup of a server is an export.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.jsonl");
    second.backup(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().len(), back.len() as u64);
}

#[test]
fn an_export_that_was_changed_is_refused_and_leaves_nothing() {
    let (_folder, place) = in_a_file();
    let mut first = opened(&place);
    lived(&mut first);
    let (_, lines) = exported(&mut first);
    let text = String::from_utf8(lines).unwrap();
    let (_folder, place) = in_a_file();
    let mut empty = opened(&place);
    let mut refused = |text: &str, what: &str| {
        let error = empty.import(&mut text.as_bytes(), &mut |_, _| {}).unwrap_err().to_string();
        assert!(error.contains(what), "{what}: {error}");
        assert_eq!(empty.head().unwrap().entry, 0);
        assert_eq!(empty.assets().unwrap(), []);
    };
    refused("", "the export is cut");
    refused("{}\n", "line 1");
    refused(&text[..text.len() - 90], "line");
    refused(&text.lines().take(20).collect::<Vec<_>>().join("\n"), "the export is cut");
    refused(&text.replace("number 7", "number 8"), "are not those that were hashed");
    refused(&text.replace("\\\"line\\\":1", "\\\"line\\\":2"), "what the source said was changed");
    refused(&text.replace("\"summary\":\"a test\"", "\"summary\":\"b\""), "does not follow");
    refused(&text.replace("A long text", "Another text"), "the text was changed");
    empty.import(&mut text.as_bytes(), &mut |_, _| {}).unwrap();
    let twice = empty.import(&mut text.as_bytes(), &mut |_, _| {}).unwrap_err();
    assert!(matches!(twice, LedgerError::Unfit(_)), "{twice}");
}

#[test]
fn a_backup_while_a_writer_writes_is_the_state_before_it() {
    let (folder, place) = in_a_file();
    let mut ledger = opened(&place);
    lived(&mut ledger);
    let head = ledger.head().unwrap();
    let mut reader = Ledger::open(&place, Mode::ReadOnly).unwrap();
    let copy = folder.path().join("copy.db");
    entry(&mut ledger, "2026-11-14", "import", |write| {
        let (asset, stream) = stream(write, "one", "tool")?;
        let document = document(write, stream, "x", "2026-11-14")?;
        open(write, (asset, stream, document), 90, 90, Some(clock(None, 9)))?;
        // A read writes what waits.
        assert_eq!(write.findings(&[23])?.len(), 1);
        reader.backup(&copy)
    });
    assert_eq!(
        std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&copy).unwrap()) & 0o777,
        0o600
    );
    let mut copied = opened(&Place::File(copy.clone()));
    assert_eq!(copied.head().unwrap(), head);
    assert_eq!(copied.verify(true, Some(&head), &mut |_, _| {}).unwrap().faults, []);
    import(&mut copied, "three", 50..51, "2026-11-15");
    assert!(matches!(ledger.backup(&copy), Err(LedgerError::NotWritable { .. })));
}

/// One step of a life.
#[derive(Debug, Clone)]
enum Step {
    Open(u64, u64),
    Decide(i64, Option<u32>),
    Close(i64),
    Reopen(i64),
    Retire(i64),
    Return(i64),
    Move(i64, i64),
    Refix(i64, u64),
    Void(i64),
    Observe(i64, u32),
    Commit,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = 1_i64..8;
    let step = prop_oneof![
        3 => (0_u64..40, 0_u64..4).prop_map(|(n, f)| Step::Open(n, f)),
        1 => (id.clone(), proptest::option::of(1_u32..28)).prop_map(|(f, d)| Step::Decide(f, d)),
        1 => id.clone().prop_map(Step::Close),
        1 => id.clone().prop_map(Step::Reopen),
        1 => id.clone().prop_map(Step::Retire),
        1 => id.clone().prop_map(Step::Return),
        1 => (id.clone(), id.clone()).prop_map(|(a, f)| Step::Move(a, f)),
        1 => (id.clone(), 0_u64..4).prop_map(|(f, n)| Step::Refix(f, n)),
        1 => id.clone().prop_map(Step::Void),
        1 => (id, 1_u32..9).prop_map(|(a, l)| Step::Observe(a, l)),
        2 => Just(Step::Commit),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Does the steps that fit; every entry is a day later.
fn live(ledger: &mut Ledger, steps: &[Step]) {
    for (day, part) in steps.split(|step| matches!(step, Step::Commit)).enumerate() {
        entry(ledger, &format!("2026-11-{:02}", day % 28 + 1), "import", |write| {
            for step in part {
                step_in(write, step)?;
            }
            Ok(())
        });
    }
}

fn step_in(write: &mut ledger::Write<'_>, step: &Step) -> Result<(), LedgerError> {
    let there = |write: &mut ledger::Write<'_>, id: i64| {
        write.findings(&[id]).map(|found| found.into_iter().next())
    };
    match step {
        Step::Open(number, fix) => {
            let (asset, stream) = stream(write, "one", "tool")?;
            let document = document(write, stream, "x", "2026-11-14")?;
            let due = format!("2026-11-{:02}", number % 28 + 1);
            let due = (!number.is_multiple_of(5)).then_some(due.as_str());
            let clock = (!number.is_multiple_of(7)).then(|| clock(due, (number % 3) as i64));
            open(write, (asset, stream, document), *number, *fix, clock)?;
        }
        Step::Move(attribution, finding) => {
            if let (Some(_), Some(_)) = (there(write, *attribution)?, there(write, *finding)?) {
                let (edge, was_edge) = (crate::made::edge("person"), crate::made::edge("first"));
                let (attribution, finding, was) = (*attribution, *finding, *attribution);
                write.append(&Change::Linked { attribution, finding, edge, was, was_edge })?;
            }
        }
        Step::Observe(attribution, line) => {
            if let Some(was) = write.claim(*attribution)? {
                let (claim, was) = (crate::made::claim(*line as u64, *line), Box::new(was));
                let (attribution, document) = (*attribution, 1);
                write.append(&Change::Observed { attribution, document, claim, was })?;
            }
        }
        Step::Decide(id, _)
        | Step::Close(id)
        | Step::Reopen(id)
        | Step::Retire(id)
        | Step::Return(id)
        | Step::Refix(id, _)
        | Step::Void(id) => {
            let Some(finding) = there(write, *id)? else { return Ok(()) };
            write.append(&change(step, finding))?;
        }
        Step::Commit => {}
    }
    Ok(())
}

fn change(step: &Step, of: ledger::row::Finding) -> Change {
    let (finding, document, reason) = (of.id, 1, String::new());
    match step {
        Step::Decide(_, day) => {
            let until = day.map(|day| at(&format!("2026-11-{day:02}")));
            let decision = Decision { accepted_until: until, ..Decision::default() };
            Change::Decided { finding, decision, reason, was: of.decision }
        }
        Step::Close(_) => Change::Closed { finding, closure: Closure::default() },
        Step::Reopen(_) => {
            let (was, was_at, at) = (Closure::default(), None, None);
            Change::Reopened { finding, why: reason, was, was_at, at }
        }
        Step::Retire(_) => Change::Retired { attribution: finding, document, evidence: reason },
        Step::Return(_) => Change::Returned { attribution: finding, document },
        Step::Refix(_, number) => {
            Change::Fix { finding, fix: crate::made::fix(*number), was: of.fix }
        }
        _ => Change::Voided { finding },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_life_replayed_gives_the_same_tables(steps in steps()) {
        let (_folder, place) = in_a_file();
        let mut ledger = opened(&place);
        live(&mut ledger, &steps);
        let verified = ledger.verify(true, None, &mut |_, _| {}).unwrap();
        prop_assert_eq!(verified.faults, []);
        // The queue shows what an honest count of the findings shows, at any time.
        for now in ["2026-11-01", "2026-11-15", "2026-12-05"] {
            let page = ledger.queue(&Filter::default(), at(now), 0, 100).unwrap();
            let (mut active, mut open) = (std::collections::BTreeSet::new(), 0);
            ledger.each_finding(None, true, &mut |finding| {
                open += 1;
                if finding.decision.accepted_until.is_none_or(|until| until <= at(now)) {
                    active.insert(finding.fix.key);
                }
                true
            }).unwrap();
            let last = ledger.imports(1).unwrap();
            prop_assert_eq!(page.open, open);
            if now == "2026-12-05" || last.is_empty() {
                let shown: std::collections::BTreeSet<String> =
                    page.fixes.iter().map(|row| row.fix.key.clone()).collect();
                prop_assert_eq!(shown.len(), page.fixes.len());
                prop_assert_eq!(shown, active);
                let overdue = page.fixes.iter().filter(|row| {
                    row.clock.as_ref().and_then(|c| c.due).is_some_and(|due| due < at(now))
                });
                prop_assert_eq!(page.overdue, overdue.count() as i64);
            }
        }
    }
}
