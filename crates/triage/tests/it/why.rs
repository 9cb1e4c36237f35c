//! The sentences, whole.

use triage::{Facts, Feed, Kind, Ssvc, Stated};
use vocab::{Exposure, Scope, Severity};

use crate::given::{Given, acting, at, cve, facts, stale};

fn check(facts: &Facts, policy: &str, expect: &str) {
    assert_eq!(acting(facts, policy).why, expect);
}

fn internet(severity: Severity) -> Facts {
    facts().exposure(Exposure::Internet).severity(severity)
}

#[test]
fn known_exploited_and_nobody_said_how_exposed() {
    check(
        &facts().severity(Severity::High).kev("2026-08-07"),
        "gabion-24h",
        "gabion-24h row 2: known exploited (CISA KEV, added 2026-08-07), exposure unknown (nobody said), \
         taken as reachable → 24 h, emergency, from 2026-11-21 10:00 UTC, first seen 2026-11-21; would be 3 d if \
         the asset were isolated",
    );
}

#[test]
fn an_exploit_on_the_internet() {
    check(
        &internet(Severity::Low).exploit("2026-11-10"),
        "gabion-24h",
        "gabion-24h row 4: exploit public (metasploit, first seen 2026-11-10), exposure internet \
         (gabion.toml line 12), not known exploited (CISA KEV of 2026-11-20) → 24 h from 2026-11-21 10:00 \
         UTC, first seen 2026-11-21",
    );
}

#[test]
fn a_high_percentile() {
    check(
        &facts().severity(Severity::High).percentile(0.973),
        "gabion-24h",
        "gabion-24h row 6: exposure unknown (nobody said), taken as reachable, EPSS percentile 0.973 (EPSS \
         of 2026-11-20), not known exploited (CISA KEV of 2026-11-20), no public exploit (exploit feeds of \
         2026-11-20) → 3 d from 2026-11-21 10:00 UTC, first seen 2026-11-21; would be 14 d if the asset were \
         isolated",
    );
}

#[test]
fn severity_alone_with_an_earlier_sighting() {
    let mut facts = internet(Severity::Medium);
    facts.sighting = at("2026-11-04T09:30:00Z");
    check(
        &facts,
        "gabion-24h",
        "gabion-24h row 9: exposure internet (gabion.toml line 12), severity medium (GHSA-1), not known \
         exploited (CISA KEV of 2026-11-20), no public exploit (exploit feeds of 2026-11-20), EPSS \
         percentile 0.420 (EPSS of 2026-11-20) → 14 d from 2026-11-04 09:30 UTC, first seen 2026-11-04",
    );
}

#[test]
fn no_cve_and_no_rating() {
    let mut facts = facts();
    facts.cves.clear();
    check(
        &facts,
        "gabion-24h",
        "gabion-24h row 9: severity unknown (no rating published), not known exploited, no public \
         exploit, no EPSS score (no CVE id exists), exposure unknown (nobody said) → 14 d from 2026-11-21 10:00 UTC, first seen 2026-11-21; would be 90 d if its severity were low",
    );
}

#[test]
fn a_stale_catalogue_and_feeds_that_never_came() {
    let mut facts = internet(Severity::Low);
    facts.feeds.kev = stale();
    check(
        &facts,
        "gabion-24h",
        "gabion-24h row 11: severity low (GHSA-1), not known exploited (stale CISA KEV of 2026-08-07), \
         no public exploit (exploit feeds of 2026-11-20), exposure internet (gabion.toml line 12), EPSS \
         percentile 0.420 (EPSS of 2026-11-20) → 90 d from 2026-11-21 10:00 UTC, first seen 2026-11-21",
    );
    facts.feeds.exploits = Feed::Missing;
    check(
        &facts,
        "gabion-24h",
        "gabion-24h row 11: severity low (GHSA-1), not known exploited (stale CISA KEV of 2026-08-07), \
         unknown whether an exploit is public (exploit feeds are missing), exposure internet (gabion.toml \
         line 12), EPSS percentile 0.420 (EPSS of 2026-11-20) → 90 d from 2026-11-21 10:00 UTC, first seen \
         2026-11-21; would be 24 h if an exploit were public; assumed due 2026-11-22 10:00 UTC by gabion-24h \
         row 4, as exploit feeds are missing",
    );
}

