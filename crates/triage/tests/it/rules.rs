//! Rules 1 to 10 of docs/ARCHITECTURE.md, «The clock».

use std::cmp::Ordering;

use triage::{
    Band, Clock, ClockFrom, Exploitation, Facts, Feed, How, Kind, Policy, Ssvc, clock, queue_order,
};
use vocab::{Exposure, Scope, Severity};

use crate::given::{Given, acting, at, builtin, cve, facts, now, stale};

fn internet() -> Facts {
    facts().exposure(Exposure::Internet).severity(Severity::Medium)
}

fn seen(mut facts: Facts, date: &str) -> Facts {
    facts.sighting = at(date);
    facts
}

fn starts(facts: &Facts, start: &str, event: &str) -> Clock {
    let clock = acting(facts, "gabion-24h");
    assert_eq!((clock.start, clock.start_event.as_str()), (at(start), event), "{}", clock.why);
    clock
}

fn input(clock: &Clock, name: &str) -> (String, String, How) {
    let input = clock.inputs.iter().find(|i| i.name == name).expect("the input");
    (input.value.clone(), input.source.clone(), input.how)
}

#[test]
fn rule_1_start_is_the_later_of_signal_and_sighting() {
    let first = "2026-11-21T10:00:00Z";
    let clock = starts(&internet().kev("2026-08-07"), first, "first seen 2026-11-21");
    assert_eq!(clock.exposed_since, Some(at("2026-08-07")));
    assert_eq!(clock.due, Some(at("2026-11-22T10:00:00Z")));
    let old = |facts| seen(facts, "2026-01-05T08:00:00Z");
    starts(&old(internet().kev("2026-11-10")), "2026-11-10", "CISA KEV added it 2026-11-10");
    starts(&old(internet().exploit("2026-11-12")), "2026-11-12", "exploit public 2026-11-12");
    starts(&old(internet()), "2026-11-01", "advisory published 2026-11-01");
    let later = seen(internet(), "2026-11-05T08:00:00Z");
    starts(&later, "2026-11-05T08:00:00Z", "first seen 2026-11-05");
}

#[test]
fn rule_1_an_exploit_never_precedes_its_cve() {
    let old = |facts| seen(facts, "2026-01-05");
    let early = old(internet().exploit("2020-01-01"));
    let clock = starts(&early, "2026-10-30", "published 2026-10-30 with an exploit");
    assert_eq!(clock.exposed_since, Some(at("2026-10-30")));
    let undated = early.first(|cve| cve.exploit.as_mut().expect("an exploit").first_seen = None);
    starts(&undated, "2026-10-30", "published 2026-10-30 with an exploit");
}

#[test]
fn rule_1_the_signal_alone_when_asked_for() {
    let mut facts = internet().kev("2026-08-07");
    facts.clock_from = ClockFrom::SignalOnly;
    let clock = starts(&facts, "2026-08-07", "CISA KEV added it 2026-08-07");
    assert_eq!(clock.due, Some(at("2026-08-08")));
    let mut undated = internet();
    (undated.published, undated.cves[0].published) = (None, None);
    undated.clock_from = ClockFrom::SignalOnly;
    let clock =
        starts(&undated, "2026-11-21T10:00:00Z", "first seen 2026-11-21 (no signal is dated)");
    assert_eq!(clock.exposed_since, None);
}

#[test]
fn rule_1_a_date_to_come_gives_no_time() {
    let clock = acting(&internet().kev("2099-01-01"), "gabion-24h");
    assert_eq!(clock.due, Some(at("2026-11-22T10:00:00Z")));
    assert_eq!(clock.exposed_since, Some(now()));
    let clock = acting(&seen(internet(), "2099-01-01"), "gabion-24h");
    assert_eq!(clock.start, now());
}

#[test]
fn a_new_signal_never_gives_more_time_silently() {
    let facts = seen(internet().kev("2026-11-20"), "2026-10-01");
    let clock = acting(&facts, "gabion-24h");
    assert_eq!((clock.row.as_str(), clock.due), ("2", Some(at("2026-11-21"))));
    assert!(clock.overdue(now()) && clock.overdue(at("2026-11-20")));
    let earlier = clock.earlier.expect("the clock that ran before");
    assert_eq!((earlier.row.as_str(), earlier.due), ("9", at("2026-11-15")));
    assert!(
        clock.why.ends_with("; before CISA KEV listed it row 9 had it due 2026-11-15 00:00 UTC")
    );
}

