//! One story on every database: a problem comes in, is decided on, closed, comes back, is taken back.

use ledger::change::{Change, Claim, Closure, Decision};
use ledger::row::{Filter, Ids, Page};
use ledger::{Ledger, LedgerError, Mode, Place};

use crate::server::Server;

use crate::made::{
    at, author, claim, clock, document, edge, entry, fix, hex, import, in_a_file, key, open,
    opened, stream,
};

fn page(ledger: &mut Ledger, filter: &Filter, now: &str) -> Page {
    ledger.queue(filter, at(now), 0, 50).unwrap()
}

fn places(page: &Page) -> Vec<(String, i64)> {
    page.fixes.iter().map(|fix| (fix.fix.place.clone(), fix.findings)).collect()
}

fn only(word: &str) -> Filter {
    Filter { only: vec![word.to_owned()], ..Filter::default() }
}

#[test]
fn in_sqlite() {
    let (_folder, place) = in_a_file();
    story(&place);
}

#[test]
fn on_a_server() {
    let Some(server) = Server::start("the ledger's story on PostgreSQL") else { return };
    story(&server.place("story"));
    // The password is in no error.
    let old = Place::Postgres(format!("{}&sslmode=require", server.url()));
    let error = Ledger::open(&old, Mode::Create).err().unwrap().to_string();
    assert!(error.contains("TLS") && !error.contains("sesame"), "{error}");
    let none = Ledger::open(&Place::Postgres(server.url()), Mode::Existing).err().unwrap();
    assert!(matches!(none, LedgerError::Missing(_)), "{none}");
    let mut reader = Ledger::open(&server.place("story"), Mode::ReadOnly).unwrap();
    let refused = reader.write(author("ada"), at("2026-12-01"), &mut |_| {}).err();
    assert!(matches!(refused, Some(LedgerError::NotWritable { .. })));
}

fn story(place: &Place) {
    let mut ledger = opened(place);
    assert_eq!(ledger.head().unwrap().entry, 0);
    let secret = ledger.secrets_key().unwrap();
    assert_ne!(secret, [0; 32]);
    comes_in(&mut ledger);
    is_decided_on(&mut ledger);
    ends_and_comes_back(&mut ledger);
    is_tied_otherwise(&mut ledger);
    is_taken_back(&mut ledger);
    drop(ledger);
    let mut ledger = Ledger::open(place, Mode::Existing).unwrap();
    assert_eq!(ledger.secrets_key().unwrap(), secret);
    let head = ledger.head().unwrap();
    let verified = ledger.verify(true, Some(&head), &mut |_, _| {}).unwrap();
    assert_eq!(verified.faults, []);
    assert_eq!((verified.head, verified.entries), (head, 9));
}