#[test]
fn development_scope() {
    let mut facts = internet(Severity::Critical);
    facts.scope = Scope::Development;
    check(
        &facts,
        "gabion-24h",
        "gabion-24h row 8: severity critical (GHSA-1), not known exploited (CISA KEV of 2026-11-20), no \
         public exploit (exploit feeds of 2026-11-20), exposure isolated (development scope), EPSS \
         percentile 0.420 (EPSS of 2026-11-20) → 7 d from 2026-11-21 10:00 UTC, first seen 2026-11-21",
    );
}

#[test]
fn a_malicious_package() {
    let mut facts = facts();
    facts.kind = Kind::Malicious;
    for (policy, row) in [("gabion-24h", "row 1"), ("cisa-bod-26-04", "rule 9")] {
        let expect = format!(
            "{policy} {row}: malicious package: remove it, rotate what it could read, search for traces → \
             24 h, emergency, from 2026-11-21 10:00 UTC, first seen 2026-11-21"
        );
        check(&facts, policy, &expect);
    }
}

#[test]
fn the_directive_with_inferred_inputs() {
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned();
    check(
        &internet(Severity::Critical).kev("2026-08-07").first(|cve| cve.vectors = vec![vector]),
        "cisa-bod-26-04",
        "cisa-bod-26-04 row 15: known exploited (CISA KEV, added 2026-08-07), exposure internet (gabion.toml \
         line 12), automatable (inferred from the CVSS vector), technical impact total (inferred from the \
         CVSS vector) → 3 d, search for traces, from 2026-11-21 10:00 UTC, first seen 2026-11-21; would be 3 d and \
         no search for traces if its technical impact were partial",
    );
}

#[test]
fn the_deployer_table_with_what_the_owner_said() {
    let mut facts = internet(Severity::High).exploit("2026-11-10").first(|cve| {
        cve.ssvc = Some(Ssvc {
            exploitation: None,
            automatable: Some(false),
            technical_impact_total: None,
            as_of: at("2026-11-19"),
        });
    });
    let source = "gabion.toml line 14".to_owned();
    facts.mission_impact =
        Some(Stated { value: triage::MissionImpact::MissionFailure, source: source.clone() });
    check(
        &facts,
        "cert-cc-deployer",
        "cert-cc-deployer row 43: proof of concept public (metasploit, first seen 2026-11-10), exposure \
         internet (gabion.toml line 12), not automatable (CISA SSVC of 2026-11-19), human impact very high \
         (gabion.toml line 14) → 7 d from 2026-11-21 10:00 UTC, first seen 2026-11-21",
    );
    facts.mission_impact = Some(Stated { value: triage::MissionImpact::FunctionFailure, source });
    check(
        &facts,
        "cert-cc-deployer",
        "cert-cc-deployer row 43: proof of concept public (metasploit, first seen 2026-11-10), exposure \
         internet (gabion.toml line 12), not automatable (CISA SSVC of 2026-11-19), assumed human impact very \
         high (nobody stated safety impact) → 7 d from 2026-11-21 10:00 UTC, first seen 2026-11-21; would be 30 d \
         if its human impact were high",
    );
}

#[test]
fn several_cves_and_a_dispute() {
    let mut facts = internet(Severity::Low).kev("2026-11-10");
    facts.cves.push(cve("CVE-2026-2"));
    facts.disputed = true;
    facts.cves[0].rejected = true;
    check(
        &facts,
        "gabion-24h",
        "gabion-24h row 11, CVE-2026-2: severity low (GHSA-1), not known exploited (CISA KEV of 2026-11-20), \
         no public exploit (exploit feeds of 2026-11-20), exposure internet (gabion.toml line 12), EPSS \
         percentile 0.420 (EPSS of 2026-11-20) → 90 d from 2026-11-21 10:00 UTC, first seen 2026-11-21; disputed, \
         which changes nothing",
    );
}

#[test]
fn foreign_text_stays_on_its_line() {
    let mut facts = internet(Severity::High);
    facts.severity_source = "GHSA\n\u{1b}[2J".to_owned();
    let why = acting(&facts, "gabion-24h").why;
    assert!(why.contains("severity high (GHSA  [2J)"), "{why}");
}
