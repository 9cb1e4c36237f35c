//! Which dates move, between two tables on a real scan and between two reports, and what is told of it.

use app::intelligence::Intelligence;
use app::policy_diff::{self, EarlierReport, Findings, PolicyDiff};
use app::report::Report;
use serde_json::Value;

use crate::world::{World, advisory, now, with_lock};

/// One finding: high, exposure unknown, published 2026-11-01.
fn world() -> World {
    let world = World::knowing(&[(
        "crates.io",
        &advisory("RUSTSEC-2026-0001", &["CVE-2026-1000"], "left", "1.2.0"),
    )]);
    with_lock(&world, "".as_ref(), &[("left", "1.1.0")]);
    world
}

/// The default table with another time in the row for severity high.
fn table(world: &World, due: &str) -> String {
    let text = include_str!("../../../triage/policies/gabion-24h.toml");
    let changed = text.replace("due = \"14d\"", &format!("due = \"{due}\""));
    world.write("ours.toml", changed.as_bytes());
    world.path("ours.toml").to_string_lossy().into_owned()
}

fn report(world: &World, name: &str, change: impl FnOnce(&mut Value)) -> EarlierReport {
    let made = world.scan(&world.request());
    let mut json = serde_json::to_value(&made).expect("JSON");
    change(&mut json);
    world.write(name, json.to_string().as_bytes());
    EarlierReport::load(&world.path(name)).expect("a report")
}

fn found(diff: &PolicyDiff) -> &Findings {
    diff.findings.as_ref().expect("findings")
}

/// What is told of the only finding that moved: the way and the reasons.
fn told(diff: &PolicyDiff) -> String {
    let [moved] = found(diff).moved.as_slice() else { unreachable!("{:?}", found(diff).moved) };
    let reasons: Vec<String> = moved
        .reasons
        .iter()
        .map(|r| format!("{} {}: {} -> {}", r.what, r.name, r.from.value, r.to.value))
        .collect();
    format!("{} {:?}; {}", moved.direction, moved.seconds, reasons.join("; "))
}

#[test]
fn a_scan_with_each_of_two_tables() {
    let world = world();
    world.sync();
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let on = |from: &str, to: &str| {
        policy_diff::on(from, to, &world.request(), &intelligence, now()).expect("compared")
    };
    for (due, expect) in [
        ("20d", "later Some(518400); table row 9 of gabion-24h 1: 14 d -> 20 d"),
        ("4d", "earlier Some(-864000); table row 9 of gabion-24h 1: 14 d -> 4 d"),
        ("next-upgrade", "later None; table row 9 of gabion-24h 1: 14 d -> on the next upgrade"),
    ] {
        let diff = on("gabion-24h", &table(&world, due));
        assert_eq!(told(&diff), expect);
        assert_eq!(diff.is_later(), expect.starts_with("later"));
        assert!(diff.to.name.starts_with("gabion-24h 1 (") && diff.from.name == "gabion-24h 1");
        assert!(diff.remarks.iter().any(|r| r.contains("raise the version")), "{:?}", diff.remarks);
    }
    let same = on("gabion-24h", &table(&world, "14d"));
    assert_eq!((found(&same).compared, found(&same).same, same.is_later()), (1, 1, false));
    assert!(same.remarks.is_empty(), "{:?}", same.remarks);
    let other = told(&on("gabion-24h", "cert-cc-deployer"));
    assert!(
        other.contains("policy policy: gabion-24h 1 -> cert-cc-deployer 1.0.0; row row: 9 -> 23"),
        "{other}"
    );
    // Exposure is unknown in both; in the second table it had to be assumed.
    assert!(other.contains("input exposure: unknown -> internet"), "{other}");
    assert!(
        policy_diff::on("nobody", "gabion-24h", &world.request(), &intelligence, now()).is_err()
    );
}

#[test]
fn facts_that_changed_between_two_reports() {
    let world = world();
    let old = report(&world, "old.json", |_| {});
    let new = report(&world, "new.json", |json| {
        let finding = &mut json["findings"][0];
        finding["due"] = "2026-12-21T10:00:00Z".into();
        finding["row"] = "10".into();
        let inputs = finding["inputs"].as_array_mut().expect("inputs");
        for input in inputs.iter_mut().filter(|i| i["name"] == "severity") {
            input["value"] = "medium".into();
        }
    });
    let diff = policy_diff::findings(&old, &new);
    assert_eq!(
        told(&diff),
        "later Some(1382400); row row: 9 -> 10; input severity: high -> medium"
    );
    assert!(diff.is_later());
    let back = policy_diff::findings(&new, &old);
    assert!(told(&back).starts_with("earlier") && !back.is_later());
}

