//! What a person says that a run looked at, and what of it is nothing.

use super::{R, World, sarif};
use crate::world::at;
use app::intake::{Imported, Input, Request, import, scope};
use app::queue::call::Call;
use app::queue::names::Named;
use app::queue::triage;

#[test]
fn a_misspelt_scope_is_refused_and_an_empty_part_is_said() {
    let mut world = World::new();
    let all = [("R1", "services/a/a.c", 1), ("R2", "wholf/b.c", 2)];
    let run = |day: u32| sarif("lint", &format!("2026-11-{day:02}T00:00:00Z"), R, &all);
    let with = |text: &'static str| move |r: &mut Request| r.scope = scope(text);
    let now = "2026-11-01T01:00:00Z";
    world.check(&run(1), now, [2, 0, 0, 0]);
    for (text, word) in [("whol", "whole"), ("Whole", "whole"), ("pull-reqest", "pull-request")] {
        let mut request = Request::of(Input::File(world.folder.path().join("report.json")));
        request.asset = Some("web".to_owned());
        request.scope = scope(text);
        let error = import(&world.actor, &mut world.books, None, &request, at(now), &mut |_| {});
        let error = error.expect_err(text).to_string();
        assert!(error.contains(&format!("did you mean {word}?")), "{error}");
    }
    let said = |made: &Imported| {
        let mut lines = made.remarks.iter();
        lines.find(|line| line.contains("--scope names")).cloned().unwrap_or_default()
    };
    // A path of a finding is one, and a folder that is written as one.
    let made = world.take(&run(2), "2026-11-02T01:00:00Z", with("wholf"));
    assert_eq!(said(&made), "");
    let made = world.take(&run(3), "2026-11-03T01:00:00Z", with("whol/"));
    assert!(said(&made).contains("lies in whol/,"), "{made:#?}");
    let made = world.take(&run(4), "2026-11-04T01:00:00Z", with("services/a,services/b"));
    assert!(said(&made).contains("lies in services/b,"), "{made:#?}");
}

#[test]
fn what_fell_out_of_a_list_that_is_cut_has_moved_nowhere() {
    let mut world = World::new();
    // golangci-lint writes three places of one text; a.go was found too, so that one of the three fell out.
    let first = [("R1", "b.go", 7), ("R1", "c.go", 7), ("R1", "d.go", 7)];
    let second = [("R1", "a.go", 7), ("R1", "b.go", 7), ("R1", "c.go", 7)];
    let at_cap = |day: &str, found: &[(&str, &str, u32)]| {
        let same = sarif("golangci-lint", &format!("2026-11-{day}T00:00:00Z"), R, found);
        (same, format!("2026-11-{day}T01:00:00Z"))
    };
    let (document, now) = at_cap("01", &first);
    world.take(&document, &now, |_| {});
    let (document, now) = at_cap("02", &second);
    let made = world.take(&document, &now, |_| {});
    assert_eq!((made.new, made.closed, made.changed, made.unseen), (1, 0, 0, 1), "{made:#?}");
}

#[test]
fn a_duplicate_is_open_again_once_the_one_that_spoke_for_it_has_ended_by_its_evidence() {
    let mut world = World::new();
    let all = [("R1", "a.c", 1), ("R2", "b.c", 2)];
    let on = |day: u8, found: &[(&str, &str, u32)]| {
        sarif("lint", &format!("2026-11-{day:02}T00:00:00Z"), R, found)
    };
    world.take(&on(1, &all), "2026-11-01T01:00:00Z", |_| {});
    let (first, second) = (world.at("a.c"), world.at("b.c"));
    // Somebody says so long after the runs that are still to be taken in.
    let said = triage::Request {
        targets: vec![Named::Finding(second)],
        call: Call::Duplicate { of: first },
        reason: "the same chain".to_owned(),
        intelligence: None,
    };
    let actor = world.actor.clone();
    triage::triage(&actor, &mut world.books, &said, at("2026-12-01T00:00:00Z")).expect("said");
    let now = "2026-12-01T01:00:00Z";
    let whole = |r: &mut Request| r.scope = scope("whole");
    let ended = world.take(&on(12, &all[1..]), now, whole);
    assert_eq!((ended.closed, ended.reopened), (1, 0), "{ended:#?}");
    let alone = world.take(&on(13, &all[1..]), now, whole);
    assert_eq!(alone.reopened, 1, "{alone:#?}");
}
