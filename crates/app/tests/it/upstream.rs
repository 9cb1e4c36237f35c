//! A record that only names its CVE as upstream, as those of distributions do.

use std::path::Path;

use app::explain::explain;
use app::intelligence::Intelligence;

use crate::world::{World, advisory, at, kev, with_lock};

/// A world with a record for `left` that has no rating of its own and these upstream ids.
fn world(upstream: &[&str]) -> World {
    let mut record: serde_json::Value =
        serde_json::from_str(&advisory("DSA-1", &[], "left", "1.2.0")).expect("a record");
    record["upstream"] = serde_json::json!(upstream);
    record["severity"] = serde_json::json!([]);
    let rated = advisory("GHSA-1", &["CVE-2026-1000"], "other", "9.0.0");
    let world = World::knowing(&[("crates.io", &record.to_string()), ("crates.io", &rated)]);
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    world
}

#[test]
fn what_is_exploited_upstream_is_an_emergency_here() {
    let world = world(&["CVE-2026-2000", "CVE-2026-1000"]);
    world.write(
        "feeds/kev/known_exploited_vulnerabilities.json",
        &kev(&[("CVE-2026-1000", "2026-11-20")]),
    );
    let report = world.scan(&world.request());
    let finding = &report.findings[0];
    // Its name and so its identity stay its own.
    assert_eq!(&*finding.advisory, "DSA-1");
    assert_eq!(finding.aliases[..], ["DSA-1"]);
    assert_eq!(finding.identity, "tree|pkg:cargo/left|DSA-1");
    assert!(finding.emergency, "{}", finding.why);
    assert_eq!(finding.due, Some(at("2026-11-22T10:00:00Z")));
    assert_eq!(finding.signals.kev.as_ref().map(|k| k.cve.as_str()), Some("CVE-2026-1000"));
    assert!(finding.why.contains(", CVE-2026-1000: known exploited"), "{}", finding.why);
    assert!(finding.why.ends_with("; by the signals of CVE-2026-1000, upstream of DSA-1"));
    let named = finding.inputs.iter().find(|input| input.name == "signals of").expect("named");
    assert_eq!((&*named.value, &*named.source), ("CVE-2026-1000", "upstream of DSA-1"));
    // It has no rating; that of the record of its CVE stands in, and says whose it is.
    let severity = finding.inputs.iter().find(|input| input.name == "severity").expect("rated");
    assert_eq!((&*severity.value, &*severity.source), ("high", "GHSA-1"));
    assert_eq!(finding.vector.as_deref(), Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"));
}

#[test]
fn a_cve_is_explained_with_the_records_made_from_it() {
    let world = world(&["CVE-2026-1000", "CVE-2026-3000"]);
    let report = world.scan(&world.request());
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let told = |id: &str| {
        let told = explain(id, &intelligence, Some(&report)).expect("sound")?;
        let ids = |list: &[app::explain::Downstream]| {
            list.iter().map(|d| format!("{} of {}", d.id, d.cve)).collect::<Vec<_>>().join(" ")
        };
        let findings = told.findings.map_or(0, |found| found.len());
        Some((told.aliases.join(" "), ids(&told.downstream), told.upstream.join(" "), findings))
    };
    let text = |a: &str, b: &str, c: &str, n| Some((a.to_owned(), b.to_owned(), c.to_owned(), n));
    let own = "CVE-2026-1000 GHSA-1";
    assert_eq!(told("cve-2026-1000"), text(own, "DSA-1 of CVE-2026-1000", "", 1));
    // No advisory has it for an alias and no feed speaks of it.
    assert_eq!(told("CVE-2026-3000"), text("CVE-2026-3000", "DSA-1 of CVE-2026-3000", "", 1));
    assert_eq!(told("DSA-1"), text("DSA-1", "", "CVE-2026-1000 CVE-2026-3000", 1));
    assert_eq!(told("CVE-2026-4000"), None);
}

#[test]
fn a_statement_of_the_database_is_shown() {
    let mut record: serde_json::Value =
        serde_json::from_str(&advisory("A-1", &[], "left", "1.2.0")).expect("a record");
    record["affected"][0]["ecosystem_specific"] = serde_json::json!({ "rpm_modularity": "m:1" });
    let world = World::knowing(&[("crates.io", &record.to_string())]);
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    let report = world.scan(&world.request());
    assert_eq!(report.findings[0].statement.as_deref(), Some("crates.io: of the module m:1"));
}
