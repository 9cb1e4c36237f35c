//! On a server a statement goes by the index that was made for it, whatever the planner knows of the tables.
//!
//! What was read is asked of the server's own counters, so that no time is measured.

use ledger::{Ledger, Mode};

use crate::made::{import, opened};
use crate::server::Server;

/// Findings of an import: enough that a square stands out.
const MANY: u64 = 4_000;

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
    let read = server.number(
        "SELECT SUM(idx_tup_read + seq_tup_read) FROM (SELECT idx_tup_read, 0 AS seq_tup_read \
         FROM pg_stat_user_indexes UNION ALL SELECT 0, seq_tup_read FROM pg_stat_user_tables) x",
    );
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
