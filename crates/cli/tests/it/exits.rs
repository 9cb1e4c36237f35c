//! The exit codes are a public table (README): one test holds it.

use crate::program::{Place, lock, text};

#[test]
fn the_table_of_exit_codes() {
    let place = Place::synced();
    // 0: complete, and the gate not hit. A finding by itself is no failure.
    assert_eq!(place.code(&["scan", "tree"]), 0);
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "severity>=critical"]), 0);
    assert_eq!(place.code(&["demo"]), 0);
    assert_eq!(place.code(&["--help"]), 0);
    // 1: the gate was hit.
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "any"]), 1);
    assert_eq!(
        place.code(&["scan", "tree", "--fail-on", "overdue", "--fail-on", "severity>=high"]),
        1
    );
    // 2: usage or configuration.
    assert_eq!(place.code(&["scan"]), 2);
    assert_eq!(place.code(&["scan", "absent"]), 2);
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "bad"]), 2);
    assert_eq!(place.code(&["scan", "tree", "--as", "nothing"]), 2);
    assert_eq!(place.code(&["scan", "tree", "--policy", "nothing"]), 2);
    assert_eq!(place.code(&["scan", "tree", "-o", "json"]), 2);
    assert_eq!(place.code(&["explain", "CVE-1999-9999999"]), 2);
    place.write("bad.toml", "asset = 3\n");
    assert_eq!(place.code(&["scan", "tree", "--config", "bad.toml"]), 2);
    // 3: incomplete; 1 beats 3; --allow-incomplete turns it into a warning.
    place.write("tree/b/requirements.txt", "django>=3\n");
    assert_eq!(place.code(&["scan", "tree"]), 3);
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "any"]), 1);
    assert_eq!(place.code(&["scan", "tree", "--allow-incomplete"]), 0);
    place.write("empty/README", "");
    assert_eq!(place.code(&["scan", "empty"]), 3);
    // 4: failed, here for want of an index.
    assert_eq!(Place::new().code(&["scan", "tree"]), 4);
}

#[test]
fn errors_name_the_remedy() {
    let place = Place::new();
    let without_index = place.run(&["scan", "tree"]);
    let said = text(&without_index.stderr);
    assert!(
        said.contains("there is no advisory index") && said.contains("hint: run `gabion sync`"),
        "{said}"
    );
    assert!(without_index.stdout.is_empty());
    let wrong = text(&place.run(&["sync", "--from", "tree"]).stderr);
    assert!(
        wrong.contains("no advisories in tree") && wrong.contains("there is no index yet"),
        "{wrong}"
    );
}

#[test]
fn what_was_typed_wrongly_is_told_with_its_remedy() {
    let place = Place::synced();
    place.write("estate.toml", "policies = [\"gabion-24h\"]\n");
    place.write("notes.txt", "hello\n");
    let check = |arguments: &[&str], code: i32, expect: &[&str]| {
        let output = place.run(arguments);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        // Where lines break is the table's affair.
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in expect {
            assert!(flat.contains(part), "{arguments:?}: {said}");
        }
    };
    check(&["scan", "absent"], 2, &["cannot scan absent", "hint: name a repository", "`-` is"]);
    check(&["scan", "tree", "--config", "absent"], 2, &["absent", "hint: check the path"]);
    check(&["scan", "tree", "--baseline", "absent"], 2, &["absent", "hint: check the path"]);
    check(&["scan", "tree", "--policy", "nothing"], 2, &["hint: `gabion policy show` lists"]);
    check(&["scan", "tree", "-o", "json"], 2, &["-o «json» is no FORMAT=FILE"]);
    check(&["scan", "tree", "-o", "json=no/a"], 4, &["cannot write no/a: there is no folder no"]);
    check(&["scan", "tree", "-o", "json=tree"], 4, &["cannot write tree: it is a folder"]);
    check(&["scan", "--estate", "estate.toml"], 2, &["estate.toml names no [[target]]"]);
    check(&["scan", "notes.txt"], 3, &["notes.txt: nothing to scan: it has no lock file's name"]);
    check(&["scan", "notes.txt", "--as", "system"], 3, &["a file, and a system is a folder"]);
    check(&["fix", "notes.txt"], 3, &["Nothing to fix was found, but the scan is incomplete"]);
    check(&["scan", "-"], 3, &["Nothing found in standard input", "standard input: empty"]);
}

#[test]
fn gates_by_due_time() {
    let place = Place::synced();
    // The feeds of exploitation never came: the date goes by severity, the strictest one is assumed.
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "due<=14d"]), 1);
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "due<=24h"]), 0);
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "emergency"]), 0);
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "assumed"]), 1);
    place.write("tree/Cargo.lock", &lock("left", "1.2.0"));
    assert_eq!(place.code(&["scan", "tree", "--fail-on", "any"]), 0);
}

#[test]
fn a_reader_that_goes_away_does_not_lose_the_judgement() {
    let place = Place::synced();
    for format in ["table", "json", "sarif"] {
        let scan = ["scan", "tree", "--format", format];
        assert_eq!(place.code_unread(&scan), Some(0), "{format}");
        let gated = [&scan[..], &["--fail-on", "any"]].concat();
        assert_eq!(place.code_unread(&gated), Some(1), "{format}");
    }
    assert_eq!(place.code_unread(&["explain", "CVE-2026-1000", "--json"]), Some(0));
    place.write("tree/b/requirements.txt", "django>=3\n");
    for format in ["table", "json", "sarif"] {
        assert_eq!(place.code_unread(&["scan", "tree", "--format", format]), Some(3), "{format}");
    }
    assert_eq!(place.code_unread(&["explain", "CVE-2026-1000", "tree", "--json"]), Some(3));
}