fn comes_in(ledger: &mut Ledger) {
    let head = entry(ledger, "2026-11-10", "import", |write| {
        let (asset, stream) = stream(write, "shop", "tool")?;
        let document = document(write, stream, "aa", "2026-11-10")?;
        let place = (asset, stream, document);
        // Two findings of one action, one later than the other; one without a due instant; two others.
        open(write, place, 1, 1, Some(clock(Some("2026-12-05"), 4)))?;
        open(write, place, 2, 1, Some(clock(Some("2026-11-20"), 2)))?;
        open(write, place, 3, 3, Some(clock(None, 9)))?;
        open(write, place, 4, 4, Some(clock(Some("2026-11-15"), 5)))?;
        open(write, place, 5, 5, Some(clock(Some("2026-11-16"), 0)))?;
        assert_eq!(write.next(Ids::Finding)?, 6);
        // A read sees what was appended.
        assert_eq!(write.by_names(stream, &[key(1, 2), key(1, 77)])?.len(), 1);
        assert_eq!(write.by_buckets(stream, &[key(2, 1), key(2, 2)])?.len(), 2);
        assert_eq!(write.by_links(asset, &[key(5, 4)])?, [(key(5, 4), 4)]);
        assert_eq!(write.live(stream, 2, 2)?.iter().map(|a| a.id).collect::<Vec<_>>(), [3, 4]);
        Ok(())
    });
    assert_eq!(head.entry, 1);
    let before = page(ledger, &Filter::default(), "2026-11-12");
    let place = |n: u64, count| (format!("package-{n}"), count);
    // The emergency comes first, however far its date is.
    assert_eq!(places(&before), [place(5, 1), place(4, 1), place(1, 2), place(3, 1)]);
    assert_eq!((before.open, before.overdue, before.more), (5, 0, false));
    // Then what is overdue, by band.
    let later = page(ledger, &Filter::default(), "2026-11-21");
    assert_eq!(places(&later), [place(5, 1), place(1, 2), place(4, 1), place(3, 1)]);
    assert_eq!((later.open, later.overdue), (5, 3));
    let row = &later.fixes[1];
    assert_eq!((row.leading, row.sources, row.owner.as_str()), (2, 1, "team-a"));
    assert_eq!(places(&page(ledger, &only("overdue"), "2026-11-21")).len(), 3);
    assert_eq!(places(&page(ledger, &only("emergency"), "2026-11-21")), [place(5, 1)]);
    let search = Filter { search: "CVE-2026-00004".to_owned(), ..Filter::default() };
    assert_eq!(places(&page(ledger, &search, "2026-11-21")), [place(4, 1)]);
    let nobody = Filter { owners: vec!["-".to_owned()], ..Filter::default() };
    assert_eq!(places(&page(ledger, &nobody, "2026-11-21")), []);
    let one = ledger.queue(&Filter::default(), at("2026-11-21"), 2, 1).unwrap();
    assert_eq!((places(&one), one.more), (vec![place(4, 1)], true));
    assert_eq!(ledger.search("prototype shop number 5", 10).unwrap()[0].id, 5);
    assert_eq!(ledger.search("  ", 10).unwrap(), []);
    // The claim comes back byte for byte, its long text with it.
    assert_eq!(ledger.claims(3).unwrap()[0].body, claim(3, 1).body);
    let history = ledger.history(3).unwrap();
    assert_eq!(history.len(), 2);
    let Change::Attributed { claim: said, .. } = &history[1].change else { panic!() };
    assert_eq!(*said, claim(3, 1));
}

fn is_decided_on(ledger: &mut Ledger) {
    let paused = Decision { accepted_until: Some(at("2026-11-25")), ..Decision::default() };
    entry(ledger, "2026-11-12", "decision", |write| {
        for finding in [4, 1] {
            write.append(&Change::Decided {
                finding,
                decision: paused.clone(),
                reason: "until the release".to_owned(),
                was: Decision::default(),
            })?;
        }
        Ok(())
    });
    let now = page(ledger, &Filter::default(), "2026-11-12");
    let shown: Vec<_> = now.fixes.iter().map(|f| (f.leading, f.findings, f.accepted)).collect();
    assert_eq!(shown, [(5, 1, 0), (2, 2, 1), (3, 1, 0)]);
    assert_eq!(page(ledger, &only("accepted"), "2026-11-12").fixes.len(), 2);
    // It comes back when the acceptance has ended, without an entry.
    let then = page(ledger, &Filter::default(), "2026-11-26");
    let shown: Vec<_> = then.fixes.iter().map(|f| (f.leading, f.accepted)).collect();
    assert_eq!(shown, [(5, 0), (2, 0), (4, 0), (3, 0)]);
    assert_eq!(then.overdue, 3);
    assert_eq!(page(ledger, &only("overdue"), "2026-11-26").fixes.len(), 3);
    let second = ledger.queue(&Filter::default(), at("2026-11-26"), 2, 1).unwrap();
    assert_eq!((second.fixes[0].leading, second.more), (4, true));
    // The next entry after it writes the row anew.
    entry(ledger, "2026-11-27", "decision", |write| {
        write.append(&Change::Commented { finding: 3, text: "hello".to_owned() })
    });
    let after = page(ledger, &Filter::default(), "2026-11-27");
    assert_eq!(after.fixes.iter().map(|f| f.leading).collect::<Vec<_>>(), [5, 2, 4, 3]);
    assert_eq!(after.overdue, 3);
}

