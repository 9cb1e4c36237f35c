//! What a person says that a run looked at, and what of it is nothing.

use app::intake::{Imported, Input, Request, import, scope};

use super::{R, World, sarif};
use crate::world::at;

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
