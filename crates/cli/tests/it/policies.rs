//! `gabion policy diff` and `show` as typed: exit codes, JSON, and what is refused.

use serde_json::Value;

use crate::program::{Place, text};

const OURS: &str = include_str!("../../../triage/policies/gabion-24h.toml");

/// A place with `looser.toml`, `stricter.toml`, and reports of a scan with each table.
fn place() -> Place {
    let place = Place::synced();
    let looser = OURS.replace("due = \"24h\"", "due = \"48h\"");
    place.write("looser.toml", &looser.replace("due = \"14d\"", "due = \"28d\""));
    place.write("stricter.toml", &OURS.replace("due = \"24h\"", "due = \"12h\""));
    for (table, report) in [("gabion-24h", "old.json"), ("looser.toml", "new.json")] {
        let output = format!("json={report}");
        let scan = ["scan", "tree", "--policy", table, "-o", &output];
        assert_eq!(place.code(&scan), 0);
    }
    place
}

#[test]
fn the_exit_codes_of_a_comparison() {
    let place = place();
    let diff = |arguments: &[&str]| place.code(&[&["policy", "diff"], arguments].concat());
    assert_eq!(diff(&["gabion-24h", "looser.toml"]), 0);
    assert_eq!(diff(&["gabion-24h", "looser.toml", "--fail-on-later"]), 1);
    assert_eq!(diff(&["gabion-24h", "stricter.toml", "--fail-on-later"]), 0);
    assert_eq!(diff(&["gabion-24h", "looser.toml", "--on", "tree"]), 0);
    assert_eq!(diff(&["gabion-24h", "looser.toml", "--on", "tree", "--fail-on-later"]), 1);
    assert_eq!(diff(&["gabion-24h", "stricter.toml", "--on", "tree", "--fail-on-later"]), 0);
    assert_eq!(diff(&["--reports", "old.json", "new.json"]), 0);
    assert_eq!(diff(&["--reports", "old.json", "old.json", "--fail-on-later"]), 0);
    assert_eq!(diff(&["--reports", "old.json", "new.json", "--fail-on-later"]), 1);
    // Usage.
    for wrong in [
        vec![],
        vec!["gabion-24h"],
        vec!["gabion-24h", "nobody"],
        vec!["--reports", "old.json"],
        vec!["--reports", "old.json", "looser.toml"],
        vec!["--on", "tree"],
        vec!["gabion-24h", "looser.toml", "--reports", "old.json", "new.json"],
        vec!["gabion-24h", "looser.toml", "--on", "tree", "--policy", "gabion-24h"],
        vec!["gabion-24h", "looser.toml", "--on", "absent"],
    ] {
        assert_eq!(diff(&wrong), 2, "{wrong:?}");
    }
    // An incomplete scan is no complete comparison.
    place.write("tree/b/requirements.txt", "django>=3\n");
    assert_eq!(diff(&["gabion-24h", "looser.toml", "--on", "tree"]), 3);
    assert_eq!(diff(&["gabion-24h", "looser.toml", "--on", "tree", "--fail-on-later"]), 1);
    let unread = ["policy", "diff", "gabion-24h", "looser.toml", "--fail-on-later", "--json"];
    assert_eq!(place.code_unread(&unread), Some(1));
}

#[test]
fn the_comparison_as_json() {
    let place = place();
    let json = |arguments: &[&str]| -> Value {
        let arguments = [&["policy", "diff", "--json"], arguments].concat();
        serde_json::from_slice(&place.run(&arguments).stdout).expect("JSON")
    };
    let tables = json(&["gabion-24h", "looser.toml"]);
    assert_eq!(tables["schema"], "gabion.policy-diff/1");
    let change = &tables["tables"]["changes"][0];
    assert_eq!(change["later"], true);
    assert_eq!(change["from"]["hours"], 24);
    assert_eq!(change["to"]["hours"], 48);
    assert!(change["when"][0]["columns"][0]["column"].is_string() && tables["findings"].is_null());
    let reports = json(&["--reports", "old.json", "new.json"]);
    assert_eq!(reports["findings"]["later"], 1);
    let moved = &reports["findings"]["moved"][0];
    assert_eq!((&moved["direction"], &moved["name"]), (&"later".into(), &"left".into()));
    let reasons = moved["reasons"].as_array().expect("reasons");
    assert!(reasons.iter().any(|r| r["what"] == "table"), "{reasons:?}");
}

#[test]
fn a_table_as_json_and_as_text() {
    let place = Place::new();
    let output = place.run(&["policy", "show", "cisa-bod-26-04", "--json"]);
    let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(shown["schema"], "gabion.policy/1");
    assert_eq!(shown["lines"].as_array().map(Vec::len), Some(16));
    assert_eq!(shown["lines"][15]["due"]["hours"], 72);
    let shown = text(&place.run(&["policy", "show", "cisa-bod-26-04"]).stdout);
    assert!(shown.contains("cisa:BOD2604:1.0.0"), "{shown}");
    let all: Value =
        serde_json::from_slice(&place.run(&["policy", "show", "--json"]).stdout).expect("JSON");
    assert_eq!(all.as_array().map(Vec::len), Some(3));
}
