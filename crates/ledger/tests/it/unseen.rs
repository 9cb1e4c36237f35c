//! What later runs neither have nor cover, what goes to another source, what persons state, and what only a pull
//! request reports: on every database the tables follow.

use ledger::Ledger;
use ledger::change::{Change, Missing, Statement, UnseenFacts};
use ledger::row::{Filter, Ids};

use crate::made::{at, clock, document, entry, facts, fix, in_a_file, key, open, opened, stream};
use crate::server::Server;

/// A claim that later runs neither have nor cover, one that goes to another source, a statement, and what only a
/// pull request reports: the tables follow, and a deep verify builds the same.
#[test]
fn unseen_handed_over_stated_and_of_a_pull_request() {
    let (_folder, place) = in_a_file();
    told(&mut opened(&place));
    let Some(server) = Server::start("unseen claims on PostgreSQL") else { return };
    told(&mut opened(&server.place("unseen")));
}

fn told(ledger: &mut Ledger) {
    let reference = "refs/pull/7/merge".to_owned();
    entry(ledger, "2026-11-10", "import", |write| {
        let (asset, stream) = stream(write, "shop", "tool")?;
        let place = (asset, stream, document(write, stream, "aa", "2026-11-10")?);
        open(write, place, 1, 1, Some(clock(Some("2026-11-20"), 5)))?;
        open(write, place, 2, 2, Some(clock(Some("2026-11-21"), 5)))?;
        let finding = write.next(Ids::Finding)?;
        write.append(&Change::Opened {
            finding,
            asset: place.0,
            class: "code".to_owned(),
            first_seen: at("2026-11-10"),
            facts: facts(3),
            clock: Some(clock(Some("2026-11-12"), 1)),
            fix: fix(1),
            reference: reference.clone(),
        })
    });
    let now = at("2026-11-11");
    let page = |ledger: &mut Ledger, filter: &Filter| -> Vec<(i64, i64)> {
        let fixes = ledger.queue(filter, now, 0, 50).unwrap().fixes;
        fixes.iter().map(|fix| (fix.leading, fix.unseen)).collect()
    };
    let plain = Filter::default();
    assert_eq!(page(ledger, &plain), [(1, 0), (2, 0)], "a pull request's is no part of it");
    let of_pull = Filter { reference: reference.clone(), ..Filter::default() };
    assert_eq!(page(ledger, &of_pull), [(3, 0)]);
    assert_eq!(ledger.queue(&plain, now, 0, 50).unwrap().open, 2);

    let facts = UnseenFacts {
        document: 1,
        reported: 1,
        missing: vec![Missing { which: "rule".to_owned(), no: false, why: "x".to_owned() }],
    };
    let statement = Statement {
        kinds: vec!["code".to_owned()],
        reason: "nightly".to_owned(),
        ..Statement::default()
    };
    entry(ledger, "2026-11-11", "import", |write| {
        write.append(&Change::Unseen { attribution: 1, facts: facts.clone() })?;
        let id = write.next(Ids::Stream)?;
        let source = "other".to_owned();
        write.append(&Change::Stream { id, asset: 1, source, reference: "main".to_owned() })?;
        write.append(&Change::Handed {
            attribution: 2,
            stream: id,
            was: 1,
            why: "it has another name".to_owned(),
        })?;
        assert!(write.by_names(1, &[key(1, 2)])?.is_empty());
        assert_eq!(write.by_names(id, &[key(1, 2)])?.len(), 1);
        write.append(&Change::Stated {
            asset: 1,
            source: "tool".to_owned(),
            statement: Some(statement.clone()),
            was: None,
            reason: "nightly".to_owned(),
        })?;
        write.append(&Change::Entered { finding: 3, document: 1, was: reference.clone() })
    });
    let unseen = Filter { only: vec!["unseen".to_owned()], ..Filter::default() };
    assert_eq!(page(ledger, &unseen), [(3, 1)], "the row of two findings, of which one is unseen");
    assert_eq!(page(ledger, &plain), [(3, 1), (2, 0)], "one row holds both now");
    assert_eq!(page(ledger, &of_pull), []);
    let claims = ledger.claims(1).unwrap();
    let row = claims[0].unseen.clone().unwrap();
    assert_eq!((row.runs, row.missing), (1, facts.missing.clone()));
    let stated = ledger.statements(Some(1)).unwrap();
    assert_eq!((stated[0].2.entry, stated[0].2.author.as_str()), (2, "ada"));
    assert!(ledger.verify(true, None, &mut |_, _| {}).unwrap().faults.is_empty());

    entry(ledger, "2026-11-12", "import", |write| {
        write.append(&Change::Retired {
            attribution: 1,
            document: 1,
            evidence: "gone".to_owned(),
        })?;
        write.append(&Change::Stated {
            asset: 1,
            source: "tool".to_owned(),
            statement: None,
            was: Some(statement.clone()),
            reason: "no more".to_owned(),
        })
    });
    assert_eq!(page(ledger, &unseen), []);
    assert_eq!(ledger.finding(1).unwrap().unwrap().unseen, 0);
    assert!(ledger.statements(None).unwrap().is_empty());
    assert!(ledger.verify(true, None, &mut |_, _| {}).unwrap().faults.is_empty());
}
