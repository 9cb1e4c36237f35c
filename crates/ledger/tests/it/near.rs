//! What stands near a finding, and what keeps two apart: the same answers on every database.

use std::collections::BTreeSet;

use ledger::change::{Change, Closure};
use ledger::row::Ids;
use ledger::{Place, Tied};

use crate::made::{edge, entry, import, in_a_file, opened};
use crate::server::Server;

#[test]
fn in_sqlite() {
    let (_folder, place) = in_a_file();
    near(&place);
}

#[test]
fn on_a_server() {
    let Some(server) = Server::start("what stands near on PostgreSQL") else { return };
    near(&server.place("near"));
}

fn near(place: &Place) {
    let mut ledger = opened(place);
    import(&mut ledger, "shop", 1..9, "2026-11-10");
    import(&mut ledger, "other", 1..9, "2026-11-11");
    let assets = ledger.assets().unwrap();
    let shop = assets.iter().find(|(_, facts)| facts.name == "shop").unwrap().0;
    let mut holding = |text: &str, most: u32| ledger.holding((shop, "shop"), text, most).unwrap();
    // Whole words, of this asset alone, the newest first, at most so many.
    assert_eq!(holding("pkg:npm/package-3", 10), [3]);
    assert!(holding("packa 3", 10).is_empty());
    assert_eq!(holding("Pollution!", 3), [8, 7, 6]);
    assert!(holding("…", 3).is_empty() && holding("", 3).is_empty());
    assert_eq!(ledger.of_class(shop, "dependency", 4, 9).unwrap(), [8, 7, 6, 5]);
    assert_eq!(ledger.of_class(shop, "dependency", 9, 2).unwrap(), [8, 7]);
    assert!(ledger.of_class(shop, "report", 9, 9).unwrap().is_empty());
    let tied = ledger.tied(&[3, 2]).unwrap();
    let expect = |finding: i64| {
        let path = format!("src/file-{finding}.js");
        Tied { finding, stream: tied[0].stream, path, line: 1 }
    };
    assert_eq!(tied, [expect(2), expect(3)]);
    let sources = ledger.sources(&BTreeSet::from([tied[0].stream])).unwrap();
    assert_eq!(sources[&tied[0].stream], ("tool".to_owned(), "tool".to_owned()));
    let claims = ledger.claims_of(&[2, 3]).unwrap();
    let alone: Vec<_> = [2, 3].into_iter().flat_map(|id| ledger.claims(id).unwrap()).collect();
    assert_eq!(claims.iter().map(|(id, _)| *id).collect::<Vec<i64>>(), [2, 3]);
    assert_eq!(claims.into_iter().map(|(_, claim)| claim).collect::<Vec<_>>(), alone);
    // 4 and 5: a claim was taken out.
    entry(&mut ledger, "2026-11-12", "decision", |write| {
        let (attribution, reason) = (4, String::new());
        write.append(&Change::KeptApart { attribution, finding: 5, reason })
    });
    let split = |id: i64| BTreeSet::from([id]);
    assert_eq!(ledger.split_from(4).unwrap(), split(5));
    assert_eq!(ledger.split_from(5).unwrap(), split(4));
    // Its claim stands elsewhere now.
    entry(&mut ledger, "2026-11-12", "decision", |write| {
        let (edge, was_edge) = (edge("person"), edge("first"));
        write.append(&Change::Linked { attribution: 4, finding: 6, edge, was: 4, was_edge })
    });
    assert_eq!(ledger.split_from(5).unwrap(), split(6));
    refused(&mut ledger);
}

fn refused(ledger: &mut ledger::Ledger) {
    let what = serde_json::json!({ "call": "link", "to": 1 });
    entry(ledger, "2026-11-13", "proposal", |write| {
        for finding in [2, 3] {
            let proposal = write.next(Ids::Proposal)?;
            let (what, reason) = (what.clone(), String::new());
            write.append(&Change::Proposed { proposal, finding, what, reason })?;
        }
        Ok(())
    });
    entry(ledger, "2026-11-13", "decision", |write| {
        for (proposal, taken) in [(1, false), (2, true)] {
            write.append(&Change::Settled { proposal, taken, reason: String::new() })?;
        }
        Ok(())
    });
    assert_eq!(ledger.refused(&[1, 2, 3]).unwrap(), [(2, what)]);
    let closure = Closure {
        reason: "duplicate".to_owned(),
        evidence: "the same".to_owned(),
        document: 0,
        duplicate_of: 7,
        ..Closure::default()
    };
    // A person's reopening says that they are two; a run's does not.
    for (finding, kind) in [(8, "decision"), (1, "import")] {
        entry(ledger, "2026-11-14", "decision", |write| {
            write.append(&Change::Closed { finding, closure: closure.clone() })
        });
        entry(ledger, "2026-11-15", kind, |write| {
            let (why, was) = ("seen again".to_owned(), closure.clone());
            write.append(&Change::Reopened { finding, why, was, was_at: None, at: None })
        });
    }
    for asked in [7, 8] {
        assert_eq!(ledger.reopened(asked).unwrap(), [(8, 7)]);
    }
    assert!(ledger.reopened(1).unwrap().is_empty());
}