#[test]
fn rule_2_a_day_is_24_hours() {
    let clock = acting(&internet().severity(Severity::Critical), "gabion-24h");
    let due = clock.due.expect("a due instant");
    assert_eq!(due.duration_since(clock.start).as_secs(), 3 * 86_400);
}

#[test]
fn rule_3_a_stale_catalogue_is_taken_at_its_word_and_a_missing_one_is_assumed() {
    let known = |clock: &Clock| input(clock, "kev");
    let clock = acting(&internet(), "gabion-24h");
    assert_eq!(known(&clock), ("no".into(), "CISA KEV".into(), How::Known));
    assert_eq!((clock.assumed.as_ref(), clock.could_be_emergency), (None, false));
    let mut facts = internet();
    facts.feeds.kev = stale();
    let clock = acting(&facts, "gabion-24h");
    assert_eq!(known(&clock), ("no".into(), "stale CISA KEV".into(), How::Known));
    assert_eq!((clock.row.as_str(), clock.emergency), ("9", false));
    assert_eq!((clock.assumed.as_ref(), clock.could_be_emergency), (None, true));
    facts.feeds.kev = Feed::Missing;
    let clock = acting(&facts, "gabion-24h");
    assert_eq!(known(&clock), ("unknown".into(), "CISA KEV is missing".into(), How::Unknown));
    assert_eq!((clock.row.as_str(), clock.emergency), ("9", false));
    let assumed = clock.assumed.clone().expect("what is assumed");
    assert_eq!((assumed.row.as_str(), assumed.emergency), ("2", true));
    assert_eq!(assumed.due, Some(at("2026-11-22T10:00:00Z")));
    assert!(
        clock.why.ends_with(
            "; would be 24 h, emergency if CISA KEV listed it; assumed due 2026-11-22 10:00 UTC, emergency by gabion-24h row 2, as CISA KEV is missing"
        ),
        "{}",
        clock.why
    );
    facts.cves.clear();
    let clock = acting(&facts, "gabion-24h");
    assert_eq!(known(&clock), ("no".into(), "no CVE id exists".into(), How::Known));
    assert_eq!(clock.assumed, None);
    let listed = internet().kev("2026-08-01").first(|_| ());
    for feed in [Feed::Missing, stale()] {
        facts.feeds.kev = feed;
        let clock = acting(&Facts { feeds: facts.feeds, ..listed.clone() }, "gabion-24h");
        assert_eq!(known(&clock), ("yes".into(), "CISA KEV".into(), How::Known));
        assert!(clock.emergency && clock.assumed.is_none() && !clock.could_be_emergency);
    }
}

#[test]
fn rule_3_every_feed_goes_by_what_is_known_and_a_missing_one_is_assumed_beside() {
    let but = |change: fn(&mut Facts)| {
        let mut facts = internet().percentile(0.1);
        change(&mut facts);
        let clock = acting(&facts, "gabion-24h");
        (clock.row, clock.assumed.map(|assumed| assumed.row).unwrap_or_default())
    };
    let of = |row: &str, assumed: &str| (row.to_owned(), assumed.to_owned());
    assert_eq!(but(|facts| facts.feeds.exploits = stale()), of("9", ""));
    assert_eq!(but(|facts| facts.feeds.exploits = Feed::Missing), of("9", "4"));
    let unscored = |facts: &mut Facts, feed| {
        facts.cves[0].epss = None;
        facts.feeds.epss = feed;
    };
    let mut facts = internet();
    unscored(&mut facts, Feed::Missing);
    let clock = acting(&facts, "gabion-24h");
    assert_eq!((clock.row.as_str(), clock.assumed.expect("assumed").row.as_str()), ("9", "6"));
    unscored(&mut facts, stale());
    assert_eq!(acting(&facts, "gabion-24h").row, "9");
    // A score that EPSS has not yet given is rule 4's: the strictest reachable row.
    assert_eq!(but(|facts| facts.cves[0].epss = None), of("6", ""));
    let broken = but(|facts| facts.cves[0].epss.as_mut().expect("EPSS").percentile = f32::NAN);
    assert_eq!(broken, of("6", ""));
}