#[test]
fn a_clock_that_began_anew_is_told() {
    let world = world();
    let old = report(&world, "old.json", |json| {
        let finding = &mut json["findings"][0];
        finding["first_seen"] = "2026-11-11T10:00:00Z".into();
        finding["clock_start"] = "2026-11-11T10:00:00Z".into();
        finding["due"] = "2026-11-25T10:00:00Z".into();
    });
    let diff = policy_diff::findings(&old, &report(&world, "new.json", |_| {}));
    let told = told(&diff);
    assert!(told.starts_with("later Some(864000); first_seen first seen: "), "{told}");
    assert!(diff.remarks.iter().any(|r| r.contains("--baseline")), "{:?}", diff.remarks);
}

/// The one finding of a world under other names, and what becomes of it in the second report.
#[test]
fn the_same_finding_is_known_by_any_of_its_names() {
    let world = world();
    let named = |json: &mut Value, group: &str, aliases: &[&str]| {
        let finding = &mut json["findings"][0];
        let identity = finding["identity"].as_str().expect("text").to_owned();
        let (subject, _) = identity.rsplit_once('|').expect("parts");
        finding["identity"] = format!("{subject}|{group}").into();
        finding["id"] = format!("{subject}|{group}@1.1.0").into();
        finding["aliases"] = aliases.into();
    };
    let new = report(&world, "new.json", |_| {});
    let check = |group: &str, aliases: &[&str], expect: (u64, u64, u64)| {
        let old = report(&world, "old.json", |json| named(json, group, aliases));
        let diff = policy_diff::findings(&old, &new);
        let f = found(&diff);
        assert_eq!((f.compared, f.only_from, f.only_to), expect, "{group} {aliases:?}");
    };
    check("CVE-2026-1000", &["CVE-2026-1000", "RUSTSEC-2026-0001"], (1, 0, 0));
    // Before the CVE id was an alias.
    check("RUSTSEC-2026-0001", &["RUSTSEC-2026-0001"], (1, 0, 0));
    check("GHSA-1", &["GHSA-1", "RUSTSEC-2026-0001"], (1, 0, 0));
    check("GHSA-1", &["GHSA-1"], (0, 1, 1));
    // Another version is another finding.
    let old = report(&world, "old.json", |json| json["findings"][0]["version"] = "1.0.0".into());
    let diff = policy_diff::findings(&old, &new);
    assert_eq!((found(&diff).only_from, found(&diff).only_to), (1, 1));
}

#[test]
fn of_groups_that_became_one_the_earliest_date_is_compared() {
    let world = world();
    let new = report(&world, "new.json", |_| {});
    let old = report(&world, "old.json", |json| {
        let findings = json["findings"].as_array_mut().expect("findings");
        let mut second = findings[0].clone();
        second["aliases"] = ["RUSTSEC-2026-0001"].as_slice().into();
        second["id"] = "another".into();
        second["due"] = "2026-11-22T10:00:00Z".into();
        findings.push(second);
    });
    let diff = policy_diff::findings(&old, &new);
    assert_eq!((found(&diff).later, found(&diff).only_from), (1, 0));
}

#[test]
fn what_is_set_aside_is_not_gone() {
    let world = world();
    let whole = report(&world, "whole.json", |_| {});
    let aside = report(&world, "aside.json", |json| {
        let finding = json["findings"].as_array_mut().expect("findings").remove(0);
        json["ignored"] = serde_json::json!([{ "finding": finding, "reason": "r", "until": "2027-01-01T00:00:00Z", "origin": "o" }]);
    });
    let (there, back) =
        (policy_diff::findings(&whole, &aside), policy_diff::findings(&aside, &whole));
    assert_eq!((found(&there).set_aside, found(&there).only_from), (1, 0));
    assert_eq!((found(&back).returned, found(&back).only_to), (1, 0));
}

#[test]
fn a_file_that_is_no_report_is_refused() {
    let world = world();
    let check = |content: &str, expect: &str| {
        world.write("r.json", content.as_bytes());
        let error = EarlierReport::load(&world.path("r.json")).expect_err("refused");
        let told = error.to_string().replace(&*world.path("").to_string_lossy(), "");
        assert_eq!(told, expect, "{content}");
    };
    let none = "r.json is no JSON report of `gabion scan`";
    check("", none);
    check("[]", none);
    check("{\"findings\":[]}", none);
    check("{\"schema\":\"gabion.scan/1\"}", none);
    check(&"[".repeat(100_000), none);
    check(
        "{\"schema\":\"gabion.estate/1\",\"findings\":3}",
        "report r.json has schema «gabion.estate/1», expected «gabion.scan/1»",
    );
    let absent = EarlierReport::load(&world.path("absent.json")).expect_err("absent");
    assert!(absent.to_string().starts_with("cannot read report "), "{absent}");
}

#[test]
fn a_report_that_was_written_is_read_as_it_was_made() {
    let world = world();
    let made: Report = world.scan(&world.request());
    let read = report(&world, "r.json", |_| {});
    let diff = policy_diff::findings(&EarlierReport::of("made".to_owned(), made), &read);
    assert_eq!((found(&diff).compared, found(&diff).moved.len()), (1, 0));
    assert!(diff.remarks.is_empty(), "{:?}", diff.remarks);
}
