//! What distributions and databases say beside the ranges: upstream CVEs, statements, names.

use intel::osv::{MAX_NAMED, MAX_SYMBOLS, MAX_UPSTREAM, Record, RecordError};
use intel::{CveId, Index};
use vocab::Ecosystem;

use crate::support::build;

/// A Debian record with these further fields.
fn debian(id: &str, fields: &str, specific: &str) -> String {
    format!(
        r#"{{"id":"{id}",{fields}"affected":[{{"package":{{"ecosystem":"Debian:12","name":"openssl"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"3.0.14-1"}}]}}],"ecosystem_specific":{specific}}}]}}"#
    )
}

/// The upstream CVEs of the group of `id`.
fn upstream(records: &[&str], id: &str) -> Vec<String> {
    let bytes = build(records);
    let index = Index::open(&bytes).unwrap();
    let group = index.group(index.find(id).unwrap().unwrap()).unwrap();
    group.upstream.iter().map(ToString::to_string).collect()
}

#[test]
fn upstream_cves_are_told_and_join_nothing() {
    let check = |id: &str, fields: &str, expect: &[&str]| {
        assert_eq!(upstream(&[&debian(id, fields, "{}")], id), expect, "{id} {fields}");
    };
    check(
        "DSA-1",
        r#""upstream":["CVE-2024-0002","CVE-2024-0001"],"#,
        &["CVE-2024-0001", "CVE-2024-0002"],
    );
    check("DSA-1", r#""upstream":["DEBIAN-CVE-2024-0001","cve-2024-0001"],"#, &["CVE-2024-0001"]);
    check("UBUNTU-CVE-2008-7320", r#""upstream":[],"#, &["CVE-2008-7320"]);
    // Old records of a distribution name their CVEs as related; not when they name one otherwise.
    check("ALSA-1", r#""related":["CVE-2018-0001","GO-1"],"#, &["CVE-2018-0001"]);
    check(
        "ALSA-1",
        r#""upstream":["CVE-2018-0002"],"related":["CVE-2018-0001"],"#,
        &["CVE-2018-0002"],
    );
    check("ALSA-1", r#""aliases":["CVE-2018-0002"],"related":["CVE-2018-0001"],"#, &[]);
    // Its own CVE is no upstream one.
    check("CVE-2024-0001", r#""upstream":["CVE-2024-0001"],"#, &[]);
    check("DSA-1", r#""upstream":["","GHSA-unknown","-CVE-2024-0001","DSA-1"],"#, &[]);
    check("DSA-1", r#""related":{"no":"list"},"#, &[]);
    check("DSA-1", r#""withdrawn":"2024-01-01T00:00:00Z","upstream":["CVE-2024-0001"],"#, &[]);
    // A registry's record says nothing by its relations.
    let plain = r#"{"id":"GHSA-1","related":["CVE-2024-0001"],"affected":[{"package":{"ecosystem":"PyPI","name":"x"},"versions":["1"]}]}"#;
    assert_eq!(upstream(&[plain], "GHSA-1"), [""; 0]);
}

#[test]
fn an_upstream_record_gives_its_cves_one_step_far() {
    let records = [
        r#"{"id":"GHSA-1","aliases":["CVE-2024-0001"],"upstream":["GHSA-2"],"affected":[]}"#,
        r#"{"id":"GHSA-2","aliases":["CVE-2024-0002"],"upstream":["CVE-2024-0003"],"affected":[]}"#,
        r#"{"id":"GHSA-3","upstream":["GHSA-3","CGA-1"],"affected":[]}"#,
        &debian("CGA-1", r#""upstream":["GHSA-1","GHSA-3"],"#, "{}"),
        &debian("CGA-2", r#""upstream":["GHSA-2"],"#, "{}"),
    ];
    assert_eq!(upstream(&records, "CGA-1"), ["CVE-2024-0001"]);
    assert_eq!(upstream(&records, "CGA-2"), ["CVE-2024-0002", "CVE-2024-0003"]);
    assert_eq!(upstream(&records, "GHSA-1"), ["CVE-2024-0002", "CVE-2024-0003"]);
    let bytes = build(&records);
    let index = Index::open(&bytes).unwrap();
    let downstream = |cve: &str| -> Vec<String> {
        let groups = index.downstream(CveId::parse(cve).unwrap()).unwrap();
        groups.iter().map(|g| index.group(*g).unwrap().aliases[0].clone()).collect()
    };
    assert_eq!(downstream("CVE-2024-0001"), ["CGA-1"]);
    assert_eq!(downstream("CVE-2024-0003"), ["CGA-2", "CVE-2024-0001", "CVE-2024-0002"]);
    assert_eq!(downstream("CVE-2024-0004"), [""; 0]);
}

#[test]
fn as_many_upstream_cves_as_a_kernel_has_are_kept() {
    let many = |count: usize| {
        let ids: Vec<String> =
            (0..count).map(|n| format!("\"CVE-2024-{:05}\"", n + 10_000)).collect();
        debian("USN-1", &format!(r#""upstream":[{}],"#, ids.join(",")), "{}")
    };
    assert_eq!(upstream(&[&many(MAX_UPSTREAM)], "USN-1").len(), MAX_UPSTREAM);
    assert!(matches!(
        Record::parse(many(MAX_UPSTREAM + 1).as_bytes()),
        Err(RecordError::TooMany { what: "upstream ids", .. })
    ));
}

#[test]
fn a_distribution_is_quoted_in_plain_words() {
    let check = |ecosystem: &str, rating: &str, specific: &str, expect: Option<&str>| {
        let record = format!(
            r#"{{"id":"A","severity":[{rating}],"affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"x"}},"versions":["1"],"ecosystem_specific":{specific}}}]}}"#
        );
        let bytes = build(&[&record]);
        let index = Index::open(&bytes).unwrap();
        let answer = index.evaluate(&Ecosystem::parse(ecosystem), "x", "1").unwrap();
        assert_eq!(answer.matches[0].statement.as_deref(), expect, "{specific}");
    };
    let debian = |urgency: &str, expect| {
        check("Debian:12", "", &format!(r#"{{"urgency":{urgency}}}"#), expect);
    };
    debian(r#""end-of-life""#, Some("Debian: end of life, no fix will come"));
    debian(r#""unimportant""#, Some("Debian: unimportant"));
    debian(r#""low**""#, Some("Debian urgency: low (set by rule)"));
    debian(r#""high""#, Some("Debian urgency: high"));
    debian(r#""a\u001b[31m""#, Some("Debian urgency: a [31m"));
    debian(r#""not yet assigned""#, None);
    debian("[7]", None);
    debian("null", None);
    check("Debian:12", "", "[]", None);
    check("PyPI", "", r#"{"urgency":"end-of-life"}"#, None);
    let low = r#"{"type":"Ubuntu","score":"low"}"#;
    check("Ubuntu:22.04:LTS", low, "{}", Some("Ubuntu priority: low"));
    check(
        "Ubuntu:Pro:22.04:LTS",
        low,
        r#"{"priority_reason":"Only a crash","availability":"Available with Ubuntu Pro: https://ubuntu.com/pro"}"#,
        Some("Ubuntu priority: low (Only a crash); Ubuntu: the fix needs Ubuntu Pro"),
    );
    check(
        "Ubuntu:22.04:LTS",
        low,
        r#"{"ubuntu_priority":"medium","availability":"No subscription required"}"#,
        Some("Ubuntu priority: medium"),
    );
    let stream = r#"{"rpm_modularity":"mariadb:10.3"}"#;
    check("AlmaLinux:8", "", stream, Some("AlmaLinux: of the module mariadb:10.3"));
    let long = "x".repeat(10_000);
    let cut = format!("Ubuntu priority: low ({}", "x".repeat(278));
    check("Ubuntu:22.04", low, &format!(r#"{{"priority_reason":"{long}"}}"#), Some(&cut));
}

#[test]
fn functions_and_modules_are_named() {
    let check = |specific: &str, expect: &str| {
        let record = format!(
            r#"{{"id":"A","affected":[{{"package":{{"ecosystem":"Go","name":"x"}},"ecosystem_specific":{specific}}}]}}"#
        );
        let bytes = build(&[&record]);
        let index = Index::open(&bytes).unwrap();
        let named = index.advisory(intel::AdvisoryRef(0)).unwrap().symbols;
        let told: Vec<String> =
            named.iter().map(|n| format!("{}: {}", n.path, n.symbols.join(" "))).collect();
        assert_eq!(told.join("; "), expect, "{specific}");
    };
    check(
        r#"{"imports":[{"path":"x/b","symbols":["T.M","F"]},{"path":"x/a"},{"path":"x/b","symbols":["F","G"]}]}"#,
        "x/a: ; x/b: F G T.M",
    );
    check(
        r#"{"affects":{"arch":[],"functions":["s::T::f","s::T::e","s::g"]},"affected_functions":null}"#,
        "s: g; s::T: e f",
    );
    check(r#"{"affected_functions":["s::T::f"]}"#, "s::T: f");
    check(r#"{"affects":{"functions":{"s::f":["<1"]}}}"#, "");
    check(r#"{"imports":[7,{"path":7},{"path":"x","symbols":[7,"","F"]}],"affects":[]}"#, "x: F");
    check("[]", "");
}

#[test]
fn names_at_and_past_their_bounds() {
    let count = |imports: &str| {
        let json = format!(
            r#"{{"id":"A","affected":[{{"package":{{"ecosystem":"Go","name":"x"}},"ecosystem_specific":{{"imports":[{imports}]}}}}]}}"#
        );
        let named = Record::parse(json.as_bytes()).unwrap().named();
        (named.len(), named.iter().map(|n| n.symbols.len()).sum::<usize>())
    };
    let paths = |n: usize| (0..n).map(|i| format!(r#"{{"path":"x/{i}"}}"#)).collect::<Vec<_>>();
    assert_eq!(count(&paths(MAX_NAMED).join(",")), (MAX_NAMED, 0));
    assert_eq!(count(&paths(MAX_NAMED + 1).join(",")), (MAX_NAMED, 0));
    let symbols = |n: usize| {
        let names: Vec<String> = (0..n).map(|i| format!("\"f{i}\"")).collect();
        format!(r#"{{"path":"x","symbols":[{}]}},{{"path":"y"}}"#, names.join(","))
    };
    assert_eq!(count(&symbols(MAX_SYMBOLS - 1)), (2, MAX_SYMBOLS - 1));
    // A path that comes when no name is left is none: it would speak of all that is in it.
    assert_eq!(count(&symbols(MAX_SYMBOLS + 1)), (1, MAX_SYMBOLS));
}
