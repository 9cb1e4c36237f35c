//! One tool is one source under all its names, and two that only look alike are two.

use app::intake::Request;
use serde_json::{Value, json};

use super::{R, World, sarif};

const ALL: &[(&str, &str, u32)] = &[("R1", "a.c", 1), ("R2", "b.c", 2), ("R3", "c.c", 3)];

fn run(tool: &str, day: u32) -> (Value, String) {
    let when = format!("2026-11-{day:02}T00:00:00Z");
    (sarif(tool, &when, R, ALL), format!("2026-11-{day:02}T01:00:00Z"))
}

fn with(id: &str, mut run: Value) -> Value {
    run["runs"][0]["automationDetails"] = json!({ "id": id });
    run
}

#[test]
fn a_tool_is_one_source_whoever_names_it() {
    let mut world = World::new();
    let named = |name: &'static str| move |r: &mut Request| r.source = Some(name.to_owned());
    let mut check = |tool: &str, day, name: &'static str, new, expect: &str| {
        let (document, now) = run(tool, day);
        let made = if name.is_empty() {
            world.check(&document, &now, [new, 0, 0, 0])
        } else {
            world.checked(&document, &now, named(name), [new, 0, 0, 0])
        };
        assert_eq!(made.source, expect);
    };
    check("Bandit", 1, "bandit", 3, "Bandit");
    check("Bandit", 2, "", 0, "Bandit");
    check("bandit", 3, "BANDIT", 0, "Bandit");
    // Another tool's report under a tool's name is that tool's; a name of one's own is kept as it came first.
    check("own-wrapper", 4, "semgrep oss", 3, "Semgrep");
    check("lint", 5, "Nightly", 3, "Nightly");
    check("lint", 6, "nightly", 0, "Nightly");
}

#[test]
fn a_vanished_source_is_another_name_only_of_the_same_part() {
    let mut world = World::new();
    let (old, now) = run("oldlint", 1);
    world.check(&with("one/7", old), &now, [3, 0, 0, 0]);
    // The rules of the same name at the same places, in another part of the code.
    let (new, now) = run("newlint", 2);
    let made = world.check(&with("two/7", new), &now, [3, 0, 0, 0]);
    assert!(!made.remarks.iter().any(|line| line.contains("another name")), "{made:#?}");
    let (new, now) = run("newlint", 3);
    let made = world.check(&with("one/8", new), &now, [0, 0, 0, 0]);
    assert!(made.remarks.iter().any(|line| line.contains("another name")), "{made:#?}");
}

#[test]
fn words_in_a_tools_name_are_no_part_of_it() {
    let mut world = World::new();
    let (old, now) = run("scan of the day", 1);
    world.check(&old, &now, [3, 0, 0, 0]);
    let (new, now) = run("scan of the night", 2);
    let made = world.check(&new, &now, [0, 0, 0, 0]);
    assert!(made.remarks.iter().any(|line| line.contains("another name")), "{made:#?}");
}

#[test]
fn many_pull_requests_do_not_hide_the_source_of_the_branch() {
    let mut world = World::new();
    for pull in 0..70 {
        let (document, now) = run("oldlint", 1);
        let on = |r: &mut Request| r.reference = Some(format!("refs/pull/{pull}/merge"));
        world.take(&document, &now, on);
    }
    let (document, now) = run("oldlint", 2);
    world.take(&document, &now, |r| r.reference = Some("main".to_owned()));
    let (document, now) = run("newlint", 3);
    let made = world.checked(&document, &now, |r| r.reference = Some("main".to_owned()), [0; 4]);
    assert!(made.remarks.iter().any(|line| line.contains("another name")), "{made:#?}");
}

#[test]
fn a_category_is_a_source_and_takes_its_claims_along() {
    let mut world = World::new();
    let a = [("R1", "a/x.c", 1)];
    let b = [("R1", "b/y.c", 1)];
    let both = [a[0], b[0]];
    world.check(
        &sarif("lint", "2026-11-01T00:00:00Z", R, &both),
        "2026-11-01T01:00:00Z",
        [2, 0, 0, 0],
    );
    // It is split by category: nothing is made anew.
    let made = world.check(
        &with("lint/a/42", sarif("lint", "2026-11-02T00:00:00Z", R, &a)),
        "2026-11-02T01:00:00Z",
        [0, 0, 0, 0],
    );
    assert!(made.remarks.iter().any(|line| line.contains("told apart")), "{made:#?}");
    world.check(
        &with("lint/b/42", sarif("lint", "2026-11-02T00:00:00Z", R, &b)),
        "2026-11-02T02:00:00Z",
        [0, 0, 0, 0],
    );
    // Neither closes what the other reports; the number of the run is no part of the category.
    world.check(
        &with("lint/a/43", sarif("lint", "2026-11-03T00:00:00Z", R, &a)),
        "2026-11-03T01:00:00Z",
        [0, 0, 0, 0],
    );
    assert!(world.unseen("2026-11-03T02:00:00Z").is_empty());
}
