//! The database sorts as the one rule does (`vocab::rank`), whatever the instant, without an entry in between.

use ledger::row::Filter;
use ledger::{Ledger, Place};
use vocab::rank::LAST_BAND;
use vocab::{Instant, Urgency};

use crate::made::{at, clock, document, entry, in_a_file, open, opened, stream};
use crate::server::Server;

#[test]
fn in_sqlite() {
    let (_folder, place) = in_a_file();
    story(&place);
}

#[test]
fn on_a_server() {
    let Some(server) = Server::start("the order of the queue on PostgreSQL") else { return };
    story(&server.place("ranks"));
}

/// Number, fix, place.
type Made = (u64, u64, Urgency);

fn story(place: &Place) {
    let mut ledger = opened(place);
    let all = made();
    entry(&mut ledger, "2026-11-10", "import", |write| {
        let (asset, stream) = stream(write, "shop", "tool")?;
        let document = document(write, stream, "aa", "2026-11-10")?;
        for (number, fix, urgency) in &all {
            let due = urgency.due.map(|due| due.to_string());
            let clock = clock(due.as_deref(), urgency.band);
            open(write, (asset, stream, document), *number, *fix, Some(clock))?;
        }
        Ok(())
    });
    for now in ["2026-11-10", "2026-11-12T01:00:00Z", "2026-11-16", "2026-11-22", "2027-03-01"] {
        check(&mut ledger, &all, at(now));
    }
}

/// Eighty findings of thirty fixes, of every band, due over three weeks.
fn made() -> Vec<Made> {
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let one = |number: u64| {
        let band = [0, 24, 72, 336, 720, LAST_BAND][next(6) as usize];
        let hours = i64::try_from(next(500)).unwrap();
        let due = Instant::from_second(at("2026-11-08").as_second() + hours * 3_600);
        let due = due.ok().filter(|_| band != LAST_BAND);
        (number, 1 + next(30), Urgency { emergency: band == 0, band, due })
    };
    (1..=80).map(one).collect()
}

fn check(ledger: &mut Ledger, all: &[Made], now: Instant) {
    let mut expected: Vec<_> =
        all.iter().map(|(number, fix, u)| (*fix, u.rank(now), *number)).collect();
    expected.sort();
    expected.dedup_by_key(|(fix, ..)| *fix);
    expected.sort_by_key(|(_, rank, _)| *rank);
    let expected: Vec<_> =
        expected.into_iter().map(|(_, rank, number)| (rank, number as i64)).collect();
    let page = ledger.queue(&Filter::default(), now, 0, 100).unwrap();
    let rank = |fix: &ledger::row::Fix| {
        let clock = fix.clock.as_ref().unwrap();
        Urgency { emergency: clock.emergency, band: clock.band, due: clock.due }.rank(now)
    };
    let found: Vec<_> = page.fixes.iter().map(|fix| (rank(fix), fix.leading)).collect();
    let ranks = |rows: &[(vocab::Rank, i64)]| rows.iter().map(|row| row.0).collect::<Vec<_>>();
    assert_eq!(ranks(&found), ranks(&expected), "{now}");
    let leading = |rows: &[(vocab::Rank, i64)]| {
        let mut leading: Vec<i64> = rows.iter().map(|row| row.1).collect();
        leading.sort_unstable();
        leading
    };
    assert_eq!(leading(&found), leading(&expected), "{now}");
    // The parts are pages of one list.
    let second = ledger.queue(&Filter::default(), now, 7, 5).unwrap();
    let second: Vec<i64> = second.fixes.iter().map(|fix| fix.leading).collect();
    let whole: Vec<i64> = found.iter().map(|row| row.1).skip(7).take(5).collect();
    assert_eq!(second, whole, "{now}");
}