#[test]
fn rule_3_ssvc_is_inferred_from_the_vector_and_labelled() {
    let vector = |vector: &str| internet().first(|cve| cve.vectors = vec![vector.to_owned()]);
    let bod = |facts: &Facts| {
        let clock = acting(facts, "cisa-bod-26-04");
        (clock.row.clone(), input(&clock, "automatable"), input(&clock, "technical_impact"))
    };
    let from =
        |value: &str| (value.to_owned(), "inferred from the CVSS vector".to_owned(), How::Inferred);
    let worst = vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
    assert_eq!(bod(&worst), ("14".into(), from("yes"), from("total")));
    let mild = vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:H/A:H");
    assert_eq!(bod(&mild), ("2".into(), from("no"), from("partial")));
    let mut advisory = internet();
    advisory.vectors = mild.cves[0].vectors.clone();
    assert_eq!(bod(&advisory), bod(&mild));
    let (_, automatable, _) = bod(&internet());
    assert_eq!(automatable.2, How::Assumed);
    let decided = worst.first(|cve| {
        cve.ssvc = Some(Ssvc {
            exploitation: None,
            automatable: Some(false),
            technical_impact_total: None,
            as_of: at("2026-11-19"),
        });
    });
    let said = ("no".to_owned(), "CISA SSVC".to_owned(), How::Known);
    assert_eq!(bod(&decided), ("9".into(), said, from("total")));
}

#[test]
fn rule_3_a_recorded_none_holds_for_90_days_beside_fresh_feeds() {
    let decided = |date: &str| {
        internet().first(|cve| {
            cve.ssvc = Some(Ssvc {
                exploitation: Some(Exploitation::None),
                automatable: Some(false),
                technical_impact_total: Some(false),
                as_of: at(date),
            });
        })
    };
    let of = |facts: &Facts| input(&acting(facts, "cert-cc-deployer"), "exploitation");
    let said = |source: &str, how| ("none".to_owned(), source.to_owned(), how);
    assert_eq!(of(&decided("2026-11-01")), said("CISA SSVC", How::Known));
    let inferred = said("absent from CISA KEV and the exploit feeds", How::Inferred);
    assert_eq!(of(&decided("2024-01-01")), inferred);
    let mut facts = decided("2026-11-01");
    facts.feeds.exploits = Feed::Missing;
    let clock = acting(&facts, "cert-cc-deployer");
    let unknown = ("unknown".to_owned(), "exploit feeds are missing".to_owned(), How::Unknown);
    assert_eq!(input(&clock, "exploitation"), unknown);
    assert!(clock.assumed.is_some(), "{}", clock.why);
    facts.feeds.exploits = stale();
    assert_eq!(of(&facts), said("CISA SSVC", How::Known));
    for feed in [Feed::Missing, stale()] {
        facts.feeds.exploits = feed;
        let listed = of(&facts.clone().kev("2026-11-02"));
        assert_eq!(listed, ("active".into(), "CISA KEV".into(), How::Known));
        let public = of(&facts.clone().exploit("2026-11-02"));
        assert_eq!(public, ("poc".into(), "metasploit".into(), How::Known));
    }
}

#[test]
fn rule_4_the_strictest_reachable_row_acts_and_says_what_would_move_it() {
    let mut facts = facts().severity(Severity::Low);
    facts.cves[0].epss = None;
    let clock = acting(&facts, "gabion-24h");
    assert_eq!((clock.row.as_str(), clock.emergency), ("6", false));
    let moved = "90 d if its EPSS percentile were below 0.95";
    assert_eq!(clock.would_move.as_deref(), Some(moved));
    let isolated = acting(&facts.exposure(Exposure::Isolated), "gabion-24h");
    assert_eq!((isolated.row.as_str(), isolated.emergency), ("11", false));
}