fn ends_and_comes_back(ledger: &mut Ledger) {
    let closure = Closure {
        reason: "fixed".to_owned(),
        evidence: "the run covers all of shop".to_owned(),
        document: 1,
        ..Closure::default()
    };
    entry(ledger, "2026-11-28", "import", |write| {
        write.append(&Change::Retired {
            attribution: 5,
            document: 1,
            evidence: "gone".to_owned(),
        })?;
        write.append(&Change::Closed { finding: 5, closure: closure.clone() })?;
        let was = Box::new(write.claim(4)?.unwrap());
        assert_eq!(*was, claim(4, 1));
        let claim = Claim { names: vec![hex(1, 44), hex(1, 4)], ..claim(4, 9) };
        write.append(&Change::Observed { attribution: 4, document: 1, claim, was })
    });
    let now = page(ledger, &Filter::default(), "2026-11-28");
    assert_eq!(now.fixes.iter().map(|f| f.leading).collect::<Vec<_>>(), [2, 4, 3]);
    assert_eq!(now.open, 4);
    let closed = ledger.finding(5).unwrap().unwrap();
    assert_eq!((closed.state.as_str(), closed.live), ("closed", 0));
    assert_eq!((closed.closure, closed.closed_at), (Some(closure.clone()), Some(at("2026-11-28"))));
    let all = page(ledger, &Filter { closed: true, ..Filter::default() }, "2026-11-28");
    assert_eq!(all.fixes.iter().map(|f| f.leading).collect::<Vec<_>>(), [2, 4, 3, 5]);
    let fix_of_5 = all.fixes[3].id;
    assert_eq!(ledger.fix(fix_of_5).unwrap().unwrap().findings, 0);
    assert_eq!(ledger.findings_of_fix(fix_of_5, 9).unwrap()[0].id, 5);
    entry(ledger, "2026-11-29", "import", |write| {
        let stream = write.stream(1, "tool", "main")?.unwrap();
        assert_eq!(stream.last.unwrap().sha256, "aa");
        // A retired claim is known by its names, and is no candidate for nearness.
        assert!(!write.by_names(stream.id, &[key(1, 5)])?[0].1.live);
        assert_eq!(write.by_buckets(stream.id, &[key(2, 5)])?, []);
        assert_eq!(write.by_names(stream.id, &[key(1, 44)])?[0].1.line, 9);
        write.append(&Change::Returned { attribution: 5, document: 1 })?;
        let (finding, why, was) = (5, "it is back".to_owned(), closure.clone());
        write.append(&Change::Reopened { finding, why, was, was_at: None, at: None })
    });
    let back = ledger.finding(5).unwrap().unwrap();
    assert_eq!((back.state.as_str(), back.live, back.first_seen), ("open", 1, at("2026-11-01")));
    let kinds: Vec<i64> = ledger.history(5).unwrap().iter().map(|row| row.entry).collect();
    assert_eq!(kinds, [1, 1, 4, 4, 5, 5]);
}

