//! OSV evaluation, bullet by bullet (OSV schema, «Evaluation»).

use intel::{Builder, Index, Kind};
use vocab::{Ecosystem, Severity};

use crate::support::{ask, build, finish};

/// A record of one package with this entry.
fn record(id: &str, ecosystem: &str, name: &str, entry: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},{entry}}}]}}"#
    )
}

fn range(kind: &str, events: &str) -> String {
    format!(r#"{{"type":"{kind}","events":[{events}]}}"#)
}

fn check(entry: &str, expect: &[(&str, &str)]) {
    let bytes = build(&[&record("A-1", "PyPI", "pkg", entry)]);
    let index = Index::open(&bytes).unwrap();
    for (version, answer) in expect {
        assert_eq!(ask(&index, "PyPI", "pkg", version), *answer, "{version} in {entry}");
    }
}

fn check_events(events: &str, expect: &[(&str, &str)]) {
    check(&format!(r#""ranges":[{}]"#, range("ECOSYSTEM", events)), expect);
}

#[test]
fn introduced_zero_and_fixed_exclusive() {
    check_events(
        r#"{"introduced":"0"},{"fixed":"2.0"}"#,
        &[("0.dev1", "A-1 <2.0"), ("1.9", "A-1 <2.0"), ("2.0", "clear"), ("2.0.0", "clear")],
    );
}

#[test]
fn last_affected_is_inclusive() {
    check_events(
        r#"{"introduced":"1.0"},{"last_affected":"1.5"}"#,
        &[("0.9", "clear"), ("1.0", "A-1 <=1.5"), ("1.5.0", "A-1 <=1.5"), ("1.5.1", "clear")],
    );
}

#[test]
fn a_local_build_is_affected_with_its_release() {
    check_events(
        r#"{"introduced":"1.0"},{"last_affected":"2.0.0"}"#,
        &[("2.0.0+cu118", "A-1 <=2.0.0"), ("2.0.1+cu118", "clear")],
    );
    check(
        r#""versions":["2.0.0","3.0+a"]"#,
        &[("2.0.0+cu118", "A-1"), ("2.0+x", "A-1"), ("3.0+a", "A-1"), ("3.0+b", "clear")],
    );
    // The listed version speaks of builds that the interval leaves out.
    let entry = format!(
        r#""versions":["2.0.0"],"ranges":[{}]"#,
        range("ECOSYSTEM", r#"{"introduced":"1.0"},{"fixed":"2.0.0+cu117"}"#)
    );
    check(&entry, &[("2.0.0", "A-1 <2.0.0+cu117"), ("2.0.0+cu118", "A-1"), ("2.0.1", "clear")]);
    check_events(
        r#"{"introduced":"1.0"},{"fixed":"2.0.0"}"#,
        &[("2.0.0+cu118", "clear"), ("1.9+cu118", "A-1 <2.0.0")],
    );
}

#[test]
fn several_intervals_in_any_order() {
    check_events(
        r#"{"fixed":"3.2"},{"introduced":"3.0"},{"introduced":"1.0"},{"fixed":"2.4"}"#,
        &[("1.0", "A-1 <2.4"), ("2.4", "clear"), ("3.1", "A-1 <3.2"), ("3.2", "clear")],
    );
}

#[test]
fn a_limit_ends_the_range_and_is_no_fix() {
    check_events(r#"{"introduced":"1.0"},{"limit":"2.0"}"#, &[("1.5", "A-1"), ("2.0", "clear")]);
    check_events(r#"{"introduced":"1.0"},{"limit":"*"}"#, &[("99", "A-1")]);
}

#[test]
fn versions_or_ranges() {
    check(
        r#""versions":["1.0","5.0rc1","weird!"]"#,
        &[
            ("1.0.0", "A-1"),
            ("5.0rc1", "A-1"),
            ("5.0", "clear"),
            ("weird!", "A-1"),
            ("odd!", "UnparsableVersion"),
        ],
    );
    let both = format!(
        r#""versions":["1.5","7"],"ranges":[{}]"#,
        range("ECOSYSTEM", r#"{"introduced":"1"},{"fixed":"2"}"#)
    );
    check(&both, &[("1.5", "A-1 <2"), ("1.6", "A-1 <2"), ("7.0", "A-1"), ("8", "clear")]);
}

#[test]
fn a_git_range_hides_nothing_behind_it() {
    let entry = format!(
        r#""ranges":[{},{}],"versions":["1.0"]"#,
        range("GIT", r#"{"introduced":"0"},{"fixed":"0f428d190410263e4daa65b917c0e84707a9c0ef"}"#),
        range("ECOSYSTEM", r#"{"introduced":"0"},{"fixed":"2.1"}"#)
    );
    check(
        &entry,
        &[
            ("1.0.0", "A-1 <2.1"),
            ("2.0.0+cu118", "A-1 <2.1"),
            ("1.0", "A-1 <2.1"),
            ("2.1", "clear"),
        ],
    );
}

#[test]
fn what_cannot_be_evaluated_is_never_clear() {
    let unreadable = r#"UnreadableAdvisory("A-1")"#;
    let git = range("GIT", r#"{"introduced":"0"}"#);
    check(&format!(r#""ranges":[{git}]"#), &[("1", unreadable)]);
    check(r#""versions":[]"#, &[("1", unreadable)]);
    let odd = range("CPE", r#"{"introduced":"0"}"#);
    check(&format!(r#""ranges":[{odd}]"#), &[("1", unreadable)]);
    check(&format!(r#""ranges":[{odd}],"versions":["3"]"#), &[("1", unreadable), ("3", "A-1")]);
    check_events(r#"{"introduced":"0"},{"fixed":"not a version"}"#, &[("1", unreadable)]);
    check_events(r#"{"fixed":"2"}"#, &[("1", unreadable)]);
    // With a list of versions beside it, the list stands for the commits.
    check(&format!(r#""ranges":[{git}],"versions":["3"]"#), &[("1", "clear"), ("3", "A-1")]);
    check_events(r#"{"introduced":"0"},{"fixed":"2"}"#, &[("no version", "UnparsableVersion")]);
}

#[test]
fn a_broken_record_speaks_for_its_packages_only() {
    let broken = r#"{"id":"B-1","affected":[{"package":{"ecosystem":"PyPI","name":"Bad_One"},"ranges":"?"}]}"#;
    let mut builder = Builder::new();
    builder.coverage("PyPI", true);
    let good = record("A-1", "PyPI", "pkg", r#""versions":["1"]"#);
    builder.advisory("PyPI", "a", good.as_bytes()).unwrap();
    builder.advisory("PyPI", "b", broken.as_bytes()).unwrap();
    let bytes = finish(builder);
    let index = Index::open(&bytes).unwrap();
    assert_eq!(ask(&index, "PyPI", "bad-one", "1"), r#"UnreadableAdvisory("B-1")"#);
    assert_eq!(ask(&index, "PyPI", "other", "1"), "clear");
    assert_eq!(index.meta().problems_total, 1);

    let mut builder = Builder::new();
    builder.coverage("PyPI", true);
    builder.advisory("PyPI", "a", good.as_bytes()).unwrap();
    assert!(builder.advisory("PyPI", "b", b"{ no json").is_err());
    let bytes = finish(builder);
    let index = Index::open(&bytes).unwrap();
    assert_eq!(ask(&index, "PyPI", "other", "1"), "PartialAdvisories");
    assert_eq!(index.meta().problems[0].file, "b");
}

#[test]
fn copies_that_differ_and_are_as_new_clear_nothing() {
    let events = |end: &str| {
        let events = format!(r#"{{"introduced":"0"}},{{"fixed":"{end}"}}"#);
        format!(r#""ranges":[{}]"#, range("ECOSYSTEM", &events))
    };
    let [low, high] = ["2.0", "3.0"].map(|end| record("A-1", "PyPI", "pkg", &events(end)));
    let withdrawn =
        high.replace(r#""modified""#, r#""withdrawn":"2026-01-01T00:00:00Z","modified""#);
    let newer = high.replace("2026-01-01", "2026-02-01");
    let answer = |copies: &[&str]| {
        let bytes = build(copies);
        let index = Index::open(&bytes).unwrap();
        let said = ["1.0", "2.5"].map(|version| ask(&index, "PyPI", "pkg", version));
        let advisory = index.advisory(intel::AdvisoryRef(0)).unwrap();
        assert_eq!(advisory.packages.len(), 1);
        assert_eq!(index.coverage(&Ecosystem::parse("PyPI")).unwrap().records, 1);
        (said.join(" | "), index.meta().problems_total)
    };
    let doubt = r#"A-1 <2.0 | UnreadableAdvisory("A-1")"#;
    assert_eq!(answer(&[&low, &high]), (doubt.into(), 1));
    assert_eq!(answer(&[&low, &low]), ("A-1 <2.0 | clear".into(), 0));
    // One in force goes before a withdrawn one, in either order; a newer one before both.
    assert_eq!(answer(&[&low, &withdrawn]), ("A-1 <2.0 | clear".into(), 1));
    assert_eq!(answer(&[&withdrawn, &low]), ("A-1 <2.0 | clear".into(), 1));
    assert_eq!(answer(&[&low, &high, &newer]), ("A-1 <3.0 | A-1 <3.0".into(), 1));
    assert_eq!(answer(&[&newer, &low]), ("A-1 <3.0 | A-1 <3.0".into(), 0));
    // Another record between the two changes nothing of that.
    let other = record("B-1", "npm", "other", r#""versions":["1.0.0"]"#);
    assert_eq!(answer(&[&low, &other, &high]), (doubt.into(), 1));
}

#[test]
fn coverage_decides_what_no_match_means() {
    let bytes = build(&[
        &record("A-1", "PyPI", "pkg", r#""versions":["1"]"#),
        &record("G-1", "Go", "example.org/x", r#""versions":["1.0.0"]"#),
        &record("N-1", "Nowhere", "x", r#""versions":["1.0.0"]"#),
    ]);
    let index = Index::open(&bytes).unwrap();
    assert_eq!(ask(&index, "PyPI", "absent", "1"), "clear");
    assert_eq!(ask(&index, "Go", "example.org/y", "1.0.0"), "PartialAdvisories");
    assert_eq!(ask(&index, "crates.io", "x", "1.0.0"), "NoAdvisories");
    assert_eq!(ask(&index, "RubyGems", "x", "1.0.0"), "NoAdvisories");
    assert_eq!(ask(&index, "Nowhere", "x", "2.0.0"), "UnknownEcosystem");
    assert_eq!(ask(&index, "Nowhere", "x", "1.0.0"), "N-1");
    assert_eq!(ask(&index, "PyPI", "", "1.0.0"), "clear");
}

#[test]
fn withdrawn_records_do_not_match_and_stay_findable() {
    let bytes = build(&[
        r#"{"id":"W-1","withdrawn":"2025-01-01T00:00:00Z","aliases":["CVE-2024-0001"],"affected":[{"package":{"ecosystem":"PyPI","name":"pkg"},"versions":["1"]}]}"#,
    ]);
    let index = Index::open(&bytes).unwrap();
    assert_eq!(ask(&index, "PyPI", "pkg", "1"), "clear");
    assert!(!index.known(&Ecosystem::parse("PyPI"), "pkg").unwrap());
    let group = index.find("cve-2024-0001").unwrap().unwrap();
    let group = index.group(group).unwrap();
    let advisory = index.advisory(group.members[0]).unwrap();
    assert_eq!(advisory.withdrawn.unwrap().to_string(), "2025-01-01T00:00:00Z");
    assert_eq!((advisory.id.as_str(), advisory.packages[0].name.as_str()), ("W-1", "pkg"));
}

#[test]
fn suffixes_tell_release_or_registry() {
    let any = r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]"#;
    let bytes = build(&[
        &record("D-12", "Debian:12", "x", any),
        &record("D-ALL", "Debian", "y", any),
        &record("M-1", "Maven:https://repo.example", "g:a", any),
        &record("M-2", "Maven", "g:b", any),
        &record("W-1", "Wolfi", "x", any),
        &record("U-1", "Ubuntu:22.04:LTS", "x", any),
        &record("U-2", "Ubuntu:Pro:22.04:LTS", "x", any),
    ]);
    let index = Index::open(&bytes).unwrap();
    let check =
        |e: &str, n: &str, expect: &str| assert_eq!(ask(&index, e, n, "1"), expect, "{e} {n}");
    check("Debian:12", "x", "D-12");
    check("Debian:12", "y", "D-ALL");
    check("Debian:12", "z", "clear");
    check("Debian:11", "x", "NoAdvisories");
    check("Debian", "x", "PartialAdvisories");
    check("Debian", "y", "D-ALL");
    check("Maven", "g:a", "M-1");
    check("Maven:https://repo.example", "g:a", "M-1");
    check("Maven:https://repo.example", "g:b", "clear");
    check("Maven:https://other.example", "g:b", "NoAdvisories");
    check("Wolfi", "z", "clear");
    check("Ubuntu:22.04", "x", "U-1");
    check("Ubuntu:22.04:LTS", "x", "U-1");
    check("Ubuntu:Pro:22.04", "x", "U-2");
}

#[test]
fn a_name_known_only_from_other_registries_is_theirs() {
    let before = |end: &str| {
        let events = format!(r#"{{"introduced":"0"}},{{"fixed":"{end}"}}"#);
        format!(r#""ranges":[{}]"#, range("ECOSYSTEM", &events))
    };
    let withdrawn = record("C-1", "Maven", "g:w", &before("9"))
        .replace(r#""modified""#, r#""withdrawn":"2026-01-02T00:00:00Z","modified""#);
    let bytes = build(&[
        &record("G-1", "Maven:https://maven.google.com", "androidx.x:y", &before("3.1.0")),
        &record("J-1", "Maven:https://repo.example", "androidx.x:y", &before("2.0.0")),
        &record("C-2", "Maven", "g:both", &before("1.0.0")),
        &record("J-2", "Maven:https://repo.example", "g:both", &before("5.0.0")),
        &withdrawn,
        &record("J-3", "Maven:https://repo.example", "g:w", &before("5.0.0")),
        &record("P-1", "Packagist:https://packages.drupal.org/8", "drupal/X", &before("2.0.0")),
        &record("D-12", "Debian:12", "deb", &before("2.0.0")),
    ]);
    let index = Index::open(&bytes).unwrap();
    let check = |e: &str, n: &str, v: &str, expect: &str| {
        assert_eq!(ask(&index, e, n, v), expect, "{e} {n} {v}");
    };
    check("Maven", "androidx.x:y", "3.0.0", "G-1 <3.1.0");
    check("Maven", "androidx.x:y", "1.0.0", "G-1 <3.1.0, J-1 <2.0.0");
    check("Maven", "androidx.x:y", "3.1.0", "clear");
    check("Maven:https://repo.example", "androidx.x:y", "3.0.0", "clear");
    // A public package of the name has its own records; they decide.
    check("Maven", "g:both", "2.0.0", "clear");
    check("Maven", "g:both", "0.9", "C-2 <1.0.0");
    // A record that is withdrawn decides nothing.
    check("Maven", "g:w", "2.0.0", "J-3 <5.0.0");
    check("Packagist", "Drupal/x", "1.0.0", "P-1 <2.0.0");
    check("Packagist", "drupal/x", "2.0.0", "PartialAdvisories");
    // A release is no registry.
    check("Debian", "deb", "1.0.0", "PartialAdvisories");
    let maven = Ecosystem::parse("Maven");
    assert!(index.known(&maven, "androidx.x:y").unwrap());
    assert_eq!(index.candidates(&maven, "androidx.x:y", "1.0.0").unwrap(), ["2.0.0", "3.1.0"]);
    let group = index.group(index.find("G-1").unwrap().unwrap()).unwrap();
    let advisory = index.advisory(group.members[0]).unwrap();
    assert_eq!(advisory.packages.len(), 1);
    assert_eq!(advisory.packages[0].ecosystem.to_string(), "Maven:https://maven.google.com");
}

#[test]
fn kinds_and_severities() {
    let show = |json: &str| {
        let bytes = build(&[json]);
        let index = Index::open(&bytes).unwrap();
        let a = index.advisory(intel::AdvisoryRef(0)).unwrap();
        (a.kind, a.severity, a.vectors.len(), a.cwes)
    };
    let affected = |own: &str| {
        format!(
            r#""affected":[{{"package":{{"ecosystem":"PyPI","name":"x"}},"versions":["1"]{own}}}]"#
        )
    };
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let plain = affected("");
    assert_eq!(
        show(&format!(
            r#"{{"id":"A","severity":[{{"type":"CVSS_V3","score":"{vector}"}}],"database_specific":{{"severity":"LOW","cwe_ids":["CWE-79"]}},{plain}}}"#
        )),
        (Kind::Vulnerability, Severity::Critical, 1, vec!["CWE-79".to_owned()])
    );
    assert_eq!(
        show(&format!(
            r#"{{"id":"A","severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:?"}}],"database_specific":{{"severity":"MODERATE"}},{plain}}}"#
        )),
        (Kind::Vulnerability, Severity::Medium, 0, vec![])
    );
    // What is malformed takes nothing beside it along.
    let beside = format!(
        r#"{{"id":"A","severity":["?",7,null,{{"type":3,"score":"{vector}"}},{{"type":"CVSS_V3","score":[]}}],"references":[1],"database_specific":{{"cwe_ids":[{{}},"CWE-79"]}},{plain}}}"#
    );
    assert_eq!(
        show(&beside),
        (Kind::Vulnerability, Severity::Critical, 1, vec!["CWE-79".to_owned()])
    );
    assert_eq!(
        show(&format!(r#"{{"id":"U","severity":[{{"type":"Ubuntu","score":"low"}}],{plain}}}"#)).1,
        Severity::Low
    );
    assert_eq!(show(&format!(r#"{{"id":"MAL-2026-1",{plain}}}"#)).0, Kind::Malicious);
    assert_eq!(
        show(&format!(r#"{{"id":"GHSA-x","database_specific":{{"malicious-packages-origins":[{{"a":1}}]}},{plain}}}"#)).0,
        Kind::Malicious
    );
    let note =
        |word: &str| affected(&format!(r#","database_specific":{{"informational":{word}}}"#));
    let kind = |word: &str| show(&format!(r#"{{"id":"R",{}}}"#, note(word))).0;
    assert_eq!(kind(r#""unmaintained""#), Kind::Unmaintained);
    assert_eq!(kind(r#""unsound""#), Kind::Unsound);
    assert_eq!(kind(r#""notice""#), Kind::Notice);
    assert_eq!(kind("null"), Kind::Vulnerability);
}

#[test]
fn candidates_ascend_above_the_version() {
    let fixed = |id: &str, events: &str| {
        record(id, "PyPI", "pkg", &format!(r#""ranges":[{}]"#, range("ECOSYSTEM", events)))
    };
    let bytes = build(&[
        &fixed("A", r#"{"introduced":"0"},{"fixed":"1.10"},{"introduced":"2"},{"fixed":"2.2"}"#),
        &fixed(
            "B",
            r#"{"introduced":"0"},{"fixed":"1.9"},{"introduced":"3"},{"last_affected":"3.5"}"#,
        ),
        &fixed("C", r#"{"introduced":"0"},{"fixed":"1.10.0"}"#),
    ]);
    let index = Index::open(&bytes).unwrap();
    let above = |v: &str| index.candidates(&Ecosystem::parse("PyPI"), "PKG", v).unwrap();
    assert_eq!(above("1.0"), ["1.9", "1.10", "2.2"]);
    assert_eq!(above("1.9"), ["1.10", "2.2"]);
    assert!(above("nonsense").is_empty());
}
