//! The eleven rows of `gabion-24h`, each from facts.

use triage::{Facts, Kind};
use vocab::{Exposure, Scope, Severity};

use crate::given::{Given, acting, facts};

fn check(facts: &Facts, expect: (&str, i64, bool)) {
    let clock = acting(facts, "gabion-24h");
    let hours = clock.allowed.expect("a time").as_hours();
    assert_eq!((clock.row.as_str(), hours, clock.emergency), expect, "{}", clock.why);
    assert_eq!(clock.due, Some(clock.start + clock.allowed.expect("a time")));
}

#[test]
fn every_row_is_reached_from_facts() {
    use Exposure::{Internal, Internet, Isolated, Unknown};
    use Severity::{Critical, High, Low, Medium};
    let d = |days: i64| days * 24;
    let is = |exposure| facts().exposure(exposure).severity(Low);
    let mut malicious = is(Isolated);
    malicious.kind = Kind::Malicious;
    malicious.scope = Scope::Development;
    check(&malicious, ("1", 24, true));
    for exposure in [Internal, Unknown, Internet] {
        check(&is(exposure).kev("2026-08-07"), ("2", 24, true));
        check(&is(exposure).percentile(0.95), ("6", d(3), false));
    }
    check(&is(Isolated).kev("2026-08-07"), ("3", d(3), false));
    check(&is(Internet).exploit("2026-11-10"), ("4", 24, false));
    check(&is(Internal).exploit("2026-11-10"), ("5", d(3), false));
    check(&is(Unknown).exploit("2026-11-10"), ("5", d(3), false));
    check(&is(Internet).percentile(0.9499), ("11", d(90), false));
    check(&is(Isolated).percentile(0.99), ("11", d(90), false));
    check(&is(Internet).severity(Critical), ("7", d(3), false));
    for exposure in [Internal, Unknown, Isolated] {
        check(&is(exposure).severity(Critical), ("8", d(7), false));
        check(&is(exposure).severity(High), ("9", d(14), false));
        check(&is(exposure).severity(Medium), ("10", d(30), false));
    }
    check(&is(Internet).severity(High), ("8", d(7), false));
    check(&is(Isolated).exploit("2026-11-10"), ("8", d(7), false));
    check(&is(Internet).severity(Medium), ("9", d(14), false));
    check(&is(Internet).severity(Severity::Unknown), ("9", d(14), false));
    check(&is(Isolated).severity(Severity::Unknown), ("9", d(14), false));
    check(&is(Internet), ("11", d(90), false));
    check(&is(Internet).severity(Severity::None), ("11", d(90), false));
}
