//! The queue, and what a pull request alone reports, gate a pipeline.

use app::gate::{self, Gate};
use app::queue::list::Request as Asked;
use app::queue::{Filter, gated};

use super::{R, World, at, sarif};

fn is_hit(world: &mut World, reference: &str, gate: &str, now: &str) -> Result<bool, String> {
    let filter = Filter { reference: reference.to_owned(), ..Filter::default() };
    let asked = Asked { filter, view: None, skip: 0, most: 1 };
    let gate: Gate = gate::parse(gate).expect("a gate");
    gated::is_hit(&world.actor, &mut world.books, &asked, &gate, at(now)).map_err(|e| e.to_string())
}

#[test]
fn a_pull_request_is_judged_by_what_it_alone_reports() {
    const PULL: &str = "refs/pull/7/merge";
    const CLEAN: &str = "refs/pull/8/merge";
    let mut world = World::new();
    let base = [("R1", "a.c", 1)];
    let pull = [("R1", "a.c", 1), ("R3", "c.c", 3)];
    let runs = [("main", &base[..]), (PULL, &pull[..]), (CLEAN, &base[..])];
    for (reference, found) in runs {
        let document = sarif("lint", "2026-11-01T00:00:00Z", R, found);
        world.take(&document, "2026-11-01T01:00:00Z", |r| r.reference = Some(reference.to_owned()));
    }
    let now = "2026-11-01T02:00:00Z";
    assert_eq!(is_hit(&mut world, PULL, "any", now), Ok(true));
    assert_eq!(is_hit(&mut world, CLEAN, "any", now), Ok(false));
    assert_eq!(is_hit(&mut world, "", "any", now), Ok(true));
    assert_eq!(is_hit(&mut world, PULL, "emergency", now), Ok(false));
    assert_eq!(is_hit(&mut world, PULL, "severity>=critical", now), Ok(false));
    assert_eq!(is_hit(&mut world, PULL, "severity>=low", now), Ok(true));
    assert_eq!(is_hit(&mut world, PULL, "overdue", now), Ok(false));
    // In ten years whatever has a date is past it.
    let late = "2036-11-01T00:00:00Z";
    let row = world.rows(Filter { reference: PULL.to_owned(), ..Filter::default() }, late);
    assert_eq!(row.len(), 1);
    let due = is_hit(&mut world, PULL, "due<=0h", late);
    assert_eq!(due, is_hit(&mut world, PULL, "overdue", late));
    // Of what was never imported silence says nothing.
    let never = is_hit(&mut world, "refs/pull/9/merge", "any", now);
    assert!(never.is_err_and(|why| why.contains("refs/pull/9/merge")));
}

#[test]
fn what_the_base_has_is_not_what_a_pull_request_had_elsewhere() {
    const PULL: &str = "refs/pull/7/merge";
    let mut world = World::new();
    // Nothing but the file tells the two apart.
    let base = [("R1", "three.py", 12)];
    let pull = [("R1", "orders.py", 12), ("R1", "three.py", 12)];
    let runs = [("main", &base[..]), (PULL, &pull[..]), (PULL, &base[..])];
    for (day, (reference, found)) in runs.into_iter().enumerate() {
        let document = sarif("lint", &format!("2026-11-0{}T00:00:00Z", day + 1), R, found);
        let now = format!("2026-11-0{}T01:00:00Z", day + 1);
        world.take(&document, &now, |r| r.reference = Some(reference.to_owned()));
    }
    let now = "2026-11-03T02:00:00Z";
    let of_pull = Filter { reference: PULL.to_owned(), ..Filter::default() };
    for row in world.rows(of_pull, now) {
        let number: i64 = row.trim_start_matches("F-").parse().expect("a number");
        let told = world.told(number, now);
        let places: Vec<String> = told.claims.iter().flat_map(|c| c.places.clone()).collect();
        assert!(places.iter().all(|place| place.contains("orders.py")), "{places:?}");
    }
    assert_eq!(world.rows(Filter::default(), now), ["F-1"]);
}

#[test]
fn a_branch_is_no_pull_request() {
    let mut world = World::new();
    let document = sarif("lint", "2026-11-01T00:00:00Z", R, &[("R1", "a.c", 1)]);
    world.take(&document, "2026-11-01T01:00:00Z", |r| r.reference = Some("main".to_owned()));
    let refused = is_hit(&mut world, "main", "any", "2026-11-01T02:00:00Z");
    assert!(refused.is_err_and(|why| why.contains("no pull request")));
}