fn is_tied_otherwise(ledger: &mut Ledger) {
    entry(ledger, "2026-11-29", "decision", |write| {
        write.append(&Change::Linked {
            attribution: 3,
            finding: 2,
            edge: edge("person"),
            was: 3,
            was_edge: edge("first"),
        })?;
        let closure =
            Closure { reason: "duplicate".to_owned(), duplicate_of: 2, ..Closure::default() };
        write.append(&Change::Closed { finding: 3, closure })?;
        write.append(&Change::KeptApart { attribution: 4, finding: 2, reason: "no".to_owned() })?;
        let (proposal, what) = (write.next(Ids::Proposal)?, serde_json::json!({"close": 4}));
        let reason = "looks fixed".to_owned();
        write.append(&Change::Proposed { proposal, finding: 4, what, reason })?;
        assert_eq!(write.kept_apart(2)?, [4]);
        assert_eq!(write.attributions_of(2)?.len(), 2);
        assert_eq!(write.by_links(1, &[key(5, 3)])?, [(key(5, 3), 2)]);
        Ok(())
    });
    assert_eq!(ledger.claims(2).unwrap()[1].edge.rule, "person");
    assert_eq!(ledger.finding(2).unwrap().unwrap().live, 2);
    assert_eq!(ledger.proposals(Some(4)).unwrap()[0].author, "ada");
    assert_eq!(page(ledger, &only("proposals"), "2026-11-29").fixes[0].leading, 4);
    entry(ledger, "2026-11-29", "decision", |write| {
        write.append(&Change::Settled { proposal: 1, taken: true, reason: String::new() })?;
        let (name, filter, was) = ("mine".to_owned(), "{}".to_owned(), String::new());
        write.append(&Change::View { name, filter, was })?;
        let (actor, role, was) = ("bob".to_owned(), "triager".to_owned(), String::new());
        write.append(&Change::Role { actor, role, was })?;
        let (name, value, was) = ("retention".to_owned(), "90".to_owned(), String::new());
        write.append(&Change::Setting { name, value, was })
    });
    assert_eq!(ledger.proposals(None).unwrap(), []);
    assert_eq!(ledger.role("bob").unwrap().as_deref(), Some("triager"));
    assert_eq!(ledger.setting("retention").unwrap().as_deref(), Some("90"));
    assert_eq!(ledger.views().unwrap(), [("mine".to_owned(), "{}".to_owned())]);
    // An entry without a change is none.
    let head = ledger.head().unwrap();
    assert_eq!(entry(ledger, "2026-11-29", "decision", |_| Ok(())), head);
}

fn is_taken_back(ledger: &mut Ledger) {
    let head = import(ledger, "other", 100..103, "2026-11-30");
    assert_eq!(ledger.imports(9).unwrap()[0].entry, head.entry);
    entry(ledger, "2026-11-30", "undo", |write| {
        let (row, changes) = write.entry(head.entry)?.unwrap();
        assert_eq!((row.kind.as_str(), row.changes, changes.len()), ("import", 9, 9));
        write.append(&Change::Undone { entry: head.entry })?;
        for change in changes.into_iter().rev() {
            match change {
                Change::Attributed { attribution, .. } => {
                    write.append(&Change::Detached { attribution })?;
                }
                Change::Opened { finding, .. } => write.append(&Change::Voided { finding })?,
                _ => {}
            }
        }
        let stream = write.stream(2, "tool", "main")?.unwrap();
        assert_eq!(stream.last, None);
        assert_eq!(write.by_names(stream.id, &[key(1, 101)])?, []);
        assert_eq!(write.by_links(2, &[key(5, 101)])?, []);
        assert_eq!(write.document_known(stream.id, "100..103", None)?, None);
        Ok(())
    });
    assert_eq!(ledger.imports(9).unwrap().len(), 1);
    assert_eq!(page(ledger, &Filter::default(), "2026-11-30").open, 4);
    assert_eq!(ledger.finding(6).unwrap().unwrap().state, "void");
    assert_eq!(ledger.search("package-101", 9).unwrap(), []);
    let mut ids = Vec::new();
    ledger
        .each_finding(None, true, &mut |finding| {
            ids.push(finding.id);
            true
        })
        .unwrap();
    assert_eq!(ids, [1, 2, 4, 5]);
    assert_eq!(fix(1).key, hex(9, 1));
}
