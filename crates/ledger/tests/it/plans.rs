//! On a server a statement goes by the index that was made for it, whatever the planner knows of the tables.
//!
//! What was read is asked of the server's own counters, so that no time is measured.

use ledger::change::{Change, Closure};
use ledger::row::{Filter, Ids};
use ledger::{Ledger, Mode, Place};

use crate::made::{
    at, claim, document, edge, entry, facts, fix, import, in_a_file, opened, stream,
};
use crate::server::Server;

/// Findings of an import: enough that a square stands out.
const MANY: u64 = 4_000;
/// Rows that the server has read so far.
const READ: &str = "SELECT SUM(idx_tup_read + seq_tup_read) FROM (SELECT idx_tup_read, \
    0 AS seq_tup_read FROM pg_stat_user_indexes UNION ALL \
    SELECT 0, seq_tup_read FROM pg_stat_user_tables) x";

fn many(server: &Server, schema: &str) -> Ledger {
    let mut ledger = opened(&server.place(schema));
    import(&mut ledger, "shop", 0..MANY, "2026-11-10");
    ledger
}

/// In a fresh database there are no figures of the tables until the first import has ended.
#[test]
fn a_first_import_reads_so_many_rows_for_each_finding() {
    let Some(server) = Server::start("a first import on PostgreSQL") else { return };
    drop(many(&server, "first"));
    server.alone();
    let read = server.number(READ);
    assert!(read < MANY * 100, "{read} rows were read for {MANY} findings");
}

/// Findings that a search went through by their key, the newest first, and looks into the index of words.
fn search(server: &Server, words: &str, found: usize) -> (u64, u64) {
    let walked = "SELECT idx_tup_read FROM pg_stat_user_indexes \
                  WHERE indexrelname = 'finding_words_pkey'";
    let looked = "SELECT idx_scan FROM pg_stat_user_indexes \
                  WHERE indexrelname = 'finding_words_index'";
    let before = (server.number(walked), server.number(looked));
    // A session's figures are there when it has ended.
    let mut ledger = Ledger::open(&server.place("search"), Mode::ReadOnly).unwrap();
    assert_eq!(ledger.search(words, 10).unwrap().len(), found, "{words}");
    drop(ledger);
    server.alone();
    (server.number(walked) - before.0, server.number(looked) - before.1)
}

#[test]
fn a_search_goes_by_the_newest_findings_or_by_the_index_of_words() {
    let Some(server) = Server::start("a search on PostgreSQL") else { return };
    let mut ledger = many(&server, "search");
    import(&mut ledger, "other", MANY..2 * MANY, "2026-11-10");
    drop(ledger);
    server.alone();
    // Frequent: the newest have enough of it. A beginning too, of which the planner knows nothing.
    for frequent in ["pollution", "packa"] {
        let (walked, looked) = search(&server, frequent, 10);
        assert!(walked <= 5_000 && looked == 0, "{frequent}: {walked} {looked}");
    }
    // Rare, or none: the newest tell that, and then the index of words does not go through all the rest.
    for (rare, found) in [("CVE-2026-00000", 1), ("shop 00017", 1), ("nothing", 0)] {
        let (walked, looked) = search(&server, rare, found);
        assert!(walked <= 5_000 && looked > 0, "{rare}: {walked} {looked}");
    }
}

/// Many findings of one class and source, and three of a secret, which are due last.
fn of_two_classes(place: &Place) -> Ledger {
    let mut ledger = opened(place);
    import(&mut ledger, "shop", 0..MANY, "2026-11-10");
    entry(&mut ledger, "2026-11-11", "import", |write| {
        let (asset, stream) = stream(write, "shop", "secrets-tool")?;
        let document = document(write, stream, "bb", "2026-11-11")?;
        for number in MANY..MANY + 3 {
            let finding = write.next(Ids::Finding)?;
            write.append(&Change::Opened {
                finding,
                asset,
                class: "secret".to_owned(),
                first_seen: at("2026-11-01"),
                facts: facts(number),
                clock: None,
                fix: fix(number),
                reference: String::new(),
            })?;
            let attribution = write.next(Ids::Attribution)?;
            let (claim, edge) = (claim(number, 1), edge("first"));
            write.append(&Change::Attributed {
                attribution,
                finding,
                stream,
                document,
                claim,
                edge,
            })?;
        }
        Ok(())
    });
    entry(&mut ledger, "2026-11-12", "decision", |write| {
        let closure = Closure { reason: "fixed".to_owned(), ..Closure::default() };
        write.append(&Change::Closed { finding: MANY as i64 + 1, closure })
    });
    ledger
}

/// Class, source, whether closed ones too; how many rows of the first ten.
const FILTERS: &[(&str, &str, bool, usize)] = &[
    ("dependency", "", false, 10),
    ("secret", "", false, 2),
    ("secret", "", true, 3),
    ("host", "", false, 0),
    ("host", "", true, 0),
    ("", "tool", false, 10),
    ("", "secrets-tool", false, 2),
    ("", "secrets-tool", true, 3),
    ("", "nobody", false, 0),
    ("dependency", "secrets-tool", false, 0),
    ("secret", "secrets-tool", false, 2),
];

fn rows(ledger: &mut Ledger, (class, source, closed, _): (&str, &str, bool, usize)) -> usize {
    let list = |word: &str| if word.is_empty() { vec![] } else { vec![word.to_owned()] };
    let filter =
        Filter { classes: list(class), sources: list(source), closed, ..Filter::default() };
    ledger.queue(&filter, at("2026-11-20"), 0, 10).unwrap().fixes.len()
}

#[test]
fn classes_and_sources_are_found_whether_frequent_or_rare() {
    let (_folder, place) = in_a_file();
    let mut ledger = of_two_classes(&place);
    for filter in FILTERS {
        assert_eq!(rows(&mut ledger, *filter), filter.3, "{filter:?}");
    }
}

/// What nobody reports is not looked for in every row.
#[test]
fn what_is_rare_is_gone_to() {
    let Some(server) = Server::start("rare classes and sources on PostgreSQL") else { return };
    drop(of_two_classes(&server.place("rare")));
    let rare = |word: &str| matches!(word, "secret" | "host" | "nobody");
    for filter in FILTERS.iter().filter(|filter| rare(filter.0) || rare(filter.1)) {
        server.alone();
        let before = server.number(READ);
        let mut ledger = Ledger::open(&server.place("rare"), Mode::ReadOnly).unwrap();
        assert_eq!(rows(&mut ledger, *filter), filter.3, "{filter:?}");
        drop(ledger);
        server.alone();
        let read = server.number(READ) - before;
        assert!(read < MANY / 2, "{filter:?}: {read} rows were read");
    }
}
