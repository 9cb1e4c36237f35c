//! What the program prints: data on stdout, talk on stderr, several formats at once.

use serde_json::Value;

use crate::program::{Place, text};

#[test]
fn json_has_every_field_that_is_promised() {
    let place = Place::synced();
    let output = place.run(&["scan", "tree", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["schema"], "gabion.scan/1");
    for key in [
        "complete",
        "not_evaluated",
        "intel",
        "assets",
        "components",
        "findings",
        "fixes",
        "notices",
    ] {
        assert!(!report[key].is_null(), "{key}");
    }
    let finding = &report["findings"][0];
    for key in [
        "id",
        "advisory",
        "records",
        "aliases",
        "identity",
        "purl",
        "name",
        "version",
        "ecosystem",
        "places",
        "scope",
        "severity",
        "signals",
        "exposed_since",
        "due",
        "policy",
        "row",
        "why",
    ] {
        assert!(!finding[key].is_null(), "findings[].{key}");
    }
    for key in ["kev", "epss", "exploit", "ssvc"] {
        assert!(
            finding["signals"].as_object().is_some_and(|s| s.contains_key(key)),
            "signals.{key}"
        );
    }
    let fix = report["fixes"][0].as_object().expect("a fix");
    for key in ["id", "action", "package", "from", "to", "closes", "due", "owner"] {
        assert!(fix.contains_key(key), "fixes[].{key}");
    }
    assert_eq!(finding["records"], serde_json::json!(["RUSTSEC-2026-0001"]));
    assert_eq!(finding["places"][0], serde_json::json!({ "path": "Cargo.lock", "line": 11 }));
}

#[test]
fn several_formats_at_once_and_a_baseline_round_trip() {
    let place = Place::synced();
    let output = place.run(&[
        "scan",
        "tree",
        "-o",
        "json=a.json",
        "-o",
        "sarif=a.sarif",
        "-o",
        "table=a.txt",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let sarif: Value =
        serde_json::from_slice(&std::fs::read(place.path("a.sarif")).expect("written"))
            .expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "CVE-2026-1000");
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "tree/Cargo.lock"
    );
    let table = std::fs::read_to_string(place.path("a.txt")).expect("written");
    assert!(
        table.starts_with("1 fix for 1 finding in tree") && !table.contains('\u{1b}'),
        "{table}"
    );
    let again = place.run(&["scan", "tree", "--baseline", "a.json", "--format", "json"]);
    let report: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!(report["findings"][0]["new"], false);
    assert_eq!(report["findings"][0]["first_seen_from"], "baseline");
    let first: Value =
        serde_json::from_slice(&std::fs::read(place.path("a.json")).expect("written"))
            .expect("JSON");
    assert_eq!(report["findings"][0]["first_seen"], first["findings"][0]["first_seen"]);
    assert_eq!(place.code(&["scan", "tree", "--baseline", "a.sarif"]), 2);
}

#[test]
fn hostile_names_reach_the_terminal_harmless() {
    let place = Place::synced();
    place.write("tree/p/package-lock.json", "{\"lockfileVersion\":3,\"packages\":{\"\":{},\"node_modules/a\\u001b[2Jb\":{\"version\":\"1.0.0\"}}}");
    let output = place.run(&["scan", "tree", "--color", "always", "-v"]);
    assert!(!text(&output.stdout).contains("\u{1b}[2J"), "{}", text(&output.stdout));
}

#[test]
fn completions_man_and_policies_print() {
    let place = Place::new();
    for arguments in [
        vec!["completions", "bash"],
        vec!["completions", "zsh"],
        vec!["man"],
        vec!["policy", "show"],
        vec!["policy", "show", "gabion-24h"],
    ] {
        let output = place.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout.len() > 100, "{arguments:?}");
    }
    place.write("bad.toml", "name = \"x\"\nversion = \"1\"\n[[row]]\nid = \"1\"\nwhen = { kev = \"yes\" }\ndue = \"24h\"\n");
    let checked = place.run(&["policy", "check", "bad.toml"]);
    assert_eq!(checked.status.code(), Some(2));
    assert!(text(&checked.stderr).contains("bad.toml"), "{}", text(&checked.stderr));
}

#[test]
fn explain_tells_the_record_and_the_date_in_a_path() {
    let place = Place::synced();
    let output = text(&place.run(&["explain", "cve-2026-1000", "tree"]).stdout);
    for part in [
        "a defect in left",
        "RUSTSEC-2026-0001",
        "left 1.1.0 in tree",
        "fixed in 1.2.0",
        "gabion-24h",
    ] {
        assert!(output.contains(part), "{part}: {output}");
    }
}

#[test]
fn the_demo_needs_nothing_and_shows_an_emergency() {
    let place = Place::new();
    let output = place.run(&["demo"]);
    let shown = text(&output.stdout);
    assert!(shown.contains("EMERGENCY") && shown.contains("brightcart-session"), "{shown}");
    assert!(!place.path("data").exists(), "the demo leaves nothing behind");
}

#[test]
fn a_baseline_that_is_also_the_output_keeps_its_first_sightings() {
    let place = Place::synced();
    assert_eq!(place.code(&["scan", "tree", "-o", "json=b.json"]), 0);
    let seen = |name: &str| -> Value {
        let bytes = std::fs::read(place.path(name)).expect("written");
        let report: Value = serde_json::from_slice(&bytes).expect("JSON");
        report["findings"][0]["first_seen"].clone()
    };
    let first = seen("b.json");
    assert_eq!(place.code(&["scan", "tree", "--baseline", "b.json", "-o", "json=b.json"]), 0);
    assert_eq!(seen("b.json"), first);
    // A report that cannot be written is an error, and standard output stays empty.
    let refused = place.run(&["scan", "tree", "-o", "json=absent/b.json"]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(refused.stdout.is_empty() && !crate::program::has_file(&place.path(""), ".part"));
}

#[test]
fn explain_tells_of_notices_and_of_ignored_findings() {
    let place = Place::synced();
    place.write(
        "estate.toml",
        "[[ignore]]\nid = \"CVE-2026-1000\"\nreason = \"not reachable\"\nuntil = 2999-01-02\n",
    );
    let explain = ["explain", "CVE-2026-1000", "tree", "--config", "estate.toml"];
    let shown = text(&place.run(&explain).stdout);
    for part in ["left 1.1.0 in tree: ignored until 2999-01-02", "estate.toml", "not reachable"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("due in") && !shown.contains("Not found"), "{shown}");
    let json = place.run(&[&explain[..], &["--json"]].concat());
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["findings"], serde_json::json!([]));
    assert_eq!(json["ignored"][0]["reason"], "not reachable");

    place.write(
        "feeds/osv/crates.io/RUSTSEC-2026-0002.json",
        r#"{"schema_version":"1.7.0","id":"RUSTSEC-2026-0002","summary":"left is unmaintained","modified":"2026-11-19T00:00:00Z",
"affected":[{"package":{"ecosystem":"crates.io","name":"left"},"database_specific":{"informational":"unmaintained"},
"ranges":[{"type":"SEMVER","events":[{"introduced":"0.0.0-0"}]}]}]}"#,
    );
    assert_eq!(place.code(&["sync", "--from", "feeds"]), 0);
    let shown = text(&place.run(&["explain", "RUSTSEC-2026-0002", "tree"]).stdout);
    for part in ["left 1.1.0 in tree: a notice, without a clock", "unmaintained", "Cargo.lock:11"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
