//! What holds for any facts.

use std::cmp::Ordering;

use proptest::prelude::*;
use triage::{
    Clock, ClockFrom, Facts, Feed, Kind, Policy, clock, infer_automatable, infer_total_impact,
    queue_order,
};
use vocab::{Exposure, Instant, Scope, Severity};

use crate::given::{Given, acting, at, builtin, cve, facts, fresh, now, stale};

const EXPOSURES: [Exposure; 4] =
    [Exposure::Internet, Exposure::Unknown, Exposure::Internal, Exposure::Isolated];

fn feed() -> impl Strategy<Value = Feed> {
    prop::sample::select(vec![fresh(), fresh(), fresh(), stale(), Feed::Missing])
}

fn date() -> impl Strategy<Value = Instant> {
    (0i64..1000).prop_map(|hours| now() - triage::Duration::from_hours(hours * 7))
}

prop_compose! {
    /// Any facts, of a second CVE too.
    fn any_facts()(
        severity in prop::sample::select(vec![
            Severity::Unknown, Severity::None, Severity::Low, Severity::Medium, Severity::High,
            Severity::Critical,
        ]),
        exposure in prop::sample::select(EXPOSURES.to_vec()),
        scope in prop::sample::select(vec![Scope::Runtime, Scope::Unknown, Scope::Development]),
        (kev_feed, epss_feed, exploit_feed) in (feed(), feed(), feed()),
        (published, sighted, kev, exploit) in
            (prop::option::of(date()), date(), prop::option::of(date()), prop::option::of(date())),
        percentile in prop::option::of(0.0f32..=1.0),
        vector in prop::option::of("CVSS:(3.1|4.0)/AV:[NALP]/AC:[LH]/AT:[NP]/PR:[NLH]/UI:[NR]/V?C:[NLH]/V?I:[NLH]"),
        (second, rejected, malicious, signal_only) in
            (any::<bool>(), prop::bool::weighted(0.1), prop::bool::weighted(0.05), any::<bool>()),
    ) -> Facts {
        let mut facts = facts().severity(severity).exposure(exposure);
        facts.scope = scope;
        (facts.feeds.kev, facts.feeds.epss, facts.feeds.exploits) = (kev_feed, epss_feed, exploit_feed);
        facts.published = published;
        facts.sighting = sighted;
        if let Some(kev) = kev.filter(|_| !malicious) {
            facts = facts.kev(&kev.to_string());
        }
        if let Some(exploit) = exploit {
            facts = facts.exploit(&exploit.to_string());
        }
        facts = match percentile {
            Some(percentile) => facts.percentile(percentile),
            None => facts.first(|cve| cve.epss = None),
        };
        let rejecting = facts.first(|cve| {
            cve.rejected = rejected;
            cve.vectors.extend(vector);
        });
        facts = rejecting;
        if second {
            facts.cves.push(cve("CVE-2026-2"));
        }
        if malicious {
            facts.kind = Kind::Malicious;
        }
        if signal_only {
            facts.clock_from = ClockFrom::SignalOnly;
        }
        facts
    }
}

/// Both counted from now, so that only the table decides.
fn seen_now(mut facts: Facts) -> Facts {
    facts.sighting = now();
    facts.clock_from = ClockFrom::SightingAndSignal;
    facts
}

fn due(facts: &Facts) -> (Option<Instant>, bool) {
    let clock = acting(facts, "gabion-24h");
    (clock.due, !clock.emergency)
}

