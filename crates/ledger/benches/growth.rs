//! What do an import and the queue cost as the ledger grows?
//!
//! `cargo bench -p ledger --bench growth -- [sqlite|postgres|both] SIZE…`: for each size takes so many findings
//! into a fresh database in one import (up to 100,000), then fills a ledger to the size and measures an import of
//! 10,000 findings, the same claims again without a change, the queue's first page, filters by what is there and
//! by a class and a source that nothing has, a search, and the bytes stored for a finding. Prints a line each;
//! fails on no figure.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    dead_code,
    reason = "a bench measures time and prints it; what it shares with the tests is used in part"
)]

#[path = "../tests/it/made.rs"]
mod made;
#[path = "../tests/it/server.rs"]
mod server;

use std::time::{Duration, Instant};

use ledger::change::{Change, Claim, Facts, Key};
use ledger::row::{Filter, Ids};
use ledger::{Ledger, LedgerError, Place, Write};

use made::{at, clock, document, edge, entry, fix, hex, in_a_file, key, opened, stream};

/// Findings of one import.
const EACH: u64 = 10_000;

fn main() {
    let mut sizes = Vec::new();
    let (mut sqlite, mut postgres) = (true, true);
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "sqlite" => postgres = false,
            "postgres" => sqlite = false,
            "both" | "--bench" => {}
            size => sizes.push(size.parse::<u64>().unwrap()),
        }
    }
    println!(
        "database   findings    first s  10k new s  again s  page ms  filter ms  class ms  source ms  \
         search ms  bytes each  peak MiB"
    );
    if sqlite {
        let (_folder, place) = in_a_file();
        let bytes = || {
            let Place::File(path) = &place else { return 0 };
            let wal = path.with_extension("db-wal");
            [path, &wal].iter().filter_map(|p| p.metadata().ok()).map(|m| m.len()).sum()
        };
        grow("sqlite", &place, &sizes, &bytes, &mut |size| {
            let (_folder, place) = in_a_file();
            first(&place, size)
        });
    }
    if postgres && let Some(server) = server::Server::start("the bench on PostgreSQL") {
        let place = server.place("growth");
        grow("postgres", &place, &sizes, &|| server.bytes(), &mut |size| {
            let took = first(&server.place("fresh"), size);
            server.sql("SET client_min_messages = warning; DROP SCHEMA fresh CASCADE");
            took
        });
    }
}

/// Findings of the largest import into a fresh database.
const LARGEST: u64 = 100_000;

/// So many findings in one import into a fresh database.
fn first(place: &Place, size: u64) -> Duration {
    let mut ledger = opened(place);
    timed(|| import(&mut ledger, 0..size))
}

fn grow(
    name: &str,
    place: &Place,
    sizes: &[u64],
    bytes: &dyn Fn() -> u64,
    fresh: &mut dyn FnMut(u64) -> Duration,
) {
    let mut ledger = opened(place);
    let mut stored = 0;
    for size in sizes {
        let first = if *size > LARGEST {
            "-".to_owned()
        } else {
            format!("{:.2}", fresh(*size).as_secs_f64())
        };
        while stored < *size {
            import(&mut ledger, stored..(stored + EACH).min(*size));
            stored = (stored + EACH).min(*size);
        }
        let each = bytes() / stored.max(1);
        let new = timed(|| import(&mut ledger, stored..stored + EACH));
        let again = timed(|| {
            entry(&mut ledger, "2026-11-11", "import", |write| {
                let (_, stream) = stream(write, &asset(stored), "tool")?;
                for chunk in (stored..stored + EACH).collect::<Vec<u64>>().chunks(1_000) {
                    assert_eq!(write.by_names(stream, &names(chunk))?.len(), chunk.len());
                }
                Ok(())
            });
        });
        stored += EACH;
        let now = at("2026-11-20");
        let mut page = |filter: &Filter, empty: bool| {
            let mut times: Vec<Duration> = (0..7)
                .map(|_| {
                    timed(|| {
                        let found = ledger.queue(filter, now, 0, 50).unwrap();
                        assert_eq!(found.fixes.is_empty(), empty);
                    })
                })
                .collect();
            times.sort();
            times[3].as_secs_f64() * 1e3
        };
        let open = page(&Filter::default(), false);
        let (assets, severities) = (vec![asset(0)], vec!["high".into()]);
        let filtered = page(&Filter { assets, severities, ..Filter::default() }, false);
        let class = page(&Filter { classes: vec!["host".into()], ..Filter::default() }, true);
        let source = page(&Filter { sources: vec!["nobody".into()], ..Filter::default() }, true);
        let search =
            timed(|| assert!(!ledger.search("CVE-2026-00007 package", 50).unwrap().is_empty()));
        println!(
            "{name:<9} {size:>9} {first:>10} {:>10.2} {:>8.2} {open:>8.1} {filtered:>10.1} {class:>9.1} \
             {source:>10.1} {:>10.1} {each:>11} {:>9}",
            new.as_secs_f64(),
            again.as_secs_f64(),
            search.as_secs_f64() * 1e3,
            peak(),
        );
    }
}

