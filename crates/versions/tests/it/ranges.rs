//! Intervals of OSV ranges, and what lies inside them.

use versions::Scheme;
use versions::range::{End, Event, Interval, contains, intervals, lists};

use Event::{Fixed, Introduced, LastAffected, Limit};

/// Intervals in the notation `[a, b)`, `-` for «before everything».
fn shown(found: &[Interval<'_>]) -> String {
    let one = |i: &Interval<'_>| {
        let from = i.from.unwrap_or("-");
        match i.end {
            End::Open => format!("[{from}, ..)"),
            End::Before(end) => format!("[{from}, {end})"),
            End::UpTo(end) => format!("[{from}, {end}]"),
        }
    };
    found.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn check(scheme: Scheme, events: &[Event<'_>], expect: &str) {
    let found = intervals(scheme, events).expect("every event parses");
    assert_eq!(shown(&found), expect, "{events:?}");
    let mut reversed = events.to_vec();
    reversed.reverse();
    let found = intervals(scheme, &reversed).expect("every event parses");
    assert_eq!(shown(&found), expect, "reversed {events:?}");
}

/// Is the version inside any interval? `Err` carries the reason.
fn inside(scheme: Scheme, events: &[Event<'_>], version: &str) -> Result<bool, &'static str> {
    let version = scheme.parse(version).map_err(|e| e.why)?;
    for interval in intervals(scheme, events).map_err(|e| e.why)? {
        if contains(scheme, &interval, &version).map_err(|e| e.why)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn events_become_intervals() {
    let s = Scheme::SemVer;
    check(s, &[Introduced("0"), Fixed("1.0.0")], "[-, 1.0.0)");
    check(s, &[Introduced("0")], "[-, ..)");
    check(s, &[Introduced("1.0.0"), LastAffected("1.5.0")], "[1.0.0, 1.5.0]");
    check(
        s,
        &[Introduced("3.0.0"), Fixed("1.2.0"), Introduced("0"), Fixed("3.1.0")],
        "[-, 1.2.0) [3.0.0, 3.1.0)",
    );
    check(
        s,
        &[Introduced("1.0.0"), Fixed("2.0.0"), Introduced("2.0.0"), Fixed("3.0.0")],
        "[1.0.0, 2.0.0) [2.0.0, 3.0.0)",
    );
    check(s, &[Fixed("2.0.0")], "");
    check(s, &[], "");
}

#[test]
fn duplicates_and_nonsense_are_borne() {
    let s = Scheme::SemVer;
    check(s, &[Introduced("0"), Introduced("0"), Fixed("1.0.0"), Fixed("1.0.0")], "[-, 1.0.0)");
    check(s, &[Introduced("0"), Fixed("1.0.0"), Fixed("1.1.0")], "[-, 1.0.0)");
    check(s, &[Introduced("0"), Introduced("1.0.0"), Fixed("2.0.0")], "[-, 2.0.0)");
    check(s, &[Introduced("1.0.0"), Fixed("1.0.0")], "");
    check(s, &[Introduced("1.0.0"), LastAffected("1.0.0")], "[1.0.0, 1.0.0]");
    check(s, &[Introduced("1.0.0"), Fixed("0.9.0")], "[1.0.0, ..)");
}

#[test]
fn the_highest_limit_cuts() {
    let s = Scheme::SemVer;
    check(s, &[Introduced("0"), Limit("*")], "[-, ..)");
    check(s, &[Introduced("0"), Limit("1.0.0")], "[-, 1.0.0)");
    check(s, &[Introduced("0"), Limit("1.0.0"), Limit("2.0.0")], "[-, 2.0.0)");
    check(s, &[Introduced("0"), Limit("1.0.0"), Limit("*")], "[-, ..)");
    check(s, &[Introduced("0"), Fixed("0.5.0"), Introduced("1.0.0"), Limit("1.0.0")], "[-, 0.5.0)");
    check(s, &[Introduced("0"), LastAffected("2.0.0"), Limit("1.0.0")], "[-, 1.0.0)");
    check(s, &[Introduced("0"), LastAffected("0.9.0"), Limit("1.0.0")], "[-, 0.9.0]");
}

#[test]
fn ends_are_exclusive_or_inclusive() {
    let fixed = [Introduced("1.0.0"), Fixed("1.5.0")];
    let last = [Introduced("1.0.0"), LastAffected("1.5.0")];
    for (version, in_fixed, in_last) in [
        ("0.9.9", false, false),
        ("1.0.0-rc.1", false, false),
        ("1.0.0", true, true),
        ("1.5.0-rc.1", true, true),
        ("1.5.0", false, true),
        ("1.5.0+build", false, true),
        ("1.5.1-rc.1", false, false),
    ] {
        assert_eq!(inside(Scheme::SemVer, &fixed, version), Ok(in_fixed), "{version}");
        assert_eq!(inside(Scheme::SemVer, &last, version), Ok(in_last), "{version}");
    }
}

#[test]
fn a_prerelease_of_a_later_version_is_inside() {
    let events = [Introduced("1.6.1")];
    assert_eq!(inside(Scheme::SemVer, &events, "1.7.0-rc.1"), Ok(true));
    assert_eq!(inside(Scheme::SemVer, &[Introduced("0")], "0.0.0-alpha"), Ok(true));
}

#[test]
fn pypi_spellings_and_local_versions_are_covered() {
    let events = [Introduced("0"), Fixed("2.2.0")];
    assert_eq!(inside(Scheme::PyPI, &events, "2.0.0+cu118"), Ok(true));
    assert_eq!(inside(Scheme::PyPI, &events, "2.2"), Ok(false));
    assert_eq!(inside(Scheme::PyPI, &events, "V2.2.0-RC_1"), Ok(true));
    assert_eq!(inside(Scheme::PyPI, &events, "2.2.0.dev20230101"), Ok(true));
}

#[test]
fn what_names_no_release_is_not_evaluated() {
    let events = [Introduced("1.0"), Fixed("2.0")];
    let refused = |scheme, version| inside(scheme, &events, version).is_err();
    assert!(refused(Scheme::Packagist, "dev-main"));
    assert!(refused(Scheme::Packagist, "1.x-dev"));
    assert!(refused(Scheme::PyPI, "0.1-bulbasaur"));
    assert!(refused(Scheme::PyPI, "0.6.0,<1"));
    assert!(refused(Scheme::Apk, "1.0-ruff"));
    assert!(refused(Scheme::Maven, "LATEST"));
    assert!(refused(Scheme::Maven, "${project.version}"));
    assert!(refused(Scheme::Rpm, "latest"));
    assert!(refused(Scheme::Go, "(devel)"));
    // A commit where a fix should stand would clear everything.
    let events = [Introduced("0"), Fixed("deadbeefcafe")];
    assert!(inside(Scheme::PyPI, &events, "1.0").is_err());
    assert!(inside(Scheme::SemVer, &events, "1.0.0").is_err());
}

#[test]
fn a_version_of_another_scheme_is_refused() {
    let version = Scheme::Npm.parse("1.0.0").expect("a version");
    let interval = Interval { from: None, end: End::Open };
    assert!(contains(Scheme::PyPI, &interval, &version).is_err());
}

#[test]
fn rpm_epochs_on_one_side() {
    let with = [Introduced("0"), Fixed("1:3.0.7-28.el9")];
    let without = [Introduced("0"), Fixed("3.0.7-28.el9")];
    let check = |events: &[Event<'_>], version, expect| {
        assert_eq!(inside(Scheme::Rpm, events, version), Ok(expect), "{version} {events:?}");
    };
    check(&with, "1:3.0.7-27.el9", true);
    check(&with, "1:3.0.7-28.el9", false);
    // rpm: no epoch is epoch 0, and that is older.
    check(&with, "3.0.7-29.el9", true);
    // The advisory dropped the epoch: epochs are left out.
    check(&without, "1:3.0.7-27.el9", true);
    check(&without, "1:3.0.7-28.el9", false);
    check(&without, "3.0.7-27.el9", true);
    check(&without, "0:3.0.7-28.el9", false);
}

#[test]
fn an_rpm_bound_without_release_covers_all_releases() {
    let events = [Introduced("0"), LastAffected("2.3")];
    assert_eq!(inside(Scheme::Rpm, &events, "2.3-4.el9"), Ok(true));
    let events = [Introduced("0"), Fixed("2.3")];
    assert_eq!(inside(Scheme::Rpm, &events, "2.3-4.el9"), Ok(false));
}

#[test]
fn packagist_bounds_are_padded() {
    let last = [Introduced("1.0.0"), LastAffected("4.0")];
    for (version, expect) in [
        ("v4.0.0", true),
        ("4.0.0.0", true),
        ("4.0.1", false),
        ("1.0", true),
        ("1.0-RC1", false),
        ("4.0.0-beta2", true),
        ("4.0.0-p1", false),
    ] {
        assert_eq!(inside(Scheme::Packagist, &last, version), Ok(expect), "{version}");
    }
    let fixed = [Introduced("0"), Fixed("4.0.1-beta2")];
    assert_eq!(inside(Scheme::Packagist, &fixed, "4.0.1.0-beta2"), Ok(false));
    assert_eq!(inside(Scheme::Packagist, &fixed, "4.0.1-beta1"), Ok(true));
}

#[test]
fn a_last_affected_version_of_pypi_covers_its_local_builds() {
    let s = Scheme::PyPI;
    let last = [Introduced("0"), LastAffected("2.0.0")];
    assert_eq!(inside(s, &last, "2.0.0+cu118"), Ok(true));
    assert_eq!(inside(s, &last, "2.0+cu118"), Ok(true));
    assert_eq!(inside(s, &last, "2.0.0.post1+cu118"), Ok(false));
    assert_eq!(inside(s, &[Introduced("0"), Fixed("2.0.0")], "2.0.0+cu118"), Ok(false));
    let local = [Introduced("0"), LastAffected("2.0.0+cu118")];
    assert_eq!(inside(s, &local, "2.0.0+cu117"), Ok(true));
    assert_eq!(inside(s, &local, "2.0.0+cu121"), Ok(false));
    assert_eq!(inside(s, &[Introduced("2.0.0+cu118")], "2.0.0"), Ok(false));
    // Build metadata of other schemes is theirs to order.
    let pub_last = [Introduced("0.0.0"), LastAffected("2.0.0")];
    assert_eq!(inside(Scheme::Pub, &pub_last, "2.0.0+1"), Ok(false));
}

#[test]
fn a_listed_version_of_pypi_names_its_local_builds() {
    let listed = |scheme: Scheme, listed: &str, version: &str| {
        lists(scheme, listed, &scheme.parse(version).expect("a version"))
    };
    assert!(listed(Scheme::PyPI, "2.0.0", "2.0.0+cu118"));
    assert!(listed(Scheme::PyPI, "2.0", "2.0.0+cu118"));
    assert!(listed(Scheme::PyPI, "2.0.0+CU118", "2.0.0+cu118"));
    assert!(!listed(Scheme::PyPI, "2.0.0+cu117", "2.0.0+cu118"));
    assert!(!listed(Scheme::PyPI, "2.0.0+cu117", "2.0.0"));
    assert!(!listed(Scheme::PyPI, "not a version", "2.0.0"));
    assert!(!listed(Scheme::Pub, "2.0.0", "2.0.0+1"));
}
