//! On a server a statement goes by the index that was made for it, whatever the planner knows of the tables.
//!
//! What was read is asked of the server's own counters, so that no time is measured.

use ledger::Ledger;

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