fn asset(number: u64) -> String {
    format!("repository {}", number / EACH)
}

fn timed(what: impl FnOnce()) -> Duration {
    let start = Instant::now();
    what();
    start.elapsed()
}

fn names(numbers: &[u64]) -> Vec<Key> {
    numbers.iter().map(|number| key(1, *number)).collect()
}

/// An import as `app` does it: look-ups in chunks, then the changes.
fn import(ledger: &mut Ledger, numbers: std::ops::Range<u64>) {
    let all: Vec<u64> = numbers.clone().collect();
    entry(ledger, "2026-11-10", "import", |write| {
        let (of, stream) = stream(write, &asset(numbers.start), "tool")?;
        let document = document(write, stream, &format!("{numbers:?}"), "2026-11-10")?;
        for chunk in all.chunks(1_000) {
            assert!(write.by_names(stream, &names(chunk))?.is_empty());
            let links: Vec<Key> = chunk.iter().map(|number| key(5, *number)).collect();
            write.by_links(of, &links)?;
            for number in chunk {
                open(write, (of, stream, document), *number)?;
            }
        }
        Ok(())
    });
}

fn open(
    write: &mut Write<'_>,
    (asset, stream, document): (i64, i64, i64),
    number: u64,
) -> Result<(), LedgerError> {
    let finding = write.next(Ids::Finding)?;
    // A third is overdue; three findings make one row.
    let due = format!("2026-11-{:02}T{:02}:{:02}:00Z", 12 + number % 18, number % 24, number % 60);
    write.append(&Change::Opened {
        finding,
        asset,
        class: "dependency".to_owned(),
        first_seen: at("2026-11-10"),
        facts: Facts {
            title: format!("Prototype pollution in package-{} when it merges objects", number / 3),
            ids: vec![format!("CVE-2026-{number:05}"), format!("GHSA-{}", &hex(7, number)[..12])],
            ..made::facts(number)
        },
        clock: Some(clock(Some(&due), (number % 6) as i64)),
        fix: fix(number / 3),
        reference: String::new(),
    })?;
    let attribution = write.next(Ids::Attribution)?;
    let text =
        |what: &str| format!("{what} {} {}", number / 20, "of objects that are merged ".repeat(30));
    let claim = Claim {
        names: vec![hex(1, number), hex(8, number)],
        body: format!(
            "[{{\"kind\":\"dependency\",\"title\":\"Prototype pollution in package-{n}\",\"ids\":[\"CVE-2026-{number:05}\"],\
             \"severity\":\"high\",\"score\":7.5,\"vector\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\",\
             \"package\":{{\"purl\":\"pkg:npm/package-{n}@1.2.3\",\"fixed\":[\"1.2.4\"]}},\
             \"locations\":[{{\"path\":\"apps/web/package-lock.json\",\"line\":{number}}}],\
             \"references\":[\"https://github.com/advisories/{}\"],\"description\":\"{}\",\"remedy\":\"{}\"}}]",
            hex(7, number),
            text("A text"),
            text("A remedy"),
            n = number / 3,
        ),
        ..made::claim(number, 1)
    };
    let edge = edge("first");
    write.append(&Change::Attributed { attribution, finding, stream, document, claim, edge })
}

/// The most memory that this process has had, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