fn all_clocks(facts: &Facts) -> Vec<Clock> {
    let policies: Vec<Policy> = Policy::BUILTIN.iter().map(|name| builtin(name)).collect();
    let clocks = clock(facts, &policies, now());
    clocks.acting.into_iter().chain(clocks.others).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_table_has_a_clock_and_due_is_start_plus_allowed(facts in any_facts()) {
        let clocks = all_clocks(&facts);
        prop_assert_eq!(clocks.len(), Policy::BUILTIN.len());
        for clock in &clocks {
            prop_assert_eq!(clock.due, clock.allowed.map(|allowed| clock.start + allowed));
            prop_assert!(clock.start <= now());
            prop_assert!(clock.exposed_since.is_none_or(|since| since <= now()));
            prop_assert!(clock.earlier.as_ref().is_none_or(|e| Some(e.due) < clock.due));
            prop_assert!(!clock.why.contains('\n') && clock.why.starts_with(&clock.policy));
        }
    }

    #[test]
    fn more_exposure_never_gives_more_time(facts in any_facts()) {
        let facts = seen_now(facts);
        let dues = EXPOSURES.map(|exposure| due(&facts.clone().exposure(exposure)));
        prop_assert!(dues.is_sorted(), "{dues:?}");
    }

    #[test]
    fn known_exploitation_never_gives_more_time(facts in any_facts(), added in date()) {
        let facts = seen_now(facts);
        let without = due(&facts.clone().first(|cve| cve.kev = None));
        prop_assert!(due(&facts.kev(&added.to_string())) <= without);
    }

    #[test]
    fn what_is_unknown_never_gives_more_time_than_what_is_known(facts in any_facts()) {
        let facts = seen_now(facts);
        let mut blind = facts.clone();
        blind.feeds.kev = Feed::Missing;
        blind.feeds.exploits = Feed::Missing;
        blind.feeds.epss = Feed::Missing;
        let blind = blind.first(|cve| (cve.kev, cve.epss, cve.exploit) = (None, None, None));
        let blind = acting(&blind, "gabion-24h");
        let strictest = blind.assumed.iter().filter_map(|a| a.due).chain(blind.due).min();
        prop_assert!(strictest.is_some_and(|strictest| Some(strictest) <= due(&facts).0), "{}", blind.why);
    }

    #[test]
    fn a_group_is_overdue_when_one_of_its_cves_alone_is(
        facts in any_facts(),
        kev in prop::option::of(date()),
        exploit in prop::option::of(date()),
    ) {
        let mut second = cve("CVE-2026-2");
        second.kev = kev.map(|date_added| triage::Kev { date_added, ransomware: false });
        second.exploit =
            exploit.map(|at| triage::Exploit { first_seen: Some(at), sources: Vec::new() });
        let mut both = facts;
        both.cves.truncate(1);
        both.cves.push(second);
        let tables: Vec<Policy> = Policy::BUILTIN.iter().map(|name| builtin(name)).collect();
        let overdue = |facts: &Facts, tables: &[Policy]| {
            clock(facts, tables, now()).acting.is_some_and(|clock| clock.overdue(now()))
        };
        // A rejected CVE beside another one does not count.
        for only in both.cves.clone().into_iter().filter(|cve| !cve.rejected) {
            let alone = Facts { cves: vec![only], ..both.clone() };
            for table in &tables {
                let table = std::slice::from_ref(table);
                prop_assert!(overdue(&both, table) || !overdue(&alone, table));
                prop_assert!(overdue(&both, &tables) || !overdue(&alone, table));
            }
        }
    }

    #[test]
    fn another_cve_never_gives_more_time(facts in any_facts()) {
        let facts = seen_now(facts);
        prop_assume!(!facts.cves[0].rejected);
        let mut more = facts.clone();
        more.cves.push(cve("CVE-2026-3"));
        prop_assert!(due(&more) <= due(&facts));
    }

    #[test]
    fn the_queue_is_in_one_order(a in any_facts(), b in any_facts(), c in any_facts(), hours in 0i64..3000) {
        let now = at("2026-11-21") + triage::Duration::from_hours(hours);
        let clocks: Vec<Clock> = [a, b, c].iter().flat_map(all_clocks).collect();
        for a in &clocks {
            prop_assert_eq!(queue_order(a, a, now), Ordering::Equal);
            for b in &clocks {
                prop_assert_eq!(queue_order(a, b, now), queue_order(b, a, now).reverse());
                for c in &clocks {
                    let (first, second) = (queue_order(a, b, now), queue_order(b, c, now));
                    if first.is_le() && second.is_le() {
                        prop_assert!(queue_order(a, c, now).is_le());
                    }
                }
            }
        }
    }

    #[test]
    fn no_vector_and_no_table_makes_it_panic(text in any::<String>(), rows in "[a-z_=\\[\\]{}\", 0-9<>.\n]{0,200}") {
        let vector = format!("CVSS:3.1/{text}");
        let _ = (infer_automatable([text.as_str(), &vector]), infer_total_impact([text.as_str(), &vector]));
        let head = "name = \"t\"\nversion = \"1\"\n[[row]]\n";
        for table in [text.clone(), rows.clone(), format!("{head}{text}"), format!("{head}{rows}")] {
            if let Ok(policy) = Policy::parse("t", &table) {
                prop_assert!(policy.rows().count() > 0);
            }
        }
    }
}