#[test]
fn rule_4_a_table_that_names_unknown_answers_for_it_and_else_the_strictest_acts() {
    let text = "name = \"t\"\nversion = \"1\"
        [[row]]
        id = \"severe\"
        when = { kev = \"unknown\", severity = \"critical\" }
        due = \"7d\"
        [[row]]
        id = \"listed\"
        when = { kev = \"yes\" }
        due = \"24h\"
        [[row]]
        id = \"unlisted\"
        when = { kev = \"no\" }
        due = \"90d\"";
    let policy = [Policy::parse("t.toml", text).expect("a sound table")];
    let row = |severity| {
        let mut facts = internet().severity(severity);
        facts.feeds.kev = Feed::Missing;
        let clock = clock(&facts, &policy, now()).acting.expect("a clock");
        let assumed = clock.assumed.clone().map(|assumed| assumed.row);
        (clock.row.clone(), input(&clock, "kev").2, assumed.unwrap_or_default())
    };
    assert_eq!(row(Severity::Critical), ("severe".into(), How::Unknown, String::new()));
    assert_eq!(row(Severity::Low), ("unlisted".into(), How::Unknown, "listed".into()));
}

#[test]
fn rule_5_each_cve_is_evaluated_whole() {
    // One is scored high and not exploited, the other is exploited: no mixture of the two acts.
    let mut facts = internet().percentile(0.99);
    facts.cves.push(cve("CVE-2026-2"));
    facts.cves.swap(0, 1);
    assert_eq!(acting(&facts, "gabion-24h").cve.as_deref(), Some("CVE-2026-1"));
    let facts = facts.exploit("2026-11-19");
    let clock = acting(&facts, "gabion-24h");
    assert_eq!((clock.row.as_str(), clock.cve.as_deref()), ("4", Some("CVE-2026-2")));
    assert_eq!(input(&clock, "epss_percentile").0, "0.420");
}

#[test]
fn rule_5_an_emergency_keeps_the_other_cves_due_in_view() {
    let mut facts = seen(internet().kev("2026-11-20"), "2026-10-01");
    facts.cves[0].published = Some(at("2026-11-20"));
    facts.published = Some(at("2026-10-01"));
    facts.cves.push(cve("CVE-2026-2"));
    facts.cves[0].kev.as_mut().expect("KEV").date_added = at("2026-11-20");
    let clock = acting(&facts, "gabion-24h");
    assert_eq!((clock.emergency, clock.due), (true, Some(at("2026-11-21"))));
    assert_eq!(clock.earlier.expect("an earlier clock").due, at("2026-10-15"));
}

#[test]
fn rule_5_a_group_keeps_what_one_of_its_cves_missed_before_its_signal() {
    let one = seen(internet().kev("2026-11-21").exploit("2026-10-01"), "2026-09-01");
    let mut one = one.first(|cve| cve.published = Some(at("2026-08-01")));
    one.published = Some(at("2026-08-01"));
    let alone = acting(&one, "gabion-24h");
    assert!(alone.overdue(now()), "{}", alone.why);
    for first in [true, false] {
        let mut both = one.clone();
        let mut second = cve("CVE-2026-2");
        second.kev = both.cves[0].kev;
        second.published = Some(at("2026-11-20"));
        both.cves.insert(usize::from(first), second);
        let group = acting(&both, "gabion-24h");
        let (of_group, of_one) = (group.earlier.as_ref(), alone.earlier.as_ref());
        assert_eq!(of_group.map(|e| e.due), of_one.map(|e| e.due), "{}", group.why);
        assert!(group.overdue(now()) && group.emergency);
    }
}

#[test]
fn rule_5_an_emergency_does_not_undo_what_another_table_missed() {
    let facts = seen(internet().kev("2026-11-21"), "2026-10-01");
    let slow = "name = \"slow\"\nversion = \"1\"
        [[row]]
        id = \"x\"
        when = { kev = [\"yes\", \"no\"] }
        due = \"14d\"";
    let quick = "name = \"quick\"\nversion = \"1\"
        [[row]]
        id = \"q\"
        when = { kev = [\"yes\"] }
        due = \"24h\"
        emergency = true
        [[row]]
        id = \"never\"
        when = { kev = [\"no\"] }
        due = \"next-upgrade\"";
    let policies = [quick, slow].map(|text| Policy::parse("t.toml", text).expect("a sound table"));
    let under = |facts: &Facts| clock(facts, &policies, now()).acting.expect("a clock");
    let acting = under(&facts);
    assert_eq!((acting.policy.as_str(), acting.due), ("slow", Some(at("2026-11-15"))));
    assert!(acting.overdue(now()) && acting.emergency, "{}", acting.why);
    assert_eq!(acting.band, Band::Emergency);
    assert!(acting.why.ends_with("; an emergency under quick row q"), "{}", acting.why);
    // One that is not due yet is shown with its own table and moves nothing.
    let young = seen(internet().kev("2026-11-21"), "2026-11-20");
    let acting = under(&young);
    assert!(acting.earlier.is_none() && !acting.overdue(now()), "{}", acting.why);
    assert_eq!((acting.policy.as_str(), acting.emergency), ("quick", true));
}

#[test]
fn a_table_that_gives_ten_years_takes_no_other_tables_place() {
    let facts = seen(internet().kev("2026-11-21"), "2026-11-20");
    let lax = "name = \"lax\"\nversion = \"1\"
        [[row]]
        id = \"x\"
        when = {}
        due = \"3650d\"
        emergency = true";
    let lax = Policy::parse("t.toml", lax).expect("a sound table");
    let own = builtin("gabion-24h");
    let alone = clock(&facts, std::slice::from_ref(&own), now()).acting.expect("a clock");
    let both = clock(&facts, &[lax, own], now()).acting.expect("a clock");
    assert_eq!((both.due, both.policy.as_str()), (alone.due, "gabion-24h"));
}

#[test]
fn rule_6_on_the_next_upgrade_is_last_and_never_overdue() {
    let mild = "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:L/I:H/A:H".to_owned();
    let isolated = seen(facts().exposure(Exposure::Isolated), "2020-01-01");
    let facts = isolated.first(|cve| cve.vectors = vec![mild]);
    let clock = acting(&facts, "cisa-bod-26-04");
    assert_eq!((clock.due, clock.band), (None, Band::NextUpgrade));
    let far = at("2999-01-01");
    assert!(!clock.overdue(far));
    let dated = acting(&internet(), "gabion-24h");
    assert_eq!(queue_order(&dated, &clock, far), Ordering::Less);
    assert_eq!(queue_order(&clock, &dated, at("2026-11-21")), Ordering::Greater);
}

#[test]
fn rule_7_a_rejected_cve_gives_no_signals_and_a_dispute_changes_nothing() {
    let rejected = internet().kev("2026-08-07").exploit("2026-11-01").percentile(0.99);
    let rejected = rejected.first(|cve| cve.rejected = true);
    let clock = acting(&rejected, "gabion-24h");
    assert_eq!((clock.row.as_str(), clock.exposed_since), ("9", Some(at("2026-11-01"))));
    assert_eq!(input(&clock, "kev").1, "CVE-2026-1 is rejected");
    assert_eq!(input(&clock, "rejected").0, "CVE-2026-1");
    let mut beside = rejected.clone();
    beside.cves.push(cve("CVE-2026-2"));
    assert_eq!(acting(&beside, "gabion-24h").cve.as_deref(), Some("CVE-2026-2"));
    let disputed = Facts { disputed: true, ..internet() };
    let (clock, plain) = (acting(&disputed, "gabion-24h"), acting(&internet(), "gabion-24h"));
    assert_eq!((&clock.row, clock.due), (&plain.row, plain.due));
    assert_eq!(input(&clock, "disputed").0, "yes");
    assert_eq!(clock.why, format!("{}; disputed, which changes nothing", plain.why));
}

#[test]
fn rule_8_an_informational_advisory_has_no_clock() {
    let facts = Facts { kind: Kind::Informational, ..internet().kev("2026-08-07") };
    let clocks = clock(&facts, &[builtin("gabion-24h")], now());
    assert_eq!((clocks.acting, clocks.others), (None, Vec::new()));
    assert!(clocks.notice.is_some());
}

#[test]
fn rule_9_a_malicious_package_is_an_emergency_under_every_table() {
    let mut facts = facts().exposure(Exposure::Isolated);
    (facts.kind, facts.scope) = (Kind::Malicious, Scope::Development);
    facts.cves.clear();
    let lax = "name = \"lax\"\nversion = \"1\"
        [[row]]
        id = \"x\"
        when = { malicious = [\"yes\", \"no\"] }
        due = \"next-upgrade\"";
    let mut policies: Vec<Policy> = Policy::BUILTIN.iter().map(|name| builtin(name)).collect();
    policies.push(Policy::parse("lax.toml", lax).expect("a sound table"));
    let clocks = clock(&facts, &policies, now());
    let all: Vec<Clock> = clocks.acting.into_iter().chain(clocks.others).collect();
    assert_eq!(all.len(), 4);
    for clock in all {
        assert!(clock.emergency && clock.forensics, "{}", clock.why);
        assert_eq!(clock.allowed.map(|allowed| allowed.as_hours()), Some(24));
        let row = if clock.policy == "gabion-24h" { "1" } else { "rule 9" };
        assert_eq!(clock.row, row);
    }
}

#[test]
fn rule_10_emergencies_then_overdue_by_band_then_the_rest_by_due() {
    let made = |band, start: &str, allowed: i64| {
        let mut clock = acting(&internet(), "gabion-24h");
        let allowed = triage::Duration::from_hours(allowed);
        (clock.start, clock.allowed, clock.band) = (at(start), Some(allowed), band);
        clock.emergency = band == Band::Emergency;
        clock.due = Some(clock.start + allowed);
        clock
    };
    let within = |days: i64| Band::Within(triage::Duration::from_hours(24 * days));
    let expected = [
        made(Band::Emergency, "2026-11-19", 24),
        made(Band::Emergency, "2026-11-21", 24),
        made(within(3), "2026-11-17", 72),
        made(within(14), "2026-01-01", 14 * 24),
        made(within(14), "2026-02-01", 14 * 24),
        made(within(90), "2026-08-20", 90 * 24),
        made(within(3), "2026-11-20", 72),
        made(within(3), "2026-11-21", 72),
    ];
    let mut queue = expected.to_vec();
    queue.reverse();
    queue.sort_by(|a, b| queue_order(a, b, now()));
    let dues = |clocks: &[Clock]| clocks.iter().map(|c| c.due).collect::<Vec<_>>();
    assert_eq!(dues(&queue), dues(&expected));
}

#[test]
fn rule_10_a_reopened_finding_keeps_its_first_start() {
    let mut facts = internet();
    facts.earlier_start = Some(at("2026-11-03"));
    starts(&facts, "2026-11-03", "returned soon, keeps its first start");
    facts.earlier_start = Some(at("2030-01-01"));
    starts(&facts, "2026-11-21T10:00:00Z", "first seen 2026-11-21");
}

#[test]
fn development_scope_counts_as_isolated() {
    let mut facts = internet().kev("2026-08-07");
    facts.scope = Scope::Development;
    let clock = acting(&facts, "gabion-24h");
    let exposure = ("isolated".into(), "development scope".into(), How::Known);
    assert_eq!((clock.row.as_str(), input(&clock, "exposure")), ("3", exposure));
    for scope in [Scope::Runtime, Scope::Optional, Scope::Unknown] {
        facts.scope = scope;
        assert_eq!(acting(&facts, "gabion-24h").row, "2");
    }
}

#[test]
fn the_strictest_table_acts_and_the_others_are_shown() {
    let policies = ["cert-cc-deployer", "cisa-bod-26-04", "gabion-24h"].map(builtin);
    let clocks = clock(&internet().kev("2026-08-07"), &policies, now());
    assert_eq!(clocks.acting.expect("a clock").policy, "gabion-24h");
    let others: Vec<&str> = clocks.others.iter().map(|c| c.policy.as_str()).collect();
    assert_eq!(others, ["cert-cc-deployer", "cisa-bod-26-04"]);
    let default = clock(&internet(), &[], now()).acting.expect("a clock");
    assert_eq!(default.policy, Policy::DEFAULT);
}
